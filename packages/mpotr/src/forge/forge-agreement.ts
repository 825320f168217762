import { compare, equal } from "@clowder/bytes";
import type { Owed } from "../api.ts";
import { keyAgreement } from "../fold/key-agreement.ts";
import { contributionsOf, owesKey, rightOf, viewOf } from "../fold/phases.ts";
import { type Attempt, keyName, type Slot } from "../fold/state.ts";
import type { Mac, Sid } from "../labels.ts";
import { keyConfirmation, type LinkKem, type PairwiseKey, pairwiseKey } from "../session/pairwise.ts";
import { confirmMac, makeRingShare, ringSecret, sessionKey } from "../session/ring.ts";
import { computeSessionId, listHash, type Participant } from "../session/session-id.ts";
import type { Message, MessageType } from "../wire/messages.ts";
import type { Puppet, Strings } from "./puppet.ts";
import { confirmsTo, linksBetween } from "./ring-of-all.ts";
import { standInFor } from "./stand-in.ts";

/** Puts a message of somebody's into the transcript. */
export type Post = (by: Puppet, context: Uint8Array, message: Message) => void;

/** What is written on, while an attempt runs. */
export interface Stage {
	readonly strings: Strings;
	readonly post: Post;
	/** As it is after what was posted; undefined once it is a session. */
	readonly attempt: () => Attempt | undefined;
}

/** Who tells newcomers of the list, and how; undefined where that stands in the session before. */
export interface Telling {
	readonly by: Puppet;
	readonly tell: (() => void) | undefined;
}

function bind<T>(made: { readonly ok: true; readonly value: T } | { readonly ok: false }): T {
	// Every key here was made by the forger or parsed as a long-term key: none is of low order.
	if (!made.ok) throw new Error("keys of our own give no shared secret");
	return made.value;
}

/** Everything that everyone in an attempt would have computed: every key of it was made by the forger (rule FORGE-6). */
class Ring {
	readonly #strings: Strings;
	/** In the order of the list. */
	readonly #list: readonly Puppet[];
	readonly #plist: readonly Participant[];
	readonly #links: readonly (LinkKem | undefined)[];
	readonly #sid: Sid;
	/** `d_i`. */
	readonly #secrets: readonly Uint8Array[];

