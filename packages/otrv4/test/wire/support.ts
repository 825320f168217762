import assert from "node:assert/strict";
import { type Bytes, decode, type Result } from "@clowder/bytes";
import * as fc from "fast-check";
import { type ClientProfile, readClientProfile } from "../../src/profile/client-profile.ts";
import type { Blame, Reason, Refusal } from "../../src/refusal.ts";
import type { DataFields } from "../../src/wire/data-message.ts";
import { encodeDataSections } from "../../src/wire/data-message.ts";
import type { OtrMessage, RingSignature } from "../../src/wire/messages.ts";

/** As many as wanted by CLOWDER_RUNS. */
const RUNS = Number(process.env["CLOWDER_RUNS"] ?? 300);
const SEED = Number(process.env["CLOWDER_SEED"] ?? 20_261_122);

/** Seeded, so that a failure comes again. */
export function check<T extends [unknown, ...unknown[]]>(property: fc.IProperty<T>, runs: number = RUNS): void {
	fc.assert(property, { seed: SEED, numRuns: runs });
}

export function must<T>(result: Result<T, Refusal>): T {
	if (!result.ok) assert.fail(`refused: ${JSON.stringify(result.error)}`);
	return result.value;
}

/** That it was refused, with this blame and reason, saying what was expected and what came. */
export function refused(result: Result<unknown, Refusal>, blame: Blame, reason: Reason): Refusal {
	if (result.ok) assert.fail("was not refused");
	assert.deepEqual([result.error.blame, result.error.reason], [blame, reason], JSON.stringify(result.error));
	for (const words of [result.error.what, result.error.expected, result.error.got]) assert.notEqual(words, "");
	return result.error;
}

export function bytes(...parts: readonly (number | readonly number[] | Uint8Array)[]): Uint8Array {
	return Uint8Array.from(parts.flatMap((part) => (typeof part === "number" ? [part] : [...part])));
}

/** Big-endian in four bytes, written here a second time. */
export function u32(value: number): number[] {
	return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256);
}

