import assert from "node:assert/strict";
import type { Conversation } from "../../src/conversation/conversation.ts";
import type { EncryptedSession } from "../../src/conversation/encrypted-session.ts";
import type { ConversationEvent, Outcome } from "../../src/conversation/events.ts";
import { INSTANCES_MAX } from "../../src/limits.ts";
import type { Mode } from "../../src/mode.ts";
import type { VerifiedEnsemble } from "../../src/prekey-server/ensemble.ts";
import { ALICE, BOB, Endpoint, NOW_MS } from "../support/endpoint.ts";
import { must } from "../support/expect.ts";
import { fastPrimitives } from "../support/fast-group.ts";

// Two users with some devices each, and a carrier that does what it likes with what is on its way. After each step it is
// checked that nobody read what was not said, that nothing said can be read on the way, and what else must always hold.

export type Command =
	| { readonly do: "deliver" | "repeat" | "drop" | "alter" | "reflect" | "replay"; readonly which: number }
	| { readonly do: "plaintext" | "error" | "query"; readonly who: number }
	| { readonly do: "start" | "start-one" | "end" | "end-one" | "close" | "online" | "restart"; readonly who: number }
	| { readonly do: "send" | "send-all" | "heartbeat" | "agree" | "ask" | "offline"; readonly who: number }
	| { readonly do: "smp-start" | "smp-answer"; readonly who: number; readonly secret: number }
	| { readonly do: "smp-abort"; readonly who: number }
	| { readonly do: "tick"; readonly minutes: number };

/** Every text that is said has it; nothing on the way may. */
const SECRET = "SECRET";
const SECRETS = ["the cat", "the dog"] as const;
/** What a conversation may hold at most, in these worlds. */
const STORED_MAX_BYTES = 4_000_000;
const MINUTE_MS = 60_000;

interface Said {
	readonly by: number;
	/** Who has read it, by instance tag. */
	readonly readBy: Set<number>;
}

export interface WorldOptions {
	readonly devices: number;
	readonly mode: Mode;
	readonly maxChars?: number;
}

export class World {
	readonly endpoints: readonly Endpoint[];
	nowMs: number = NOW_MS;
	/** How often each event happened, so that a test can tell that it saw something. */
	readonly happened: Map<string, number> = new Map();
	readonly #side: number;
	#inFlight: { readonly to: Endpoint; readonly from: Endpoint; readonly text: string }[] = [];
	readonly #log: string[] = [];
	readonly #said: Map<string, Said> = new Map();
	readonly #ensembles: Map<number, VerifiedEnsemble[]> = new Map();
	/** By SSID: who established it. */
	readonly #sessions: Map<string, { readonly tag: number; readonly event: EstablishedEvent }[]> = new Map();
	/** By SSID, then by tag: the secrets that this side typed for an SMP. */
	readonly #typed: Map<string, Map<number, string[]>> = new Map();
	/** By the key itself: who agreed on it. */
	readonly #keys: Map<string, number[]> = new Map();
	#counter = 0;

	constructor({ devices, mode, maxChars }: WorldOptions) {
		this.#side = devices;
		const made = (name: "alice" | "bob", device: number): Endpoint => {
			const [ours, theirs] = name === "alice" ? [ALICE, BOB] : [BOB, ALICE];
			return new Endpoint(name, ours, theirs, {
				primitives: fastPrimitives,
				mode,
				device,
				policy: { requireEncryption: true, errorStartsDake: mode === "otrv3-compatible" },
				...(maxChars === undefined ? {} : { maxChars }),
			});
		};
		const numbers = Array.from({ length: devices }, (_, device) => device);
		this.endpoints = [
			...numbers.map((device) => made("alice", device)),
			...numbers.map((device) => made("bob", device)),
		];
	}

