import { err, ok, type Result, utf8 } from "@clowder/bytes";
import { LINE_IN_MAX_BYTES, LINE_MAX_BYTES, LINE_PARAMS_MAX_COUNT, NICK_MAX_BYTES } from "./limits.ts";

/** A line from a server (RFC 2812 section 2.3.1). */
export interface Line {
	/** `nick!user@host`, or the server's name, or nothing. */
	readonly source: string;
	/** What comes before the `!` of `source`. */
	readonly nick: string;
	/** In capitals, or three digits. */
	readonly command: string;
	readonly params: readonly string[];
	/** False where bytes had to be replaced to read it. */
	readonly isUtf8: boolean;
}

const FORM = /^(?:@[^ ]+ +)?(?::([^ ]+) +)?([A-Za-z]{1,32}|\d{3})(?= |$)(.*)$/su;
const LF = 10;
const CR = 13;

/** Cuts what a connection brings into lines, and holds no more than one (IRC-7). */
export class LineReader {
	#rest: Uint8Array = new Uint8Array(0);

	/** The lines that end in `bytes`, without their ends and without empty ones; or too long a one came. */
	receive(bytes: Uint8Array): Result<readonly Uint8Array[], string> {
		const lines: Uint8Array[] = [];
		let start = 0;
		for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, start)) {
			const line = this.#joined(bytes.subarray(start, at));
			this.#rest = new Uint8Array(0);
			start = at + 1;
			if (line.length > LINE_IN_MAX_BYTES) return err(`a line of ${line.length} bytes`);
			const end = line.at(-1) === CR ? line.length - 1 : line.length;
			if (end > 0) lines.push(line.subarray(0, end));
		}
		this.#rest = this.#joined(bytes.subarray(start));
		if (this.#rest.length > LINE_IN_MAX_BYTES) return err(`a line of more than ${LINE_IN_MAX_BYTES} bytes`);
		return ok(lines);
	}

	#joined(bytes: Uint8Array): Uint8Array {
		const joined = new Uint8Array(this.#rest.length + bytes.length);
		joined.set(this.#rest);
		joined.set(bytes, this.#rest.length);
		return joined;
	}
}

/** Reads a line without its end; undefined where it is none (IRC-7). */
export function parseLine(bytes: Uint8Array): Line | undefined {
	const { text, isUtf8 } = decodeUtf8(bytes);
	if (/[\0\r]/.test(text)) return undefined;
	const match = FORM.exec(text);
	if (match === null) return undefined;
	const [, source = "", command = "", rest = ""] = match;
	const colon = rest.indexOf(" :");
	const params = (colon === -1 ? rest : rest.slice(0, colon)).split(" ").filter((param) => param !== "");
	if (colon !== -1) params.push(rest.slice(colon + 2));
	if (params.length > LINE_PARAMS_MAX_COUNT) return undefined;
	const [nick = ""] = source.split("!", 1);
	return { source, nick, command: command.toUpperCase(), params, isUtf8 };
}

function decodeUtf8(bytes: Uint8Array): { readonly text: string; readonly isUtf8: boolean } {
	try {
		return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), isUtf8: true };
	} catch {
		return { text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes), isUtf8: false };
	}
}

/** A line with its end. `words` without spaces; `text`, if any, may have them. */
export function writeLine(words: readonly string[], text?: string): Uint8Array {
	const line = text === undefined ? words.join(" ") : `${words.join(" ")} :${text}`;
	const bytes = utf8(`${line}\r\n`);
	if (/[\0\r\n]/.test(line) || bytes.length > LINE_MAX_BYTES) {
		throw new RangeError(`one line of at most ${LINE_MAX_BYTES} bytes expected`);
	}
	return bytes;
}

/** Whether a server may call someone so. Wide: RFC 2812 section 2.3.1 is not what servers hold to. */
export function isNick(nick: string): boolean {
	return /^[^\s!@:,*?#&$~%+\p{C}][^\s!@:,*?\p{C}]*$/u.test(nick) && utf8(nick).length <= NICK_MAX_BYTES;
}