	constructor(strings: Strings, people: readonly Puppet[], attempt: Attempt) {
		const { suite } = strings;
		const list = [...people].sort((a, b) => compare(a.keys.own.public.v.bytes, b.keys.own.public.v.bytes));
		this.#strings = strings;
		this.#list = list;
		this.#plist = list.map((one): Participant => ({ identity: one.identity, keySet: one.keys.own.public }));
		this.#links = list.map((puppet, i) => {
			const right = list[(i + 1) % list.length]?.keys.own.public.ek?.key;
			return right && suite.kem?.encapsulate(right, puppet.coins);
		});
		this.#sid = computeSessionId(suite, attempt.aid, this.#plist);
		this.#secrets =
			list.length === 1
				? []
				: list.map((_, i) => ringSecret(suite, this.#pair(i, (i + 1) % list.length), this.#sid, i));
	}

	#pair(i: number, j: number): PairwiseKey {
		const [puppet, participant] = [this.#list[i] as Puppet, this.#plist[i] as Participant];
		const own = { identity: standInFor(puppet.identity.lpk), keys: puppet.keys.own, participant };
		const kem = linksBetween(this.#list.length, i, j).flatMap((at) => this.#links[at] ?? []);
		return bind(pairwiseKey(this.#strings.suite, own, this.#plist[j] as Participant, kem));
	}

	offer(one: Puppet): Message {
		const kemCiphertext = this.#links[this.#list.indexOf(one)]?.ciphertext;
		return { type: "OFFER", kemCiphertext, list: listHash(this.#strings.suite, this.#sid) };
	}

	share(one: Puppet): Message {
		const { suite } = this.#strings;
		const size = this.#list.length;
		const i = this.#list.indexOf(one);
		const next = one.next.own.public;
		if (size === 1) return { type: "SHARE", ring: undefined, confirmations: [], next };
		const isNew = this.#list.map((puppet) => puppet.newcomer);
		const confirmations = confirmsTo(isNew, i).map((to): Mac => {
			const [from, peer] = [this.#plist[i] as Participant, this.#plist[to] as Participant];
			return keyConfirmation(suite, this.#pair(i, to), this.#sid, from, peer);
		});
		const [left, right] = [this.#secrets[(i + size - 1) % size] as Uint8Array, this.#secrets[i] as Uint8Array];
		return { type: "SHARE", ring: makeRingShare(suite, this.#sid, i, size, left, right), confirmations, next };
	}

	confirm(one: Puppet, attempt: Attempt): Message {
		const { suite, random } = this.#strings;
		// Whoever is alone has a key that nobody else knows: any MAC will do.
		if (this.#list.length === 1) return { type: "CONFIRM", mac: random(32) as Mac };
		const sk = sessionKey(suite, this.#sid, this.#secrets);
		const contributions = contributionsOf(suite, attempt);
		if (contributions === undefined) throw new Error("a confirm is due before all shares are placed");
		return { type: "CONFIRM", mac: confirmMac(suite, sk, this.#sid, this.#list.indexOf(one), contributions) };
	}
}

/** Which piece pays what is owed. */
const PIECES: Partial<Record<Owed, MessageType>> = {
	key: "EK",
	offer: "OFFER",
	share: "SHARE",
	ok: "OK",
	confirm: "CONFIRM",
};

/** The piece that somebody owes next; undefined while they wait for others. */
function due(suite: Strings["suite"], attempt: Attempt, slot: Slot): MessageType | undefined {
	const owes = keyAgreement.owed(suite, attempt).find((need) => need.slot === slot)?.owes;
	// A newcomer knows its right neighbour's KEM key by its name only.
	const right = rightOf(attempt, slot);
	const waits = slot.join !== undefined && owesKey(suite, attempt, right) && !attempt.keys.has(keyName(right.keySet.v));
	return owes === undefined || (owes === "offer" && waits) ? undefined : PIECES[owes];
}

/**
 * All pieces of an attempt, by the functions with which participants make theirs, each when it is due: everyone reads what is
 * placed and answers in turn, in the order of `people`, as on a carrier that takes no time. So the order of the pieces is one
 * that the protocol brings about.
 */
export function forgeAgreement(stage: Stage, people: readonly Puppet[], telling: Telling | undefined): void {
	const { strings, post } = stage;
	const begun = stage.attempt();
	if (begun === undefined) throw new Error("no attempt runs");
	const { aid } = begun;
	const ring = new Ring(strings, people, begun);
	const sent = new Set<string>();
	const queue: (() => void)[] = [];
	// Where the ROSTER is posted, the fold says who has it.
	let told = telling?.tell !== undefined;
	const make = (one: Puppet, type: MessageType, attempt: Attempt): Message => {
		const key = one.keys.own.public.ek?.key;
		if (type === "EK" && key !== undefined) return { type, key };
		if (type === "OFFER") return ring.offer(one);
		if (type === "SHARE") return ring.share(one);
		return type === "OK" ? { type } : ring.confirm(one, attempt);
	};
	const settle = (): void => {
		const attempt = stage.attempt();
		if (attempt === undefined || !equal(attempt.aid, aid)) return;
		for (const one of people) {
			const v = keyName(one.keys.own.public.v);
			const slot = attempt.slots.find(({ keySet }) => keyName(keySet.v) === v);
			const type = slot && (told || !one.newcomer) ? due(strings.suite, attempt, slot) : undefined;
			if (type !== undefined && !sent.has(`${v}:${type}`)) {
				sent.add(`${v}:${type}`);
				const message = make(one, type, attempt);
				const context = type === "OK" || type === "CONFIRM" ? viewOf(strings.suite, attempt) : aid;
				queue.push(() => post(one, context ?? aid, message));
			}
			if (telling?.by !== one || sent.has("ROSTER")) continue;
			sent.add("ROSTER");
			queue.push(() => {
				told = true;
				telling.tell?.();
			});
		}
	};
	for (settle(); queue.length > 0; settle()) queue.shift()?.();
}
