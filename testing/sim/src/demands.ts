import { DEFAULT_TIMING, type PersonId } from "@clowder/mpotr";
import type { Demands } from "./checker.ts";
import type { Client } from "./client.ts";
import type { Profile, Story } from "./story.ts";
import { Violation } from "./violation.ts";
import type { World } from "./world.ts";

/** One order for all who are there, and nobody who cheats. */
function isCalm(profile: Profile): boolean {
	return profile === "honest" || profile === "sequenced";
}

/** What may be demanded while a story of a profile goes on. */
export function demandsOf(profile: Profile): Demands {
	const calm = isCalm(profile);
	return { calm, once: calm || profile === "insiders" };
}

/** Within how much virtual time everyone who should be in is in one session, once nothing is done to them any more. */
export function settleBoundMs(story: Story): number {
	return 60_000 + (10 + 2 * story.people) * story.timeoutSeconds * 1000;
}

/** Honest people who want to be in the room. */
function wanting(
	world: World,
): readonly { readonly name: string; readonly id: PersonId; readonly client: Client | undefined }[] {
	return world.people.filter((person) => person.honest && person.wants);
}

/** Why not everyone who should be is in one session; undefined if they are. */
export function unsettled(world: World): string | undefined {
	const people = wanting(world);
	const cheaters = new Set(world.people.filter((one) => !one.honest).map((one) => one.id));
	const expected = people.map((one) => one.id);
	let fingerprint: string | undefined;
	for (const { client, name } of people) {
		if (client === undefined || !client.alive) return `${name} has no process`;
		const { session, phase, outbox } = client.participant.view();
		if (phase !== "inside" || session === undefined) return `${client.label} is ${phase}`;
		fingerprint ??= session.fingerprint;
		if (session.fingerprint !== fingerprint) return `${client.label} is in another session`;
		const ids = session.people.map((one) => one.id).filter((id) => !cheaters.has(id));
		const missing = expected.find((id) => !ids.includes(id));
		if (missing !== undefined)
			return `${client.label} does not have ${world.checker.person(missing)?.name} in its session`;
		const extra = ids.find((id) => !expected.includes(id));
		if (extra !== undefined) return `${client.label} still has ${world.checker.person(extra)?.name} in its session`;
		if (outbox.length > 0) return `${client.label} still has ${outbox.length} texts to send`;
	}
	return undefined;
}

/** How often it is looked whether a room has settled, in virtual milliseconds. */
const LOOK_MS = 500;

/**
 * After a sign that views differ: a repair that was tried before and may be tried again only later, another one, and the time
 * for one of ours and one of theirs (rule DIGEST-3). It does not depend on the timeout of the room.
 */
const PARTING_MS = 5 * DEFAULT_TIMING.repairMs;

/** Runs until `open` finds nothing any more; then how long that took. */
function runUntil(
	world: World,
	boundMs: number,
	demand: string,
	open: () => string | undefined,
	isExcused: () => boolean = () => false,
): number {
	const start = world.now;
	for (;;) {
		const why = open();
		if (why === undefined) return world.now - start;
		if (world.now - start > boundMs && isExcused()) return world.now - start;
		if (world.now - start > boundMs) throw new Violation(demand, `after ${world.now - start} ms ${why}`);
		world.network.run(world.now + LOOK_MS);
	}
}

/**
 * Only cheaters are inside, and the honest are all on their way: whom nobody honest can let in, nobody can. Those who are
 * inside with anyone honest must not be able to keep others out.
 */
function isHeldUpByCheaters(world: World): boolean {
	const inside = wanting(world).some(({ client }) => client?.participant.view().session !== undefined);
	const cheating = world.people.some(
		(one) => !one.honest && world.present(one)?.participant.view().session !== undefined,
	);
	return cheating && !inside;
}

/**
 * What the carrier did to different people is found at the first message that crosses; what is said before that stands on one side,
 * and people are told. So before the last words are asked for, everyone hears everyone once, and those who disagree have parted
 * and met again.
 */
function findOut(world: World, boundMs: number): void {
	world.network.run(world.now + 2 * world.story.timeoutSeconds * 1000 + PARTING_MS);
	runUntil(
		world,
		boundMs,
		"one-session-again",
		() => unsettled(world),
		() => isHeldUpByCheaters(world),
	);
}

/** Everyone is in one session, and then hears the last word of everyone, and knows that they did. */
export function settle(world: World): number {
	const bound = settleBoundMs(world.story);
	const took = runUntil(
		world,
		bound,
		"one-session",
		() => unsettled(world),
		() => isHeldUpByCheaters(world),
	);
	if (isHeldUpByCheaters(world)) return took;
	if (!isCalm(world.story.profile)) findOut(world, bound);
	const speakers = wanting(world).flatMap(({ client }) => client ?? []);
	for (const client of speakers) world.say(client);
	const last = speakers.map((client) => client.person.typed.at(-1) as string);
	runUntil(world, bound, "last-words", () => unsettled(world) ?? unheard(world, last));
	checkTyped(world);
	if (isCalm(world.story.profile)) checkTimelines(world);
	return took;
}

/** Whose last word did not reach whom. */
function unheard(world: World, last: readonly string[]): string | undefined {
	for (const { client } of wanting(world)) {
		if (client === undefined) continue;
		const read = new Set([...world.checker.timeline(client).byId.values()].map(({ placed }) => placed.text));
		const missing = last.find((text) => !read.has(text));
		if (missing !== undefined && client.since < world.now) return `${client.label} has not read ${missing}`;
	}
	return undefined;
}

/** What someone who stayed has typed stands once on their own screen. */
function checkTyped(world: World): void {
	for (const { client } of wanting(world)) {
		if (client === undefined) continue;
		const own = [...world.checker.timeline(client).byId.values()]
			.filter(({ placed }) => placed.author === client.person.id)
			.map(({ placed }) => placed.text);
		for (const text of client.typed) {
			const count = own.filter((one) => one === text).length;
			if (count !== 1)
				throw new Violation(
					"placed-once",
					`${client.label} typed "${text}", which stands ${count} times on its screen`,
				);
		}
	}
}

/** Texts that stand in more than one session, as their author lost the place: who saw the first is not shown the second. */
function sentAgain(world: World): ReadonlySet<string> {
	const sessions = new Map<string, string>();
	const again = new Set<string>();
	for (const client of world.people.flatMap(({ clients }) => clients)) {
		for (const { session, placed } of world.checker.timeline(client).byId.values()) {
			if ((sessions.get(placed.text) ?? session) !== session) again.add(placed.text);
			sessions.set(placed.text, session);
		}
	}
	return again;
}

/** On a carrier that keeps its contract, all who are still there have the same of each session. */
function checkTimelines(world: World): void {
	const seen = new Map<string, { readonly label: string; readonly told: string }>();
	const again = sentAgain(world);
	for (const { client } of wanting(world)) {
		if (client === undefined) continue;
		for (const [session, messages] of world.checker.timeline(client).sessions) {
			const { held, frozen } = world.checker.timeline(client);
			if ((held.get(session) ?? 0) < client.since || frozen.has(session)) continue;
			const shown = messages.filter(({ text }) => !again.has(text));
			const told = shown.map(({ entry, text }) => `${entry}:${text}`).join(" ");
			const other = seen.get(session);
			if (other !== undefined && other.told !== told) {
				throw new Violation(
					"one-transcript",
					`${session}: ${client.label} has ${told}, ${other.label} has ${other.told}`,
				);
			}
			seen.set(session, { label: client.label, told });
		}
	}
}
