import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromUtf8, hex, utf8 } from "@clowder/bytes";
import {
	type CpaceInputs,
	type CpaceKey,
	type CpaceParty,
	normalisePassphrase,
	type Passphrase,
	type Primitives,
} from "@clowder/crypto";
import { valueOf } from "./conformance-keys.ts";
import type { CpaceCase } from "./cpace-cases.ts";
import { bytes, readVectors } from "./vectors.ts";

interface CpaceVectors {
	readonly run: Omit<CpaceCase, "name"> & { readonly k: string };
	readonly points: {
		readonly scalar: string;
		readonly abort: readonly string[];
		readonly cases: readonly { readonly name: string; readonly u: string; readonly output: string }[];
	};
}

const LABEL = utf8("a label");
const seed = (n: number): Uint8Array => new Uint8Array(32).fill(n);

function passphrase(password: string): Passphrase {
	return valueOf(normalisePassphrase(valueOf(fromUtf8(bytes(password)))));
}

const inputs = (changes: Partial<CpaceInputs> = {}): CpaceInputs => ({
	role: "initiator",
	passphrase: valueOf(normalisePassphrase("correct horse")),
	channel: utf8("a room"),
	sid: seed(9),
	data: utf8("what I say"),
	...changes,
});

/** What a key gives, to compare it by. */
const shown = (key: CpaceKey): string => hex(key.mac(LABEL));

/** Both sides of a run of vectors. */
function sides(p: Primitives, run: Omit<CpaceCase, "name">): Record<CpaceInputs["role"], CpaceParty> {
	const side = (role: CpaceInputs["role"]): CpaceParty => {
		const { scalar, data } = run[role];
		const common = { passphrase: passphrase(run.password), channel: bytes(run.channel), sid: bytes(run.sid) };
		return p.cpace({ role, ...common, data: bytes(data) }, bytes(scalar));
	};
	return { initiator: side("initiator"), responder: side("responder") };
}

function reproduces(p: Primitives, run: Omit<CpaceCase, "name">): void {
	const { initiator, responder } = sides(p, run);
	assert.equal(hex(initiator.share), run.initiator.share);
	assert.equal(hex(responder.share), run.responder.share);
	const expected = hex(p.hmacSha512(bytes(run.isk), LABEL));
	assert.equal(shown(valueOf(initiator.finish(responder.share, bytes(run.responder.data)))), expected);
	assert.equal(shown(valueOf(responder.finish(initiator.share, bytes(run.initiator.data)))), expected);
}

/** Whether two sides with these inputs end with one key. */
function agree(p: Primitives, ours: CpaceInputs, theirs: CpaceInputs, told: Partial<CpaceInputs> = {}): boolean {
	const [a, b] = [p.cpace(ours, seed(1)), p.cpace(theirs, seed(2))];
	const first = valueOf(a.finish(b.share, told.data ?? theirs.data));
	const second = valueOf(b.finish(a.share, ours.data));
	return shown(first) === shown(second);
}

function vectorConformance(p: Primitives): void {
	const vectors = readVectors<CpaceVectors>("cpace.json");

	it("CRYPTO-18: draft-irtf-cfrg-cpace, a run of CPACE-X25519-SHA512 from the password to ISK", () => {
		reproduces(p, vectors.run);
		const { initiator, responder, k } = vectors.run;
		const shared = (scalar: string, share: string): string =>
			hex(valueOf(p.dh(p.dhKeyPair(bytes(scalar)), valueOf(p.parseDhPublicKey(bytes(share))))));
		assert.equal(shared(initiator.scalar, responder.share), k);
		assert.equal(shared(responder.scalar, initiator.share), k);
	});

	for (const test of readVectors<{ cases: readonly CpaceCase[] }>("cpace-lengths.json").cases) {
		it(`CRYPTO-18: lengths, ${test.name}`, () => {
			reproduces(p, test);
		});
	}

	it("CRYPTO-19: draft-irtf-cfrg-cpace, points of low order and with the top bit set", () => {
		const { scalar, abort, cases } = vectors.points;
		for (const { name, u, output } of cases) {
			const refused = p.cpace(inputs(), bytes(scalar)).finish(bytes(u), new Uint8Array(0));
			assert.equal(refused.ok, false, name);
			const cleared = bytes(u);
			const topBit = (cleared[31] as number) >= 0x80;
			// The draft clears the top bit and goes on; we refuse it, and give the same once it is clear.
			assert.equal(topBit, !abort.includes(name), name);
			if (!topBit) continue;
			cleared[31] = (cleared[31] as number) & 0x7f;
			assert.equal(hex(valueOf(p.dh(p.dhKeyPair(bytes(scalar)), valueOf(p.parseDhPublicKey(cleared))))), output, name);
		}
		assert.equal(abort.length, 7);
		assert.equal(cases.length, 12);
	});
}

