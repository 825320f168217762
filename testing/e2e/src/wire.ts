import type { Passed } from "./house.ts";

const MESSAGE_STANZA = /^<message\b.*<body>:3mpCAT:3Message:3[\w+/=]+:3<\/body>/s;

/**
 * The sizes, in bytes, of the stanzas with which encrypted content came in: texts and acknowledgements. The `id` that a
 * client gives a stanza is left out: it is random, and as long as chance has it.
 */
export function messageSizes(passed: readonly Passed[]): number[] {
	return passed
		.filter(({ direction, text }) => direction === "in" && MESSAGE_STANZA.test(text))
		.map(({ text }) => Buffer.byteLength(text.replace(/\bid=(?:"[^"]*"|'[^']*')/, "")));
}
