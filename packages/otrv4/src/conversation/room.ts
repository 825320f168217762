import { ok, type Result } from "@clowder/bytes";
import { type Established, type Offer, withdrawOffer } from "../dake/interactive.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { FLAG_IGNORE_UNREADABLE } from "../wire/data-message.ts";
import { errorMessage } from "../wire/error-message.ts";
import { tagText } from "../wire/instance-tag.ts";
import type { DataMessage } from "../wire/messages.ts";
import { checkText, type Desk } from "./desk.ts";
import { EncryptedSession, type SessionContent } from "./encrypted-session.ts";
import { event, join, NOTHING, type Outcome, refused } from "./events.ts";
import { Instance } from "./instance.ts";
import { EARLY_BYTES_MAX, EARLY_MESSAGES_MAX, INSTANCES_MAX, QUEUE_MAX } from "../limits.ts";

/** An Identity message to whichever device answers. */
interface OpenOffer {
	readonly offer: Offer;
	readonly sinceMs: number;
}

/** What is known of one correspondent: the devices, and what was offered to all of them. The steps of a DAKE work on it. */
export class Room {
	readonly desk: Desk;
	readonly instances: Map<number, Instance> = new Map();
	/** Texts for the first session that is established. */
	queue: readonly string[] = [];
	#open: OpenOffer | undefined;
	/** The public part of an offer that one device has taken, for others that answer it later. */
	#spent: { readonly message: Offer["message"]; readonly ourselves: Offer["ourselves"]; sinceMs: number } | undefined;
	#asked: Set<number> = new Set();

	constructor(desk: Desk) {
		this.desk = desk;
	}

	get offer(): Offer | undefined {
		return this.#open?.offer;
	}

	get spentOffer(): Pick<Offer, "message" | "ourselves"> | undefined {
		return this.#spent;
	}

	offerToAll(made: Offer, nowMs: number): void {
		this.withdraw();
		this.#asked = new Set();
		this.#open = { offer: made, sinceMs: nowMs };
	}

	/** This device took the offer, or came to an end with one of its own that crossed it: its secrets are gone. */
	spendOffer(tag: number): void {
		if (this.#open === undefined) return;
		const { offer, sinceMs } = this.#open;
		this.#spent = { message: offer.message, ourselves: offer.ourselves, sinceMs };
		this.#asked.add(tag);
		this.#open = undefined;
	}

	/** Nothing shall come of what was offered to all, neither by its first answer nor by a later one. */
	withdraw(): void {
		if (this.#open !== undefined) withdrawOffer(this.#open.offer);
		this.#open = undefined;
		this.#spent = undefined;
	}

	/** Whether this device took the offer, or was asked to begin anew when it answered it later. Notes that it is asked. */
	wasAsked(tag: number): boolean {
		const before = this.#asked.has(tag);
		this.#asked.add(tag);
		return before;
	}

	/** The device with this tag, a new one if there is room: devices that nothing came of make way. */
	instance(tag: number, nowMs: number): Result<Instance, Refusal> {
		const withoutSession = [...this.instances.values()].filter(({ session }) => session === undefined);
		const made = this.#instance(tag, nowMs, this.#oldestIdle() ?? oldestOf(withoutSession));
		if (made !== undefined) return ok(made);
		return refuse("peer", "limit", "devices", `at most ${INSTANCES_MAX}`, `another, ${tagText(tag)}`);
	}

	/** Whether there is room for all of these devices at once. */
	roomFor(tags: ReadonlySet<number>): Result<undefined, Refusal> {
		const staying = [...this.instances.values()].filter(({ tag, session }) => session !== undefined && !tags.has(tag));
		const count = staying.length + tags.size;
		if (count <= INSTANCES_MAX) return ok(undefined);
		return refuse("peer", "limit", "devices", `at most ${INSTANCES_MAX}`, `${count}`);
	}

	/** A device that has shown nothing yet: a DAKE that is under way is worth more than a stray message. */
	#stranger(tag: number, nowMs: number): Instance | undefined {
		return this.#instance(tag, nowMs, this.#oldestIdle());
	}

	#oldestIdle(): Instance | undefined {
		return oldestOf([...this.instances.values()].filter(({ isIdle }) => isIdle));
	}

