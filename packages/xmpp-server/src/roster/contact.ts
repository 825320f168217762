import { parseObject } from "../account-record.ts";
import { NS } from "../namespaces.ts";
import { type Element, element } from "../xml.ts";

/** What an account keeps of one address (RFC 6121 sections 2.1 and 3). */
export interface Contact {
	/** Whether it is in the roster that clients see; one who only asks to subscribe is not. */
	readonly listed: boolean;
	readonly name: string;
	readonly groups: readonly string[];
	/** The account gets the contact's presence. */
	readonly to: boolean;
	/** The contact gets the account's presence. */
	readonly from: boolean;
	/** The account asked for the contact's presence, and waits for the answer. */
	readonly asked: boolean;
	/** The contact's request for the account's presence, which waits for an answer: the stanza as text. */
	readonly request: string | undefined;
}

export const STRANGER: Contact = {
	listed: false,
	name: "",
	groups: [],
	to: false,
	from: false,
	asked: false,
	request: undefined,
};

/** Whether there is nothing to keep of it. */
export function isForgettable({ listed, to, from, asked, request }: Contact): boolean {
	return !listed && !to && !from && !asked && request === undefined;
}

export function encodeContact(contact: Contact): string {
	return JSON.stringify(contact);
}

/** What cannot be read is a stranger. */
export function decodeContact(text: string): Contact {
	const record = parseObject(text) ?? {};
	const { name, groups, request } = record;
	return {
		listed: record["listed"] === true,
		name: typeof name === "string" ? name : "",
		groups: Array.isArray(groups) ? groups.filter((group) => typeof group === "string") : [],
		to: record["to"] === true,
		from: record["from"] === true,
		asked: record["asked"] === true,
		request: typeof request === "string" ? request : undefined,
	};
}

/** An item as clients see it (RFC 6121 section 2.1.2); undefined: it was removed. */
export function rosterItem(jid: string, contact: Contact | undefined): Element {
	if (contact === undefined) return element("item", NS.roster, { jid, subscription: "remove" });
	const { name, groups, to, from, asked } = contact;
	const subscription = to ? (from ? "both" : "to") : from ? "from" : "none";
	const attrs = {
		jid,
		name: name === "" ? undefined : name,
		subscription,
		ask: asked ? "subscribe" : undefined,
	};
	return element(
		"item",
		NS.roster,
		attrs,
		groups.map((group) => element("group", NS.roster, {}, [group])),
	);
}
