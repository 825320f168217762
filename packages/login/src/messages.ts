/** The four messages, in ASCII: SASL libraries hand them on as text. Each has one encoding (LOGIN-4). */
import { base64, fromBase64, ok, type Result } from "@clowder/bytes";
import type { Binding, ChannelKind } from "./channel.ts";
import { type LoginError, refuse } from "./error.ts";
import { MESSAGE_MAX_CHARACTERS } from "./limits.ts";

const B32 = "[A-Za-z0-9+/]{43}=";
const B64 = "[A-Za-z0-9+/]{86}==";
const KIND = "tls-exporter|tls-server-end-point";
const CLIENT_FIRST = new RegExp(`^r=(${B32})$`);
const CHALLENGE = new RegExp(`^e=(${B32}),r=(${B32}),b=(none|tls-exporter\\+tls-server-end-point|${KIND})$`);
const RESPONSE = new RegExp(`^(k=(${B32}),b=(none|${KIND})),p=(${B64})$`);
const SUCCESS = new RegExp(`^v=(${B64})$`);

export interface Challenge {
	readonly ephemeral: Uint8Array;
	readonly nonce: Uint8Array;
	readonly kinds: readonly ChannelKind[];
}

export interface Response {
	/** All but the proof. */
	readonly unproven: string;
	readonly key: Uint8Array;
	readonly binding: Binding;
	readonly proof: Uint8Array;
}

export function writeClientFirst(nonce: Uint8Array): string {
	return `r=${base64(nonce)}`;
}

export function writeChallenge({ ephemeral, nonce, kinds }: Challenge): string {
	return `e=${base64(ephemeral)},r=${base64(nonce)},b=${kinds.length === 0 ? "none" : kinds.join("+")}`;
}

export function writeUnproven(key: Uint8Array, binding: Binding): string {
	return `k=${base64(key)},b=${binding}`;
}

export function writeResponse(unproven: string, proof: Uint8Array): string {
	return `${unproven},p=${base64(proof)}`;
}

export function writeSuccess(proof: Uint8Array): string {
	return `v=${base64(proof)}`;
}

export function readClientFirst(text: string): Result<Uint8Array, LoginError> {
	const match = matched(CLIENT_FIRST, text);
	const nonce = bytesOf(match?.[1]);
	return nonce === undefined ? malformed("the client's nonce") : ok(nonce);
}

export function readChallenge(text: string): Result<Challenge, LoginError> {
	const match = matched(CHALLENGE, text);
	const ephemeral = bytesOf(match?.[1]);
	const nonce = bytesOf(match?.[2]);
	if (ephemeral === undefined || nonce === undefined) return malformed("the server's key, nonce and channels");
	const names = match?.[3] as string;
	return ok({ ephemeral, nonce, kinds: names === "none" ? [] : (names.split("+") as ChannelKind[]) });
}

export function readResponse(text: string): Result<Response, LoginError> {
	const match = matched(RESPONSE, text);
	const key = bytesOf(match?.[2]);
	const proof = bytesOf(match?.[4]);
	if (key === undefined || proof === undefined) return malformed("the client's key, channel and proof");
	return ok({ unproven: match?.[1] as string, key, binding: match?.[3] as Binding, proof });
}

export function readSuccess(text: string): Result<Uint8Array, LoginError> {
	const proof = bytesOf(matched(SUCCESS, text)?.[1]);
	return proof === undefined ? malformed("the server's proof") : ok(proof);
}

function matched(form: RegExp, text: string): RegExpExecArray | null {
	return text.length > MESSAGE_MAX_CHARACTERS ? null : form.exec(text);
}

/** Canonical base64 only: unused bits are zero. */
function bytesOf(text: string | undefined): Uint8Array | undefined {
	const bytes = text === undefined ? undefined : fromBase64(text);
	return bytes?.ok === true ? bytes.value : undefined;
}

function malformed(expected: string): { readonly ok: false; readonly error: LoginError } {
	return refuse("malformed", expected, "something else");
}
