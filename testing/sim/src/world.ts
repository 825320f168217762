import type { Handle } from "@clowder/carrier";
import { MemoryNetwork, SeededRandom, SequencedNetwork } from "@clowder/carrier/memory";
import { normalisePassphrase, type Passphrase, type Suite } from "@clowder/crypto";
import { type CarrierInput, createParticipant, type PersonId, parseNickname, type RoomEvent } from "@clowder/mpotr";
import { Checker, type Demands } from "./checker.ts";
import { Client, type Hooks, type Person } from "./client.ts";
import { Faults } from "./faults.ts";
import { ROOM } from "./room.ts";
import type { Story, Who } from "./story.ts";
import { bytesFrom, sha512, simulatedSuite } from "./suites.ts";
import { Violation } from "./violation.ts";

/** What someone looking on gets to see. All of it is optional, and none of it changes the course. */
export interface Onlooker {
	/** A line about what goes on. */
	readonly line?: (now: number, line: string) => void;
	readonly hooks?: Partial<Hooks>;
}

/** How a person of a story deals with its own texts before they leave, where it cheats. */
export type Tampering = (client: Client, text: string) => readonly string[];

/** Texts on the carrier, for each person and step and each minute of a story, beyond which something does not end. */
const TEXTS_PER_PERSON_AND_STEP = 150;
/** Texts that come twice on a carrier without order or echo. */
const DOUBLED_BELOW_SEQUENCE = 0.15;
/** Returns of someone who was thrown out. */
const RETURNS_MOST = 40;
const RETURN_MOST_MS = 5_000;
/** How long people think about who may come in. */
const ANSWER_MOST_MS = 4_000;
/** Draws of one client that are kept, for those who sign anew what it sent. */
const DRAWS_MAX_COUNT = 4096;

function passphrase(): Passphrase {
	const normal = normalisePassphrase("nine lives of a cat");
	if (!normal.ok) throw new Error("no passphrase");
	return normal.value;
}

/** All people of a story, their machines, and the carrier between them. What they do is told by `Stage`. */
export class World {
	readonly story: Story;
	readonly suite: Suite;
	readonly network: MemoryNetwork;
	readonly people: Person[] = [];
	readonly checker: Checker;
	readonly faults: Faults;
	readonly random: SeededRandom;
	/** The randomness that each client drew, by its number: what a cheater's own keys were made from. */
	readonly drawn: Map<number, Uint8Array[]> = new Map();
	/** How the people who cheat do it, from where on they do. */
	readonly cheats: Map<Who, string> = new Map();
	tampering: Tampering = (_client, text) => [text];
	readonly #onlooker: Onlooker;
	readonly #handles: Map<Handle, Client> = new Map();
	readonly #hooks: Hooks;
	#clients = 0;
	#returns = 0;
	#texts = 0;

