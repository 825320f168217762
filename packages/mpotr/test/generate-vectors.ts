import { generatedVectors } from "./vectors/all.ts";
import { vectorText, writeVectorText } from "./vectors/files.ts";

/** Writes `vectors/mpotr/`; with `--check` says which files differ and fails. */
const check = process.argv.includes("--check");
for (const [name, text] of generatedVectors()) {
	if (!check) {
		writeVectorText(name, text);
	} else if (vectorText(name) !== text) {
		console.error(`vectors/mpotr/${name} is not what the script writes`);
		process.exitCode = 1;
	}
}
