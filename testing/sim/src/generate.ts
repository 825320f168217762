import { SeededRandom } from "@clowder/carrier/memory";
import { CHEATS } from "./cheat-kinds.ts";
import type { Act, ActType, Profile, Step, Story, Who } from "./story.ts";

/** Most people of an ordinary story, and of the rare large one. */
const MOST_PEOPLE = 8;
const MOST_PEOPLE_LARGE = 20;
const LARGE_STORIES = 0.01;
const SUITE_2_STORIES = 0.08;
const ASKING_STORIES = 0.15;
const PASSPHRASE_STORIES = 0.1;
const LEAST_STEPS = 6;
const MOST_STEPS = 26;

type Weights = Partial<Record<ActType, number>>;

const PEOPLE: Weights = {
	enter: 7,
	say: 10,
	leave: 2,
	vanish: 1.5,
	restart: 1.5,
	interrupt: 1,
	renew: 1.5,
	sleep: 0.7,
	rekey: 1,
	ghost: 1,
};
const LINES: Weights = { loss: 2, double: 1, reorder: 1, lag: 1, partition: 1, sleep: 1 };
const ATTACKS: Weights = { flip: 1.5, replay: 3, lie: 1, fork: 1.5, garbage: 1, loss: 1.5, reorder: 0.7, lag: 0.7 };

/** Whoever came first gives the places until they go, or their line does. */
const SEQUENCERS: Weights = { leave: 3, vanish: 2.5, restart: 2, interrupt: 2, renew: 2, sleep: 1.2 };

const WEIGHTS: Record<Profile, Weights> = {
	honest: PEOPLE,
	sequenced: { ...PEOPLE, ...SEQUENCERS },
	lossy: { ...PEOPLE, ...LINES },
	hostile: { ...PEOPLE, ...ATTACKS },
	insiders: PEOPLE,
	all: { ...PEOPLE, ...LINES, ...ATTACKS },
};

function pickType(random: SeededRandom, weights: Weights): ActType {
	const entries = Object.entries(weights) as [ActType, number][];
	let point = random.unit() * entries.reduce((sum, [, weight]) => sum + weight, 0);
	for (const [type, weight] of entries) {
		point -= weight;
		if (point < 0) return type;
	}
	return "say";
}

/** Short ones most of the time: what happens in the middle of something else is what goes wrong. */
function pause(random: SeededRandom, timeoutMs: number): number {
	const kind = random.unit();
	if (kind < 0.45) return random.between(0, 120);
	if (kind < 0.75) return random.between(100, 3_000);
	if (kind < 0.93) return random.between(1_000, 20_000);
	return random.between(timeoutMs / 2, 2.5 * timeoutMs);
}

class Generator {
	readonly #random: SeededRandom;
	readonly #people: number;
	readonly #timeoutMs: number;
	/** Ways to cheat that need no help from the carrier, if that is honest. */
	readonly #cheats: readonly string[];

	constructor(random: SeededRandom, people: number, timeoutMs: number, cheats: readonly string[]) {
		this.#cheats = cheats;
		this.#random = random;
		this.#people = people;
		this.#timeoutMs = timeoutMs;
	}

