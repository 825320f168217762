import { type Branded, err, ok, type Result, utf8 } from "@clowder/bytes";
import { HOST_MAX_BYTES } from "./limits.ts";

/** A server's domain in the one form in which both sides hash it. */
export type LoginHost = Branded<string, "LoginHost">;

const HOST = /^[\p{L}\p{N}\p{M}.:[\]-]+$/u;

/** LOGIN-2: NFC, lower case, without a dot at the end. An error for what is no domain. */
export function loginHost(domain: string): Result<LoginHost, "not-a-host"> {
	const host = domain.normalize("NFC").toLowerCase().replace(/\.$/, "");
	return HOST.test(host) && utf8(host).length <= HOST_MAX_BYTES ? ok(host as LoginHost) : err("not-a-host");
}
