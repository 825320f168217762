import { hex } from "@clowder/bytes";
import type { DhPublicKey } from "@clowder/crypto";
import type { FoldState, Message, Revealed } from "@clowder/mpotr/testing";

/** What a cheater knows when it is about to send something. */
export interface Circumstances {
	readonly fold: FoldState | undefined;
	/** The `v` that signs what it is about to send. */
	readonly v: string;
	/** One of its own secret seeds, by the public key. */
	readonly secretOf: (key: DhPublicKey) => Uint8Array | undefined;
	/** The seed of the key that signs. */
	readonly signingSeed: () => Uint8Array | undefined;
	/** A number of the cheater's, at least 0. */
	readonly choose: (below: number) => number;
}

/**
 * What a cheater sends in place of a message: all signed with its own keys, under the message's own context and number.
 * None: it withholds it. Two: it says two things in one place.
 */
export type Cheat = (message: Message, at: Circumstances) => readonly Message[];

type MessageOf<T extends Message["type"]> = Extract<Message, { type: T }>;

/** The same bytes with a bit of another value. */
function flipped<T extends Uint8Array>(bytes: T): T {
	const copy = bytes.slice();
	copy[copy.length >> 1] = (copy[copy.length >> 1] as number) ^ 4;
	return copy as T;
}

/** Changes messages of one type, and lets the others be. */
function changing<T extends Message["type"]>(
	type: T,
	change: (message: MessageOf<T>, at: Circumstances) => Message | undefined,
): Cheat {
	return (message, at) => {
		if (message.type !== type) return [message];
		return [change(message as MessageOf<T>, at) ?? message];
	};
}

function withholding(type: Message["type"]): Cheat {
	return (message) => (message.type === type ? [] : [message]);
}

const WITHHELD: readonly Message["type"][] = [
	"STATE",
	"INTRODUCE",
	"OPEN",
	"ROSTER",
	"EK",
	"OFFER",
	"SHARE",
	"OK",
	"CONFIRM",
	"REVEAL",
	"VOTE",
	"MESSAGE",
	"CLOSE",
	"PUBLISH",
	"RECEIVED",
	"REPLY",
];

/** Some member who is not the cheater. */
function another({ fold, v, choose }: Circumstances): Uint8Array | undefined {
	const others = (fold?.base?.members ?? []).filter((member) => hex(member.v.bytes) !== v);
	return others[choose(Math.max(others.length, 1))]?.v.bytes;
}

/** Someone else on the list of the attempt. */
function anotherSlot({ fold, v, choose }: Circumstances): Uint8Array | undefined {
	const others = (fold?.attempt?.slots ?? []).filter((slot) => hex(slot.keySet.v.bytes) !== v);
	return others[choose(Math.max(others.length, 1))]?.keySet.v.bytes;
}

/** One's own secret of the attempt, or bytes that are none. */
function opening({ fold, v, secretOf }: Circumstances, genuine: boolean): Revealed {
	const own = fold?.attempt?.slots.find((slot) => hex(slot.keySet.v.bytes) === v);
	const x = (own && secretOf(own.keySet.y)) ?? new Uint8Array(32).fill(7);
	return { x: genuine ? x : flipped(x), kemSeed: undefined, coins: undefined };
}

/** Another message that could be one's own, in the same place. */
function otherStatement(message: Message): Message | undefined {
	switch (message.type) {
		case "OFFER":
			return { ...message, list: flipped(message.list) };
		case "CONFIRM":
			return { ...message, mac: flipped(message.mac) };
		case "JOIN":
			return { ...message, commitment: flipped(message.commitment) };
		case "STATE":
			return { ...message, k: message.k + 1 };
		case "SHARE":
			return message.ring && { ...message, ring: { ...message.ring, z: flipped(message.ring.z) } };
		case "MESSAGE":
			return { ...message, content: { ...message.content, ciphertext: flipped(message.content.ciphertext) } };
		default:
			return undefined;
	}
}

