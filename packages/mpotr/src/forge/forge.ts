import { compare, err, hex, ok, type Result, utf8 } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import { seatsOf } from "../fold/seats.ts";
import { type Attempt, keyName } from "../fold/state.ts";
import type { MessageHash } from "../labels.ts";
import { MAX_PARTICIPANTS, MAX_TEXT_BYTES } from "../limits.ts";
import { signMessage } from "../wire/envelope.ts";
import { forgeAgreement, type Post } from "./forge-agreement.ts";
import { forgeEntry } from "./forge-join.ts";
import { nextPuppet, type Puppet, puppetKeys, type Random, Strings } from "./puppet.ts";
import { Replay } from "./replay.ts";
import type { Script, ScriptError, ScriptPerson } from "./script.ts";
import { standInFor } from "./stand-in.ts";
import type { Transcript, TranscriptItem, Witness } from "./transcript.ts";

/** Bytes of a handle that is made up, in hexadecimal: as the XMPP carrier makes them. */
const HANDLE_BYTES = 12;

/** Who came in has signed a KNOCK and a JOIN with its key before the transcript begins. */
const NEWCOMERS_FIRST_NUMBER = 2;

function makePuppet(strings: Strings, person: ScriptPerson, newcomer: boolean): Puppet {
	const { suite, random } = strings;
	return {
		handle: person.handle ?? hex(random(HANDLE_BYTES)),
		identity: { lpk: person.lpk, nickname: person.nickname, salt: random(32) },
		keys: strings.hold(puppetKeys(suite, random, person.published)),
		newcomer,
		next: strings.hold(puppetKeys(suite, random)),
		coins: random(32),
	};
}

function checkScript(suite: Suite, script: Script): ScriptError | undefined {
	const { people, words, end, witnesses, parameters } = script;
	const size = people.length;
	if (parameters.suite !== suite.id) return { expected: `suite ${suite.id}`, got: `suite ${parameters.suite}` };
	if (size < 2 || size >= MAX_PARTICIPANTS) return { expected: `2 to ${MAX_PARTICIPANTS - 1} people`, got: `${size}` };
	if (people.every((one) => one.newcomer)) return { expected: "somebody who was there before", got: "newcomers only" };
	const everyone = [...people, ...(end?.type === "join" ? [end.who] : [])];
	if (new Set(everyone.map(({ lpk }) => hex(lpk.bytes))).size !== everyone.length) {
		return { expected: "everyone once", got: "a long-term key twice" };
	}
	const seeds = everyone.flatMap(({ published }) => (published === undefined ? [] : [hex(published)]));
	if (new Set(seeds).size !== seeds.length) return { expected: "published keys of their own", got: "one twice" };
	if (witnesses.length === 0) return { expected: "a witness", got: "none" };
	const named = [...words.map(({ by }) => by), ...witnesses.map(({ person }) => person)];
	if (end?.type === "rekey") named.push(end.by);
	if (end?.type === "leave") named.push(end.who);
	if (end?.type === "join") named.push(end.sponsor, end.opener);
	const stranger = named.find((index) => people[index] === undefined);
	if (stranger !== undefined) return { expected: `people 0 to ${size - 1}`, got: `${stranger}` };
	if (end?.type === "join" && (parameters.passphrase || parameters.policy !== "open")) {
		return { expected: "an open room for somebody to come into", got: "one that asks" };
	}
	const long = words.find(({ text }) => text !== undefined && utf8(text).length > MAX_TEXT_BYTES);
	return long && { expected: `texts of at most ${MAX_TEXT_BYTES} bytes`, got: "a longer one" };
}

/** What somebody in the session would have kept of it. */
function makeWitness(
	strings: Strings,
	list: readonly Puppet[],
	puppet: Puppet,
	identitySeed: Uint8Array | undefined,
): Witness {
	const { suite } = strings;
	const longTerm = list
		.filter((one) => one !== puppet)
		.map(({ keys }) => {
			const shared = suite.primitives.dhFromIdentity(standInFor(puppet.identity.lpk), keys.own.public.y);
			if (!shared.ok) throw new Error("keys of our own give no shared secret");
			return shared.value;
		});
	const { x, s, kem, boxKem } = puppet.keys.seeds;
	return {
		v: puppet.keys.own.public.v.bytes,
		x,
		kemSeed: kem,
		coins: suite.kem && puppet.coins,
		s,
		boxSeed: boxKem,
		nextX: puppet.next.seeds.x,
		longTerm,
		identitySeed,
	};
}

/** Writes a transcript as it goes; a replay of the forger's own follows, as everyone's would. */
class Writing {
	readonly strings: Strings;
	readonly replay: Replay;
	readonly placed: TranscriptItem[] = [];

	constructor(strings: Strings, replay: Replay) {
		this.strings = strings;
		this.replay = replay;
	}

	readonly post: Post = (by, context, message) => {
		const { e } = by.keys.own;
		const number = this.strings.nextNumber(e.verifyKey);
		const { text } = signMessage(this.replay.suite, this.replay.binding, e, context, number, message);
		this.put({ type: "text", from: by.handle, text });
	};

	put(item: TranscriptItem): void {
		const placed = this.replay.place(item);
		// What a script can ask for is allowed in its place.
		if (!placed.ok) throw new Error(`a forged text is refused: ${placed.error.rule}, ${placed.error.expected}`);
		this.placed.push(item);
	}

	readonly attempt = (): Attempt | undefined => this.replay.state.attempt;

