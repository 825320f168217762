/** The part of the screen after the one that has the focus, round and round; the composer counts as its field. */
export function nextPart(page: Document, backwards: boolean): HTMLElement | undefined {
	const parts = [...page.querySelectorAll<HTMLElement>("[data-part]")];
	if (parts.length === 0) return undefined;
	const here = parts.findIndex((part) => part.contains(page.activeElement));
	const step = backwards ? -1 : 1;
	const start = here === -1 && backwards ? 0 : here;
	return parts[(start + step + parts.length) % parts.length];
}
