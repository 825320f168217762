import { err, hex, type Result } from "@clowder/bytes";
import type { DhPublicKey, DhSecretKey, KeyError, SharedSecret, Suite } from "@clowder/crypto";
import type { Handle } from "../api.ts";
import { type KeyName, keyName } from "../fold/state.ts";
import { type Identity, nextSalt } from "../identity.ts";
import { kemKeyRef, type OwnKeySet } from "../key-set.ts";
import { type LongTermAnswer, withoutLongTermSecrets } from "./stand-in.ts";

/** A key set of which every seed is at hand. */
export interface PuppetKeys {
	readonly own: OwnKeySet;
	readonly seeds: {
		readonly x: Uint8Array;
		readonly s: Uint8Array;
		readonly kem: Uint8Array | undefined;
		readonly boxKem: Uint8Array | undefined;
	};
}

/** Somebody who is spoken for: their public identity, and ephemeral keys that the forger made. */
export interface Puppet {
	readonly handle: Handle;
	readonly identity: Identity;
	readonly keys: PuppetKeys;
	readonly newcomer: boolean;
	/** For the attempt after this one. */
	readonly next: PuppetKeys;
	/** What it encapsulates with. */
	readonly coins: Uint8Array;
}

export type Random = (length: number) => Uint8Array;

/** A fresh key set, or one around a signing key that was published: `y`, `ek` and `b` are the forger's in both cases. */
export function puppetKeys(suite: Suite, random: Random, published?: Uint8Array): PuppetKeys {
	const { primitives, kem } = suite;
	const seeds = {
		x: random(32),
		s: random(32),
		kem: kem && random(64),
		boxKem: kem && random(64),
	};
	const x = primitives.dhKeyPair(seeds.x);
	const s = primitives.dhKeyPair(seeds.s);
	const e = primitives.signingKey(published ?? random(32));
	const ring = seeds.kem && kem?.keyPair(seeds.kem);
	const box = seeds.boxKem && kem?.keyPair(seeds.boxKem);
	const own: OwnKeySet = {
		public: {
			y: x.publicKey,
			b: s.publicKey,
			v: e.verifyKey,
			ek: ring && kemKeyRef(suite, ring.publicKey),
			bek: box && kemKeyRef(suite, box.publicKey),
		},
		x,
		kem: ring,
		s,
		boxKem: box,
		e,
	};
	return { own, seeds };
}

/** The same one as of the next attempt. */
export function nextPuppet(suite: Suite, puppet: Puppet, random: Random): Puppet {
	return {
		handle: puppet.handle,
		identity: { ...puppet.identity, salt: nextSalt(suite, puppet.identity.salt) },
		keys: puppet.next,
		newcomer: false,
		next: puppetKeys(suite, random),
		coins: random(32),
	};
}

/**
 * Knows the secret of every ephemeral key that was made here. That is why nobody's long-term secret is needed: what Ana's
 * long-term secret gives with a `y`, the secret of that `y` gives with Ana's public key, and all of them are the forger's own.
 */
export class Strings {
	readonly suite: Suite;
	readonly random: Random;
	readonly #secrets: Map<string, DhSecretKey> = new Map();
	readonly #numbers: Map<KeyName, number> = new Map();

	constructor(suite: Suite, random: Random) {
		const answer: LongTermAnswer = (lpk, y) => this.#answer(suite, lpk, y);
		this.suite = withoutLongTermSecrets(suite, answer);
		this.random = random;
	}

	#answer(suite: Suite, lpk: Parameters<LongTermAnswer>[0], y: DhPublicKey): Result<SharedSecret, KeyError> {
		const x = this.#secrets.get(hex(y.bytes));
		if (x !== undefined) return suite.primitives.dhToIdentity(x, lpk);
		return err({ kind: "key", key: "x25519", expected: "a key that was made here", got: "another" });
	}

	hold(keys: PuppetKeys): PuppetKeys {
		this.#secrets.set(hex(keys.own.public.y.bytes), keys.own.x);
		return keys;
	}

	/** This `v` has signed so many messages before. */
	startAt(v: OwnKeySet["public"]["v"], number: number): void {
		this.#numbers.set(keyName(v), number);
	}

	/** The number of the next message that this `v` signs. */
	nextNumber(v: OwnKeySet["public"]["v"]): number {
		const number = this.#numbers.get(keyName(v)) ?? 0;
		this.#numbers.set(keyName(v), number + 1);
		return number;
	}
}
