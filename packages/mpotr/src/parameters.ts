import { encode, fromUtf8, type Reader, utf8, type Writer } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import { MAX_BINDING_BYTES, MAX_TIMEOUT_SECONDS, MIN_TIMEOUT_SECONDS } from "./limits.ts";

/** Who may come in. */
export type AdmissionPolicy =
	/** Whoever proves the key they claim. */
	| "open"
	/** Whom one, more than half, or all of those inside let in. */
	| "any"
	| "majority"
	| "all";

const POLICY_CODES: readonly AdmissionPolicy[] = ["open", "any", "majority", "all"];

/** What all participants of a session agree on by its `aid` (mpOTR's Attest). The version is that of the wire. */
export interface RoomParameters {
	readonly suite: Suite["id"];
	readonly policy: AdmissionPolicy;
	/** Newcomers also have to know the room's passphrase. */
	readonly passphrase: boolean;
	/** After this long without what someone owes, they count as silent. */
	readonly timeoutSeconds: number;
	/** Where the room is: carrier, server and place, such as `xmpp:room@rooms.example.org`. */
	readonly binding: string;
}

export const DEFAULT_TIMEOUT_SECONDS = 60;

export function writeParameters(w: Writer, parameters: RoomParameters): void {
	w.u8(parameters.suite)
		.u8(POLICY_CODES.indexOf(parameters.policy))
		.u8(parameters.passphrase ? 1 : 0)
		.u16(parameters.timeoutSeconds);
	w.variable(utf8(parameters.binding));
}

/** Reads parameters and refuses those outside of our own bounds (rule PARAM-1). */
export function readParameters(suite: Suite, r: Reader): RoomParameters {
	const suiteId = r.u8();
	if (suiteId !== suite.id) r.refuse(`suite ${suite.id}`, `${suiteId}`);
	const code = r.u8();
	const policy = POLICY_CODES[code];
	if (policy === undefined) return r.refuse("a known admission policy", `${code}`);
	const passphrase = r.flag();
	const timeoutSeconds = r.u16();
	if (timeoutSeconds < MIN_TIMEOUT_SECONDS || timeoutSeconds > MAX_TIMEOUT_SECONDS) {
		r.refuse(`a timeout of ${MIN_TIMEOUT_SECONDS} to ${MAX_TIMEOUT_SECONDS} s`, `${timeoutSeconds}`);
	}
	const binding = fromUtf8(r.variable(MAX_BINDING_BYTES));
	if (!binding.ok) return r.refuse("a carrier binding in UTF-8", binding.error);
	return { suite: suite.id, policy, passphrase, timeoutSeconds, binding: binding.value };
}

export function encodeParameters(parameters: RoomParameters): Uint8Array {
	return encode((w) => writeParameters(w, parameters));
}
