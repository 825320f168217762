import { equal, erase, err, ok, type Result, utf8 } from "@clowder/bytes";
import type { Backend } from "./backend.ts";
import { generatorString, lengthValues } from "./cpace-strings.ts";
import { elligator2 } from "./elligator2.ts";
import { keyError } from "./key-error.ts";
import { PassphraseImpl } from "./passphrase.ts";
import { readSecret, SecretBytes } from "./secret.ts";
import {
	CPACE_FIELD_MAX_BYTES,
	CPACE_SID_MIN_BYTES,
	PUBLIC_KEY_BYTES,
	requireLength,
	requireRange,
	SEED_BYTES,
} from "./sizes.ts";
import type { CpaceError, CpaceInputs, CpaceKey, CpaceParty, Digest } from "./suite.ts";
import { agree, parseDhPublicKey } from "./x25519.ts";

/** `G_X25519.DSI` and `G.DSI || "_ISK"`. */
const DSI: Uint8Array = utf8("CPace255");
const DSI_ISK: Uint8Array = utf8("CPace255_ISK");

/** `G_X25519.calculate_generator`: 32 bytes, secret, since whoever has them can try passwords at leisure. */
export function calculateGenerator(
	backend: Pick<Backend, "sha512">,
	password: Uint8Array,
	channel: Uint8Array,
	sid: Uint8Array,
): Uint8Array {
	const text = generatorString(DSI, password, channel, sid);
	const hash = backend.sha512([text]);
	const generator = elligator2(hash.subarray(0, PUBLIC_KEY_BYTES));
	erase(text, hash);
	return generator;
}

class CpaceKeyImpl extends SecretBytes implements CpaceKey {
	readonly kind = "cpace-key";
	readonly #backend: Backend;

	constructor(isk: Uint8Array, backend: Backend) {
		super(isk);
		this.#backend = backend;
	}

	mac(...parts: readonly Uint8Array[]): Digest {
		return this.#backend.hmacSha512(readSecret(this), parts) as Digest;
	}
}

/** One side between its share and the other's; the secret is the scalar. The password is not kept. */
class CpacePartyImpl extends SecretBytes implements CpaceParty {
	readonly kind = "cpace-party";
	readonly share: Uint8Array;
	readonly #backend: Backend;
	readonly #role: CpaceInputs["role"];
	readonly #sid: Uint8Array;
	readonly #data: Uint8Array;

	constructor(backend: Backend, inputs: CpaceInputs, password: Uint8Array, scalar: Uint8Array) {
		super(scalar);
		this.#backend = backend;
		this.#role = inputs.role;
		this.#sid = new Uint8Array(inputs.sid);
		this.#data = new Uint8Array(inputs.data);
		const generator = calculateGenerator(backend, password, inputs.channel, inputs.sid);
		// Nobody finds a password whose generator is of low order: each would take some 2^250 hashes.
		this.share = backend.x25519(this, { bytes: generator });
		erase(generator);
	}

	/** CRYPTO-20: whatever comes of it, the scalar is gone, so that one start is one guess. */
	finish(theirShare: Uint8Array, theirData: Uint8Array): Result<CpaceKey, CpaceError> {
		readSecret(this);
		const key = this.#keyWith(theirShare, theirData);
		this.erase();
		return key;
	}

	/** CRYPTO-19, then `ISK` with `transcript_ir`. */
	#keyWith(theirShare: Uint8Array, theirData: Uint8Array): Result<CpaceKey, CpaceError> {
		if (theirData.length > CPACE_FIELD_MAX_BYTES) {
			const expected = `at most ${CPACE_FIELD_MAX_BYTES} bytes of data`;
			return err({ kind: "cpace-data", expected, got: `${theirData.length} bytes` });
		}
		const parsed = parseDhPublicKey(theirShare);
		if (!parsed.ok) return parsed;
		if (equal(theirShare, this.share)) return keyError("x25519", "the other side's share", "our own");
		const agreed = agree(this.#backend, this, parsed.value);
		if (!agreed.ok) return agreed;
		const mine = lengthValues(this.share, this.#data);
		const theirs = lengthValues(theirShare, theirData);
		const transcript = this.#role === "initiator" ? [mine, theirs] : [theirs, mine];
		const head = lengthValues(DSI_ISK, this.#sid, agreed.value);
		const isk = this.#backend.sha512([head, ...transcript]);
		const key = new CpaceKeyImpl(isk, this.#backend);
		erase(agreed.value, head, isk);
		return ok(key);
	}
}

/** CRYPTO-18. */
export function cpace(backend: Backend, inputs: CpaceInputs, seed: Uint8Array): CpaceParty {
	if (!(inputs.passphrase instanceof PassphraseImpl)) throw new TypeError("not a passphrase of this package");
	requireLength("CPace seed", seed, SEED_BYTES);
	requireRange("CPace channel", inputs.channel, 0, CPACE_FIELD_MAX_BYTES);
	requireRange("CPace sid", inputs.sid, CPACE_SID_MIN_BYTES, CPACE_FIELD_MAX_BYTES);
	requireRange("CPace data", inputs.data, 0, CPACE_FIELD_MAX_BYTES);
	return new CpacePartyImpl(backend, inputs, readSecret(inputs.passphrase), seed);
}
