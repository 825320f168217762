import { encode, equal, err, erase, hex, ok, type Result } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import type { Refusal } from "../api.ts";
import { authorKey } from "../fold/authors.ts";
import { fold, type Judgement } from "../fold/fold.ts";
import { allShared, contributionsOf, isUnderView } from "../fold/phases.ts";
import { type Attempt, type Effect, type FoldState, type KeyName, keyName, slotOf } from "../fold/state.ts";
import { seated } from "../fold/seats.ts";
import type { MessageHash, Sid } from "../labels.ts";
import { MAX_RECENT_PLACES } from "../limits.ts";
import { makeState } from "../participant/make-state.ts";
import { dropOldest } from "../participant/desk.ts";
import { isEntry, isUnderBase } from "../fold/counting.ts";
import type { Content } from "../session/content.ts";
import { confirmMac } from "../session/ring.ts";
import { computeSessionId, listHash, type Participant } from "../session/session-id.ts";
import { writeBody } from "../wire/bodies.ts";
import { parseMessage, type VerifiedMessage, verifyMessage } from "../wire/envelope.ts";
import type { Join, MessageType, State } from "../wire/messages.ts";
import { type Agreed, checkAgreement } from "./check-agreement.ts";
import { checkIntroduction, checkSealed } from "./check-join.ts";
import { Ledger } from "./ledger.ts";
import { openRoster } from "./roster.ts";
import type { Transcript, TranscriptItem, TranscriptRefusal } from "./transcript.ts";
import { type Fault, type OpenWitness, openWitness } from "./witness.ts";

/** What a place said. */
export interface Said {
	readonly message: VerifiedMessage;
	/** Of MESSAGE and INTRODUCE. */
	readonly content: Content | undefined;
}

/** A JOIN that was placed, and each member's next `y` there: its proofs are made for those. */
interface SeenJoin {
	readonly message: VerifiedMessage<Join>;
	readonly base: NonNullable<FoldState["base"]>;
}

/** After the session only its own last words stand. */
const LAST_WORDS: ReadonlySet<MessageType> = new Set(["CLOSE", "PUBLISH", "RECEIVED"]);

function toFault(refusal: Refusal): Fault {
	if (refusal.blame !== "foreign") return refusal;
	return { rule: "WIRE-1", expected: "a text of this protocol", got: refusal.what };
}

/**
 * A session place by place, as its members follow it: the fold says what is valid, and what witnesses kept opens the rest.
 * Whatever does not fit is a refusal, and nothing is taken on trust that a member checks.
 */
export class Replay {
	readonly suite: Suite;
	readonly binding: string;
	readonly plist: readonly Participant[];
	readonly sid: Sid;
	readonly #attempt: Attempt;
	readonly #witnesses: readonly OpenWitness[];
	readonly #joins: Map<string, SeenJoin> = new Map();
	/** The fold after the last few places, which STATEs tell of. */
	readonly #recent: Map<string, FoldState> = new Map();
	/** Whose signing keys are public. */
	readonly #published: Set<KeyName> = new Set();
	#sk: Uint8Array | undefined;
	state: FoldState;
	/** The session once it runs. */
	ledger: Ledger | undefined;
	/** The next session has begun. */
	over = false;
	lastPlaced: MessageHash | undefined;

	private constructor(
		suite: Suite,
		attempt: Attempt,
		state: FoldState,
		plist: readonly Participant[],
		witnesses: readonly OpenWitness[],
	) {
		this.suite = suite;
		this.binding = state.parameters.binding;
		this.plist = plist;
		this.sid = computeSessionId(suite, attempt.aid, plist);
		this.#attempt = attempt;
		this.#witnesses = witnesses;
		this.state = state;
	}

	/** Before the first place: the list is allowed, and the witnesses' secrets are those of its keys. */
	static open(suite: Suite, head: Omit<Transcript, "placed">): Result<Replay, TranscriptRefusal> {
		const opened = openRoster(suite, head);
		if (!opened.ok) return opened;
		if (head.witnesses.length === 0) {
			return err({ part: "witness", index: 0, rule: "FORGE-2", expected: "a witness", got: "none" });
		}
		const witnesses: OpenWitness[] = [];
		for (const [index, witness] of head.witnesses.entries()) {
			const open = openWitness(suite, head.roster, witness);
			if (!open.ok) return err({ part: "witness", index, ...open.error });
			witnesses.push(open.value);
		}
		const plist = head.roster.map(({ identity, keySet }): Participant => ({ identity, keySet }));
		const { attempt, state } = opened.value;
		return ok(new Replay(suite, attempt, state, plist, witnesses));
	}