function agreementConformance(p: Primitives): void {
	it("CRYPTO-18: one key if and only if all that went in was the same", () => {
		const theirs = { role: "responder", data: utf8("what they say") } as const;
		assert.equal(agree(p, inputs(), inputs(theirs)), true);
		const others: readonly Partial<CpaceInputs>[] = [
			{ passphrase: valueOf(normalisePassphrase("correct horsf")) },
			{ channel: utf8("a ro0m") },
			{ channel: new Uint8Array(0) },
			{ sid: seed(8) },
			{ role: "initiator" },
		];
		for (const other of others) assert.equal(agree(p, inputs(), inputs({ ...theirs, ...other })), false);
		assert.equal(agree(p, inputs(), inputs(theirs), { data: utf8("what they sax") }), false);
		assert.equal(agree(p, inputs({ role: "responder" }), inputs(theirs)), false);
	});

	it("CRYPTO-18: nothing moves from one field to the next", () => {
		const one = { channel: utf8("abc"), sid: utf8("0123456789abcdef") };
		const two = { channel: utf8("abc0"), sid: utf8("123456789abcdef0") };
		assert.equal(agree(p, inputs(one), inputs({ ...two, role: "responder" })), false);
	});

	it("keeps its own copy of what it was given", () => {
		const [sid, data, channel] = [seed(9), utf8("what I say"), utf8("a room")];
		const party = p.cpace(inputs({ sid, data, channel }), seed(1));
		const same = p.cpace(inputs(), seed(1));
		for (const mine of [sid, data, channel]) mine.fill(0);
		const other = p.cpace(inputs({ role: "responder" }), seed(2));
		const keys = [party, same].map((side) => shown(valueOf(side.finish(other.share, new Uint8Array(0)))));
		assert.equal(keys[0], keys[1]);
	});
}

function refusalConformance(p: Primitives): void {
	it("CRYPTO-19: says why a share is none; our own is not the other's", () => {
		const nothing = new Uint8Array(0);
		const own = p.cpace(inputs(), seed(1)).share;
		const topBit = own.slice();
		topBit[31] = (topBit[31] as number) | 0x80;
		const reasons = [
			[nothing, "0 bytes"],
			[new Uint8Array(33), "33 bytes"],
			[topBit, "the top bit set"],
			[new Uint8Array(32).fill(0xff, 0, 31), "a point of low order"],
			[own, "our own"],
		] as const;
		reasons[3][0].set([0xec, ...new Uint8Array(30).fill(0xff), 0x7f]);
		for (const [share, got] of reasons) {
			const refused = p.cpace(inputs(), seed(1)).finish(share, nothing);
			assert.deepEqual(refused.ok ? undefined : [refused.error.kind, refused.error.got], ["key", got]);
		}
	});

	it("CRYPTO-19: takes data of 4096 bytes and no more", () => {
		const { share } = p.cpace(inputs(), seed(2));
		assert.equal(p.cpace(inputs(), seed(1)).finish(share, new Uint8Array(4096)).ok, true);
		assert.deepEqual(p.cpace(inputs(), seed(1)).finish(share, new Uint8Array(4097)), {
			ok: false,
			error: { kind: "cpace-data", expected: "at most 4096 bytes of data", got: "4097 bytes" },
		});
	});

	it("CRYPTO-20: one start is one guess, also where the share was refused", () => {
		const good = p.cpace(inputs({ role: "responder" }), seed(2)).share;
		for (const share of [good, new Uint8Array(32), new Uint8Array(3)]) {
			const party = p.cpace(inputs(), seed(1));
			party.finish(share, new Uint8Array(0));
			assert.throws(() => party.finish(good, new Uint8Array(0)), /erased/);
			assert.throws(() => party.finish(new Uint8Array(3), new Uint8Array(0)), /erased/);
		}
		const dropped = p.cpace(inputs(), seed(1));
		dropped.erase();
		assert.throws(() => dropped.finish(good, new Uint8Array(0)), /erased/);
	});

	it("CRYPTO-15, CRYPTO-18: throws for arguments of ours that have a wrong length", () => {
		const long = new Uint8Array(4097);
		const wrong: readonly (readonly [Partial<CpaceInputs>, Uint8Array, RegExp])[] = [
			[{}, new Uint8Array(31), /^CPace seed: 31 bytes/],
			[{ sid: new Uint8Array(15) }, seed(1), /^CPace sid: 15 bytes/],
			[{ sid: long }, seed(1), /^CPace sid: 4097 bytes/],
			[{ channel: long }, seed(1), /^CPace channel: 4097 bytes/],
			[{ data: long }, seed(1), /^CPace data: 4097 bytes/],
		];
		for (const [change, scalar, message] of wrong) {
			assert.throws(() => p.cpace(inputs(change), scalar), { name: "RangeError", message });
		}
		const forged: Passphrase = { kind: "passphrase", erase: () => undefined };
		assert.throws(() => p.cpace(inputs({ passphrase: forged }), seed(1)), /not a passphrase of this package/);
	});
}

/** CPace, as a newcomer and a sponsor run it. */
export function cpaceConformance(p: Primitives): void {
	describe(`CPace (${p.backend})`, () => {
		vectorConformance(p);
		agreementConformance(p);
		refusalConformance(p);
	});
}
