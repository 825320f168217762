/** Indices of the ring's links between two of a list of `size`: two at n = 2, one for neighbours, none otherwise. */
export function linksBetween(size: number, one: number, other: number): readonly number[] {
	const links: number[] = [];
	if ((one + 1) % size === other) links.push(one);
	if ((other + 1) % size === one) links.push(other);
	return links.sort((a, b) => a - b);
}

/** Whom the SHARE of `from` confirms keys to, in its order: a newcomer to all others, others to newcomers. */
export function confirmsTo(newcomers: readonly boolean[], from: number): readonly number[] {
	return newcomers.map((_, i) => i).filter((i) => i !== from && (newcomers[from] || newcomers[i]));
}
