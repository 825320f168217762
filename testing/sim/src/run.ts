import { Cheats } from "./cheats.ts";
import { demandsOf, settle } from "./demands.ts";
import { Stage } from "./stage.ts";
import type { Story } from "./story.ts";
import { Violation } from "./violation.ts";
import { type Onlooker, World } from "./world.ts";

/** What came of a story. */
export interface Outcome {
	readonly failure: { readonly demand: string; readonly detail: string; readonly atMs: number } | undefined;
	/** Virtual milliseconds from the end of all faults until everyone was in one session. */
	readonly settledMs: number;
	readonly texts: number;
	readonly sessions: number;
	/** Texts on screens, and how many of them were confirmed by how many. */
	readonly messages: number;
	readonly confirmations: number;
	/** CONFIRMs that cheaters sent and that do not fit. */
	readonly misfits: ReadonlySet<string>;
}

/** Plays a story to its end, or to where a demand does not hold. */
export function playStory(story: Story, onlooker: Onlooker = {}): Outcome {
	const world = new World(story, demandsOf(story.profile), onlooker);
	const stage = new Stage(world);
	const cheats = new Cheats(world);
	let failure: Outcome["failure"];
	let settledMs = 0;
	try {
		let at = 0;
		for (const step of story.steps) {
			at += step.afterMs;
			world.network.run(at);
			stage.perform(step.act);
		}
		world.network.run(world.now + story.latencyMs.most);
		stage.calm();
		settledMs = settle(world);
	} catch (error) {
		if (!(error instanceof Violation)) throw error;
		failure = { demand: error.demand, detail: error.message, atMs: world.now };
	}
	const { sessions, messages, confirmations } = world.checker;
	return {
		misfits: cheats.misfits,
		failure,
		settledMs,
		texts: world.network.traffic.texts,
		sessions,
		messages,
		confirmations,
	};
}
