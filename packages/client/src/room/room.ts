import type { Result } from "@clowder/bytes";
import { err, ok } from "@clowder/bytes";
import type { CarrierEvent, EnterStep, Place } from "@clowder/carrier";
import { type IdentitySecretKey, normalisePassphrase, type Passphrase, type PassphraseError } from "@clowder/crypto";
import type { CarrierInput, MessageId, ParticipantApi, PersonId, RoomEvent } from "@clowder/mpotr";
import type { Cancel } from "../clock.ts";
import { freshIdentity } from "../identity/identity.ts";
import { EVENTS_WAITING_MAX, SLOW_JOIN_MS } from "../limits.ts";
import { carrierDetail, endOf } from "./carrier-errors.ts";
import { RoomModel } from "./model.ts";
import { Occupants } from "./occupants.ts";
import type { EndReason, RoomSnapshot } from "./snapshot.ts";
import type { RoomOptions, RoomStore, SendError } from "./store.ts";
import { Successor } from "./successor.ts";

/** Jobs that are done are cut off the list in such batches. */
const DONE_JOBS_MAX = 256;

type Job =
	| { readonly type: "carrier"; readonly event: CarrierEvent }
	| { readonly type: "wake" }
	| { readonly type: "rejoin" };
type Entered = CarrierInput & { readonly type: "entered" };

/** One visit: drives the participant and the carrier, and shows what comes of it. `openRoom` begins one. */
export class Room implements RoomStore {
	readonly #options: RoomOptions;
	readonly #model: RoomModel;
	readonly #giveUpEntering = new AbortController();
	readonly #stopListening = new AbortController();
	readonly #listeners = new Set<() => void>();
	readonly #occupants = new Occupants();
	readonly #successor: Successor;
	/** Kept when the visit is over and the place is left. */
	readonly #departure: Promise<void>;
	#departed: (left: Promise<void> | undefined) => void = () => {};
	#jobs: Job[] = [];
	#pumping = false;
	#place: Place | undefined;
	#identity: IdentitySecretKey | undefined;
	#participant: ParticipantApi | undefined;
	#cancelWake: Cancel | undefined;
	#cancelSlow: Cancel | undefined;
	#passphrase: Passphrase | undefined;
	#previews: boolean;
	/** Goodbye is said. */
	#leaving: "waits" | "at-once" | undefined;

