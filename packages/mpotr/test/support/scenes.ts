import assert from "node:assert/strict";
import type { Suite } from "@clowder/crypto";
import { forgeTranscript, type Script, type ScriptPerson, type Transcript } from "../../src/forge/index.ts";
import { parseMessage, type ParsedMessage } from "../../src/wire/envelope.ts";
import { names, type Person, seeded, TestPlace } from "./place.ts";
import { Recorder, type Recorded, recorded } from "./record.ts";

/** How a session ends. */
export type Scene = "join" | "leave" | "rekey";

export const SCENES: readonly Scene[] = ["join", "leave", "rekey"];

/** Real people in a place: who they are, in the order in which they came. */
export const CAST: readonly string[] = ["Ana", "Bo", "Cy", "Di"];

/** Everyone comes, one after another. */
export function gather(recorder: Recorder, size: number): readonly Person[] {
	const { place } = recorder;
	const people: Person[] = [];
	for (const name of CAST.slice(0, size)) {
		people.push(recorder.enter(name));
		place.run(10_000, () => people.every((one) => names(one).length === people.length));
	}
	return people;
}

/** A session of three (of two, where a third comes in) in which something is said, and its end, as they really were. */
export function realScene(suite: Suite, scene: Scene): Recorded {
	const place = new TestPlace(suite);
	const recorder = new Recorder(place, `${suite.id} ${scene}`);
	const people = gather(recorder, scene === "join" ? 2 : 3);
	const [ana, bo] = people as [Person, Person];
	place.say(ana, "the meeting is at eight");
	place.run(100);
	place.say(bo, "I bring the papers");
	place.run(5000);
	if (scene === "join") recorder.enter("Cy");
	if (scene === "leave") place.act(people[2] as Person, (one) => one.leave(place.now));
	if (scene === "rekey") place.act(bo, (one) => one.rekey(place.now));
	place.run(14_000);
	if (scene === "leave") place.vanish(people[2] as Person);
	place.run(10_000);
	const sessions = recorded(recorder);
	const found = sessions[people.length - 2] ?? assert.fail("the session was not recorded");
	assert.deepEqual(
		[...found.names].sort(),
		people.map((one) => one.name),
	);
	return found;
}

/** Somebody of a real session as a forger knows them: by public keys. */
function publicPerson(real: Recorded, name: string, published: boolean): ScriptPerson & { readonly newcomer: boolean } {
	const index = real.names.indexOf(name);
	const entry = real.roster[index] ?? assert.fail(name);
	return {
		nickname: entry.identity.nickname,
		lpk: entry.identity.lpk,
		published: published ? real.seeds[index] : undefined,
		handle: `h${CAST.indexOf(name)}`,
		newcomer: entry.newcomer,
	};
}

/** What was really said, or at least who spoke, as words of a script; `texts` are put in their place where given. */
function wordsLike(real: Recorded, texts: readonly string[] | undefined): Script["words"] {
	let next = 0;
	return real.spoken.map(({ by, text }) => {
		const name = real.names[by] ?? assert.fail("nobody");
		const said = text === undefined ? undefined : (texts?.[next++] ?? text);
		return { by: CAST.indexOf(name), text: said };
	});
}

export interface Like {
	/** With the keys that the real ones published; else with made-up ones. */
	readonly published?: boolean;
	readonly texts?: readonly string[];
	readonly witness?: string;
	/** The witness's long-term secret: a corrupt member gives its own. */
	readonly identitySeed?: Uint8Array;
	readonly seed?: string;
}

/** A script of the same scene: the same people, as many words, the same end. */
export function scriptLike(real: Recorded, scene: Scene, like: Like = {}): Script {
	const { published = true } = like;
	const inside = CAST.filter((name) => real.names.includes(name));
	const comer = real.comer && { ...real.comer, published: undefined, handle: "h2" };
	const end: Script["end"] =
		scene === "rekey"
			? { type: "rekey", by: 1 }
			: scene === "leave"
				? { type: "leave", who: 2 }
				: { type: "join", who: comer ?? assert.fail("nobody came"), sponsor: real.sponsor, opener: real.opener };
	return {
		parameters: real.parameters,
		k: real.k,
		people: inside.map((name) => publicPerson(real, name, published)),
		words: wordsLike(real, like.texts),
		end,
		witnesses: [{ person: CAST.indexOf(like.witness ?? "Ana"), identitySeed: like.identitySeed }],
	};
}

export function forgedLike(real: Recorded, scene: Scene, like: Like = {}): Transcript {
	const forged = forgeTranscript(real.suite, scriptLike(real, scene, like), seeded(like.seed ?? "forger"));
	return forged.ok ? forged.value : assert.fail(JSON.stringify(forged.error));
}

/** The messages of a transcript, in their places; undefined for the carrier's notices. */
export function messagesOf(
	suite: Suite,
	transcript: Pick<Transcript, "placed">,
): readonly (ParsedMessage | undefined)[] {
	return transcript.placed.map((item) => {
		if (item.type === "left") return undefined;
		const parsed = parseMessage(suite, item.text);
		return parsed.ok ? parsed.value : assert.fail(JSON.stringify(parsed.error));
	});
}
