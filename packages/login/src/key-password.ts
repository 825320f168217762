/** The sibling for servers whose SASL cannot be extended: `spec/login-by-key-password.md`. The client's side. */
import { base64, concat, encode, equal, erase, fromBase64, ok, type Result, utf8 } from "@clowder/bytes";
import type { DhPublicKey, Primitives } from "@clowder/crypto";
import { type AccountName, accountName } from "./account-name.ts";
import { type LoginError, refuse } from "./error.ts";
import type { LoginHost } from "./host.ts";
import { NONCE_BYTES, PASSWORD_PROTOCOL, WINDOW_ID_BYTES } from "./limits.ts";
import type { LoginKey } from "./login-key.ts";

const PREFIX = "kp1.";
const PUBLISHED = new RegExp(`^${PASSWORD_PROTOCOL} e=([A-Za-z0-9+/]{43}=)\n$`);

export interface KeyPasswordInputs {
	readonly key: LoginKey;
	/** The host that is meant, whatever the server calls itself. */
	readonly host: LoginHost;
	/** What the server has published for this window, as it came. */
	readonly published: string;
}

/** For SASL PLAIN: good for one login within a minute or two, and then for nothing. */
export interface KeyPassword {
	readonly account: AccountName;
	/** 196 characters of ASCII. */
	readonly password: string;
}

/**
 * KEYPASS-1: proves the key to whoever holds the window's secret, who could have made the same password.
 *
 * `nonce`: 32 random bytes of this login alone.
 */
export function keyPassword(
	primitives: Primitives,
	{ key, host, published }: KeyPasswordInputs,
	nonce: Uint8Array,
): Result<KeyPassword, LoginError> {
	if (nonce.length !== NONCE_BYTES) throw new RangeError(`a nonce of ${nonce.length} bytes`);
	const window = readWindowKey(primitives, published);
	if (!window.ok) return window;
	const [e, login] = [window.value.bytes, key.publicKey.bytes];
	// KEYPASS-5
	if (equal(e, login)) return refuse("reflected", "the server's key", "our own");
	const shared = primitives.dh(key, window.value);
	if (!shared.ok) return refuse("bad-key", shared.error.expected, shared.error.got);
	const macKey = primitives.hmacSha512(utf8(`${PASSWORD_PROTOCOL} key`), shared.value);
	const account = accountName(primitives, key.publicKey);
	const covered = encode((w) => {
		for (const text of [`${PASSWORD_PROTOCOL} client`, host, account]) w.variable(utf8(text));
		for (const bytes of [e, login, nonce]) w.variable(bytes);
	});
	const proof = primitives.hmacSha512(macKey, covered);
	const id = windowId(primitives, host, window.value);
	const password = PREFIX + base64(concat(login, id, nonce, proof));
	erase(macKey, shared.value);
	return ok({ account, password });
}

/** KEYPASS-2: one line, of one encoding. */
function readWindowKey(primitives: Primitives, published: string): Result<DhPublicKey, LoginError> {
	const bytes = fromBase64(PUBLISHED.exec(published)?.[1] ?? "");
	if (!bytes.ok || bytes.value.length === 0) return refuse("malformed", "the key of a window", "something else");
	const key = primitives.parseDhPublicKey(bytes.value);
	return key.ok ? key : refuse("bad-key", key.error.expected, key.error.got);
}

function windowId(primitives: Primitives, host: LoginHost, key: DhPublicKey): Uint8Array {
	const label = encode((w) =>
		w
			.variable(utf8(`${PASSWORD_PROTOCOL} window`))
			.variable(utf8(host))
			.variable(key.bytes),
	);
	return primitives.sha512(label).subarray(0, WINDOW_ID_BYTES);
}
