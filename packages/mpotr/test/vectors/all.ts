import { agreementVectors } from "./agreement.ts";
import { boxVectors, joinVectors } from "./boxes.ts";
import { chainVectors, contentVectors, transcriptVectors } from "./content.ts";
import { hashVectors, identityVectors, keySetVectors, sessionNameVectors } from "./names.ts";
import { passphraseVectors } from "./passphrase.ts";
import { wireVectors } from "./wire.ts";

const FILES: readonly (readonly [string, () => object])[] = [
	["hash.json", hashVectors],
	["key-sets.json", keySetVectors],
	["identities.json", identityVectors],
	["names.json", sessionNameVectors],
	["agreement.json", agreementVectors],
	["content.json", contentVectors],
	["chains.json", chainVectors],
	["transcript.json", transcriptVectors],
	["sealed-boxes.json", boxVectors],
	["join.json", joinVectors],
	["passphrase.json", passphraseVectors],
	["wire.json", wireVectors],
];

/** Every file of `vectors/mpotr/` and its text. */
export function generatedVectors(): readonly (readonly [string, string])[] {
	return FILES.map(([name, make]) => [name, `${JSON.stringify(make(), undefined, "\t")}\n`]);
}
