import { chacha20, data, join, kdf, u16, u32, u8 } from "./bytes.ts";
import { type InteractiveRun, type KeyPairs, keyPairs, type NonInteractiveRun } from "./dake.ts";
import { dhShared } from "./dh.ts";
import { ecdh, pairOf } from "./ed448.ts";

// The double ratchet seen from above: who knows the secrets of both sides needs no state of either.

export type Side = "alice" | "bob";

/** What a message says, and what its sender had opened since its last. */
export interface Said {
	readonly by: Side;
	readonly flags: number;
	readonly plaintext: Uint8Array;
	/** Places of the messages, in the order in which they were opened. */
	readonly opened: readonly number[];
	/** What its sender draws where it begins a ratchet: 57 bytes, and 80 where that renews the brace key. */
	readonly draws: readonly Uint8Array[];
}

/** One ratchet: whose it is, its id on the wire, its keys. */
export interface Ratchet {
	readonly by: Side;
	readonly id: number;
	readonly braceKey: Uint8Array;
	readonly rootKey: Uint8Array;
	readonly chainKey: Uint8Array;
}

export interface SaidMessage {
	readonly ratchet: number;
	readonly ratchetId: number;
	readonly messageId: number;
	readonly previousChainMessages: number;
	readonly chainKey: Uint8Array;
	readonly messageKey: Uint8Array;
	readonly macKey: Uint8Array;
	readonly extraSymmetricKey: Uint8Array;
	/** All of it. */
	readonly bytes: Uint8Array;
}

interface Start {
	readonly tags: Readonly<Record<Side, number>>;
	/** The keys that both begin with. */
	readonly keys: Record<Side, KeyPairs>;
	/** Ratchet 0 of Alice's. */
	readonly first: Ratchet;
	/** The id of the next. */
	readonly nextId: number;
}

const derive = (values: readonly Uint8Array[]): Pick<Ratchet, "rootKey" | "chainKey"> => ({
	rootKey: kdf(0x12, 64, ...values),
	chainKey: kdf(0x13, 64, ...values),
});

/** "Initializes the double-ratchet algorithm" of the interactive DAKE. */
export function afterInteractive(run: InteractiveRun, tags: Start["tags"]): Start {
	const [bob, alice] = [run.bobKeys.first, run.aliceKeys.first];
	const braceKey = kdf(0x01, 32, dhShared(alice.dhSecret, bob.dh));
	const k = kdf(0x03, 64, ecdh(alice.ecdh, bob.ecdh.publicKey), braceKey);
	const first: Ratchet = { by: "alice", id: 0, braceKey, ...derive([run.firstRootKey, k]) };
	return { tags, keys: { alice, bob }, first, nextId: 0 };
}

/** The same of the non-interactive one: `K` itself gives the first keys, and its brace key is kept. */
export function afterNonInteractive(run: NonInteractiveRun, tags: Start["tags"]): Start {
	const first: Ratchet = { by: "alice", id: 0, braceKey: run.braceKey, ...derive([run.k]) };
	return { tags, keys: { alice: run.aliceKeys.first, bob: run.prekeys }, first, nextId: 1 };
}

interface Chain {
	ratchet: number;
	key: Uint8Array;
	messageId: number;
	readonly previousChainMessages: number;
}

/** Every ratchet, and every message. Who has opened a message of the other's last ratchet begins one of its own. */
export function converse(start: Start, said: readonly Said[]): { ratchets: Ratchet[]; messages: SaidMessage[] } {
	const ratchets = [start.first];
	const messages: SaidMessage[] = [];
	const keys = { ...start.keys };
	const chains: Partial<Record<Side, Chain>> = {
		alice: { ratchet: 0, key: start.first.chainKey, messageId: 0, previousChainMessages: 0 },
	};
	const unrevealed: Record<Side, Uint8Array[]> = { alice: [], bob: [] };
	for (const { by, flags, plaintext, opened, draws } of said) {
		const other = by === "alice" ? "bob" : "alice";
		unrevealed[by].push(...opened.map((place) => (messages[place] as SaidMessage).macKey));
		const newest = ratchets.length - 1;
		const sawNewest = opened.some((place) => messages[place]?.ratchet === newest);
		let revealed: Uint8Array[] = [];
		let chain = chains[by];
		if (chain === undefined || (sawNewest && ratchets[newest]?.by === other)) {
			const ratchet = rotate(start, ratchets, keys, by, draws);
			ratchets.push(ratchet);
			const previousChainMessages = chain?.messageId ?? 0;
			chain = { ratchet: newest + 1, key: ratchet.chainKey, messageId: 0, previousChainMessages };
			chains[by] = chain;
			revealed = unrevealed[by];
			unrevealed[by] = [];
		}
		messages.push(message(start, ratchets, keys[by], chain, { by, flags, plaintext }, join(...revealed)));
		chain.key = kdf(0x14, 64, chain.key);
		chain.messageId += 1;
	}
	return { ratchets, messages };
}

function rotate(
	{ nextId }: Start,
	ratchets: readonly Ratchet[],
	keys: Record<Side, KeyPairs>,
	by: Side,
	[ecdhRandom, dhSecret]: readonly Uint8Array[],
): Ratchet {
	const id = ratchets.length - 1 + nextId;
	const last = ratchets.at(-1) as Ratchet;
	const theirs = keys[by === "alice" ? "bob" : "alice"];
	const pair = pairOf(ecdhRandom as Uint8Array);
	keys[by] = id % 3 === 0 ? keyPairs(ecdhRandom as Uint8Array, dhSecret as Uint8Array) : { ...keys[by], ecdh: pair };
	const braceKey = id % 3 === 0 ? kdf(0x01, 32, dhShared(keys[by].dhSecret, theirs.dh)) : kdf(0x02, 32, last.braceKey);
	const k = kdf(0x03, 64, ecdh(pair, theirs.ecdh.publicKey), braceKey);
	return { by, id, braceKey, ...derive([last.rootKey, k]) };
}

function message(
	{ tags }: Start,
	ratchets: readonly Ratchet[],
	{ ecdh: { publicKey }, dh }: KeyPairs,
	{ ratchet, key, messageId, previousChainMessages }: Chain,
	{ by, flags, plaintext }: Pick<Said, "by" | "flags" | "plaintext">,
	revealed: Uint8Array,
): SaidMessage {
	const { id } = ratchets[ratchet] as Ratchet;
	const messageKey = kdf(0x15, 64, key);
	const macKey = kdf(0x16, 64, messageKey);
	const sections = join(
		...[u16(4), u8(3), u32(tags[by]), u32(tags[by === "alice" ? "bob" : "alice"]), u8(flags)],
		...[u32(previousChainMessages), u32(id), u32(messageId), publicKey, data(id % 3 === 0 ? dh : new Uint8Array(0))],
		data(chacha20(messageKey, plaintext)),
	);
	return {
		...{ ratchet, ratchetId: id, messageId, previousChainMessages, chainKey: key, messageKey, macKey },
		extraSymmetricKey: kdf(0x17, 64, u8(0xff), key),
		bytes: join(sections, kdf(0x18, 64, macKey, sections), data(revealed)),
	};
}
