import { generatedVectorText, vectorText, writeVectorText } from "./vectors.ts";

/** Writes `vectors/otrv4/prekey-server.json`; with `--check` fails if it is another. */
const text = await generatedVectorText();
if (!process.argv.includes("--check")) {
	writeVectorText(text);
} else if (vectorText() !== text) {
	console.error("vectors/otrv4/prekey-server.json is not what the script writes");
	process.exitCode = 1;
}
