/** What an error message begins with, at its very start ("OTR Error Messages" gives the reasons). */
const PREFIX = "?OTR Error:";
const CODE = /^ERROR_(\d{1,5}):\s?([\s\S]*)$/;

/** The codes there are: not decryptable; not in a private state; instance tags that do not correspond. */
export type ErrorCode = 1 | 2 | 3;

const TEXTS: Readonly<Record<ErrorCode, string>> = {
	1: "Unreadable message",
	2: "Not in private state message",
	3: "Malformed message",
};

/** An error message. Anybody on the way can write one: it proves nothing, and must change no state. */
export interface ErrorMessage {
	/** Also another number than the specification has, of which otrv4.md says: "Ignore the message". */
	readonly code?: number;
	/** For people, by whoever sent it. */
	readonly text: string;
}

export function isErrorCode(code: number | undefined): code is ErrorCode {
	return code === 1 || code === 2 || code === 3;
}

/** "?OTR Error: ERROR_1: Unreadable message", or with a text in another language. */
export function errorMessage(code: ErrorCode, text: string = TEXTS[code]): string {
	return `${PREFIX} ERROR_${code}: ${text}`;
}

/** Reads an error message, with or without a code, and without the blank that otr4j leaves out; undefined for others. */
export function parseErrorMessage(text: string): ErrorMessage | undefined {
	if (!text.startsWith(PREFIX)) return undefined;
	const rest = text.slice(PREFIX.length).trim();
	const match = CODE.exec(rest);
	return match === null ? { text: rest } : { code: Number(match[1]), text: match[2] as string };
}
