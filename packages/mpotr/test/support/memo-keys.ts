import { hex, ok, type Result } from "@clowder/bytes";
import type { Kem, KeyError, Primitives, Secret, SharedSecret, Suite } from "@clowder/crypto";
import { remembered, remembering } from "./memo.ts";

type Agreed = Result<SharedSecret, KeyError>;

/** A secret that is handed out again and again, whoever says to be done with it. */
function kept<S extends Secret>(secret: S): S {
	secret.erase = () => undefined;
	return secret;
}

/** Whoever gets a shared secret may erase it. */
function copied(made: Agreed): Agreed {
	return made.ok ? ok(made.value.slice() as SharedSecret) : made;
}

function pairOf([mine, theirs]: readonly [
	{ readonly publicKey: { readonly bytes: Uint8Array } },
	{ readonly bytes: Uint8Array },
]): string {
	return `${hex(mine.publicKey.bytes)}/${hex(theirs.bytes)}`;
}

function rememberingKem(kem: Kem): Kem {
	const encapsulate = remembered<Parameters<Kem["encapsulate"]>, ReturnType<Kem["encapsulate"]>>(
		([key, coins]) => `${hex(key.bytes)}/${hex(coins)}`,
		(all) => kem.encapsulate(...all),
	);
	const decapsulate = remembered<Parameters<Kem["decapsulate"]>, SharedSecret>(
		([key, ciphertext]) => `${hex(key.publicKey.bytes)}/${hex(ciphertext)}`,
		(all) => kem.decapsulate(...all),
	);
	return {
		...kem,
		keyPair: remembered(hex, (seed: Uint8Array) => kept(kem.keyPair(seed))),
		encapsulate: (...all) => {
			const made = encapsulate(all);
			return { ...made, secret: made.secret.slice() as SharedSecret };
		},
		decapsulate: (...all) => decapsulate(all).slice() as SharedSecret,
	};
}

/**
 * The same suite where the same people agree on keys again and again: besides what `remembering` keeps, keys are made of
 * seeds and shared secrets of keys once for each input. Nothing is ever erased in it.
 */
export function rememberingKeys(plain: Suite): Suite {
	const suite = remembering(plain);
	const { primitives, kem } = suite;
	const dh = remembered<Parameters<Primitives["dh"]>, Agreed>(pairOf, (all) => primitives.dh(...all));
	const dhFromIdentity = remembered<Parameters<Primitives["dhFromIdentity"]>, Agreed>(pairOf, (all) =>
		primitives.dhFromIdentity(...all),
	);
	const dhToIdentity = remembered<Parameters<Primitives["dhToIdentity"]>, Agreed>(pairOf, (all) =>
		primitives.dhToIdentity(...all),
	);
	return {
		...suite,
		primitives: {
			...primitives,
			dhKeyPair: remembered(hex, (seed: Uint8Array) => kept(primitives.dhKeyPair(seed))),
			signingKey: remembered(hex, (seed: Uint8Array) => kept(primitives.signingKey(seed))),
			identityKey: remembered(hex, (seed: Uint8Array) => kept(primitives.identityKey(seed))),
			dh: (...all) => copied(dh(all)),
			dhFromIdentity: (...all) => copied(dhFromIdentity(all)),
			dhToIdentity: (...all) => copied(dhToIdentity(all)),
		},
		kem: kem && rememberingKem(kem),
	};
}
