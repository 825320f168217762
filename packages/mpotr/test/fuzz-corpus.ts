import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fromHex } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import type { Refusal } from "../src/index.ts";
import { parseMessage } from "../src/wire/envelope.ts";
import type { MessageType } from "../src/wire/messages.ts";
import { apply, armoured, Dice, type Edit, editLine, mutateText, mutation, mutationWithin } from "./fuzz-mutate.ts";
import { eventfulRoom, passed } from "./fuzz-traffic.ts";
import { bytesOfText } from "./vectors/wire.ts";

/**
 * The corpus: real texts of one room of each suite, with every type of message among them, and changed ones, one for each
 * way in which a message of each type is refused. `node packages/mpotr/dist/test/record-corpus.js` writes it anew.
 */
const FOLDER = new URL("../../test/corpus/", import.meta.url);

/** Of each type, the first and the last one that passed. */
const TEXTS_OF_A_TYPE = 2;
/** Changes that are tried on each text. */
const TRIES = 400;
const HEADER_BYTES = 71;
const SIGNATURE_BYTES = 64;

export interface CorpusText {
	readonly type: MessageType;
	readonly from: string;
	readonly text: string;
}

export interface CorpusMutant {
	readonly text: string;
	/** How it is refused, without numbers. */
	readonly refusal: string;
}

export interface Corpus {
	readonly texts: readonly CorpusText[];
	readonly mutants: readonly CorpusMutant[];
}

/** What a refusal says, the same for all bytes that are wrong in one way. */
export function wayOf(refusal: Refusal): string {
	if (refusal.blame === "foreign") return `foreign ${refusal.what}`;
	const expected = refusal.rule === "WIRE-3" ? "its own tag" : refusal.expected;
	return `${refusal.rule} ${expected.replace(/ at byte \d+$/, "").replaceAll(/\d+/g, "N")}`;
}

function file(suite: Suite, what: "traffic" | "mutants"): URL {
	return new URL(`suite-${suite.id}-${what}.txt`, FOLDER);
}

function lines(url: URL): readonly (readonly string[])[] {
	assert.ok(existsSync(url), `${url.pathname} is not there: record-corpus.js writes it`);
	return readFileSync(url, "utf8")
		.split("\n")
		.filter((line) => line !== "" && !line.startsWith("#"))
		.map((line) => line.split(" "));
}

function readEdit([at = "", remove = "", insert = ""]: readonly string[]): Edit {
	const bytes = fromHex(insert === "-" ? "" : insert);
	return { at: Number(at), remove: Number(remove), insert: bytes.ok ? bytes.value : assert.fail(insert) };
}

export function readCorpus(suite: Suite): Corpus {
	const texts = lines(file(suite, "traffic")).map(
		([type = "", from = "", text = ""]): CorpusText => ({ type: type as MessageType, from, text }),
	);
	const mutants = lines(file(suite, "mutants")).map(([kind, which = "", ...rest]): CorpusMutant => {
		const original = texts[Number(which)] ?? assert.fail(which);
		if (kind === "text") {
			const [whole = "", ...refusal] = rest;
			return { text: decodeURIComponent(whole), refusal: refusal.join(" ") };
		}
		const text = armoured(original.type, apply(bytesOfText(original.text), readEdit(rest)));
		return { text, refusal: rest.slice(3).join(" ") };
	});
	return { texts, mutants };
}

/** Of what passed in a room, some of each type. */
function chosenTexts(suite: Suite): readonly CorpusText[] {
	const all = passed(eventfulRoom(suite));
	const types = [...new Set(all.map(({ parsed }) => parsed.message.type))].sort();
	return types.flatMap((type) => {
		const same = all.filter(({ parsed }) => parsed.message.type === type);
		const some = [...same.slice(0, 1), ...same.slice(1).slice(1 - TEXTS_OF_A_TYPE)];
		return some.map(({ from, text }) => ({ type, from, text }));
	});
}

/** Changes of each text that are refused in a way of their own, as lines of the file. */
function mutantLines(suite: Suite, texts: readonly CorpusText[]): readonly string[] {
	const dice = new Dice(`corpus/${suite.id}`);
	const found = new Map<string, string>();
	const note = (way: string, type: string, line: string): void => {
		const name = way.startsWith("WIRE-2") ? way : `${type} ${way}`;
		const known = found.get(name);
		if (known === undefined || line.length < known.length) found.set(name, `${line} ${way}`);
	};
	for (const [which, { type, text }] of texts.entries()) {
		const whole = bytesOfText(text);
		for (let i = 0; i < TRIES; i++) {
			const other = bytesOfText(dice.pick(texts).text);
			const edit =
				i % 8 === 0
					? mutation(dice, whole, other)
					: mutationWithin(dice, whole, HEADER_BYTES, whole.length - SIGNATURE_BYTES, other);
			const read = parseMessage(suite, armoured(type, apply(whole, edit)));
			if (!read.ok) note(wayOf(read.error), type, `bytes ${which} ${editLine(edit)}`);
		}
		if (whole.length > 400) continue;
		for (let i = 0; i < TRIES / 8; i++) {
			const changed = mutateText(dice, text, dice.pick(texts).text);
			if (/\p{Surrogate}/u.test(changed) || changed.length > 2 * text.length) continue;
			const read = parseMessage(suite, changed);
			if (!read.ok) note(wayOf(read.error), "text", `text ${which} ${encodeURIComponent(changed)}`);
		}
	}
	return [...found.values()].sort();
}

/** Writes the corpus of a suite anew. */
export function recordCorpus(suite: Suite): void {
	mkdirSync(FOLDER, { recursive: true });
	const texts = chosenTexts(suite);
	const how = "Written by node packages/mpotr/dist/test/record-corpus.js.";
	const traffic = texts.map(({ type, from, text }) => `${type} ${from} ${text}`);
	const what = "What passed in one room: the type, the sender's handle, the carrier's text.";
	writeFileSync(file(suite, "traffic"), `# ${what}\n# ${how}\n${traffic.join("\n")}\n`);
	const mutants = mutantLines(suite, texts);
	const which = "Changed ones, each by the number of its original among the texts, and how it is refused.";
	const forms =
		"bytes: at this place so many bytes are replaced by these. text: this is the whole text, percent-encoded.";
	writeFileSync(file(suite, "mutants"), `# ${which}\n# ${forms}\n# ${how}\n${mutants.join("\n")}\n`);
}
