// `npm run forge`: makes transcripts of conversations that never were, and verifies transcripts. That the same verifier takes
// both is what deniability means here; spec/security.md tells how to try it.

import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { compile } from "./lib/build.mjs";
import { installIfNeeded } from "./lib/install.mjs";
import { root } from "./lib/repo.mjs";
import { stage } from "./lib/run.mjs";

const HELP = `Forges transcripts of group conversations, and verifies them. spec/security.md says what that shows.

  npm run forge -- SCRIPT OUT                   forges what SCRIPT says, from public keys and published signing keys
  npm run forge -- --rewrite TRANSCRIPT WORDS OUT   puts other words into a transcript whose signing keys are published
  npm run forge -- --verify TRANSCRIPT          verifies a transcript, real or forged, and prints what it says

All files are JSON.`;

/** @param {readonly string[]} args @returns {Promise<number>} exit code: 0 done, 1 refused, 2 called wrongly */
export async function main(args) {
	/** @type {{ values: { verify?: boolean | undefined, rewrite?: boolean | undefined, help?: boolean | undefined }, positionals: string[] }} */
	let given;
	try {
		const options = /** @type {const} */ ({
			verify: { type: "boolean" },
			rewrite: { type: "boolean" },
			help: { type: "boolean" },
		});
		given = parseArgs({ args: [...args], options, allowPositionals: true });
	} catch (error) {
		console.error(`forge: ${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
		return 2;
	}
	const { values, positionals } = given;
	if (values.help === true) {
		console.log(HELP);
		return 0;
	}
	const wanted = values.verify === true ? 1 : values.rewrite === true ? 3 : 2;
	if (positionals.length !== wanted || (values.verify === true && values.rewrite === true)) {
		console.error(`forge: expected ${wanted} file names; got ${positionals.length}\n\n${HELP}`);
		return 2;
	}
	if (!(await installIfNeeded(console.error))) return 1;
	if ((await stage([{ name: "compile", action: compile }])).length > 0) return 1;
	try {
		const [first = "", second = "", third = ""] = positionals;
		if (values.verify === true) return await verify(first);
		return values.rewrite === true ? await rewrite(first, second, third) : await forge(first, second);
	} catch (error) {
		// A file that cannot be read or written; anything else has a stack that should be seen.
		if (!(error instanceof Error) || !("syscall" in error)) throw error;
		console.error(`forge: ${error.message}`);
		return 2;
	}
}

/** @param {string} path */
async function load(path) {
	/** @param {string} file */
	const built = (file) => import(pathToFileURL(join(root, "packages", file)).href);
	const [mpotr, crypto, node] = await Promise.all(
		["mpotr/dist/src/forge/index.js", "crypto/dist/src/index.js", "crypto/dist/src/node.js"].map(built),
	);
	const text = readFileSync(path, "utf8");
	const id = mpotr.suiteOfFile(text);
	return { ...mpotr, text, suite: id.ok ? crypto.createSuite(id.value, node.nodePrimitives) : undefined, error: id };
}

/** @param {number} length */
const random = (length) => new Uint8Array(randomBytes(length));

/** @param {string} path @param {{ at?: string, expected: string, got: string }} error */
function refuse(path, error) {
	const where = error.at === undefined ? "" : `${error.at}: `;
	console.error(`forge: ${path}: ${where}expected ${error.expected}; got ${error.got}`);
	return 1;
}

/** @param {string} path */
async function verify(path) {
	const loaded = await load(path);
	const { suite, text, error } = loaded;
	if (suite === undefined) return error.ok ? 1 : refuse(path, error.error);
	const transcript = loaded.transcriptFromJson(suite, text);
	if (!transcript.ok) return refuse(path, transcript.error);
	const reading = loaded.verifyTranscript(suite, transcript.value);
	if (!reading.ok) {
		const { part, index, rule, expected, got } = reading.error;
		return refuse(path, { at: `${part} ${index} (${rule})`, expected, got });
	}
	/** @type {{ people: { nickname: string }[], messages: { by: number, text?: string }[], published: number[], fingerprint: string }} */
	const { people, messages, published, fingerprint } = reading.value;
	console.log(`accepted: session ${fingerprint} of ${people.map((one) => one.nickname).join(", ")}`);
	for (const { by, text: said } of messages) {
		if (said !== undefined) console.log(`${people[by]?.nickname}: ${said}`);
	}
	console.log(`signing keys are public of: ${published.map((by) => people[by]?.nickname).join(", ") || "nobody"}`);
	return 0;
}

/** @param {string} path @param {string} out */
async function forge(path, out) {
	const loaded = await load(path);
	const { suite, text, error } = loaded;
	if (suite === undefined) return error.ok ? 1 : refuse(path, error.error);
	const script = loaded.scriptFromJson(suite, text);
	if (!script.ok) return refuse(path, script.error);
	const forged = loaded.forgeTranscript(suite, script.value, random);
	if (!forged.ok) return refuse(path, forged.error);
	writeFileSync(out, loaded.transcriptToJson(forged.value));
	console.log(`wrote ${out}: ${forged.value.placed.length} texts that nobody sent`);
	return 0;
}

/** @param {string} path @param {string} wordsPath @param {string} out */
async function rewrite(path, wordsPath, out) {
	const loaded = await load(path);
	const { suite, text, error } = loaded;
	if (suite === undefined) return error.ok ? 1 : refuse(path, error.error);
	const transcript = loaded.transcriptFromJson(suite, text);
	if (!transcript.ok) return refuse(path, transcript.error);
	const wanted = loaded.wordsFromJson(transcript.value, readFileSync(wordsPath, "utf8"));
	if (!wanted.ok) return refuse(wordsPath, wanted.error);
	const { words, seeds } = wanted.value;
	const rewritten = loaded.rewriteTranscript(suite, transcript.value, words, seeds, random);
	if (!rewritten.ok) {
		const problem = rewritten.error;
		if (problem.kind === "script") return refuse(wordsPath, problem);
		const { part, index, rule, expected, got } = problem.refusal;
		return refuse(path, { at: `${part} ${index} (${rule})`, expected, got });
	}
	writeFileSync(out, loaded.transcriptToJson(rewritten.value));
	console.log(`wrote ${out}: the same session with other words`);
	return 0;
}
