import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import { generatedVectors } from "./all.ts";
import { vectorText, writeVectorText } from "./support.ts";

/** Writes what is made of seeds in `vectors/otrv4/`; with `--check` says which files differ and fails. */
const check = process.argv.includes("--check");
for (const [name, text] of generatedVectors(otrNodePrimitives)) {
	if (!check) {
		writeVectorText(name, text);
	} else if (vectorText(name) !== text) {
		console.error(`vectors/otrv4/${name} is not what the script writes`);
		process.exitCode = 1;
	}
}
