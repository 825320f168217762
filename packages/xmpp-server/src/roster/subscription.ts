import type { Contact } from "./contact.ts";

export type SubscriptionType = "subscribe" | "subscribed" | "unsubscribe" | "unsubscribed";

const TYPES: ReadonlySet<string> = new Set<SubscriptionType>([
	"subscribe",
	"subscribed",
	"unsubscribe",
	"unsubscribed",
]);

export function isSubscriptionType(type: string | undefined): type is SubscriptionType {
	return type !== undefined && TYPES.has(type);
}

/** What a stanza changes on one side, and whether it goes on: to the other side, or to the clients of this one. */
export interface Step {
	readonly contact: Contact;
	readonly passes: boolean;
}

/**
 * CONTACT-3: what the account's own stanza changes (RFC 6121 appendix A.2). To subscribe, or to take an approval away, makes
 * an item where there was none; nothing is approved that was not asked for (section 3.4 is not offered).
 */
export function outbound(contact: Contact, type: SubscriptionType): Step {
	switch (type) {
		case "subscribe":
			return { contact: { ...contact, listed: true, asked: !contact.to }, passes: true };
		case "unsubscribe":
			return { contact: { ...contact, to: false, asked: false }, passes: true };
		case "subscribed": {
			if (contact.request === undefined) return { contact, passes: false };
			return { contact: { ...contact, listed: true, from: true, request: undefined }, passes: true };
		}
		case "unsubscribed": {
			const passes = contact.from || contact.request !== undefined;
			return { contact: { ...contact, from: false, request: undefined }, passes };
		}
	}
}

/**
 * CONTACT-3: what the contact's stanza changes (RFC 6121 appendix A.3). `text`: the stanza, to be shown to clients that come
 * later.
 */
export function inbound(contact: Contact, type: SubscriptionType, text: string): Step {
	switch (type) {
		case "subscribe": {
			if (contact.from || contact.request !== undefined) return { contact, passes: false };
			return { contact: { ...contact, request: text }, passes: true };
		}
		case "unsubscribe": {
			const passes = contact.from || contact.request !== undefined;
			return { contact: { ...contact, from: false, request: undefined }, passes };
		}
		case "subscribed": {
			if (!contact.asked) return { contact, passes: false };
			return { contact: { ...contact, to: true, asked: false }, passes: true };
		}
		case "unsubscribed": {
			const passes = contact.to || contact.asked;
			return { contact: { ...contact, to: false, asked: false }, passes };
		}
	}
}
