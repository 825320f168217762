import type { Bytes } from "@clowder/bytes";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import type { Account } from "../../src/account/account.ts";
import type { DakeContext, Ourselves } from "../../src/dake/context.ts";
import {
	accept,
	type Answer,
	answer,
	confirm,
	type Established,
	type Offer,
	offer,
	verifyAuthR,
	verifyIdentity,
} from "../../src/dake/interactive.ts";
import type { Refusal } from "../../src/refusal.ts";
import type { AuthIMessage, AuthRMessage, IdentityMessage } from "../../src/wire/messages.ts";
import { account, NOW_MS } from "../support/endpoint.ts";
import { must } from "../support/expect.ts";
import { seeded } from "../support/random.ts";

export const primitives: typeof otrNodePrimitives = otrNodePrimitives;
export const NOW_SECONDS: number = NOW_MS / 1000;

/** One side of a DAKE, with nothing around it. */
export interface Party {
	readonly account: Account;
	readonly context: DakeContext;
	readonly ourselves: Ourselves;
}

export function party(name: string, peer: string, context: Partial<DakeContext> = {}): Party {
	const own = account(`dake ${name}`, "standalone", primitives);
	return {
		account: own,
		context: {
			primitives,
			random: seeded(`dake ${name} with ${peer}`),
			mode: "standalone",
			reading: "specification",
			ourAddress: `${name}@example.org`,
			theirAddress: `${peer}@example.org`,
			agreed: [],
			...context,
		},
		ourselves: own.ourselves(NOW_MS),
	};
}

/** An interactive DAKE up to where each of its messages is made. Bob begins, Alice answers. */
export interface Run {
	readonly alice: Party;
	readonly bob: Party;
	readonly offered: Offer;
	readonly identity: IdentityMessage;
	readonly answered: Answer;
	readonly authR: AuthRMessage;
}

export function begin(hers: Partial<DakeContext> = {}, his: Partial<DakeContext> = {}): Run {
	const [alice, bob] = [party("alice", "bob", hers), party("bob", "alice", his)];
	const offered = offer(bob.context, bob.ourselves, 0);
	const identity = offered.message;
	const their = must(verifyIdentity(alice.context, identity, NOW_SECONDS));
	const answered = answer(alice.context, alice.ourselves, identity, their);
	return { alice, bob, offered, identity, answered, authR: answered.message };
}

/** The rest of it: what both have in the end. */
export function complete(run: Run): {
	readonly hers: Established;
	readonly his: Established;
	readonly authI: AuthIMessage;
} {
	const { alice, bob, offered, answered, authR } = run;
	const their = must(verifyAuthR(bob.context, offered, authR, NOW_SECONDS));
	const { message: authI, established: his } = confirm(bob.context, offered, authR, their);
	return { hers: must(accept(alice.context, answered, authI)), his, authI };
}

export type Verified = ReturnType<typeof verifyAuthR>;
export type Refused = { readonly ok: false; readonly error: Refusal };

/** A point that is as good as any, and whose secret nobody has. */
export const somePoint: Bytes<"POINT"> = primitives.ed448.keyPair(seeded("some point")(57)).publicKey.bytes;
export const someNumber: Bytes<"MPI"> = primitives.dh.keyPair(seeded("some number")(80)).publicKey.bytes;

function bytesOf(...set: readonly (readonly [number, number])[]): Bytes<"POINT"> {
	const bytes = new Uint8Array(57);
	for (const [at, value] of set) bytes[at] = value;
	return bytes as Bytes<"POINT">;
}

/** "Verifying that a point is on the curve": each of these is no key. */
export function badPoints(): readonly (readonly [string, Bytes<"POINT">])[] {
	// A point that is one, with a part of order 4: the sum with (0, -1) has the opposite y.
	const field = 2n ** 448n - 2n ** 224n - 1n;
	const y = [...somePoint.subarray(0, 56)].reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
	const opposite = Uint8Array.from({ length: 57 }, (_, i) => Number(((field - y) >> BigInt(8 * i)) & 0xffn));
	const minusOne = Uint8Array.from({ length: 57 }, (_, i) => Number(((field - 1n) >> BigInt(8 * i)) & 0xffn));
	const onePlusField = Uint8Array.from({ length: 57 }, (_, i) => Number(((field + 1n) >> BigInt(8 * i)) & 0xffn));
	return [
		["the identity", bytesOf([0, 1])],
		["a point of order 4", bytesOf()],
		["the point of order 2", minusOne as Bytes<"POINT">],
		["a point with a torsion part", opposite as Bytes<"POINT">],
		["a point with another, and the other sign", flipSign(opposite as Bytes<"POINT">)],
		["an encoding that is not canonical", onePlusField as Bytes<"POINT">],
		["an identity with a sign", bytesOf([0, 1], [56, 0x80])],
		["bits that nothing stands for", bytesOf([0, 4], [56, 0x01])],
	];
}

function flipSign(bytes: Bytes<"POINT">): Bytes<"POINT"> {
	const copy = bytes.slice();
	copy[56] = (copy[56] as number) ^ 0x80;
	return copy as Bytes<"POINT">;
}

/** "Verifying that an integer is in the DH group": each of these is no key. */
export function badNumbers(): readonly (readonly [string, Bytes<"MPI">])[] {
	const prime = 2n * primitives.dh.order + 1n;
	const mpi = (value: bigint): Bytes<"MPI"> => {
		const digits = value === 0n ? "" : value.toString(16);
		return new Uint8Array(Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, "hex")) as Bytes<"MPI">;
	};
	// The generator is a square, so that -2 is none: it is outside the group of prime order.
	return [
		["none", mpi(0n)],
		["1", mpi(1n)],
		["p - 1", mpi(prime - 1n)],
		["p", mpi(prime)],
		["p - 2", mpi(prime - 2n)],
	];
}
