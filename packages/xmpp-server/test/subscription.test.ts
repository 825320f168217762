import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Contact, decodeContact, encodeContact, isForgettable, STRANGER } from "../src/roster/contact.ts";
import { inbound, outbound, type SubscriptionType } from "../src/roster/subscription.ts";

/** The nine states of RFC 6121 appendix A.1, by what they are called there. */
const STATES: Readonly<Record<string, Partial<Contact>>> = {
	None: {},
	"None + Pending Out": { asked: true },
	"None + Pending In": { request: "r" },
	"None + Pending Out+In": { asked: true, request: "r" },
	To: { to: true },
	"To + Pending In": { to: true, request: "r" },
	From: { from: true },
	"From + Pending Out": { from: true, asked: true },
	Both: { to: true, from: true },
};
const NAMES = Object.keys(STATES);

/** For each state, in this order: whether the stanza passes, and the state after it where that is another. */
type Row = readonly (readonly [passes: boolean, then?: string])[];

const no = [false] as const;
const yes = [true] as const;

// RFC 6121 appendix A.2.1 to A.2.4.
const OUTBOUND: Readonly<Record<SubscriptionType, Row>> = {
	subscribe: [
		[true, "None + Pending Out"],
		yes,
		[true, "None + Pending Out+In"],
		yes,
		yes,
		yes,
		[true, "From + Pending Out"],
		yes,
		yes,
	],
	unsubscribe: [
		yes,
		[true, "None"],
		yes,
		[true, "None + Pending In"],
		[true, "None"],
		[true, "None + Pending In"],
		yes,
		[true, "From"],
		[true, "From"],
	],
	subscribed: [no, no, [true, "From"], [true, "From + Pending Out"], no, [true, "Both"], no, no, no],
	unsubscribed: [
		no,
		no,
		[true, "None"],
		[true, "None + Pending Out"],
		no,
		[true, "To"],
		[true, "None"],
		[true, "None + Pending Out"],
		[true, "To"],
	],
};

// RFC 6121 appendix A.3.1 to A.3.4.
const INBOUND: Readonly<Record<SubscriptionType, Row>> = {
	subscribe: [
		[true, "None + Pending In"],
		[true, "None + Pending Out+In"],
		no,
		no,
		[true, "To + Pending In"],
		no,
		no,
		no,
		no,
	],
	unsubscribe: [
		no,
		no,
		[true, "None"],
		[true, "None + Pending Out"],
		no,
		[true, "To"],
		[true, "None"],
		[true, "None + Pending Out"],
		[true, "To"],
	],
	subscribed: [no, [true, "To"], no, [true, "To + Pending In"], no, no, no, [true, "Both"], no],
	unsubscribed: [
		no,
		[true, "None"],
		no,
		[true, "None + Pending In"],
		[true, "None"],
		[true, "None + Pending In"],
		no,
		[true, "From"],
		[true, "From"],
	],
};

function stateOf({ to, from, asked, request }: Contact): string {
	const found = NAMES.find((name) => {
		const state = { ...STRANGER, ...STATES[name] };
		const pending = (state.request === undefined) === (request === undefined);
		return state.to === to && state.from === from && state.asked === asked && pending;
	});
	return found ?? "none of the nine";
}

for (const [name, table, step] of [
	["what one sends oneself", OUTBOUND, outbound],
	["what the other sends", INBOUND, (contact: Contact, type: SubscriptionType) => inbound(contact, type, "r")],
] as const) {
	test(`${name} changes the state as appendix A of RFC 6121 says (CONTACT-3)`, () => {
		for (const [type, row] of Object.entries(table) as [SubscriptionType, Row][]) {
			assert.equal(row.length, NAMES.length);
			row.forEach(([passes, then], at) => {
				const before = NAMES[at] as string;
				const after = step({ ...STRANGER, listed: true, name: "n", ...STATES[before] }, type);
				assert.deepEqual([after.passes, stateOf(after.contact)], [passes, then ?? before], `${type} in ${before}`);
				assert.deepEqual([after.contact.listed, after.contact.name], [true, "n"]);
			});
		}
	});
}

test("a contact is read as it was written, and what cannot be read is a stranger (CONTACT-3)", () => {
	const contact = fc.record({
		listed: fc.boolean(),
		name: fc.string({ unit: "grapheme" }),
		groups: fc.array(fc.string({ unit: "grapheme" })),
		to: fc.boolean(),
		from: fc.boolean(),
		asked: fc.boolean(),
		request: fc.option(fc.string({ unit: "grapheme" }), { nil: undefined }),
	});
	fc.assert(
		fc.property(contact, (given) => {
			assert.deepEqual(decodeContact(encodeContact(given)), { ...given });
		}),
		{ seed: 6121 },
	);
	for (const text of ["", "null", "[]", "{", '{"listed":1,"to":"yes","groups":"a","request":{}}']) {
		assert.deepEqual(decodeContact(text), STRANGER, text);
		assert.ok(isForgettable(decodeContact(text)));
	}
});
