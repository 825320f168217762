import { equal, erase, err, ok, type Result } from "@clowder/bytes";
import type { DhSecretKey, KemSecretKey, SharedSecret, Suite } from "@clowder/crypto";
import { hash, LABELS, mac } from "../labels.ts";
import type { BoxKeys, SealedBox } from "../wire/messages.ts";

/** The box key is used once, so the counter of its cipher may start from zero. */
const ZERO_IV: Uint8Array = new Uint8Array(16);
const NOTHING: Uint8Array = new Uint8Array(0);

/** Why a box does not open: a key of no use, or not sealed to us in this context. */
export type BoxError = "unusable-key" | "does-not-open";

function boxKeys(
	suite: Suite,
	shared: SharedSecret,
	kemSecret: Uint8Array,
	box: Pick<SealedBox, "ephemeral" | "kemCiphertext">,
	to: BoxKeys,
	context: readonly Uint8Array[],
): { readonly enc: Uint8Array; readonly mac: Uint8Array } {
	const key = hash(
		suite,
		LABELS.seal,
		shared,
		kemSecret,
		box.ephemeral.bytes,
		box.kemCiphertext ?? NOTHING,
		to.b.bytes,
		to.bek?.hash ?? NOTHING,
		...context,
	);
	return { enc: key.slice(0, 32), mac: key.slice(32) };
}

/**
 * Seals `plaintext` to the holder of `to` for one `context`: X25519 with a fresh ephemeral key, and in suite 2 ML-KEM-768
 * beside it; AES-256-CTR, then a MAC (spec section 6). The length of the plaintext shows: callers pad.
 */
export function seal(
	suite: Suite,
	to: BoxKeys,
	context: readonly Uint8Array[],
	plaintext: Uint8Array,
	random: (length: number) => Uint8Array,
): Result<SealedBox, BoxError> {
	const ephemeral = suite.primitives.dhKeyPair(random(32));
	const shared = suite.primitives.dh(ephemeral, to.b);
	if (!shared.ok) return err("unusable-key");
	const recipientKem = to.bek?.key;
	if ((suite.kem === undefined) !== (recipientKem === undefined)) return err("unusable-key");
	const encapsulated = suite.kem && recipientKem && suite.kem.encapsulate(recipientKem, random(32));
	const head = { ephemeral: ephemeral.publicKey, kemCiphertext: encapsulated?.ciphertext };
	const keys = boxKeys(suite, shared.value, encapsulated?.secret ?? NOTHING, head, to, context);
	const ciphertext = suite.primitives.aes256Ctr(keys.enc, ZERO_IV, plaintext);
	const tag = mac(suite, keys.mac, LABELS.sealBox, ciphertext);
	ephemeral.erase();
	erase(shared.value, encapsulated?.secret, keys.enc, keys.mac);
	return ok({ ...head, ciphertext, mac: tag });
}

/** Opens a box: the MAC is checked before anything is decrypted. */
export function openBox(
	suite: Suite,
	own: { readonly s: DhSecretKey; readonly boxKem: KemSecretKey | undefined; readonly public: BoxKeys },
	context: readonly Uint8Array[],
	box: SealedBox,
): Result<Uint8Array, BoxError> {
	const shared = suite.primitives.dh(own.s, box.ephemeral);
	if (!shared.ok) return err("unusable-key");
	const kemSecret =
		suite.kem && own.boxKem && box.kemCiphertext ? suite.kem.decapsulate(own.boxKem, box.kemCiphertext) : NOTHING;
	const keys = boxKeys(suite, shared.value, kemSecret, box, own.public, context);
	const fits = equal(mac(suite, keys.mac, LABELS.sealBox, box.ciphertext), box.mac);
	const plaintext = fits ? suite.primitives.aes256Ctr(keys.enc, ZERO_IV, box.ciphertext) : undefined;
	erase(shared.value, kemSecret, keys.enc, keys.mac);
	return plaintext === undefined ? err("does-not-open") : ok(plaintext);
}

/** The same encryption under a key that is used once and is wrapped in boxes: for a ROSTER to many. */
export function encryptOnce(
	suite: Suite,
	key: Uint8Array,
	context: readonly Uint8Array[],
	plaintext: Uint8Array,
): Pick<SealedBox, "ciphertext" | "mac"> {
	const keys = hash(suite, LABELS.seal, key, ...context);
	const ciphertext = suite.primitives.aes256Ctr(keys.slice(0, 32), ZERO_IV, plaintext);
	const tag = mac(suite, keys.slice(32), LABELS.sealBox, ciphertext);
	erase(keys);
	return { ciphertext, mac: tag };
}

export function decryptOnce(
	suite: Suite,
	key: Uint8Array,
	context: readonly Uint8Array[],
	sealed: Pick<SealedBox, "ciphertext" | "mac">,
): Result<Uint8Array, BoxError> {
	const keys = hash(suite, LABELS.seal, key, ...context);
	const fits = equal(mac(suite, keys.slice(32), LABELS.sealBox, sealed.ciphertext), sealed.mac);
	const plaintext = fits ? suite.primitives.aes256Ctr(keys.slice(0, 32), ZERO_IV, sealed.ciphertext) : undefined;
	erase(keys);
	return plaintext === undefined ? err("does-not-open") : ok(plaintext);
}