	#instance(tag: number, nowMs: number, leaver: Instance | undefined): Instance | undefined {
		const known = this.instances.get(tag);
		if (known !== undefined) return known;
		if (this.instances.size >= INSTANCES_MAX) {
			if (leaver === undefined) return undefined;
			leaver.stopDake();
			this.instances.delete(leaver.tag);
		}
		const made = new Instance(tag, nowMs);
		this.instances.set(tag, made);
		return made;
	}

	/** A DAKE is complete: what was queued is sent, and what came too early is read. */
	establish(instance: Instance, established: Established, offline: boolean, nowMs: number): Outcome {
		const session = this.#newSession(instance, { established, offline, lastSentMs: nowMs, rotatedMs: undefined });
		const before = instance.establish(session);
		instance.lastReceivedMs = nowMs;
		const early = instance.early.filter(({ message }) => message.receiverTag === this.desk.account.instanceTag);
		instance.early = [];
		const sent = this.desk.isTrusted(session.peer.fingerprint) ? this.sendQueue(session, nowMs) : NOTHING;
		const read = early.map(({ message }) => {
			const opened = session.receive(message, nowMs);
			return opened.ok ? opened.value : refused(opened.error);
		});
		return join(event(...before, { kind: "established", ...session.peer }), sent, ...read);
	}

	/** "Queue the message". What no session could send is refused here: later there is nobody to tell. */
	enqueue(text: string): Result<Outcome, Refusal> {
		const sendable = checkText(this.desk, text);
		if (!sendable.ok) return sendable;
		if (this.queue.length >= QUEUE_MAX) {
			return refuse("caller", "limit", "text", `at most ${QUEUE_MAX} texts that wait`, "another");
		}
		this.queue = [...this.queue, text];
		return ok(NOTHING);
	}

	/** "If a plaintext message is waiting to be sent, encrypt it and send it." */
	sendQueue(session: EncryptedSession, nowMs: number): Outcome {
		const queued = this.queue;
		this.queue = [];
		return join(...queued.map((text) => session.send(text, nowMs)).flatMap((said) => (said.ok ? [said.value] : [])));
	}

	/** A session that was stored goes on. */
	resume(instance: Instance, content: SessionContent): void {
		instance.session = this.#newSession(instance, content);
	}

	#newSession(instance: Instance, content: SessionContent): EncryptedSession {
		const session = new EncryptedSession(this.desk, content, (next) => {
			if (instance.session === session) instance.session = next;
		});
		return session;
	}

	/** Keeps a data message for the end of the DAKE that it belongs to. False if there is no room, or it belongs to none. */
	keepEarly(message: DataMessage, nowMs: number): boolean {
		if (message.ratchetId !== 0) return false;
		const instance = this.#stranger(message.senderTag, nowMs);
		if (instance === undefined || instance.early.length >= EARLY_MESSAGES_MAX) return false;
		const bytes = [...instance.early.map((each) => each.message), message].map(
			({ encryptedMessage, revealedMacKeys }) => encryptedMessage.length + revealedMacKeys.length,
		);
		if (bytes.reduce((sum, length) => sum + length) > EARLY_BYTES_MAX) return false;
		instance.early = [...instance.early, { message, sinceMs: nowMs }];
		return true;
	}

	/** What timed out: DAKEs without an answer, data messages without their DAKE. */
	tick(nowMs: number): Outcome {
		const { dakeTimeoutMs, earlyMessagesMs } = this.desk.timing;
		const outcomes: Outcome[] = [];
		if (this.#open !== undefined && nowMs >= this.#open.sinceMs + dakeTimeoutMs) {
			this.withdraw();
			outcomes.push(event({ kind: "dake-timeout", instance: undefined }));
		}
		if (this.#spent !== undefined && nowMs >= this.#spent.sinceMs + dakeTimeoutMs) this.#spent = undefined;
		for (const instance of this.instances.values()) {
			const { dake } = instance;
			if (dake.name !== "idle" && nowMs >= dake.sinceMs + dakeTimeoutMs) {
				instance.stopDake();
				outcomes.push(event({ kind: "dake-timeout", instance: instance.tag }));
			}
			outcomes.push(giveUpEarly(instance, nowMs - earlyMessagesMs));
			const { encrypted } = instance;
			if (encrypted !== undefined) outcomes.push(encrypted.tick(nowMs));
			if (instance.isIdle && instance.early.length === 0) this.instances.delete(instance.tag);
		}
		return join(...outcomes);
	}

	/** When `tick` has something to do next. */
	get deadlineMs(): number | undefined {
		const { dakeTimeoutMs, earlyMessagesMs } = this.desk.timing;
		const times = [this.#open, this.#spent].map((offer) => offer && offer.sinceMs + dakeTimeoutMs);
		for (const { dake, early, encrypted } of this.instances.values()) {
			if (dake.name !== "idle") times.push(dake.sinceMs + dakeTimeoutMs);
			const [first] = early;
			if (first !== undefined) times.push(first.sinceMs + earlyMessagesMs);
			times.push(encrypted?.deadlineMs);
		}
		const known = times.filter((time) => time !== undefined);
		return known.length === 0 ? undefined : Math.min(...known);
	}
}

/** Data messages whose DAKE did not end in time: the peer is told now what it was not told when they came. */
function giveUpEarly(instance: Instance, thresholdMs: number): Outcome {
	const late = instance.early.filter(({ sinceMs }) => sinceMs <= thresholdMs);
	instance.early = instance.early.filter(({ sinceMs }) => sinceMs > thresholdMs);
	if (late.every(({ message }) => (message.flags & FLAG_IGNORE_UNREADABLE) !== 0)) return NOTHING;
	return { send: [errorMessage(2)], events: [{ kind: "unreadable", instance: instance.tag }] };
}

function oldestOf(instances: readonly Instance[]): Instance | undefined {
	return [...instances].sort((a, b) => a.lastReceivedMs - b.lastReceivedMs)[0];
}