	#who(index: number): Endpoint {
		return this.endpoints[index % this.endpoints.length] as Endpoint;
	}

	#others(endpoint: Endpoint): readonly Endpoint[] {
		const first = this.endpoints.indexOf(endpoint) < this.#side;
		return first ? this.endpoints.slice(this.#side) : this.endpoints.slice(0, this.#side);
	}

	run(command: Command): void {
		switch (command.do) {
			case "deliver":
			case "repeat":
			case "drop":
			case "alter":
			case "reflect":
			case "replay":
				this.#carry(command.do, command.which);
				break;
			case "tick":
				this.#tick(command.minutes);
				break;
			case "plaintext":
				this.#receive(this.#who(command.who), "a text by nobody");
				break;
			case "error":
				this.#receive(this.#who(command.who), "?OTR Error: ERROR_1: by nobody");
				break;
			case "query":
				this.#receive(this.#who(command.who), "?OTRv4?");
				break;
			case "restart":
				this.#who(command.who).restart(this.nowMs);
				break;
			default:
				this.#user(command, this.#who(command.who));
		}
		this.#check();
	}

	/** What is on its way arrives, each side's in order, until nothing is. */
	settle(): void {
		for (let carried = 0; this.#inFlight.length > 0; carried++) {
			assert.ok(carried < 100_000, "devices that never stop talking");
			this.run({ do: "deliver", which: 0 });
		}
	}

	#carry(how: "deliver" | "repeat" | "drop" | "alter" | "reflect" | "replay", which: number): void {
		if (how === "replay") {
			const text = this.#log[which % Math.max(1, this.#log.length)];
			if (text !== undefined) this.#receive(this.#who(which), text);
			return;
		}
		const at = which % Math.max(1, this.#inFlight.length);
		const flying = this.#inFlight[at];
		if (flying === undefined) return;
		if (how === "deliver" || how === "drop") this.#inFlight.splice(at, 1);
		if (how === "reflect") this.#receive(flying.from, flying.text);
		else if (how === "alter") this.#receive(flying.to, altered(flying.text, which));
		else if (how !== "drop") this.#receive(flying.to, flying.text);
	}

	#receive(endpoint: Endpoint, text: string): void {
		const before = endpoint.conversation.store();
		const outcome = endpoint.conversation.receive(text, this.nowMs);
		const changesNothing = outcome.events.every(({ kind }) => kind === "refused" || kind === "unreadable");
		const saysNothing = outcome.send.every((sent) => sent.startsWith("?OTR Error:"));
		if (outcome.events.length > 0 && changesNothing && saysNothing) {
			assert.deepEqual(endpoint.conversation.store(), before, "a refusal changed something");
		}
		this.#take(endpoint, outcome);
	}

	#user(command: Extract<Command, { readonly who: number }>, endpoint: Endpoint): void {
		const { conversation } = endpoint;
		const session = conversation.session("recent");
		const { nowMs } = this;
		switch (command.do) {
			case "start":
				this.#take(endpoint, conversation.start(nowMs));
				break;
			case "start-one":
				this.#take(endpoint, conversation.start(nowMs, session?.peer.instance));
				break;
			case "end":
				this.#take(endpoint, conversation.end(nowMs));
				break;
			case "end-one":
				if (session !== undefined) this.#take(endpoint, must(session.end(nowMs)));
				break;
			case "close":
				for (const tag of conversation.sessions().keys()) conversation.close(tag);
				break;
			case "online":
				if (session !== undefined) this.#take(endpoint, must(conversation.goOnline(session.peer.instance, nowMs)));
				break;
			case "send":
			case "send-all":
				this.#say(endpoint, command.do === "send" ? "best" : "synchronise");
				break;
			case "offline":
				this.#sayOffline(endpoint);
				break;
			case "heartbeat":
				if (session !== undefined) this.#take(endpoint, must(session.heartbeat(nowMs)));
				break;
			case "ask": {
				const asked = conversation.query();
				if (asked.ok) this.#take(endpoint, asked.value);
				break;
			}
			default:
				if (session !== undefined) this.#inSession(command, endpoint, session);
		}
	}

	#inSession(command: Extract<Command, { readonly who: number }>, endpoint: Endpoint, session: EncryptedSession): void {
		const { nowMs } = this;
		switch (command.do) {
			case "agree": {
				const agreed = must(session.agreeKey(Uint8Array.of(1, 2, 3, 4), new Uint8Array(0), nowMs));
				this.#noteKey(endpoint, agreed.key);
				this.#take(endpoint, agreed);
				break;
			}
			case "smp-start":
				this.#type(endpoint, session, command.secret);
				this.#take(endpoint, must(session.startSmp("", secretOf(command.secret), nowMs)));
				break;
			case "smp-answer": {
				const answered = session.answerSmp(secretOf(command.secret), nowMs);
				if (!answered.ok) break;
				this.#type(endpoint, session, command.secret);
				this.#take(endpoint, answered.value);
				break;
			}
			case "smp-abort":
				this.#take(endpoint, must(session.abortSmp(nowMs)));
				break;
			default:
		}
	}

	#newText(endpoint: Endpoint): string {
		const text = `${SECRET} ${this.#counter++}`;
		this.#said.set(text, { by: endpoint.tag, readBy: new Set() });
		return text;
	}

	#say(endpoint: Endpoint, delivery: "best" | "synchronise"): void {
		const state = endpoint.conversation.state();
		const said = endpoint.conversation.send(this.#newText(endpoint), this.nowMs, delivery);
		if (said.ok) this.#take(endpoint, said.value);
		else assert.ok(state === "FINISHED" || said.error.reason === "limit", JSON.stringify(said.error));
	}

	/** With an ensemble that is new, or one that was used before. */
	#sayOffline(endpoint: Endpoint): void {
		if (endpoint.account.mode === "interactive-only") return;
		const [peer] = this.#others(endpoint).slice(this.#counter % this.#side);
		if (peer === undefined) return;
		const known = this.#ensembles.get(peer.tag) ?? [];
		if (this.#counter % 4 !== 0 || known.length === 0) known.unshift(peer.ensemble(this.nowMs));
		this.#ensembles.set(peer.tag, known);
		const text = this.#newText(endpoint);
		this.#take(endpoint, must(endpoint.conversation.sendOffline(known.slice(0, 1), text, this.nowMs)));
	}

	#tick(minutes: number): void {
		this.nowMs += minutes * MINUTE_MS;
		for (const endpoint of this.endpoints) {
			this.#take(endpoint, endpoint.conversation.tick(this.nowMs));
			const { deadlineMs } = endpoint.conversation;
			assert.ok(deadlineMs === undefined || deadlineMs > this.nowMs, "a deadline that does not move on");
		}
	}

	#take(endpoint: Endpoint, outcome: Outcome): void {
		for (const text of outcome.send) {
			assert.ok(!readable(text).includes(SECRET), "a text that anybody can read");
			this.#log.push(text);
			for (const to of this.#others(endpoint)) this.#inFlight.push({ to, from: endpoint, text });
		}
		for (const event of outcome.events) {
			this.happened.set(event.kind, (this.happened.get(event.kind) ?? 0) + 1);
			this.#told(endpoint, event);
		}
	}

	#told(endpoint: Endpoint, event: ConversationEvent): void {
		switch (event.kind) {
			case "message": {
				const said = this.#said.get(event.text);
				assert.equal(said?.by, event.instance, "a message that its author did not write");
				assert.ok(!said?.readBy.has(endpoint.tag), "a message that was read twice");
				said?.readBy.add(endpoint.tag);
				break;
			}
			case "plaintext":
				assert.ok(!readable(event.text).includes(SECRET), "a text that came without encryption");
				break;
			case "established":
				this.#noteSession(endpoint, event);
				break;
			case "extra-symmetric-key":
				assert.ok(this.#keys.get(event.key.join())?.includes(event.instance), "a key that nobody agreed on");
				break;
			case "smp-finished":
				this.#checkSmp(endpoint, event.instance, event.equal);
				break;
			default:
		}
	}

	#noteKey(endpoint: Endpoint, key: Uint8Array): void {
		assert.ok(!this.#keys.has(key.join()), "a key that was agreed on twice");
		this.#keys.set(key.join(), [endpoint.tag]);
	}

	/** At most two have one SSID, and each is the other's peer. */
	#noteSession(endpoint: Endpoint, event: EstablishedEvent): void {
		const ssid = event.ssid.join();
		const both = [...(this.#sessions.get(ssid) ?? []), { tag: endpoint.tag, event }];
		this.#sessions.set(ssid, both);
		const peer = this.endpoints.find(({ tag }) => tag === event.instance);
		assert.deepEqual(event.fingerprint, peer?.account.fingerprint, "an instance tag with another's fingerprint");
		const [one, other, third] = both;
		assert.equal(third, undefined, "a session of three");
		if (one === undefined || other === undefined) return;
		assert.deepEqual([one.tag, other.tag], [other.event.instance, one.event.instance]);
		assert.notEqual(one.event.ourHalf, other.event.ourHalf);
		assert.equal(one.event.offline, other.event.offline);
	}

	#type(endpoint: Endpoint, session: EncryptedSession, secret: number): void {
		const ssid = session.peer.ssid.join();
		const typed = this.#typed.get(ssid) ?? new Map<number, string[]>();
		this.#typed.set(ssid, typed);
		typed.set(endpoint.tag, [...(typed.get(endpoint.tag) ?? []), secretOf(secret)]);
	}

	/** The other may have begun another attempt since; but it typed a secret that fits what came out. */
	#checkSmp(endpoint: Endpoint, instance: number, equal: boolean): void {
		const session = endpoint.conversation.sessions().get(instance);
		if (session?.state !== "encrypted") assert.fail("an SMP outside a session");
		const typed = this.#typed.get(session.peer.ssid.join());
		const own = typed?.get(endpoint.tag)?.at(-1);
		const theirs = typed?.get(instance) ?? [];
		assert.ok(
			theirs.some((secret) => (secret === own) === equal),
			`${own} beside ${theirs.join()} came out as ${equal ? "equal" : "different"}`,
		);
	}

	#check(): void {
		for (const { conversation } of this.endpoints) {
			assert.ok(conversation.sessions().size <= INSTANCES_MAX);
			assert.ok(conversation.store().length <= STORED_MAX_BYTES);
		}
	}

	/** Those who have one session between them can read each other, whatever happened before. */
	checkAgreement(): number {
		let pairs = 0;
		for (const one of this.endpoints) {
			for (const other of this.#others(one)) {
				const [ours, theirs] = [sessionWith(one.conversation, other.tag), sessionWith(other.conversation, one.tag)];
				if (ours === undefined || theirs?.peer.ssid.join() !== ours.peer.ssid.join()) continue;
				pairs += 1;
				const text = this.#newText(one);
				for (const sent of must(ours.send(text, this.nowMs)).send) this.#receive(other, sent);
				assert.ok(this.#said.get(text)?.readBy.has(other.tag), `${other.name} cannot read ${one.name}`);
			}
		}
		return pairs;
	}

	/** Once the carrier is honest, whoever begins is answered, and they read each other. */
	checkRecovery(): void {
		this.#inFlight = [];
		this.#tick(30);
		this.#inFlight = [];
		const [first] = this.endpoints as [Endpoint];
		this.#take(first, first.conversation.start(this.nowMs));
		this.settle();
		for (const peer of this.#others(first)) {
			const [ours, theirs] = [sessionWith(first.conversation, peer.tag), sessionWith(peer.conversation, first.tag)];
			assert.deepEqual(ours?.peer.ssid, theirs?.peer.ssid, `${peer.name} is not in one session with ${first.name}`);
			assert.notEqual(ours, undefined);
		}
		assert.ok(this.checkAgreement() >= this.#side);
	}
}

type EstablishedEvent = Extract<ConversationEvent, { readonly kind: "established" }>;

function sessionWith(conversation: Conversation, tag: number): EncryptedSession | undefined {
	const session = conversation.sessions().get(tag);
	return session?.state === "encrypted" ? session : undefined;
}

function secretOf(index: number): string {
	return SECRETS[index % SECRETS.length] ?? "";
}

/** Another text: one of its characters is another. */
function altered(text: string, which: number): string {
	const at = which % text.length;
	return text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
}

/** What a text says to somebody without any key. */
function readable(text: string): string {
	return text + Buffer.from(text.replace(/^\?OTR:/, ""), "base64").toString("latin1");
}
