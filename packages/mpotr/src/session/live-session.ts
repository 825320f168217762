import { hex } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import type { Frozen, MessageId, Millis } from "../api.ts";
import { Lookup } from "../fold/lookup.ts";
import { type KeyName, keyName } from "../fold/state.ts";
import { hideFromInspect } from "../inspect.ts";
import { eraseKeySet, type OwnKeySet } from "../key-set.ts";
import type { Aid, Sid } from "../labels.ts";
import { MAX_DIGESTS } from "../limits.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";
import { SenderChain } from "./chain.ts";
import { Freshness } from "./freshness.ts";
import { type Participant, sessionFingerprint } from "./session-id.ts";
import { type Digest, Transcript } from "./transcript.ts";

/** A text in the transcript, as far as confirming it needs. */
export interface Post {
	readonly entry: number;
	readonly id: MessageId;
	readonly author: KeyName;
}

/** What a report of someone's view changed. */
export type Report =
	| { readonly type: "confirmed"; readonly posts: readonly Post[] }
	| { readonly type: "differs" }
	| { readonly type: "nothing" };

const participants = new Lookup<Participant>(({ keySet }) => keyName(keySet.v));

/** Everything a running session is made of on one side; made at activation, erased when it is over. */
export class LiveSession {
	readonly aid: Aid;
	/** The same as a map key. */
	readonly aidName: string;
	readonly fingerprint: string;
	readonly plist: readonly Participant[];
	/** Our own place in the list. */
	readonly index: number;
	/** Of which `s` and `e` are used. */
	readonly own: OwnKeySet;
	readonly since: Millis;
	readonly transcript: Transcript;
	/** Valid messages of any kind under this base so far. */
	validMessages = 0;
	/** Entries covered by the last report we handed out. */
	reported = 0;
	/** Texts that were placed. */
	texts = 0;
	/** Contents of ours that went out, and when the last one did. */
	spoken = 0;
	spokenAt: Millis = Number.NEGATIVE_INFINITY;
	/** Pieces of re-keys that went out with them, and when. */
	readonly rode: Map<string, Millis> = new Map();
	/** Nothing proves for too long that all of the others hear us: nothing is sent (rule FREEZE-1). */
	hushed = false;
	/** Nothing more is sent or accepted here, for good (rule FREEZE-2). */
	#frozen: { readonly why: Frozen; readonly seen: Digest } | undefined;
	/** We said goodbye: what comes is followed for the last digests, and shown to nobody. */
	left = false;
	readonly freshness: Freshness;
	readonly #chains: ReadonlyMap<KeyName, SenderChain>;
	readonly #confirmed: Map<KeyName, number> = new Map();
	readonly #diverged: Set<KeyName> = new Set();
	/** In the order of their entries. */
	#posts: Post[] = [];
	/** The last entry that is a text by someone else. */
	#lastOfOthers = 0;

