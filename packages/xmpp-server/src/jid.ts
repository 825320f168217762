import { err, ok, type Result } from "@clowder/bytes";
import { JID_PART_BYTES } from "./limits.ts";

/** An XMPP address, prepared (RFC 7622); parts that are absent are "". */
export interface Jid {
	readonly local: string;
	readonly domain: string;
	readonly resource: string;
}

export function bareOf(jid: Jid): string {
	return jid.local === "" ? jid.domain : `${jid.local}@${jid.domain}`;
}

export function fullOf(jid: Jid): string {
	return jid.resource === "" ? bareOf(jid) : `${bareOf(jid)}/${jid.resource}`;
}

/** PRECIS IdentifierClass (RFC 8264 section 4.2): letters, digits, marks and printable ASCII. */
const LOCAL = /^[\p{Ll}\p{Lu}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}\x21-\x7e]+$/u;
const LOCAL_FORBIDDEN = /["&'/:<>@]/;
/** PRECIS FreeformClass (RFC 8264 section 4.3), by what it leaves out. */
const RESOURCE_FORBIDDEN = /[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/u;
const DOMAIN = /^[\p{L}\p{N}\p{M}.:[\]-]+$/u;

function withinBytes(text: string): boolean {
	return Buffer.byteLength(text) <= JID_PART_BYTES;
}

/** UsernameCaseMapped (RFC 8265 section 3.3); undefined when it cannot be a local part. */
export function prepareLocal(text: string): string | undefined {
	const prepared = text.normalize("NFKC").toLowerCase().normalize("NFKC");
	return LOCAL.test(prepared) && !LOCAL_FORBIDDEN.test(prepared) && withinBytes(prepared) ? prepared : undefined;
}

/** OpaqueString (RFC 8265 section 4.2), and something visible in it; undefined when it cannot be a resource or nick. */
export function prepareResource(text: string): string | undefined {
	const prepared = text.replace(/\p{Zs}/gu, " ").normalize("NFC");
	if (prepared.trim() === "" || RESOURCE_FORBIDDEN.test(prepared) || !withinBytes(prepared)) return undefined;
	return prepared;
}

function prepareDomain(text: string): string | undefined {
	const prepared = text.normalize("NFC").toLowerCase().replace(/\.$/, "");
	return DOMAIN.test(prepared) && withinBytes(prepared) ? prepared : undefined;
}

export function parseJid(text: string): Result<Jid, "jid-malformed"> {
	const slash = text.indexOf("/");
	const bare = slash < 0 ? text : text.slice(0, slash);
	const at = bare.indexOf("@");
	const domain = prepareDomain(at < 0 ? bare : bare.slice(at + 1));
	const local = at < 0 ? "" : prepareLocal(bare.slice(0, at));
	const resource = slash < 0 ? "" : prepareResource(text.slice(slash + 1));
	if (domain === undefined || local === undefined || resource === undefined) return err("jid-malformed");
	return ok({ local, domain, resource });
}
