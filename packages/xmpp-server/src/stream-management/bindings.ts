import { base64, equal, err, ok, type Result, utf8 } from "@clowder/bytes";
import type { Accounts } from "../accounts.ts";
import { RESUME_ID_BYTES, type ServerLimits } from "../limits.ts";
import type { Peer } from "../server-core.ts";
import { Session, type Sessions } from "../session.ts";
import type { StanzaCondition } from "../stanza.ts";
import { Binding, type BindingHost, type CarryingStream } from "./binding.ts";
import { ExpiredSessions } from "./expired-sessions.ts";
import { StreamManagement } from "./management.ts";
import type { EnableRequest, ResumeRequest } from "./nonzas.ts";
import type { HandledCountTooHigh, Unacked } from "./unacked-queue.ts";

/** What the bindings need of the server around them. */
export interface BindingsHost {
	readonly domain: string;
	readonly limits: ServerLimits;
	readonly random: (bytes: number) => Uint8Array;
	readonly newId: () => string;
	readonly accounts: Accounts;
	readonly sessions: Sessions;
	/** Counts a binding without a stream as a connection of its address, until it is taken out. */
	readonly takeIn: (peer: Peer, address: string) => void;
	readonly takeOut: (peer: Peer) => void;
	/** SERVER-11: to be dropped after the stanza at hand has gone to everyone else. */
	readonly overflowed: (peer: Peer) => void;
	/** A session is over, and these stanzas may never have arrived. */
	readonly ended: (session: Session, unacked: readonly Unacked[], now: number) => void;
}

/** Why a session is not resumed. */
export type ResumeRefusal =
	/** Unknown, over, or another account's; with what it had handled, where it is over and was the account's own. */
	| { readonly kind: "item-not-found"; readonly handled: number | undefined }
	| { readonly kind: "handled-count-too-high"; readonly count: HandledCountTooHigh };

/** Whether the client may come back after the stream's end, or has ended the session with it. */
export type StreamEnd = "resumable" | "over";

/** The bound resources and the streams that carry them: binding, resumption, and the end of both. */
export class Bindings {
	readonly #host: BindingsHost;
	readonly #bindings: Map<Session, Binding> = new Map();
	readonly #expired: ExpiredSessions = new ExpiredSessions();
	readonly #ofBinding: BindingHost;
	#unackedBytes = 0;

	constructor(host: BindingsHost) {
		this.#host = host;
		this.#ofBinding = {
			boundBefore: () => host.sessions.bound,
			grown: (bytes) => this.#grown(bytes),
			shrunk: (bytes) => {
				this.#unackedBytes -= bytes;
			},
			overflowed: (binding) => host.overflowed(binding.stream ?? binding),
			end: (binding, now) => this.#end(binding, now),
		};
	}

	/** Gives a stream its resource (RFC 6120 section 7). */
	bind(
		stream: CarryingStream,
		address: string,
		{ username, wanted }: { readonly username: string; readonly wanted: string | undefined },
		now: number,
	): Result<Binding, StanzaCondition> {
		const { accounts, sessions, domain, limits, newId } = this.#host;
		if (!accounts.has(username)) return err("not-allowed");
		const resource = wanted ?? newId();
		// The newer one is the living one, as a rule: a client that comes back after its connection broke.
		sessions.find(username, resource)?.terminate("conflict", now);
		if (sessions.of(username).length >= limits.sessionsPerAccount && !this.#endLongestWaiting(username, now)) {
			return err("resource-constraint");
		}
		const made = (binding: Binding): Session =>
			new Session(
				username,
				resource,
				domain,
				(text, flight) => binding.write(text, flight),
				(condition, at) => binding.terminate(condition, at),
			);
		const binding = new Binding(made, stream, address, this.#ofBinding);
		this.#bindings.set(binding.session, binding);
		sessions.add(binding.session);
		accounts.sessionBegan(username);
		return ok(binding);
	}

	/** SM-1: counts from now on; where the client wants it, under an id by which it can resume. */
	enable({ resume, maxSeconds }: EnableRequest): StreamManagement {
		const { limits, random } = this.#host;
		const forMs = Math.min(limits.resumeMs, (maxSeconds ?? Number.POSITIVE_INFINITY) * 1000);
		const id = base64(random(RESUME_ID_BYTES)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
		return new StreamManagement(limits, resume && forMs >= 1000 ? { id, forMs } : undefined);
	}

	/** SM-2: the account's own session under this id goes on, on this stream; nothing was sent on it yet. */
	resume(
		stream: CarryingStream,
		address: string,
		{ username, previd, handled }: ResumeRequest & { readonly username: string },
		now: number,
	): Result<Binding, ResumeRefusal> {
		const binding = this.#resumable(username, previd);
		if (binding === undefined) {
			return err({ kind: "item-not-found", handled: this.#expired.handled(previd, username) });
		}
		const acknowledged = binding.acknowledged(handled);
		if (!acknowledged.ok) return err({ kind: "handled-count-too-high", count: acknowledged.error });
		this.#host.takeOut(binding);
		binding.moveTo(stream, address, now);
		return ok(binding);
	}

	/** A stream is over; unless another has taken its place, so is the session, or it waits. */
	release(binding: Binding, stream: CarryingStream, how: StreamEnd, now: number): void {
		if (binding.stream !== stream) return;
		if (how === "over" || binding.isOverflowed || binding.management?.resumption === undefined) {
			return this.#end(binding, now);
		}
		binding.wait(now);
		this.#host.takeIn(binding, binding.address);
	}

	/** Compares with all of the account's own, each in a time that tells nothing about the ids. */
	#resumable(username: string, previd: string): Binding | undefined {
		const wanted = utf8(previd);
		let found: Binding | undefined;
		for (const session of this.#host.sessions.of(username)) {
			const binding = this.#bindings.get(session);
			const id = binding?.management?.resumption?.id;
			if (id !== undefined && equal(utf8(id), wanted)) found = binding;
		}
		return found;
	}

	#end(binding: Binding, now: number): void {
		const { accounts, sessions, takeOut, ended } = this.#host;
		if (!this.#bindings.delete(binding.session)) return;
		takeOut(binding);
		const { session, management } = binding;
		if (management?.resumption !== undefined) {
			this.#expired.remember(management.resumption.id, session.username, management.handled);
		}
		sessions.remove(session);
		accounts.sessionEnded(session.username, now);
		ended(session, binding.close(), now);
	}

	/** Who comes anew has more right to a place than one who may not come back. */
	#endLongestWaiting(username: string, now: number): boolean {
		let longest: Binding | undefined;
		for (const session of this.#host.sessions.of(username)) {
			const binding = this.#bindings.get(session);
			if (binding === undefined || binding.stream !== undefined) continue;
			if (longest === undefined || binding.waitingSince < longest.waitingSince) longest = binding;
		}
		if (longest === undefined) return false;
		this.#end(longest, now);
		return true;
	}

	/** SM-4: all that is kept is bounded too; whoever has most of it gives way. */
	#grown(bytes: number): void {
		this.#unackedBytes += bytes;
		if (this.#unackedBytes <= this.#host.limits.unackedTotalBytes) return;
		let largest: Binding | undefined;
		let most = 0;
		for (const binding of this.#bindings.values()) {
			const size = binding.isOverflowed ? 0 : (binding.management?.unackedBytes ?? 0);
			if (size <= most) continue;
			largest = binding;
			most = size;
		}
		largest?.overflow();
	}
}
