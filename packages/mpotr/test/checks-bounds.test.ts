import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { VerifyKey } from "@clowder/crypto";
import { type Member, stateHash } from "../src/fold/state.ts";
import { verifyTranscript } from "../src/forge/index.ts";
import { generateKeySet, type OwnKeySet } from "../src/key-set.ts";
import type { Aid, Sid } from "../src/labels.ts";
import { MAX_DIGESTS, MAX_PARTICIPANTS } from "../src/limits.ts";
import { LiveSession } from "../src/session/live-session.ts";
import { Transcript } from "../src/session/transcript.ts";
import { inspectFold } from "../src/testing.ts";
import { NO_CONTEXT, parseMessage, signMessage } from "../src/wire/envelope.ts";
import type { Join, Message } from "../src/wire/messages.ts";
import { enterInside } from "./checks-inside.ts";
import { FoldBench } from "./support/fold-bench.ts";
import { eventsOf, roomOf, seeded, suiteOf } from "./support/place.ts";
import { placed } from "./vectors/content.ts";

/** Bounds that nothing comes near to in a conversation of a few. */

const suite = suiteOf(1);
const BINDING = "memory:room";

describe("a room of as many as there may be", () => {
	/** A room of so many, of whom one has keys, and somebody who is introduced. */
	function crowd(size: number): { b: FoldBench; open: (b: FoldBench) => string } {
		const b = new FoldBench(suite, "crowd");
		const [ana] = b.members as [OwnKeySet];
		const join = b.join(b.keySet());
		b.place(join, "h1");
		b.place(b.introduce(ana, join.hash), "h0");
		const base = b.state.base ?? assert.fail("no session");
		const others = Array.from({ length: size - 1 }, (_, i): Member => {
			const v = { bytes: seeded(`crowd ${i}`)(32) } as unknown as VerifyKey;
			return { v, next: { ...ana.public, v } };
		});
		b.state = { ...b.state, base: { ...base, members: [...base.members, ...others] } };
		const open: Message = { type: "OPEN", k: b.state.k, joins: [join.hash], rekey: false };
		return { b, open: () => b.verdict(b.sign(ana.e, b.aid, open), "h0") };
	}

	test("OPEN-3: one more is not let in", () => {
		for (const [size, verdict] of [
			[MAX_PARTICIPANTS - 1, "opened"],
			[MAX_PARTICIPANTS, "OPEN-3"],
		] as const) {
			const { b, open } = crowd(size);
			assert.equal(open(b), verdict, `${size}`);
		}
	});

	test("JOIN-4: whoever asks to come into a full room is told so", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		// They would deny what is not sealed to them; and nobody is to be opened to before it is full.
		for (const one of people) one.cheat = (text) => (/:3(?:Deny|Open):3/.test(text) ? undefined : text);
		const [ana] = people as [(typeof people)[0]];
		const fold = inspectFold(ana.participant) ?? assert.fail("no room");
		const context = stateHash(suite, fold) ?? assert.fail("no session");
		const b = new FoldBench(suite, "strangers");
		for (let i = people.length; i < MAX_PARTICIPANTS; i++) {
			const keys = generateKeySet(suite, seeded(`stranger ${i}`));
			const knock = { type: "KNOCK", keySet: keys.public } as const;
			const join: Join = {
				type: "JOIN",
				keySet: keys.public,
				commitment: new Uint8Array(32),
				sponsor: fold.base?.members[0]?.v.bytes ?? assert.fail("nobody is in"),
				sealed: b.box(),
				passphrase: undefined,
				authenticators: [b.mac(), b.mac()],
			};
			place.inject(`h9${i}`, signMessage(suite, BINDING, keys.e, NO_CONTEXT, 0, knock).text);
			place.inject(`h9${i}`, signMessage(suite, BINDING, keys.e, context, 1, join).text);
			while (place.deliver());
		}
		assert.equal(inspectFold(ana.participant)?.pending.length, MAX_PARTICIPANTS - people.length);
		const eve = place.enter("Eve");
		place.run(20_000, () => eventsOf(eve, "refused-entry").length > 0);
		assert.deepEqual(
			eventsOf(eve, "refused-entry").map(({ why }) => why),
			["room-full"],
		);
		const last = place.log.findLast((item) => item.type === "text" && item.from === eve.handle);
		const parsed = last?.type === "text" ? parseMessage(suite, last.text) : undefined;
		assert.equal(parsed?.ok && parsed.value.message.type, "JOIN");
	});

	test("FORGE-1: a transcript has no longer list", () => {
		const real = enterInside().session().by("Mal");
		const roster = Array.from({ length: MAX_PARTICIPANTS + 1 }, () => real.roster[0] ?? assert.fail("nobody"));
		const read = verifyTranscript(suite, { ...real, roster });
		assert.ok(!read.ok);
		assert.equal(read.error.expected, `2 to ${MAX_PARTICIPANTS} people`);
	});
});

describe("going back further than what is kept (REPAIR-3)", () => {
	const random = seeded("rewind");
	const content = random(256);
	const entry = placed(random(32), 0, content);

	function grown(transcript: Transcript): Transcript {
		for (let i = 0; i < MAX_DIGESTS; i++) transcript.append(entry, content);
		return transcript;
	}

	test("a transcript goes back as far as it has digests, and says where it cannot", () => {
		const transcript = grown(new Transcript(suite, random(32) as Sid, []));
		const { latest } = transcript;
		assert.equal(transcript.rewind(0), false);
		assert.deepEqual(transcript.latest, latest, "where it was");
		assert.equal(transcript.rewind(1), true);
		assert.equal(transcript.latest.entries, 1);
	});

	test("nor does a session, and it counts on as before", () => {
		const own = generateKeySet(suite, random);
		const { publicKey: lpk } = suite.primitives.identityKey(random(32));
		const identity = { lpk, nickname: "Ana" as never, salt: random(32) };
		const session = new LiveSession(suite, {
			aid: random(32) as Aid,
			sid: random(32) as Sid,
			sk: random(64),
			plist: [{ identity, keySet: own.public }],
			index: 0,
			own,
			confirms: [],
			since: 0,
		});
		grown(session.transcript);
		session.validMessages = MAX_DIGESTS;
		session.reported = MAX_DIGESTS;
		assert.equal(session.rewind({ entries: 0, validMessages: 0 }), false);
		assert.equal(session.validMessages, MAX_DIGESTS);
		assert.equal(session.reported, MAX_DIGESTS);
		assert.equal(session.rewind({ entries: 1, validMessages: 1 }), true);
		assert.equal(session.validMessages, 1);
	});
});
