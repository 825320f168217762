import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hex } from "@clowder/bytes";
import {
	falsePrekeyEnsemble,
	forgeDakeAndSessionKeys,
	impersonationFromJson,
	newIdentity,
	ownerFromJson,
	printableEnsemble,
	scriptFromJson,
} from "../../src/forge/index.ts";
import { ALICE, BOB, NOW_MS } from "../support/endpoint.ts";
import { must, refusedAs } from "../support/expect.ts";
import { seeded } from "../support/random.ts";
import { alice, bob, options, primitives, type User } from "./support.ts";

function person({ person: { profile, address } }: User): { readonly profile: string; readonly address: string } {
	return { profile: hex(profile), address };
}

const CAST = { initiator: person(bob), responder: person(alice) };
const KEY = hex(bob.longTerm.reveal());

/** Where a file is refused, and what it should have had there. */
function refusal(result: ReturnType<typeof scriptFromJson>): string {
	const { what, expected, got } = refusedAs(result, "caller", "malformed");
	return `${what}: ${expected}; ${got}`;
}

function read(value: unknown): ReturnType<typeof scriptFromJson> {
	return scriptFromJson(primitives, JSON.stringify(value));
}

describe("files", () => {
	it("have a script with all of it, or with what is due", () => {
		const ensemble = { clientProfile: "00", prekeyProfile: "0102", prekeyMessage: "" };
		const words = [{ sender: ALICE, text: "hi" }];
		const all = must(read({ ...CAST, words, endedBy: BOB, key: KEY, ensemble, atSeconds: 17 }));
		assert.deepEqual([all.initiator, all.responder], [bob.person, alice.person]);
		assert.deepEqual([all.words, all.endedBy, all.atSeconds], [words, BOB, 17]);
		assert.deepEqual(all.key?.publicKey.bytes, bob.longTerm.publicKey.bytes);
		assert.deepEqual(all.ensemble?.prekeyProfile, Uint8Array.of(1, 2));
		assert.deepEqual(must(read(CAST)), { initiator: bob.person, responder: alice.person, words: [] });
	});

	it("may have a message with a profile in its place", () => {
		const [identity, authR, authI] = must(forgeDakeAndSessionKeys(options("seen"), must(read(CAST)))).texts;
		const seen = (first: string | undefined, second: string | undefined): ReturnType<typeof scriptFromJson> =>
			read({ initiator: { address: BOB, profile: first }, responder: { address: ALICE, profile: second } });
		const { initiator, responder } = must(seen(identity?.text, authR?.text));
		assert.deepEqual([initiator, responder], [bob.person, alice.person]);
		const expected = "script.responder.profile: a message with a Client Profile in it; another";
		assert.equal(refusal(seen(identity?.text, authI?.text)), expected);
	});

	it("say where they are not what they should be, and repeat no value", () => {
		assert.equal(refusal(read({})), "script: a field initiator; none");
		assert.equal(refusal(read(null)), "script: an object; another object");
		assert.equal(refusal(read([1])), "script: an object; a list");
		assert.equal(refusal(read({ ...CAST, loud: 1 })).split("; ")[1], "loud");
		assert.equal(refusal(read({ ...CAST, words: {} })), "script.words: a list; another object");
		assert.equal(
			refusal(read({ ...CAST, words: [{ sender: 1, text: "" }] })),
			"script.words[0].sender: a text; another number",
		);
		const many = Array.from({ length: 10_001 }, () => ({ sender: ALICE, text: "" }));
		assert.equal(refusal(read({ ...CAST, words: many })), "script.words: at most 10000 items; 10001");
		assert.equal(refusal(read({ ...CAST, atSeconds: 1.5 })), "script.atSeconds: whole seconds; another number");
		assert.equal(refusal(read({ ...CAST, atSeconds: "1" })), "script.atSeconds: whole seconds; another string");
		assert.equal(refusal(read({ ...CAST, key: "zz" })), "script.key: 57 bytes in hexadecimal; another text");
		assert.equal(refusal(read({ ...CAST, key: "00" })), "script.key: 57 bytes in hexadecimal; 1");
		assert.equal(refusal(scriptFromJson(primitives, "{,")), "script: JSON; 2 characters that are not");
		const cut = read({ ...CAST, responder: { address: ALICE, profile: "?OTR:AAQ1." } });
		assert.match(refusal(cut), /^script\.responder\.profile: encoded message: /);
	});

	it("have whom to play, and whose ensemble to make", () => {
		const played = { as: person(alice), peerAddress: BOB, key: hex(bob.forging.reveal()) };
		const impersonation = must(impersonationFromJson(primitives, JSON.stringify(played)));
		assert.deepEqual([impersonation.as, impersonation.peerAddress], [alice.person, BOB]);
		assert.deepEqual(impersonation.key.publicKey.bytes, bob.forging.publicKey.bytes);
		const ensemble = { clientProfile: "00", prekeyProfile: "01", prekeyMessage: "02" };
		const offline = must(impersonationFromJson(primitives, JSON.stringify({ ...played, ensemble, atSeconds: 1 })));
		assert.deepEqual([offline.ensemble?.prekeyMessage, offline.atSeconds], [Uint8Array.of(2), 1]);
		refusedAs(impersonationFromJson(primitives, "{}"), "caller", "malformed");

		const owner = must(ownerFromJson(primitives, JSON.stringify({ owner: person(bob), key: KEY, atSeconds: 2 })));
		assert.deepEqual([owner.owner, owner.atSeconds], [bob.person, 2]);
		assert.deepEqual(owner.key.publicKey.bytes, bob.longTerm.publicKey.bytes);
		refusedAs(ownerFromJson(primitives, "[]"), "caller", "malformed");
	});

	it("are written so that they can be read", () => {
		const made = must(falsePrekeyEnsemble(options("false"), bob.person, bob.longTerm));
		const { ensemble, secrets } = printableEnsemble(made) as {
			readonly ensemble: Record<string, string>;
			readonly secrets: Record<string, string>;
		};
		assert.deepEqual(must(read({ ...CAST, ensemble })).ensemble, made.ensemble);
		const y = primitives.ed448.keyPair(Buffer.from(secrets["y"] ?? "", "hex"));
		assert.deepEqual(y.publicKey.bytes, made.prekey.message.y);
		const b = primitives.dh.keyPair(Buffer.from(secrets["b"] ?? "", "hex"));
		assert.deepEqual(b.publicKey.bytes, made.prekey.message.b);
		const sharedPrekey = primitives.ed448.keyPair(Buffer.from(secrets["sharedPrekey"] ?? "", "hex"));
		assert.deepEqual(sharedPrekey.publicKey.bytes, made.prekeyProfile.profile.profile.sharedPrekey);

		const identity = must(newIdentity(primitives, seeded("new"), ALICE, NOW_MS)) as Record<string, string>;
		const script = must(read({ ...CAST, responder: identity["person"], key: identity["forgingKey"] }));
		assert.equal(must(forgeDakeAndSessionKeys(options("new"), script)).texts.length, 3);
		const other = must(read({ ...CAST, responder: identity["person"], key: identity["longTermKey"] }));
		assert.equal(must(forgeDakeAndSessionKeys(options("new"), other)).texts.length, 3);
	});
});
