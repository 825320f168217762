import { playStory } from "./run.ts";
import type { Story } from "./story.ts";

/** Stories that are played to find a shorter one. */
const TRIES_MOST = 400;

/** The same story with these of its steps only; a step that is left out takes its pause with it to the next. */
export function keepSteps(story: Story, keep: readonly number[]): Story {
	const wanted = new Set(keep);
	let pause = 0;
	const steps = story.steps.flatMap((step, i) => {
		pause += step.afterMs;
		if (!wanted.has(i)) return [];
		const kept = { ...step, afterMs: pause };
		pause = 0;
		return [kept];
	});
	return { ...story, steps };
}

/** Whether this demand fails in a story. */
export function breaks(demand: string): (story: Story) => boolean {
	return (story) => playStory(story).failure?.demand === demand;
}

/** Steps that suffice for a story to fail as it does: as few as leaving out one at a time, or many, can make them. */
export function shrink(story: Story, fails: (story: Story) => boolean): readonly number[] {
	let keep = story.steps.map((_, i) => i);
	let tries = 0;
	const stillFails = (some: readonly number[]): boolean => {
		if (tries >= TRIES_MOST) return false;
		tries++;
		return fails(keepSteps(story, some));
	};
	for (let size = Math.ceil(keep.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
		for (let changed = true; changed; ) {
			changed = false;
			for (let at = keep.length - size; at >= 0; at -= size) {
				const less = [...keep.slice(0, at), ...keep.slice(at + size)];
				if (!stillFails(less)) continue;
				keep = less;
				changed = true;
			}
			if (size > 1) break;
		}
	}
	return keep;
}
