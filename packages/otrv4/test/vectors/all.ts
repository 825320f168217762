import type { OtrPrimitives } from "@clowder/crypto/otr";
import { interactiveVectors } from "./interactive.ts";
import { messageKeyVectors } from "./message-keys.ts";
import { nonInteractiveVectors } from "./non-interactive.ts";
import { profileVectors } from "./profiles.ts";
import { ringVectors } from "./ring-signatures.ts";
import { textVectors } from "./texts.ts";

const FILES: readonly (readonly [string, (primitives: OtrPrimitives) => object])[] = [
	["profiles.json", profileVectors],
	["ring-signatures.json", ringVectors],
	["interactive-dake.json", interactiveVectors],
	["non-interactive-dake.json", nonInteractiveVectors],
	["message-keys.json", messageKeyVectors],
	["texts.json", textVectors],
];

/** Every file of `vectors/otrv4/` that is made here, and its text. */
export function generatedVectors(primitives: OtrPrimitives): readonly (readonly [string, string])[] {
	return FILES.map(([name, make]) => [name, `${JSON.stringify(make(primitives), undefined, "\t")}\n`]);
}