	constructor(story: Story, demands: Demands, onlooker: Onlooker = {}) {
		this.story = story;
		this.#onlooker = onlooker;
		this.suite = simulatedSuite(story.suite);
		this.random = new SeededRandom(story.seed ^ 0x0517);
		this.faults = new Faults(
			story.seed,
			(handle) => this.#handles.get(handle)?.person.who,
			({ to, from, text, afterMs }) => this.#tellLater(to, from, text, afterMs),
		);
		this.network = this.#makeNetwork();
		this.checker = new Checker(this.people, demands);
		this.#hooks = {
			fed: (client, input) => this.#fed(client, input),
			happened: (client, event) => this.#happened(client, event),
			sending: (client, text) => this.#sending(client, text),
			turned: (client) => this.#onlooker.hooks?.turned?.(client),
		};
		for (let who = 0; who < story.people; who++) this.#addPerson(who, !story.cheaters.includes(who), false);
	}

	get now(): number {
		return this.network.now;
	}

	#makeNetwork(): MemoryNetwork {
		const { seed, latencyMs, profile } = this.story;
		if (profile === "sequenced") {
			const below = { disorder: 1, echo: false, duplication: DOUBLED_BELOW_SEQUENCE };
			return new SequencedNetwork({ seed, latencyMs, hash: sha512, ...below });
		}
		return new MemoryNetwork({ seed, latencyMs, tamper: (delivery) => this.faults.tamper(delivery) });
	}

	tell(line: string): void {
		this.#onlooker.line?.(this.now, line);
	}

	#addPerson(who: Who, honest: boolean, ghost: boolean): Person {
		const name = ghost ? `G${who}` : `P${who}`;
		const secret = this.suite.primitives.identityKey(bytesFrom(`${this.story.seed}/${name}`)(32));
		const id = Buffer.from(secret.publicKey.bytes).toString("hex") as PersonId;
		const fresh = { wants: false, returned: false, client: undefined, clients: [], typed: [] };
		const person: Person = { who, name, id, honest, ghost, ...fresh };
		this.people.push(person);
		return person;
	}

	/** Someone outside of the story's people. */
	addGhost(): Person {
		return this.#addPerson(this.people.length, true, true);
	}

	person(who: Who): Person {
		const person = this.people[who];
		if (person === undefined) throw new RangeError(`nobody is number ${who}`);
		return person;
	}

	/** Whose process runs, in the place or on the way there. */
	present(person: Person): Client | undefined {
		return person.client?.alive ? person.client : undefined;
	}

	clientAt(handle: Handle): Client | undefined {
		const client = this.#handles.get(handle);
		return client?.alive && client.handle === handle ? client : undefined;
	}

	/** Starts a process for someone: a new participant of the same identity. */
	enter(person: Person): Client {
		const number = this.#clients++;
		const nickname = parseNickname(person.name);
		if (!nickname.ok) throw new Error(`${person.name} is no nickname`);
		const drawn: Uint8Array[] = [];
		const random = bytesFrom(`${this.story.seed}/${person.name}/${number}`);
		this.drawn.set(number, drawn);
		const participant = createParticipant({
			suite: this.suite,
			identity: this.suite.primitives.identityKey(bytesFrom(`${this.story.seed}/${person.name}`)(32)),
			nickname: nickname.value,
			random: (length) => {
				const bytes = random(length);
				if (!person.honest && drawn.length < DRAWS_MAX_COUNT) drawn.push(bytes.slice());
				return bytes;
			},
			terms: { timeoutSeconds: this.story.timeoutSeconds, policy: this.story.policy },
			...(this.story.passphrase ? { passphrase: passphrase() } : {}),
		});
		const client = new Client(number, person, participant, this.network, this.#hooks);
		person.client = client;
		person.clients.push(client);
		person.wants = true;
		client.sit(this.network.enter({ room: ROOM, onEvent: (event) => client.arrive(event) }));
		return client;
	}

	say(client: Client): void {
		const { person } = client;
		const text = `${person.name}#${person.typed.length}`;
		person.typed.push(text);
		client.typed.push(text);
		client.act((participant, now) => {
			const sent = participant.send(text, now);
			if (!sent.ok && participant.view().phase !== "over") {
				throw new Violation("own-text-taken", `${client.label}: ${JSON.stringify(sent.error)}`);
			}
		});
	}

	#tellLater(to: Handle, from: Handle, text: string, afterMs: number): void {
		this.network.at(this.now + afterMs, () => {
			if (this.clientAt(to) !== undefined) this.network.tell(to, { type: "text", from, text });
		});
	}

	#fed(client: Client, input: CarrierInput): void {
		if (input.type === "entered") {
			this.#handles.set(input.self, client);
			if (client.entries++ > 0) client.person.returned = true;
			client.since = this.now;
		}
		if (input.type !== "text")
			this.tell(`  ${client.label} <- ${input.type}${"handle" in input ? ` ${this.#at(input.handle)}` : ""}`);
		this.#onlooker.hooks?.fed?.(client, input);
	}

	#at(handle: Handle): string {
		return this.#handles.get(handle)?.label ?? handle.slice(0, 6);
	}

	#sending(client: Client, text: string): readonly string[] {
		const limit = TEXTS_PER_PERSON_AND_STEP * this.people.length * (this.story.steps.length + 10);
		if (++this.#texts > limit) throw new Violation("bounded", `more than ${limit} texts`);
		const sent = client.person.honest ? [text] : this.tampering(client, text);
		for (const one of sent) {
			const type = /^:3mpCAT:3(\w*):3/.exec(one)?.[1] ?? "?";
			this.tell(`  ${client.label} -> ${type} (${one.length})${one === text ? "" : " changed"}`);
		}
		return sent;
	}

	#happened(client: Client, event: RoomEvent): void {
		if (event.type !== "changed" && this.#onlooker.line !== undefined)
			this.tell(`  ${client.label} ${tellEvent(event)}`);
		this.checker.happened(client, event);
		this.#onlooker.hooks?.happened?.(client, event);
		// What an application does: a text is released to newcomers, a room that is over is left.
		if (event.type === "held") {
			this.network.at(this.now, () => {
				if (client.alive)
					client.act((participant, now) => event.messages.forEach((id) => participant.release(id, now)));
			});
		}
		if (event.type === "asking") this.#answer(client, event.person.id);
		if (event.type === "over") this.#over(client, event.why);
	}

	/** Everyone lets everyone in, after a while. */
	#answer(client: Client, id: PersonId): void {
		this.network.at(this.now + this.random.between(0, ANSWER_MOST_MS), () => {
			if (client.asleep) this.#answer(client, id);
			else if (client.alive) client.act((participant, now) => participant.approve(id, now));
		});
	}

	/** Whoever wants to be there and was thrown out tries again. */
	#over(client: Client, why: string): void {
		const { person } = client;
		client.quit();
		if (!person.honest) person.wants = false;
		if (!person.wants || why === "left" || person.client !== client) return;
		if (++this.#returns > RETURNS_MOST * this.people.length) throw new Violation("bounded", "endless returns");
		this.network.at(this.now + this.random.between(500, RETURN_MOST_MS), () => {
			if (person.wants && person.client === client) this.enter(person);
		});
	}
}

function tellEvent(event: RoomEvent): string {
	const names = (people: readonly { readonly nickname: string }[]): string => people.map((p) => p.nickname).join(" ");
	switch (event.type) {
		case "session":
			return `* session ${event.session.fingerprint.slice(0, 6)}: ${names(event.session.people)}`;
		case "message":
			return `* reads ${event.message.text} at ${event.message.session.slice(0, 6)}:${event.message.entry}`;
		case "refused":
			return `* refuses ${JSON.stringify(event.refusal)}`;
		default:
			return `* ${JSON.stringify(event, brief)}`;
	}
}

function brief(_key: string, value: unknown): unknown {
	if (value instanceof Uint8Array) return undefined;
	if (typeof value === "object" && value !== null && "nickname" in value) return value.nickname;
	return typeof value === "string" && value.length > 24 ? value.slice(0, 8) : value;
}