/** Plain objects only: that is what decoders make. */
function record<T>(arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
	return fc.record(arbitraries, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

export function fixed<Name extends string>(length: number): fc.Arbitrary<Bytes<Name>> {
	return fc.uint8Array({ minLength: length, maxLength: length }) as fc.Arbitrary<unknown> as fc.Arbitrary<Bytes<Name>>;
}

export const point: fc.Arbitrary<Bytes<"POINT">> = fixed<"POINT">(57);
export const mac: fc.Arbitrary<Bytes<"MAC">> = fixed<"MAC">(64);
export const tag: fc.Arbitrary<number> = fc.integer({ min: 0x100, max: 2 ** 32 - 1 });
export const int: fc.Arbitrary<number> = fc.integer({ min: 0, max: 2 ** 32 - 1 });

/** Below 2^445, thus below q. */
export const scalar: fc.Arbitrary<Bytes<"SCALAR">> = fixed<"SCALAR">(55).map(
	(value) => bytes(value, (value[0] as number) >> 3, 0) as Bytes<"SCALAR">,
);

export const mpi: fc.Arbitrary<Bytes<"MPI">> = fc.oneof(
	fc.constant(bytes() as Bytes<"MPI">),
	fc
		.tuple(fc.integer({ min: 1, max: 255 }), fc.uint8Array({ maxLength: 383 }))
		.map(([first, rest]) => bytes(first, rest) as Bytes<"MPI">),
);

const ringSignature: fc.Arbitrary<RingSignature> = record({
	c1: scalar,
	r1: scalar,
	c2: scalar,
	r2: scalar,
	c3: scalar,
	r3: scalar,
});

/** A field of a client profile with its type, written here a second time. */
export const FIELDS = {
	tag: (value: number): Uint8Array => bytes(0, 1, u32(value)),
	publicKey: (value: Uint8Array): Uint8Array => bytes(0, 2, 0x10, 0, value),
	forgingKey: (value: Uint8Array): Uint8Array => bytes(0, 3, 0x12, 0, value),
	versions: (value: string): Uint8Array => bytes(0, 4, u32(value.length), Buffer.from(value, "latin1")),
	expiration: (value: number): Uint8Array => bytes(0, 5, u32(Math.floor(value / 2 ** 32)), u32(value % 2 ** 32)),
	dsaKey: (numbers: readonly Uint8Array[]): Uint8Array =>
		bytes(0, 6, 0, 0, ...numbers.map((number) => bytes(u32(number.length), number))),
	transitional: (value: Uint8Array): Uint8Array => bytes(0, 7, value),
};

/** The bytes of a client profile: the fields in any order, with or without those of OTRv3. */
export const clientProfileBytes: fc.Arbitrary<Uint8Array> = fc
	.record({
		tag,
		publicKey: point,
		forgingKey: point,
		versions: fc.constantFrom("4", "34", "43", "45x", "\xff4", ""),
		expiration: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
		numbers: fc.tuple(mpi, mpi, mpi),
		q: fixed<"MPI">(20).map((value) => bytes(1, value.subarray(1))),
		transitional: fixed<"CLIENT-SIG">(40),
		with: fc.constantFrom("neither", "key", "signature", "both"),
		signature: fixed<"EDDSA-SIG">(114),
		order: fc.array(fc.integer(), { minLength: 7, maxLength: 7 }),
	})
	.map((it) => {
		const [p, g, y] = it.numbers;
		const fields = [
			FIELDS.tag(it.tag),
			FIELDS.publicKey(it.publicKey),
			FIELDS.forgingKey(it.forgingKey),
			FIELDS.versions(it.versions),
			FIELDS.expiration(it.expiration),
			...(it.with === "key" || it.with === "both" ? [FIELDS.dsaKey([p, it.q, g, y])] : []),
			...(it.with === "signature" || it.with === "both" ? [FIELDS.transitional(it.transitional)] : []),
		];
		const ordered = fields
			.map((field, i) => ({ field, rank: it.order[i] as number }))
			.sort((a, b) => a.rank - b.rank)
			.map(({ field }) => field);
		return bytes(u32(fields.length), ...ordered, it.signature);
	});

export const clientProfile: fc.Arbitrary<ClientProfile> = clientProfileBytes.map((value) => {
	const read = decode(value, readClientProfile);
	if (!read.ok) assert.fail(JSON.stringify(read.error));
	return read.value;
});

const dataFields: fc.Arbitrary<DataFields> = record({
	senderTag: tag,
	receiverTag: tag,
	flags: fc.integer({ min: 0, max: 255 }),
	previousChainMessages: int,
	ratchetId: int,
	messageId: int,
	ecdh: point,
	dh: mpi,
	encryptedMessage: fc.uint8Array({ maxLength: 200 }),
});

/** Any message that an encoder takes. */
export const message: fc.Arbitrary<OtrMessage> = fc.oneof(
	record({
		type: fc.constant("identity" as const),
		senderTag: tag,
		receiverTag: fc.oneof(tag, fc.constant(0)),
		clientProfile,
		y: point,
		b: mpi,
		firstEcdh: point,
		firstDh: mpi,
	}),
	record({
		type: fc.constant("auth-r" as const),
		senderTag: tag,
		receiverTag: tag,
		clientProfile,
		x: point,
		a: mpi,
		sigma: ringSignature,
		firstEcdh: point,
		firstDh: mpi,
	}),
	record({ type: fc.constant("auth-i" as const), senderTag: tag, receiverTag: tag, sigma: ringSignature }),
	record({ type: fc.constant("prekey" as const), identifier: int, ownerTag: tag, y: point, b: mpi }),
	record({
		type: fc.constant("non-interactive-auth" as const),
		senderTag: tag,
		receiverTag: tag,
		clientProfile,
		x: point,
		a: mpi,
		sigma: ringSignature,
		prekeyIdentifier: int,
		authMac: mac,
		firstEcdh: point,
		firstDh: mpi,
	}),
	fc
		.record({ fields: dataFields, authenticator: mac, revealed: fc.array(mac, { maxLength: 4 }) })
		.map(({ fields, authenticator, revealed }) => ({
			type: "data" as const,
			...fields,
			authenticator,
			revealedMacKeys: bytes(...revealed),
			sections: encodeDataSections(fields),
		})),
);

/** Bytes with something taken out, put in, or changed. */
export function damaged(original: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
	const insert = fc.oneof(
		fc.constant(Uint8Array.of()),
		fc.uint8Array({ maxLength: 8 }),
		fc.constant(Uint8Array.of(255, 255, 255, 255)),
		fc.constant(Uint8Array.of(0, 0, 0, 0)),
	);
	return fc
		.record({ original, at: fc.nat(), near: fc.boolean(), remove: fc.constantFrom(0, 1, 1, 2, 4, 57, 10_000), insert })
		.map(({ original, at, near, remove, insert }) => {
			const place = at % (near ? 40 : original.length + 1);
			return bytes(original.subarray(0, place), insert, original.subarray(place + remove));
		});
}
