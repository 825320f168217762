import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Account } from "../../src/account/account.ts";
import {
	falsePrekeyEnsemble,
	type FalsePrekeyEnsemble,
	forgeDakeAndSessionKeys,
	forgeTranscript,
	parse,
	readAndForgeDataMessage,
	type Script,
} from "../../src/forge/index.ts";
import { readEnsemble } from "../../src/forge/ensembles.ts";
import { ALICE, BOB, Endpoint, NOW_MS } from "../support/endpoint.ts";
import { must, only, refusedAs } from "../support/expect.ts";
import { seeded } from "../support/random.ts";
import { alice, bob, carol, options, primitives, readBy, WORDS } from "./support.ts";

const SEED = "a conversation that began offline";

/** In Bob's name, by Bob or an accomplice who has his key. */
function falseEnsemble(): FalsePrekeyEnsemble {
	return must(falsePrekeyEnsemble(options("false"), bob.person, bob.longTerm));
}

/** The device that what is written to the false ensemble goes to. */
function forgingDevice({ prekeyProfile, prekey }: FalsePrekeyEnsemble): Endpoint {
	const content = { ...bob.content, prekeyProfiles: [prekeyProfile], prekeys: [prekey] };
	const account = new Account({ primitives, random: seeded("forging device"), mode: "standalone" }, content);
	return new Endpoint("bob", BOB, ALICE, { primitives, random: seeded("forging device"), account });
}

/** Who has taken Alice's device, and writes with her key. */
function honestAlice(seed: string): Endpoint {
	return new Endpoint("alice", ALICE, BOB, { primitives, random: seeded(seed), account: alice.account });
}

describe("a false prekey ensemble", () => {
	it("passes for a true one, and what is written to it is read by the forger", () => {
		const made = falseEnsemble();
		const verified = must(readEnsemble(options("anybody"), made.ensemble));
		const taken = honestAlice("taken device");
		const sent = must(taken.conversation.sendOffline([verified], "Are you Bob?", NOW_MS)).send;
		const forger = forgingDevice(made);
		for (const text of sent) forger.receive(text);
		assert.deepEqual(readBy(forger), ["Are you Bob?"]);
		forger.take(must(forger.conversation.send("Who else?", NOW_MS)));
		for (const text of forger.sent()) taken.receive(text);
		assert.deepEqual(readBy(taken), ["Who else?"]);
	});

	it("has the form of a true one", () => {
		const [ensemble] = honestAlice("other").ensembles(1);
		const { ensemble: made } = falseEnsemble();
		const prekeyMessage = must(readEnsemble(options("anybody"), made)).prekeyMessage.message;
		assert.deepEqual(Object.keys(prekeyMessage), Object.keys(ensemble?.prekeyMessage.message ?? {}));
		assert.deepEqual(made.clientProfile, bob.person.profile);
		assert.equal(prekeyMessage.ownerTag, bob.account.instanceTag);
	});

	it("is made with the long-term key only, for a profile signs it and no ring", () => {
		for (const key of [bob.forging, alice.longTerm, carol.longTerm]) {
			refusedAs(falsePrekeyEnsemble(options("false"), bob.person, key), "caller", "key");
		}
		refusedAs(
			falsePrekeyEnsemble(options("false"), { ...bob.person, profile: new Uint8Array(2) }, bob.longTerm),
			"caller",
			"malformed",
		);
		refusedAs(falsePrekeyEnsemble(options("false"), bob.person, bob.longTerm, 0.5), "caller", "malformed");
	});
});

describe("a forged offline conversation", () => {
	const made = falseEnsemble();
	const words = [{ sender: ALICE, text: "You were away" }, ...WORDS];
	const cast: Script = { initiator: bob.person, responder: alice.person, ensemble: made.ensemble, words, endedBy: BOB };

	it("is forged with the responder's key, the publisher's forging key, or the prekey", () => {
		const prekey = primitives.ed448.keyPair(made.prekey.keys.ecdh.reveal());
		const transcripts = [alice.longTerm, bob.forging, prekey].map(
			(key) => must(forgeTranscript(options(SEED), { ...cast, key })).texts,
		);
		const [first] = transcripts;
		for (const transcript of transcripts) {
			assert.equal(transcript.length, 1 + words.length + 1);
			// Which key signed is all that differs.
			assert.deepEqual(transcript.slice(1), first?.slice(1));
		}
		assert.equal(new Set(transcripts.map((transcript) => transcript[0]?.text)).size, 3);
	});

	it("is what the honest sender would have sent, and is read by both", () => {
		const signed = must(forgeTranscript(options(SEED), { ...cast, key: alice.longTerm })).texts.map(({ text }) => text);
		const forged = must(forgeTranscript(options(SEED), { ...cast, key: bob.forging })).texts.map(({ text }) => text);
		const sender = honestAlice(SEED);
		const verified = must(readEnsemble(options("anybody"), made.ensemble));
		const sent = must(sender.conversation.sendOffline([verified], words[0]?.text ?? "", NOW_MS)).send;
		assert.deepEqual(sent, signed.slice(0, 2));
		sender.take(must(sender.conversation.send(words[1]?.text ?? "", NOW_MS)));
		sender.take(must(sender.conversation.send(words[2]?.text ?? "", NOW_MS)));
		assert.deepEqual(sender.sent(), forged.slice(2, 4));
		const receiver = forgingDevice(falseEnsemble());
		for (const text of forged.slice(0, 4)) receiver.receive(text);
		assert.equal(only(receiver.events, "established").offline, true);
		assert.deepEqual(
			readBy(receiver),
			words.slice(0, 3).map(({ text }) => text),
		);
		// The answer of the publisher, whose long-term key nobody used.
		sender.told();
		sender.receive(forged[4] ?? "");
		assert.deepEqual(readBy(sender), [words[3]?.text]);
	});

	it("comes with the keys of its session", () => {
		const { texts, keys } = must(forgeDakeAndSessionKeys(options(SEED), { ...cast, key: bob.forging }));
		assert.equal(texts.length, 1);
		const parsed = must(parse(texts[0]?.text ?? ""));
		assert.ok(parsed.kind === "encoded" && parsed.message.type === "non-interactive-auth");
		const transcript = must(forgeTranscript(options(SEED), { ...cast, key: bob.forging })).texts;
		const read = must(readAndForgeDataMessage(primitives, transcript[1]?.text ?? "", keys.chainKey));
		assert.equal(read.plaintext.text, words[0]?.text);
	});

	it("tells why it cannot be made", () => {
		refusedAs(forgeTranscript(options(SEED), cast), "caller", "key");
		refusedAs(forgeTranscript(options(SEED), { ...cast, key: bob.longTerm }), "caller", "key");
		const others = { ...cast, initiator: carol.person, key: bob.forging };
		refusedAs(forgeTranscript(options(SEED), others), "caller", "malformed");
		const ensemble = { ...made.ensemble, prekeyProfile: new Uint8Array(1) };
		refusedAs(forgeTranscript(options(SEED), { ...cast, ensemble, key: bob.forging }), "caller", "malformed");
	});
});