	/** `sk` is the session key; the caller erases it afterwards. */
	constructor(
		suite: Suite,
		init: {
			readonly aid: Aid;
			readonly sid: Sid;
			readonly sk: Uint8Array;
			readonly plist: readonly Participant[];
			readonly index: number;
			readonly own: OwnKeySet;
			readonly confirms: readonly VerifiedMessage[];
			readonly since: Millis;
		},
	) {
		this.aid = init.aid;
		this.aidName = hex(init.aid);
		this.fingerprint = sessionFingerprint(suite, init.sid);
		this.plist = init.plist;
		this.index = init.index;
		this.own = init.own;
		this.since = init.since;
		const others = init.plist.filter((_, i) => i !== init.index).map((p) => keyName(p.keySet.v));
		this.freshness = new Freshness(others, init.since);
		this.transcript = new Transcript(suite, init.sid, init.confirms);
		this.#chains = new Map(
			init.plist.map((p, i) => [keyName(p.keySet.v), new SenderChain(suite, init.sk, init.sid, i)]),
		);
	}

	get ownKey(): KeyName {
		return keyName(this.own.public.v);
	}

	participant(v: KeyName): Participant | undefined {
		return participants.in(this.plist, v);
	}

	chain(v: KeyName): SenderChain | undefined {
		return this.#chains.get(v);
	}

	/** The last text by someone else that our reports do not cover; 0 if there is none. */
	unreported(): number {
		return this.#lastOfOthers > this.reported ? this.#lastOfOthers : 0;
	}

	post(post: Post): void {
		this.#posts.push(post);
		if (post.author !== this.ownKey) this.#lastOfOthers = post.entry;
		if (this.#posts.length > MAX_DIGESTS) this.#posts = this.#posts.slice(-MAX_DIGESTS);
	}

	/** Compares what `by` reports with our own transcript (Verify Digests of seed 004). */
	report(by: KeyName, seen: Digest): Report {
		if (this.#diverged.has(by)) return { type: "nothing" };
		const until = this.#confirmed.get(by) ?? 0;
		const compared = this.transcript.compare(seen);
		if (compared.type === "differs") return compared;
		if (compared.type === "forgotten" || seen.entries <= until) return { type: "nothing" };
		this.#confirmed.set(by, seen.entries);
		// What is new is at the end, after what may be a thousand texts.
		const first = this.#posts.findLastIndex((post) => post.entry <= until) + 1;
		const posts = this.#posts.slice(first).filter((post) => post.entry <= seen.entries && post.author !== by);
		return posts.length === 0 ? { type: "nothing" } : { type: "confirmed", posts };
	}

	/** The last entry that we know someone to see as we do. */
	confirmedUntil(by: KeyName): number {
		return this.#confirmed.get(by) ?? 0;
	}

	/** The texts of others and ours of which we do not know that someone sees them as we do. */
	unconfirmed(by: KeyName): readonly Post[] {
		const until = this.confirmedUntil(by);
		return this.#posts.filter((post) => post.entry > until && post.author !== by);
	}

	/** Another view, for good: from which entry on, and which texts are in dispute. */
	diverge(by: KeyName): { readonly agreedUntil: number; readonly disputed: readonly Post[] } {
		this.#diverged.add(by);
		const agreedUntil = this.confirmedUntil(by);
		return { agreedUntil, disputed: this.#posts.filter((post) => post.entry > agreedUntil) };
	}

	/** The text that stands as this entry. */
	postAt(entry: number): Post | undefined {
		return this.#posts.findLast((post) => post.entry === entry);
	}

	/** Goes back to before what came after: repair reads it again, with what was missing; false if that is not kept. */
	rewind(to: { readonly entries: number; readonly validMessages: number }): boolean {
		if (!this.transcript.rewind(to.entries)) return false;
		this.validMessages = to.validMessages;
		this.freshness.rewind(to.validMessages);
		this.#posts = this.#posts.filter((post) => post.entry <= to.entries);
		this.#lastOfOthers = this.#posts.findLast((post) => post.author !== this.ownKey)?.entry ?? 0;
		for (const [by, until] of this.#confirmed) this.#confirmed.set(by, Math.min(until, to.entries));
		this.reported = Math.min(this.reported, to.entries);
		return true;
	}

	get frozen(): Frozen | undefined {
		return this.#frozen?.why;
	}

	/** From here on the transcript is followed, to compare views; but nothing in it is accepted, or claimed to be seen. */
	freeze(why: Frozen): void {
		this.#frozen ??= { why, seen: this.transcript.latest };
	}

	/** What we say to have seen. */
	get seen(): Digest {
		return this.#frozen?.seen ?? this.transcript.latest;
	}

	/** The views that differ from ours. */
	get diverged(): ReadonlySet<KeyName> {
		return this.#diverged;
	}

	/** Nothing more is sent or read in it: the chains and the keys of boxes go, `e` stays for CLOSE and PUBLISH. */
	end(): void {
		for (const chain of this.#chains.values()) chain.erase();
		this.own.s.erase();
		this.own.boxKem?.erase();
	}

	erase(): void {
		this.end();
		eraseKeySet(this.own);
	}

	toString(): string {
		return `session ${this.fingerprint}`;
	}

	toJSON(): string {
		return this.toString();
	}
}

hideFromInspect(LiveSession);