	readonly lastPlaced = (): MessageHash => {
		const { lastPlaced } = this.replay;
		if (lastPlaced === undefined) throw new Error("nothing was placed");
		return lastPlaced;
	};
}

/**
 * Forges a transcript of one session: any words by any people, from their long-term *public* keys, and signing keys that they
 * published or that are made up (rule FORGE-6). `verifyTranscript` accepts it as it accepts a real one, and nothing in it
 * differs from one: the same functions made it, from keys of the same distribution.
 *
 * - With a published `e`, the key set is built around its `v` with fresh `y`, `ek` and `b`. That those go together is said by
 *   nothing but messages signed with `e`, which anyone can sign now.
 * - Without one, `v` is fresh too. Nothing ties a `v` to a person but MACs under pairwise keys, which are the forger's here.
 *
 * Nobody's long-term secret is needed: it enters in `DH(LSK, y)` only, and the secret of `y` with `LPK` gives the same. Each
 * `y` of a session is its participant's own, so a participant alone can do this for pairs that it is in (that is what makes
 * each proof convincing to the one it is for, and to nobody else); whoever makes all of them can do it for all.
 */
export function forgeTranscript(suite: Suite, script: Script, random: Random): Result<Transcript, ScriptError> {
	const wrong = checkScript(suite, script);
	if (wrong !== undefined) return err(wrong);
	const strings = new Strings(suite, random);
	const { parameters, k } = script;
	const people = script.people.map((person) => makePuppet(strings, person, person.newcomer));
	for (const one of people) if (one.newcomer) strings.startAt(one.keys.own.public.v, NEWCOMERS_FIRST_NUMBER);
	const list = [...people].sort((a, b) => compare(a.keys.own.public.v.bytes, b.keys.own.public.v.bytes));
	const witnesses = script.witnesses.map(({ person, identitySeed }) =>
		makeWitness(strings, list, people[person] as Puppet, identitySeed),
	);
	const roster = list.map(({ identity, keys, newcomer }) => ({ identity, keySet: keys.own.public, newcomer }));
	const head = { parameters, k, roster, witnesses };
	const opened = Replay.open(suite, head);
	if (!opened.ok) return err({ expected: opened.error.expected, got: opened.error.got });
	const writing = new Writing(strings, opened.value);
	const opener = people.find((one) => !one.newcomer) as Puppet;
	forgeAgreement(writing, people, { by: opener, tell: undefined });
	speak(writing, people, script);
	if (script.end !== undefined) finish(writing, people, script.end);
	writing.replay.erase();
	return ok({ ...head, placed: writing.placed });
}

function speak({ replay, post, strings }: Writing, people: readonly Puppet[], script: Script): void {
	const { ledger } = replay;
	if (ledger === undefined) throw new Error("a forged agreement gave no session");
	for (const { by, text } of script.words) {
		const puppet = people[by] as Puppet;
		const what =
			text === undefined
				? ({ kind: "acknowledgement" } as const)
				: ({ kind: "text", id: strings.random(8), text } as const);
		const content = ledger.write(puppet.keys.own.public.v.bytes, what, [], strings.random(16));
		post(puppet, ledger.aid, { type: "MESSAGE", content });
	}
}

/** The next session begins; then everyone who goes on closes this one, and everyone publishes their keys. */
function finish(writing: Writing, people: readonly Puppet[], end: NonNullable<Script["end"]>): void {
	const { replay, post, strings } = writing;
	const { ledger } = replay;
	if (ledger === undefined) throw new Error("a forged agreement gave no session");
	const { aid } = ledger;
	const leaver = end.type === "leave" ? people[end.who] : undefined;
	const staying = people.filter((one) => one !== leaver);
	const next: readonly Puppet[] = staying.map((one) => nextPuppet(strings.suite, one, strings.random));
	for (const one of next) strings.hold(one.next);
	if (end.type === "rekey") {
		const by = next[end.by] as Puppet;
		post(people[end.by] as Puppet, aid, { type: "OPEN", k: 0, joins: [], rekey: true });
		forgeAgreement(writing, [by, ...next.filter((one) => one !== by)], undefined);
	} else if (leaver !== undefined) {
		post(leaver, aid, { type: "LEAVE", ...ledger.transcript.latest });
		forgeAgreement(writing, next, undefined);
	} else if (end.type === "join") {
		const newcomer = makePuppet(strings, end.who, true);
		const by = { sponsor: people[end.sponsor] as Puppet, opener: people[end.opener] as Puppet };
		const tell = forgeEntry({ ...writing, state: () => replay.state, ledger }, newcomer, by, next);
		forgeAgreement(writing, [...next, newcomer], { by: next[end.opener] as Puppet, tell });
	}
	for (const one of staying) post(one, aid, { type: "CLOSE", ...ledger.transcript.latest });
	for (const one of people) post(one, aid, { type: "PUBLISH", seed: one.keys.own.e.reveal() });
	for (const one of shuffled(staying, strings.random)) {
		const list = people.map(({ keys }) => keys.own.public).sort((a, b) => compare(a.v.bytes, b.v.bytes));
		const others = list.filter(({ v }) => v !== one.keys.own.public.v).map(({ v }) => keyName(v));
		post(one, aid, { type: "RECEIVED", of: seatsOf(list, new Set(others)) });
	}
}

/** Receipts come after a random delay each, so in any order. */
function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
	return items
		.map((item) => ({ item, rank: random(8) }))
		.sort((a, b) => compare(a.rank, b.rank))
		.map(({ item }) => item);
}
