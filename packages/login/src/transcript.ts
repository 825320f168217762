import { encode, ok, type Result, utf8 } from "@clowder/bytes";
import type { Primitives, SharedSecret } from "@clowder/crypto";
import { type LoginError, refuse } from "./error.ts";
import type { LoginHost } from "./host.ts";
import { MECHANISM, MECHANISMS_MAX_COUNT } from "./limits.ts";

/** LOGIN-5: everything that both sides have seen. */
export interface Transcript {
	readonly host: LoginHost;
	readonly mechanisms: readonly string[];
	readonly clientFirst: string;
	readonly challenge: string;
	/** The client's response, without its proof. */
	readonly unproven: string;
	/** Empty where the exchange is bound to no channel. */
	readonly channel: Uint8Array;
}

/** RFC 4422 section 3.1. */
const MECHANISM_NAME = /^[A-Z0-9_-]{1,20}$/;

/** The names as they are hashed: in order, whatever order the server sent them in. Ours is among them. */
export function mechanismList(names: readonly string[]): Result<readonly string[], LoginError> {
	const isList = names.length <= MECHANISMS_MAX_COUNT && names.every((name) => MECHANISM_NAME.test(name));
	if (isList && names.includes(MECHANISM)) return ok([...names].toSorted());
	return refuse("malformed", `names of mechanisms, ${MECHANISM} among them`, `${names.length} others`);
}

function bytesOf(prover: "client" | "server", of: Transcript): Uint8Array {
	return encode((w) => {
		w.variable(utf8(`${MECHANISM} ${prover}`)).variable(utf8(of.host));
		w.list(of.mechanisms, (to, name) => void to.variable(utf8(name)));
		for (const message of [of.clientFirst, of.challenge, of.unproven]) w.variable(utf8(message));
		w.variable(of.channel);
	});
}

/**
 * LOGIN-11: of the secret that both sides have, and of nothing that one of them alone has: either could have made both
 * proofs. 64 bytes, secret; the caller erases it, and `shared`.
 */
export function proofKey(primitives: Primitives, shared: SharedSecret): Uint8Array {
	return primitives.hmacSha512(utf8(`${MECHANISM} key`), shared);
}

export function clientProof(primitives: Primitives, key: Uint8Array, of: Transcript): Uint8Array {
	return primitives.hmacSha512(key, bytesOf("client", of));
}

/** LOGIN-8: another label than the client's, so that neither proof is ever the other. */
export function serverProof(
	primitives: Primitives,
	key: Uint8Array,
	of: Transcript,
	proofOfClient: Uint8Array,
): Uint8Array {
	return primitives.hmacSha512(key, bytesOf("server", of), proofOfClient);
}
