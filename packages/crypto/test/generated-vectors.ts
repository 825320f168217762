import { hex } from "@clowder/bytes";
import { cpaceCases } from "./cpace-cases.ts";
import { DH_SCALAR, dhCases, identityCases, KEM_SEED, kemKeyCases, keyCases, signatureCases } from "./edge-cases.ts";

const MADE_BY = "packages/crypto: npm run vectors. Textbook arithmetic, no library (test/reference.ts)";

/** Every file that `generate-vectors.ts` writes, and its text. The other files are copied from published standards. */
export function generatedVectors(): ReadonlyMap<string, string> {
	const text = (content: object): string => `${JSON.stringify({ madeBy: MADE_BY, ...content }, undefined, 1)}\n`;
	return new Map([
		["ed25519-key-verdicts.json", text({ rules: "CRYPTO-2, CRYPTO-3", cases: keyCases() })],
		["ed25519-signature-verdicts.json", text({ rules: "CRYPTO-4 to CRYPTO-6", cases: signatureCases() })],
		["x25519-verdicts.json", text({ rules: "CRYPTO-7, CRYPTO-8", scalar: hex(DH_SCALAR), cases: dhCases() })],
		["identity.json", text({ rules: "CRYPTO-9", cases: identityCases() })],
		["cpace-lengths.json", text({ rules: "CRYPTO-18", cases: cpaceCases() })],
		["ml-kem-768-key-verdicts.json", text({ rules: "CRYPTO-11", seed: hex(KEM_SEED), cases: kemKeyCases() })],
	]);
}