	constructor(options: RoomOptions) {
		this.#options = options;
		this.#passphrase = options.passphrase;
		this.#previews = options.previews ?? true;
		this.#model = new RoomModel(options.room, options.suite, options.clock, options.skeleton, this.#previews);
		this.#model.follow(options.loginReport, () => this.#notify());
		this.#successor = new Successor(options.clock, () => this.#queue({ type: "rejoin" }));
		this.#departure = new Promise((resolve) => {
			this.#departed = resolve;
		});
	}

	/** Runs on its own until the visit is over. */
	begin(): void {
		const { clock, signal } = this.#options;
		if (signal?.aborted === true) return this.#end({ code: "cancelled" });
		signal?.addEventListener("abort", () => void this.leave(true), { once: true, signal: this.#stopListening.signal });
		this.#cancelSlow = clock.setTimer(clock.now() + SLOW_JOIN_MS, () => {
			this.#model.slow();
			this.#notify();
		});
		void this.#enter().catch((thrown: unknown) => this.#bug(thrown));
	}

	getSnapshot(): RoomSnapshot {
		return this.#model.snapshot();
	}

	subscribe(listener: () => void): () => void {
		// Wrapped, so that one function subscribed twice is called twice and stopped once.
		const entry = (): void => listener();
		this.#listeners.add(entry);
		return () => {
			this.#listeners.delete(entry);
		};
	}

	send(text: string): Result<MessageId, SendError> {
		const participant = this.#participant;
		if (participant === undefined || this.#model.snapshot().composer.state === "closed") {
			return err({ kind: "composer-closed" });
		}
		return this.#orBug<Result<MessageId, SendError>>(
			() => {
				const sent = participant.send(text, this.#options.clock.now());
				this.#flush();
				return sent;
			},
			err({ kind: "composer-closed" }),
		);
	}

	release(id: MessageId): void {
		const carried = this.#model.carriedOver.find((item) => item.id === id);
		this.#orBug(() => {
			if (carried === undefined) this.#participant?.release(id, this.#options.clock.now());
			else if (this.send(carried.text).ok) this.#model.takeCarriedOver(id);
			this.#flush();
		}, undefined);
	}

	discard(id: MessageId): boolean {
		return this.#orBug(() => {
			const discarded = this.#model.takeCarriedOver(id) !== undefined || this.#participant?.discard(id) === true;
			this.#flush();
			return discarded;
		}, false);
	}

	rekey(): void {
		this.#command((participant, now) => participant.rekey(now));
	}

	answer(person: PersonId, yes: boolean): void {
		this.#command((participant, now) => (yes ? participant.approve(person, now) : participant.refuse(person, now)));
	}

	mute(person: PersonId, muted: boolean): void {
		this.#model.mute(person, muted);
		this.#notify();
	}

	setPreviews(on: boolean): void {
		this.#previews = on;
		this.#model.share(on);
		this.#command((participant) => participant.setPreviews(on));
	}

	tryPassphrase(text: string): Result<void, PassphraseError> {
		const passphrase = normalisePassphrase(text);
		if (!passphrase.ok) return passphrase;
		if (this.#model.end !== undefined || this.#model.snapshot().joining.passphrase === undefined) {
			passphrase.value.erase();
			return ok(undefined);
		}
		this.#passphrase?.erase();
		this.#passphrase = passphrase.value;
		this.#model.askPassphrase(undefined);
		this.#queue({ type: "rejoin" });
		this.#notify();
		return ok(undefined);
	}

	leave(atOnce = false): Promise<void> {
		if (this.#model.end !== undefined) return this.#departure;
		const nobodyWaits = !this.#model.hasSession || this.#participant === undefined || this.#successor.wanted;
		const now = atOnce || nobodyWaits;
		this.#leaving = now ? "at-once" : "waits";
		if (!nobodyWaits) this.#model.leave();
		this.#command((participant, at) => participant.leave(at, now));
		// A participant that is over has ended the visit by saying so.
		if (now) this.#giveUp(this.#leftReason());
		return this.#departure;
	}

	/** Who goes at once has chosen to; who waited is told if it was in vain. */
	#leftReason(): EndReason {
		if (!this.#model.hasSession) return { code: "cancelled" };
		return { code: this.#leaving === "waits" && this.#model.ownKeyOpen ? "left-unpublished" : "left" };
	}

	async #enter(): Promise<void> {
		const { carrier, room, clock } = this.#options;
		const entering = carrier.enter({
			room,
			signal: this.#giveUpEntering.signal,
			onProgress: (step) => this.#progress(step),
			onEvent: (event) => this.#queue({ type: "carrier", event }),
		});
		await clock.breathe();
		if (this.#model.end === undefined) this.#makeIdentity();
		const entered = await entering;
		if (this.#model.end !== undefined) {
			// Given up meanwhile, and entered all the same.
			if (entered.ok) await entered.value.leave();
			return;
		}
		if (!entered.ok) return this.#end(endOf(entered.error));
		this.#place = entered.value;
		this.#pump();
	}

	#makeIdentity(): void {
		this.#identity = freshIdentity(this.#options.suite.primitives, this.#options.random);
		this.#model.keysMade();
		this.#notify();
	}

	#progress(step: EnterStep): void {
		if (this.#model.end !== undefined || this.#successor.presences > 0) return;
		this.#model.step(step);
		this.#notify();
	}

	#queue(job: Job): void {
		if (this.#model.end !== undefined) return;
		this.#jobs.push(job);
		if (this.#jobs.length > EVENTS_WAITING_MAX) return this.#giveUp({ code: "flooded" });
		this.#pump();
	}

	/** Works through what came, one step at a time, with the event loop's turn between steps. */
	#pump(): void {
		if (this.#pumping || this.#place === undefined || this.#jobs.length === 0) return;
		this.#pumping = true;
		void this.#work()
			.catch((thrown: unknown) => this.#bug(thrown))
			.finally(() => {
				this.#pumping = false;
				// Something may have come between the last step and here.
				this.#pump();
			});
	}

	async #work(): Promise<void> {
		await this.#options.clock.breathe();
		for (let at = 0; at < this.#jobs.length && this.#model.end === undefined; at++) {
			this.#run(this.#jobs[at] as Job);
			this.#flush();
			await this.#options.clock.breathe();
			if (at + 1 === DONE_JOBS_MAX) {
				this.#jobs = this.#jobs.slice(at + 1);
				at = -1;
			}
		}
		this.#jobs = [];
	}

	#run(job: Job): void {
		const now = this.#options.clock.now();
		if (job.type === "carrier") this.#receive(job.event, now);
		else if (job.type === "wake") this.#participant?.wake(now);
		else this.#rejoin();
	}

	#receive(event: CarrierEvent, now: number): void {
		this.#occupants.follow(event);
		switch (event.type) {
			case "entered":
				return this.#arrive(event);
			case "refused":
				return this.#model.refusals.addFromCarrier(event.from, event.reason, this.#options.clock.wall());
			case "interrupted":
				this.#participant?.receive({ type: "interrupted" }, now);
				return this.#model.connection("interrupted");
			case "resumed":
				this.#participant?.receive({ type: "resumed" }, now);
				return this.#model.connection("resumed");
			case "closed":
				this.#participant?.receive({ type: "closed" }, now);
				if (this.#leaving !== undefined) return this.#end(this.#leftReason());
				return this.#end(event.reason === undefined ? { code: "connection-lost" } : endOf(event.reason, true));
			default:
				this.#participant?.receive(event, now);
		}
	}

	/** A presence in the room begins. The participant starts anew by itself, and keeps what it had not placed. */
	#arrive(entered: Entered): void {
		this.#successor.arrived();
		if (this.#successor.presences > 1) this.#model.reconnected();
		this.#model.step("entered");
		if (this.#successor.wanted) this.#model.startOver();
		if (this.#successor.wanted || this.#participant === undefined) this.#participant = this.#freshParticipant();
		this.#participant.receive(entered, this.#options.clock.now());
	}

	#freshParticipant(): ParticipantApi {
		const { suite, nickname, random, policy = "open", timing, createParticipant } = this.#options;
		const passphrase = this.#passphrase;
		this.#successor.came();
		return createParticipant({
			suite,
			identity: this.#identity as IdentitySecretKey,
			nickname,
			random,
			terms: { policy },
			previews: this.#previews,
			...(passphrase === undefined ? {} : { passphrase }),
			...(timing === undefined ? {} : { timing }),
		});
	}

	/** Hands out what the participant wants sent and told, and sets its next wake-up. */
	#flush(): void {
		const participant = this.#participant;
		if (participant !== undefined && this.#model.end === undefined) {
			this.#handOver();
			for (const event of participant.takeEvents()) {
				this.#tell(event);
				if (this.#model.end !== undefined) return;
			}
			// A participant that was refused has nothing more to show; its successor has.
			if (!this.#successor.wanted) this.#model.see(participant.view());
			this.#setWake(participant);
		}
		this.#notify();
	}

	#tell(event: RoomEvent): void {
		if (event.type === "refused-entry") {
			const next = this.#successor.after(event.why, this.#model.hasSession);
			if (next === "final") return this.#giveUp({ code: "entry-refused", why: event.why });
			if (next === "with-passphrase") this.#model.askPassphrase(event.why === "wrong-passphrase" ? "wrong" : "needed");
		} else if (event.type === "over") {
			// After a refusal it has been dealt with above; a closed carrier ends the visit itself.
			if (this.#leaving !== undefined) return this.#giveUp(this.#leftReason());
			if (event.why === "removed") return this.#giveUp({ code: "removed" });
		} else this.#model.apply(event);
	}

	/** Gives the carrier what the participant wants sent. During an interruption the carrier keeps it. */
	#handOver(): void {
		for (const text of this.#participant?.takeTexts() ?? []) {
			const sent = this.#place?.send(text);
			if (sent === undefined || sent.ok) continue;
			// Nothing was sent. The protocol sees that no echo comes; the user finds it in the details.
			this.#model.refusals.addFromCarrier("", carrierDetail(sent.error), this.#options.clock.wall());
		}
	}

	/** A refused participant is over: another one asks, in the midst of the same presence. */
	#rejoin(): void {
		const entered = this.#occupants.asEntered();
		this.#successor.stop();
		if (entered === undefined) return;
		this.#model.startOver();
		this.#participant = this.#freshParticipant();
		this.#participant.receive(entered, this.#options.clock.now());
	}

	#setWake(participant: ParticipantApi): void {
		this.#cancelWake?.();
		const at = participant.nextWake();
		this.#cancelWake =
			at === undefined ? undefined : this.#options.clock.setTimer(at, () => this.#queue({ type: "wake" }));
		if (this.#model.hasSession) this.#cancelSlow?.();
	}

	/** Ends the visit from our side and lets the carrier go. */
	#giveUp(reason: EndReason): void {
		this.#end(reason, this.#place);
	}

	/** The one place where a visit ends: timers stop, the connection is given up, the identity is forgotten. */
	#end(reason: EndReason, leave?: Place): void {
		if (this.#model.end !== undefined) return;
		this.#model.finish(reason);
		this.#cancelWake?.();
		this.#cancelSlow?.();
		this.#successor.stop();
		this.#jobs = [];
		this.#participant = undefined;
		this.#identity?.erase();
		this.#identity = undefined;
		this.#passphrase?.erase();
		this.#passphrase = undefined;
		this.#stopListening.abort();
		if (this.#place === undefined) this.#giveUpEntering.abort();
		this.#departed(leave?.leave());
		this.#notify();
	}

	/** Something of ours threw: better to stop than to go on in a state nobody thought of. */
	#bug(thrown: unknown): void {
		const detail = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : typeof thrown;
		this.#giveUp({ code: "bug", detail });
	}

	#command(run: (participant: ParticipantApi, now: number) => void): void {
		this.#orBug(() => {
			if (this.#participant !== undefined) run(this.#participant, this.#options.clock.now());
			this.#flush();
		}, undefined);
	}

	/** Runs what a screen asks for; a throw ends the visit instead of reaching the screen. */
	#orBug<T>(run: () => T, otherwise: T): T {
		try {
			return run();
		} catch (thrown) {
			this.#bug(thrown);
			return otherwise;
		}
	}

	#notify(): void {
		for (const listener of this.#listeners) listener();
	}
}
