/** XEP-0198 section 4: counts of stanzas are of 32 bits, and zero follows the highest. */
const COUNTS = 2 ** 32;

export function countAfter(count: number, stanzas: number): number {
	return (count + stanzas) % COUNTS;
}

/** How many stanzas lead from one count to another. */
export function stanzasBetween(from: number, to: number): number {
	return (to - from + COUNTS) % COUNTS;
}

/** A count as the wire has it; undefined where it is none. */
export function parseCount(text: string | undefined): number | undefined {
	if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
	const count = Number(text);
	return count < COUNTS ? count : undefined;
}
