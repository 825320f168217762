import { err, hex, ok, type Result } from "@clowder/bytes";
import type { CarrierError } from "@clowder/carrier";
import { PASSWORD_BYTES, RANDOM_ID_BYTES } from "./limits.ts";
import type { ScramCredentials } from "./scram.ts";
import { type Link, type RequestError, xml } from "./xmpp-js.ts";

const NS_REGISTER = "jabber:iq:register";

/** A throwaway account that says nothing about anyone (XMPP-3). */
export function newAccount(random: (length: number) => Uint8Array): ScramCredentials {
	return { username: hex(random(RANDOM_ID_BYTES)), password: hex(random(PASSWORD_BYTES)) };
}

/** In-band registration (XEP-0077 section 3.1), on a stream that is not logged in. */
export async function register(
	link: Link,
	domain: string,
	account: ScramCredentials,
): Promise<Result<void, CarrierError>> {
	const query = xml(
		"query",
		{ xmlns: NS_REGISTER },
		xml("username", {}, account.username),
		xml("password", {}, account.password),
	);
	const answer = await link.request("set", domain, query);
	return answer.ok ? ok(undefined) : err(requestFailed(answer.error, "registering an account"));
}

/** Cancels the registration (XEP-0077 section 3.2), so that nothing is left of a throwaway account. */
export async function unregister(link: Link, domain: string): Promise<void> {
	await link.request("set", domain, xml("query", { xmlns: NS_REGISTER }, xml("remove", {})));
}

/** A failed request as the carrier's error. */
export function requestFailed(error: RequestError, what: string): CarrierError {
	return error.kind === "no-answer"
		? { kind: "unreachable", detail: `${what}: no answer` }
		: { kind: "refused", condition: error.condition, detail: what };
}
