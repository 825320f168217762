import { equal, erase, ok, type Result } from "@clowder/bytes";
import type { DhKeyPair3072, Ed448KeyPair, OtrPrimitives } from "@clowder/crypto/otr";
import { type BraceKey, braceKeyFromDh, ecdh, mixedSharedSecret, nextBraceKey } from "../dake/shared-secret.ts";
import { MAX_SKIP, RESERVED_MESSAGES, REVEALED_MAC_KEYS_MAX } from "../limits.ts";
import type { Random } from "../random.ts";
import { badKey, type Refusal, refuse } from "../refusal.ts";
import { type DataFields, encodeDataSections } from "../wire/data-message.ts";
import type { DataMessage } from "../wire/messages.ts";
import { advance, type Chain, copyOf, type SkippedChainKey, skipTo } from "./chain.ts";
import {
	authenticate,
	type ChainKey,
	chacha20,
	encryptionKey,
	type ExtraSymmetricKey,
	extraSymmetricKey,
	isAuthentic,
	type MacKey,
	macKey,
	type RootKey,
	ratchetKeys,
} from "./message-keys.ts";
import { badMac, DATA_MESSAGE, noKey, reflected, tooManySkipped, wrongRatchet } from "./refusals.ts";
import { type SkippedKey, SkippedKeys } from "./skipped-keys.ts";
import {
	type Candidate,
	forget,
	type Opened,
	type RatchetContent,
	type Rotation,
	type Sealed,
	type Start,
	type TheirKeys,
} from "./state.ts";

/** Every third ratchet renews the brace key by a Diffie-Hellman exchange. */
const BRACE_KEY_PERIOD = 3;
const ECDH_SEED_BYTES = 57;
const DH_SEED_BYTES = 80;

/**
 * The double ratchet of "Key Management" and "Data Exchange". `i` counts ratchets, those of both sides together, as the
 * ratchet ids on the wire do; the specification's own text counts in three ways (spec/otrv4-notes.md).
 */
export class DoubleRatchet {
	readonly #primitives: OtrPrimitives;
	readonly #skipped: SkippedKeys;
	#i: number;
	#pn = 0;
	/** Our keys for the next ratchet of the peer; undefined once they were used, and erased. */
	#ecdh: Ed448KeyPair | undefined;
	#dh: DhKeyPair3072 | undefined;
	#theirs: TheirKeys;
	#brace: BraceKey;
	#root: RootKey;
	#sending: Chain | undefined;
	#receiving: Chain | undefined;
	/** MAC keys of messages that were verified, to be revealed with the first message of our next ratchet. */
	#verified: MacKey[] = [];
	/** Those whose time has come, where one message does not hold them all. */
	#toReveal: MacKey[] = [];

	private constructor(primitives: OtrPrimitives, start: Start) {
		this.#primitives = primitives;
		this.#skipped = new SkippedKeys(primitives);
		this.#i = start.i;
		this.#ecdh = start.ours?.ecdh;
		this.#dh = start.ours?.dh;
		this.#theirs = start.theirs;
		this.#brace = start.brace;
		this.#root = start.root;
		this.#sending = start.sending;
		this.#receiving = start.receiving;
	}

	/** `first-ratchet.ts` says with what. */
	static begin(primitives: OtrPrimitives, start: Start): DoubleRatchet {
		return new DoubleRatchet(primitives, start);
	}

	/**
	 * What `content` gave, when it was stored. Messages may have been sent since then, with keys that must not be used for
	 * others: the sending chain skips so many (`RESERVED_MESSAGES`) that none is.
	 */
	static restore(primitives: OtrPrimitives, content: RatchetContent): DoubleRatchet {
		const { i, theirs, brace, root, sending, receiving } = content;
		const ratchet = new DoubleRatchet(primitives, { i, ours: undefined, theirs, brace, root, sending, receiving });
		ratchet.#pn = content.pn;
		ratchet.#ecdh = content.ecdh;
		ratchet.#dh = content.dh;
		ratchet.#verified = [...content.verified];
		ratchet.#toReveal = [...content.toReveal];
		for (const { ecdh: theirEcdh, messageId, key } of content.skipped) {
			ratchet.#skipped.store(theirEcdh, messageId, key);
		}
		if (sending !== undefined) for (let n = 0; n < RESERVED_MESSAGES; n++) advance(primitives, sending);
		return ratchet;
	}

