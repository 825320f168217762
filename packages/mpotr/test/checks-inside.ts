import assert from "node:assert/strict";
import { equal } from "@clowder/bytes";
import { keyName } from "../src/fold/state.ts";
import { Replay } from "../src/forge/replay.ts";
import type { Content } from "../src/session/content.ts";
import { inspectFold } from "../src/testing.ts";
import { type ParsedMessage, parseMessage, signMessage } from "../src/wire/envelope.ts";
import type { Encrypted, Message } from "../src/wire/messages.ts";
import type { Nickname } from "../src/nickname.ts";
import { names, type Person, suiteOf, TestPlace } from "./support/place.ts";
import { Recorder, type Recorded, recorded } from "./support/record.ts";

const suite = suiteOf(1);
export const MINUTE = 60_000;
const BINDING = "memory:room";

/** A name that no reader of identities takes. */
export const BAD_NAME: Nickname = "a\u0000b" as Nickname;

/**
 * A room of Ana and Mal, who holds the session's key as every member does and encrypts with it what no client would. From
 * the first such content on Mal's client is silent: they share their numbers.
 */
export interface Inside {
	readonly recorder: Recorder;
	readonly place: TestPlace;
	readonly ana: Person;
	readonly mal: Person;
	/** The running session, with everything that Mal knows of it. */
	session(): Recorded;
	/** Content of Mal's, under their next key of the chain; `more` valid messages are claimed to be seen that there are not. */
	encrypted(content: Content, extra?: readonly Uint8Array[], more?: number): Encrypted;
	/** Places a message of Mal's under the running session. */
	say(message: Message): void;
}

export function enterInside(): Inside {
	const place = new TestPlace(suite);
	const recorder = new Recorder(place, "inside");
	const ana = recorder.enter("Ana");
	place.run(MINUTE, () => names(ana).length === 1);
	const mal = recorder.enter("Mal");
	place.run(MINUTE, () => names(ana).length === 2 && names(mal).length === 2);
	place.run(3000);
	const session = (): Recorded => recorded(recorder).at(-1) ?? assert.fail("no session");
	const fold = (): NonNullable<ReturnType<typeof inspectFold>> =>
		inspectFold(ana.participant) ?? assert.fail("no room");
	const own = (): Uint8Array => {
		const member = fold().base?.members.find(({ v }) => fold().authors.get(keyName(v))?.handle === mal.handle);
		return member?.v.bytes ?? assert.fail("Mal is not in it");
	};
	let later = 0;
	const encrypted = (content: Content, extra: readonly Uint8Array[] = [], more = 0): Encrypted => {
		const transcript = session().by("Mal");
		const opened = Replay.open(suite, transcript);
		assert.ok(opened.ok);
		for (const item of transcript.placed) assert.ok(opened.value.place(item).ok);
		const ledger = opened.value.ledger ?? assert.fail("no key");
		const used = transcript.placed.filter((item) => {
			const parsed = item.type === "text" ? parseMessage(suite, item.text) : undefined;
			const type = parsed?.ok && equal(parsed.value.header.v, own()) && parsed.value.message.type;
			return type === "MESSAGE" || type === "INTRODUCE";
		}).length;
		const iv = new Uint8Array(16);
		for (let i = 0; i < used + later; i++) ledger.write(own(), { kind: "acknowledgement" }, [], iv);
		later++;
		ledger.validMessages += more;
		return ledger.write(own(), content, extra, iv);
	};
	const say = (message: Message): void => {
		mal.cheat = () => undefined;
		const state = fold();
		const number = (state.authors.get(keyName(own()))?.number ?? -1) + 1;
		const key = suite.primitives.signingKey(session().seedOf(own()));
		const aid = state.base?.aid ?? assert.fail("no session");
		place.inject(mal.handle, signMessage(suite, BINDING, key, aid, number, message).text);
		while (place.deliver());
	};
	return { recorder, place, ana, mal, session, encrypted, say };
}

/** A message of Mal's in place of one that their client sends, under the same number. */
export function inPlaceOf(inside: Inside, { header }: ParsedMessage, message: Message): string {
	const key = suite.primitives.signingKey(inside.session().seedOf(header.v));
	return signMessage(suite, BINDING, key, header.context, header.number, message).text;
}