/** Wrong pieces of a key agreement (design section 8). */
const AGREEMENT: Record<string, Cheat> = {
	"bad-z": changing("SHARE", (m) => m.ring && { ...m, ring: { ...m.ring, z: flipped(m.ring.z) } }),
	"bad-left-link": changing("SHARE", (m) => m.ring && { ...m, ring: { ...m.ring, cL: flipped(m.ring.cL) } }),
	"bad-right-link": changing("SHARE", (m) => m.ring && { ...m, ring: { ...m.ring, cR: flipped(m.ring.cR) } }),
	"bad-confirmation": changing("SHARE", (m) => ({ ...m, confirmations: m.confirmations.map(flipped) })),
	"bad-next-keys": changing("SHARE", (m, { fold, v }) => {
		const other = fold?.attempt?.slots.find((slot) => hex(slot.keySet.v.bytes) !== v);
		return fold?.attempt && other?.keySet.ek === undefined && other ? { ...m, next: other.keySet } : undefined;
	}),
	"bad-list": changing("OFFER", (m) => ({ ...m, list: flipped(m.list) })),
	"bad-encapsulation": changing("OFFER", (m) =>
		m.kemCiphertext === undefined ? undefined : { ...m, kemCiphertext: flipped(m.kemCiphertext) },
	),
	"bad-confirm": changing("CONFIRM", (m) => ({ ...m, mac: flipped(m.mac) })),
	"doctored-reveal": changing("REVEAL", (m) => ({ ...m, revealed: { ...m.revealed, x: flipped(m.revealed.x) } })),
	"false-complaint": changing("OK", (_m, at) => {
		const accused = anotherSlot(at);
		return accused && { type: "COMPLAIN", accused, revealed: opening(at, true) };
	}),
	"forged-complaint": changing("OK", (_m, at) => {
		const accused = anotherSlot(at);
		return accused && { type: "COMPLAIN", accused, revealed: opening(at, false) };
	}),
	"false-fault": changing("CONFIRM", (_m, at) => {
		const accused = anotherSlot(at);
		return accused && { type: "FAULT", evidence: { kind: "share", accused, d: new Uint8Array(32).fill(9) } };
	}),
	"early-reveal": changing("CONFIRM", (_m, at) => {
		const peer = anotherSlot(at);
		return peer && { type: "REVEAL", peer, revealed: opening(at, true) };
	}),
	"share-and-bad-z-later": (message, at) =>
		at.choose(2) === 0 ? [message] : (AGREEMENT["bad-z"]?.(message, at) ?? []),
};

/** Lies about the room, and messages that are not due. */
const ROOM: Record<string, Cheat> = {
	"bad-roster": changing("ROSTER", (m) => ({ ...m, ciphertext: flipped(m.ciphertext) })),
	"bad-authenticator": changing("JOIN", (m) => ({ ...m, authenticators: m.authenticators.map(flipped) })),
	"bad-commitment": changing("JOIN", (m) => ({ ...m, commitment: flipped(m.commitment) })),
	"bad-introduction": changing("INTRODUCE", (m) => ({
		...m,
		content: { ...m.content, ciphertext: flipped(m.content.ciphertext) },
	})),
	"bad-content": changing("MESSAGE", (m) => ({
		...m,
		content: { ...m.content, ciphertext: flipped(m.content.ciphertext) },
	})),
	"bad-last-digest": (message) =>
		message.type === "CLOSE" || message.type === "LEAVE"
			? [{ ...message, digest: flipped(message.digest) }]
			: [message],
	"lying-count": changing("STATE", (m) => ({ ...m, k: m.k + 1 })),
	"lying-members": changing("STATE", (m) => ({
		...m,
		members: m.members.map((one, i) => (i === 0 ? { ...one, removed: !one.removed } : one)),
	})),
	"lying-handles": changing("STATE", (m) => ({
		...m,
		members: m.members.map((one) => ({ ...one, left: true })),
	})),
	"votes-everyone-out": changing("MESSAGE", (_m, at) => {
		const others = (at.fold?.base?.members ?? []).filter((member) => hex(member.v.bytes) !== at.v);
		const drop = others.map((member) => ({ v: member.v.bytes, owes: "heartbeat" as const }));
		return drop.length === 0 ? undefined : { type: "VOTE", drop, late: true };
	}),
	"votes-one-out": changing("MESSAGE", (_m, at) => {
		const v = another(at);
		return v && { type: "VOTE", drop: [{ v, owes: "heartbeat" }], late: at.choose(2) === 0 };
	}),
	"says-gone": changing("MESSAGE", (_m, at) => {
		const v = another(at);
		return v && { type: "GONE", v };
	}),
	"denies-joins": changing("MESSAGE", (m, { fold }) => {
		const [join] = fold?.pending ?? [];
		return join === undefined ? m : { type: "DENY", join: join.hash, reason: "bad-authenticator" };
	}),
	"rekeys-without-end": changing(
		"MESSAGE",
		(_m, { fold }) => fold?.base && { type: "OPEN", k: fold.k, joins: [], rekey: true },
	),
	"publishes-early": changing("MESSAGE", (_m, at) => {
		const seed = at.signingSeed();
		return seed && { type: "PUBLISH", seed };
	}),
	"false-equivocation": changing("MESSAGE", () => ({
		type: "FAULT",
		evidence: { kind: "equivocation", first: new Uint8Array(200), second: new Uint8Array(200).fill(1) },
	})),
	"says-two-things": (message) => {
		const other = otherStatement(message);
		return other === undefined ? [message] : [message, other];
	},
	"says-everything-twice": (message) => [message, message],
	"asks-without-end": changing("MESSAGE", () => ({ type: "ASK", have: 0 })),
};

const WITHHOLDING: Record<string, Cheat> = Object.fromEntries(
	WITHHELD.map((type) => [`withholds-${type.toLowerCase()}`, withholding(type)]),
);

const ALL: Record<string, Cheat> = { ...AGREEMENT, ...ROOM, ...WITHHOLDING };

/** The ways in which a member may cheat, by name. `says-different-things` is the carrier's part too (see `cheats.ts`). */
export const CHEATS: readonly string[] = [...Object.keys(ALL), "says-different-things"];

export function cheatOf(name: string): Cheat | undefined {
	return ALL[name];
}

/** For `says-different-things`: what one half gets to see. */
export { otherStatement };