	/** All of it, to be stored. The objects are those in use: copy or write them before anything else is done. */
	content(): RatchetContent {
		return {
			i: this.#i,
			pn: this.#pn,
			ecdh: this.#ecdh,
			dh: this.#dh,
			theirs: this.#theirs,
			brace: this.#brace,
			root: this.#root,
			sending: this.#sending,
			receiving: this.#receiving,
			verified: this.#verified,
			toReveal: this.#toReveal,
			skipped: this.#skipped.all(),
		};
	}

	/** Encrypts with the next key of the sending chain; rotates first if there is none. */
	seal(random: Random, plaintext: Uint8Array, flags: number, senderTag: number, receiverTag: number): Sealed {
		const rotated = this.#sending === undefined;
		const chain = this.#sending ?? this.#rotateAsSender(random);
		const primitives = this.#primitives;
		const encryption = encryptionKey(primitives, chain.key);
		const mac = macKey(primitives, encryption);
		const extra = extraSymmetricKey(primitives, chain.key);
		const fields: DataFields = {
			senderTag,
			receiverTag,
			flags,
			previousChainMessages: this.#pn,
			ratchetId: chain.ratchetId,
			messageId: chain.messageId,
			ecdh: live(this.#ecdh).publicKey.bytes,
			dh: this.#dhToSend(chain),
			encryptedMessage: chacha20(primitives, encryption, plaintext),
		};
		const sections = encodeDataSections(fields);
		const authenticator = authenticate(primitives, mac, sections);
		advance(primitives, chain);
		erase(encryption, mac);
		const revealedMacKeys = this.#reveal(REVEALED_MAC_KEYS_MAX);
		return { message: { type: "data", ...fields, authenticator, revealedMacKeys, sections }, extra, rotated };
	}

	/**
	 * Verifies and decrypts ("When you receive a Data Message"). A refusal changes nothing.
	 * `nowMs` is noted for the keys of messages that this one overtook.
	 */
	open(message: DataMessage, nowMs: number): Result<Opened, Refusal> {
		const skipped = this.#skipped.find(message.ecdh, message.messageId);
		if (skipped !== undefined) return this.#openSkipped(message, skipped);
		const candidate = equal(message.ecdh, this.#theirs.ecdh.bytes)
			? this.#inSameRatchet(message)
			: this.#inNewRatchet(message);
		if (!candidate.ok) return candidate;
		const primitives = this.#primitives;
		const { chain } = candidate.value;
		const encryption = encryptionKey(primitives, chain.key);
		const mac = macKey(primitives, encryption);
		if (!isAuthentic(primitives, mac, message.sections, message.authenticator)) {
			erase(encryption, mac);
			forget(candidate.value);
			return badMac();
		}
		const plaintext = chacha20(primitives, encryption, message.encryptedMessage);
		const extra = extraSymmetricKey(primitives, chain.key);
		erase(encryption);
		this.#commit(candidate.value, nowMs);
		this.#verified.push(mac);
		return ok({ plaintext, extra });
	}

	/** Forgets keys of messages that never came, stored before `thresholdMs`. */
	expireSkipped(thresholdMs: number): void {
		this.#verified.push(...this.#skipped.expire(thresholdMs));
	}

	/** When `expireSkipped` has work again, at the earliest: the time at which the oldest of these keys was stored. */
	get oldestSkippedMs(): number | undefined {
		return this.#skipped.oldestMs;
	}

	/** How many message keys are kept for messages that have not come. */
	get skippedKeys(): number {
		return this.#skipped.size;
	}

	/**
	 * "Session Expiration": the last message reveals the MAC keys of what was received and of what never came. To be called
	 * before the Disconnected message is sealed.
	 */
	revealAll(): void {
		this.#toReveal.push(...this.#verified, ...this.#skipped.clear());
		this.#verified = [];
	}

	/** How many MAC keys wait to be revealed: one message reveals at most `REVEALED_MAC_KEYS_MAX`. */
	get unrevealed(): number {
		return this.#toReveal.length;
	}

	/** Erases every secret. Nothing can be done with it afterwards. */
	erase(): void {
		this.#forgetOurs(true);
		erase(this.#brace, this.#root, this.#sending?.key, this.#receiving?.key, ...this.#verified, ...this.#toReveal);
		erase(...this.#skipped.clear());
		this.#sending = undefined;
		this.#receiving = undefined;
		this.#verified = [];
		this.#toReveal = [];
	}

	/** "Rotating ECDH Keys and Brace Key as sender", and the sending chain that follows. */
	#rotateAsSender(random: Random): Chain {
		const primitives = this.#primitives;
		const renews = this.#i % BRACE_KEY_PERIOD === 0;
		const ours = primitives.ed448.keyPair(random(ECDH_SEED_BYTES));
		const dh = renews ? primitives.dh.keyPair(random(DH_SEED_BYTES)) : undefined;
		const brace =
			dh === undefined ? nextBraceKey(primitives, this.#brace) : braceKeyFromDh(primitives, dh, this.#theirs.dh);
		const mixed = mixedSharedSecret(primitives, ecdh(primitives, ours, this.#theirs.ecdh), brace);
		const { root, chain } = ratchetKeys(primitives, [this.#root, mixed]);
		erase(mixed, this.#root, this.#brace);
		this.#forgetOurs(renews);
		this.#ecdh = ours;
		this.#dh = dh ?? this.#dh;
		this.#brace = brace;
		this.#root = root;
		this.#sending = { key: chain, messageId: 0, ratchetId: this.#i };
		this.#i += 1;
		this.#toReveal.push(...this.#verified);
		this.#verified = [];
		return this.#sending;
	}

	#forgetOurs(dhToo: boolean): void {
		this.#ecdh?.erase();
		this.#ecdh = undefined;
		if (!dhToo) return;
		this.#dh?.erase();
		this.#dh = undefined;
	}

	#dhToSend(chain: Chain): DataMessage["dh"] {
		const renews = chain.ratchetId % BRACE_KEY_PERIOD === 0;
		return renews ? live(this.#dh).publicKey.bytes : (new Uint8Array(0) as DataMessage["dh"]);
	}

	#reveal(limit: number): Uint8Array {
		const keys = this.#toReveal.splice(0, limit);
		const revealed = new Uint8Array(keys.reduce((sum, key) => sum + key.length, 0));
		let at = 0;
		for (const key of keys) {
			revealed.set(key, at);
			at += key.length;
		}
		return revealed;
	}

	#openSkipped(message: DataMessage, skipped: SkippedKey): Result<Opened, Refusal> {
		const mac = macKey(this.#primitives, skipped.encryption);
		if (!isAuthentic(this.#primitives, mac, message.sections, message.authenticator)) {
			erase(mac);
			return badMac();
		}
		const plaintext = chacha20(this.#primitives, skipped.encryption, message.encryptedMessage);
		const extra = skipped.extra.slice() as ExtraSymmetricKey;
		this.#skipped.delete(message.ecdh, message.messageId);
		this.#verified.push(mac);
		return ok({ plaintext, extra });
	}

	#inSameRatchet(message: DataMessage): Result<Candidate, Refusal> {
		const chain = this.#receiving;
		if (chain?.ratchetId !== message.ratchetId) return wrongRatchet("the ratchet of its public key", message);
		if (message.messageId < chain.messageId) return noKey(message);
		return this.#forward(chain, message, [], undefined);
	}

	#inNewRatchet(message: DataMessage): Result<Candidate, Refusal> {
		if (message.ratchetId < this.#i) return noKey(message);
		if (this.#sending === undefined || message.ratchetId > this.#i) {
			return wrongRatchet("no ratchet before ours was seen", message);
		}
		const old = this.#receiving;
		const lost = message.previousChainMessages - (old?.messageId ?? message.previousChainMessages);
		const most = Math.max(lost, message.messageId);
		if (most > MAX_SKIP) return tooManySkipped(most);
		const rotated = this.#rotateAsReceiver(message);
		if (!rotated.ok) return rotated;
		const { rotation, chain } = rotated.value;
		const ended = old === undefined ? [] : this.#drain(old, message.previousChainMessages);
		return this.#forward({ key: chain, messageId: 0, ratchetId: message.ratchetId }, message, ended, rotation);
	}

	/** The keys of a chain that ends at `messageId`, without touching the chain. */
	#drain(chain: Chain, messageId: number): SkippedChainKey[] {
		const copy = copyOf(chain);
		const skipped = skipTo(this.#primitives, copy, messageId, this.#theirs.ecdh.bytes);
		erase(copy.key);
		return skipped;
	}

	/** Moves a chain to the key of `message`. */
	#forward(
		from: Chain,
		message: DataMessage,
		ended: readonly SkippedChainKey[],
		rotation: Rotation | undefined,
	): Result<Candidate, Refusal> {
		const lost = message.messageId - from.messageId;
		if (lost > MAX_SKIP) return tooManySkipped(lost);
		const chain = copyOf(from);
		const overtaken = skipTo(this.#primitives, chain, message.messageId, message.ecdh);
		return ok({ chain, skipped: [...ended, ...overtaken], rotation });
	}

	/** "Rotating ECDH Keys and Brace Key as receiver", and the receiving chain that follows. Changes nothing yet. */
	#rotateAsReceiver(message: DataMessage): Result<{ rotation: Rotation; chain: ChainKey }, Refusal> {
		const primitives = this.#primitives;
		const renews = this.#i % BRACE_KEY_PERIOD === 0;
		if (renews !== message.dh.length > 0) {
			return refuse("peer", "malformed", DATA_MESSAGE, renews ? "a public DH key" : "no public DH key", "the opposite");
		}
		const theirEcdh = primitives.ed448.parsePoint(message.ecdh);
		if (!theirEcdh.ok) return badKey("Public ECDH Key", theirEcdh.error);
		const ours = live(this.#ecdh);
		if (equal(message.ecdh, ours.publicKey.bytes)) return reflected();
		const theirDh = renews ? primitives.dh.parsePublicKey(message.dh) : ok(this.#theirs.dh);
		if (!theirDh.ok) return badKey("Public DH Key", theirDh.error);
		if (renews && equal(message.dh, live(this.#dh).publicKey.bytes)) return reflected();
		const brace = renews
			? braceKeyFromDh(primitives, live(this.#dh), theirDh.value)
			: nextBraceKey(primitives, this.#brace);
		const mixed = mixedSharedSecret(primitives, ecdh(primitives, ours, theirEcdh.value), brace);
		const { root, chain } = ratchetKeys(primitives, [this.#root, mixed]);
		erase(mixed);
		const their: TheirKeys = { ecdh: theirEcdh.value, dh: theirDh.value };
		return ok({ rotation: { their, brace, root, renewsBrace: renews }, chain });
	}

	#commit({ chain, skipped, rotation }: Candidate, nowMs: number): void {
		const primitives = this.#primitives;
		for (const { ecdh: theirEcdh, messageId, key } of skipped) {
			const encryption = encryptionKey(primitives, key);
			const extra = extraSymmetricKey(primitives, key);
			this.#verified.push(...this.#skipped.store(theirEcdh, messageId, { encryption, extra, storedAtMs: nowMs }));
			erase(key);
		}
		if (rotation !== undefined) {
			erase(this.#brace, this.#root, this.#sending?.key);
			this.#forgetOurs(rotation.renewsBrace);
			this.#theirs = rotation.their;
			this.#brace = rotation.brace;
			this.#root = rotation.root;
			this.#pn = this.#sending?.messageId ?? 0;
			this.#sending = undefined;
			this.#i += 1;
		}
		erase(this.#receiving?.key);
		advance(primitives, chain);
		this.#receiving = chain;
	}
}

/** A key that has to be there by the order in which ratchets go; if it is not, that is our own bug. */
function live<Key>(key: Key | undefined): Key {
	if (key === undefined) throw new Error("a key of the ratchet was used that is erased");
	return key;
}