	/** Takes the next place. After a refusal the replay is of no use. */
	place(item: TranscriptItem): Result<Said | undefined, Fault> {
		if (item.type === "left") {
			this.state = fold(this.suite, this.state, item).state;
			return ok(undefined);
		}
		const parsed = parseMessage(this.suite, item.text);
		if (!parsed.ok) return err(toFault(parsed.error));
		const key = authorKey(this.suite, this.state, parsed.value);
		if (!key.ok) return err(toFault(key.error));
		const verified = verifyMessage(this.suite, this.binding, key.value, parsed.value);
		if (!verified.ok) return err(toFault(verified.error));
		const message = verified.value;
		if (this.over && !LAST_WORDS.has(message.message.type)) {
			return err({ rule: "FORGE-5", expected: "the session's last words", got: message.message.type });
		}
		const wrong = this.#checkPiece(message) ?? this.#checkWords(message);
		if (wrong !== undefined) return err(wrong);
		const judged: Judgement = {
			side: keyName(this.plist[this.#witnesses[0]?.index ?? 0]?.keySet.v ?? message.header.v),
		};
		const before = this.state;
		const folded = fold(this.suite, before, { type: "message", from: item.from, message, judged });
		this.state = folded.state;
		this.lastPlaced = message.hash;
		this.#recent.set(hex(message.hash), this.state);
		dropOldest(this.#recent, MAX_RECENT_PLACES);
		for (const effect of folded.effects) {
			if (effect.type === "void") return err(toFault(effect.refusal));
			// Nobody can follow a verdict without the secrets of the attempt that it is about.
			if (effect.type === "cannot-tell")
				return err({ rule: "FORGE-5", expected: "what secrets tell", got: "a verdict" });
		}
		const content = this.#receive(message);
		if (!content.ok) return content;
		const after = this.#act(before, message, content.value, folded.effects);
		return after === undefined ? ok({ message, content: content.value }) : err(after);
	}

	/** What a piece of the transcript's own attempt says in secret. */
	#checkPiece(placed: VerifiedMessage): Fault | undefined {
		const { message, header } = placed;
		if (this.ledger !== undefined) return undefined;
		const isOffer = message.type === "OFFER" && equal(header.context, this.#attempt.aid);
		if (isOffer && !equal(message.list, listHash(this.suite, this.sid))) {
			return { rule: "FORGE-3", expected: "the hash of this list", got: "another" };
		}
		const { attempt } = this.#agreed();
		if (message.type !== "CONFIRM" || this.#sk === undefined) return undefined;
		const contributions = contributionsOf(this.suite, attempt);
		if (contributions === undefined || !isUnderView(this.suite, attempt, header.context)) return undefined;
		const i = this.plist.findIndex(({ keySet }) => equal(keySet.v.bytes, header.v));
		const fits = equal(confirmMac(this.suite, this.#sk, this.sid, i, contributions), message.mac);
		return fits ? undefined : { rule: "CONFIRM-2", expected: "a confirm that fits the key", got: "another" };
	}

	/** What is said of the room and of published keys, and stands in no digest (rule FORGE-5). */
	#checkWords({ message, header }: VerifiedMessage): Fault | undefined {
		const received =
			message.type === "RECEIVED"
				? seated(
						this.plist.map((p) => p.keySet),
						message.of,
					)
				: [];
		if (![...received].every((v) => this.#published.has(v))) {
			return { rule: "FORGE-5", expected: "receipt of published keys", got: "of others" };
		}
		return message.type === "STATE" ? this.#checkState(message, header.v) : undefined;
	}

	/**
	 * A STATE is what its author's fold says after the place that it names. That may be one of the last words of the session
	 * before, which are not here: then it is what the fold said anywhere here.
	 */
	#checkState(message: State, v: Uint8Array): Fault | undefined {
		const author = this.plist.find(({ keySet }) => equal(keySet.v.bytes, v));
		const { answers, at } = message;
		const known = answers.every((answer) => this.state.knocks.some((knock) => equal(knock.hash, answer)));
		const named = this.#recent.get(hex(at));
		const folds = named === undefined ? [...this.#recent.values()] : [named];
		const bytes = encode((w) => writeBody(w, message));
		const fits = folds.some((fold) => {
			const made = author && makeState({ fold, lastPlaced: at }, { own: { public: author.keySet } });
			return (
				made !== undefined &&
				equal(
					encode((w) => writeBody(w, { ...made, answers })),
					bytes,
				)
			);
		});
		return known && fits ? undefined : { rule: "FORGE-5", expected: "the state of the room", got: "another" };
	}

	#agreed(): Agreed {
		return { attempt: this.state.attempt ?? this.#attempt, plist: this.plist, sid: this.sid };
	}

	/** Content, digests, and the entry in the transcript. */
	#receive(placed: VerifiedMessage): Result<Content | undefined, Fault> {
		const { ledger } = this;
		if (ledger === undefined) return ok(undefined);
		const { message } = placed;
		if (message.type === "LEAVE" || message.type === "CLOSE") {
			const wrong = ledger.check(message);
			if (wrong !== undefined) return err(wrong);
		}
		let content: Content | undefined;
		if (message.type === "MESSAGE" || message.type === "INTRODUCE") {
			const read = ledger.read(placed, message.content, message.type === "INTRODUCE" ? [message.join] : []);
			if (!read.ok) return read;
			content = read.value.content;
			if ((content.kind === "introduction") !== (message.type === "INTRODUCE")) {
				return err({ rule: "CONTENT-4", expected: `what a ${message.type} is for`, got: content.kind });
			}
			const wrong = ledger.check(read.value.header.seen, read.value.header.validMessages);
			if (wrong !== undefined) return err(wrong);
		}
		if (this.over) return ok(content);
		if (isEntry(message.type)) ledger.transcript.append(placed, placed.body);
		if (message.type === "MESSAGE" && content?.kind === "text") {
			ledger.transcript.append(placed, message.content.ciphertext);
		}
		if (isUnderBase(message.type)) ledger.validMessages++;
		return ok(content);
	}

	#act(
		before: FoldState,
		placed: VerifiedMessage,
		content: Content | undefined,
		effects: readonly Effect[],
	): Fault | undefined {
		const { message } = placed;
		if (message.type === "JOIN" && before.base !== undefined) {
			this.#joins.set(hex(placed.hash), { message: placed as VerifiedMessage<Join>, base: before.base });
			const wrong = this.#forAll((witness) => checkSealed(witness, placed as VerifiedMessage<Join>));
			if (wrong !== undefined) return wrong;
		}
		if (message.type === "INTRODUCE" && content?.kind === "introduction") {
			const join = this.#joins.get(hex(message.join));
			if (join === undefined) return { rule: "INTRO-1", expected: "a JOIN of this transcript", got: "none" };
			const wrong = this.#forAll((w) => checkIntroduction(w, join.message, join.base, content.identity));
			if (wrong !== undefined) return wrong;
		}
		for (const effect of effects) {
			if (effect.type === "published") this.#published.add(keyName(effect.v));
			if (effect.type !== "activated") continue;
			if (this.ledger === undefined) this.#start(effect.attempt);
			else this.over = true;
		}
		const { attempt } = this.state;
		const complete = this.ledger === undefined && attempt !== undefined && allShared(attempt);
		return complete && this.#sk === undefined ? this.#agree() : undefined;
	}

	#forAll(check: (witness: OpenWitness) => Fault | undefined): Fault | undefined {
		for (const witness of this.#witnesses) {
			const wrong = check(witness);
			if (wrong !== undefined) return wrong;
		}
		return undefined;
	}

	/** All SHAREs are there: every witness comes to the same key. */
	#agree(): Fault | undefined {
		for (const witness of this.#witnesses) {
			const sk = checkAgreement(this.#agreed(), witness);
			if (!sk.ok) return sk.error;
			if (this.#sk !== undefined && !equal(this.#sk, sk.value)) {
				return { rule: "FORGE-3", expected: "one key for all", got: "another" };
			}
			erase(this.#sk);
			this.#sk = sk.value;
		}
		return undefined;
	}

	#start(attempt: Attempt): void {
		const list = attempt.slots.map((slot) => keyName(slot.keySet.v));
		const confirms = list.flatMap((key) => attempt.confirms.get(key) ?? []);
		if (this.#sk === undefined) throw new Error("a session without a key was activated");
		const { suite, sid } = this;
		this.ledger = new Ledger(suite, { aid: attempt.aid, sid, sk: this.#sk, list, confirms });
		erase(this.#sk);
	}

	/** Whether a `v` is of this session, its signing key to be published. */
	isOurs(v: Uint8Array): boolean {
		return slotOf(this.#attempt, v) !== undefined;
	}

	erase(): void {
		erase(this.#sk);
		this.ledger?.erase();
	}
}