	#who(): Who {
		return this.#random.between(0, this.#people - 1);
	}

	#someone(): Who | undefined {
		return this.#random.chance(0.5) ? this.#who() : undefined;
	}

	#side(): readonly Who[] {
		const side = Array.from({ length: this.#people }, (_, who) => who).filter(() => this.#random.chance(0.5));
		return side.length === 0 ? [this.#who()] : side;
	}

	#while(): number {
		const random = this.#random;
		return random.chance(0.6) ? random.between(10, 4_000) : random.between(4_000, 1.5 * this.#timeoutMs);
	}

	act(type: ActType, cheaters: readonly Who[]): Act {
		const random = this.#random;
		switch (type) {
			case "enter":
			case "say":
			case "vanish":
			case "renew":
			case "rekey":
				return { type, who: this.#who() };
			case "leave":
				return { type, who: this.#who(), atOnce: random.chance(0.3) };
			case "restart":
			case "interrupt":
			case "lag":
				return { type, who: this.#who(), forMs: random.between(0, 6_000) };
			case "sleep":
				return { type, who: this.#who(), forMs: random.between(1_000, 3 * this.#timeoutMs) };
			case "ghost":
				return { type, forMs: random.between(0, 5_000) };
			case "loss":
			case "reorder":
				return { type, who: this.#someone(), rate: random.between(5, 60) / 100, forMs: this.#while() };
			case "double":
			case "flip":
				return { type, rate: random.between(5, 60) / 100, forMs: this.#while() };
			case "partition":
			case "fork":
				return { type, side: this.#side(), forMs: this.#while() };
			case "replay":
				return { type, back: random.between(0, 60), under: this.#someone(), to: this.#someone() };
			case "lie":
				return { type, about: this.#who(), to: this.#someone() };
			case "garbage":
				return { type, form: random.between(0, 1000), under: this.#who() };
			case "cheat":
				return { type, who: random.pick(cheaters), how: random.pick(this.#cheats) };
		}
	}
}

/** The story of a seed: same seed and profile, same story. */
export function generateStory(seed: number, profile: Profile): Story {
	const random = new SeededRandom(seed);
	// A generator's first numbers follow its seed closely; those of the one after do not.
	random.bytes(16);
	const large = random.chance(LARGE_STORIES);
	const people = random.between(2, large ? MOST_PEOPLE_LARGE : random.between(3, MOST_PEOPLE));
	const timeoutSeconds = random.pick([10, 20, 60]);
	const withCheaters = (profile === "insiders" || profile === "all") && people > 2;
	const cheaters = withCheaters ? pickSome(random, people, random.between(1, Math.ceil((people - 1) / 2))) : [];
	const cheats = profile === "all" ? CHEATS : CHEATS.filter((how) => how !== "says-different-things");
	const generator = new Generator(random, people, timeoutSeconds * 1000, cheats);
	const steps: Step[] = [];
	const add = (afterMs: number, act: Act): void => void steps.push({ afterMs, act });
	const early = random.between(1, people);
	for (let who = 0; who < early; who++) add(random.chance(0.5) ? pause(random, 0) : 2_000, { type: "enter", who });
	for (const who of cheaters) add(pause(random, 0), { type: "cheat", who, how: random.pick(cheats) });
	const weights = { ...WEIGHTS[profile], ...(withCheaters ? { cheat: 1.5 } : {}) };
	const count = random.between(LEAST_STEPS, MOST_STEPS);
	for (let i = 0; i < count; i++) {
		add(pause(random, timeoutSeconds * 1000), generator.act(pickType(random, weights), cheaters));
	}
	const suite = random.chance(SUITE_2_STORIES) && !large ? 2 : 1;
	const latencyMs = random.pick([
		// Where everything comes at once, it comes in order.
		profile === "sequenced" ? { least: 20, most: 150 } : { least: 0, most: 0 },
		{ least: 5, most: 40 },
		{ least: 5, most: 400 },
	]);
	// One who cheats may keep others out where all or many are asked: that is what such a policy says.
	const asking = withCheaters ? (["any"] as const) : (["any", "majority", "all"] as const);
	const policy = random.chance(ASKING_STORIES) ? random.pick(asking) : "open";
	const passphrase = random.chance(PASSPHRASE_STORIES);
	return {
		seed,
		profile,
		suite,
		policy,
		passphrase,
		timeoutSeconds,
		latencyMs,
		people,
		cheaters,
		steps,
	};
}

function pickSome(random: SeededRandom, of: number, count: number): Who[] {
	const all = Array.from({ length: of }, (_, who) => who);
	const some: Who[] = [];
	while (some.length < count) some.push(...all.splice(random.between(0, all.length - 1), 1));
	return some.sort((a, b) => a - b);
}
