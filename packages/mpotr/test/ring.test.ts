import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hex, xor } from "@clowder/bytes";
import type { Sid } from "../src/labels.ts";
import { linkCommitment, makeRingShare, type RingSecret, sessionKey, walkRing } from "../src/session/ring.ts";
import type { RingShare } from "../src/wire/messages.ts";
import { seeded, suiteOf } from "./support/place.ts";

const suite = suiteOf(1);
const SIZES = [2, 3, 4, 5, 6];
const FIELDS = ["z", "cL", "cR"] as const;

interface Ring {
	readonly sid: Sid;
	readonly secrets: readonly RingSecret[];
	readonly shares: readonly RingShare[];
}

function ringOf(size: number): Ring {
	const random = seeded(`ring/${size}`);
	const sid = random(32) as Sid;
	const secrets = Array.from({ length: size }, () => random(32));
	const shares = secrets.map((right, i) =>
		makeRingShare(suite, sid, i, size, secrets[(i + size - 1) % size] as RingSecret, right),
	);
	return { sid, secrets, shares };
}

function walk(ring: Ring, shares: readonly RingShare[], own: number): ReturnType<typeof walkRing> {
	return walkRing(suite, ring.sid, shares, own, ring.secrets[own] as RingSecret);
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
	const out = bytes.slice();
	out[bit >> 3] = (out[bit >> 3] as number) ^ (1 << (bit & 7));
	return out;
}

function replaced(shares: readonly RingShare[], at: number, change: Partial<RingShare>): RingShare[] {
	return shares.map((share, i) => (i === at ? { ...share, ...change } : share));
}

/** All places but those named. */
function others(size: number, ...but: readonly number[]): number[] {
	return Array.from({ length: size }, (_, i) => i).filter((i) => !but.includes(i));
}

function total(shares: readonly RingShare[]): string {
	return hex(shares.map((share) => share.z).reduce(xor));
}

const ZERO = "00".repeat(32);

for (const size of SIZES) {
	const ring = ringOf(size);
	describe(`walkRing in a ring of ${size}`, () => {
		test("everyone recovers all secrets, and so one key", () => {
			assert.equal(total(ring.shares), ZERO);
			const keys = others(size).map((own) => {
				const walked = walk(ring, ring.shares, own);
				assert.ok(walked.ok);
				assert.deepEqual(walked.value.map(hex), ring.secrets.map(hex));
				return hex(sessionKey(suite, ring.sid, walked.value));
			});
			assert.equal(new Set(keys).size, 1);
		});

		for (const field of FIELDS) {
			test(`finds a single wrong ${field} of anyone, and names its author or, for a link, the neighbour on it`, () => {
				for (const author of others(size)) {
					for (const bit of [0, 100, 255]) {
						const good = ring.shares[author] as RingShare;
						const shares = replaced(ring.shares, author, { [field]: flipped(good[field], bit) });
						// cL is compared with the cR of the one before, who may be honest: the walk names the link.
						const named = field === "cL" ? (author + size - 1) % size : author;
						for (const own of others(size)) {
							const walked = walk(ring, shares, own);
							assert.ok(!walked.ok, `${field} of ${author}, seen by ${own}`);
							assert.equal(walked.error.index, named);
						}
					}
				}
			});
		}

		test("finds a share that belongs to another place, or another session", () => {
			for (const author of others(size)) {
				const stranger = ringOf(size === 6 ? 2 : size + 1).shares[0] as RingShare;
				const neighbour = ring.shares[(author + 1) % size] as RingShare;
				for (const share of [stranger, neighbour]) {
					for (const own of others(size)) assert.ok(!walk(ring, replaced(ring.shares, author, share), own).ok);
				}
			}
			const sid = seeded("another session")(32) as Sid;
			for (const own of others(size)) assert.ok(!walk({ ...ring, sid }, ring.shares, own).ok);
		});

		test("a zero total does not fool it: two colluders who cancel out are found by everyone honest", () => {
			const delta = seeded("delta")(32);
			for (const a of others(size)) {
				for (const b of others(size, a)) {
					const shift = (at: number): Uint8Array => xor((ring.shares[at] as RingShare).z, delta);
					const shares = replaced(replaced(ring.shares, a, { z: shift(a) }), b, { z: shift(b) });
					assert.equal(total(shares), ZERO);
					for (const own of others(size, a, b)) {
						const walked = walk(ring, shares, own);
						assert.ok(!walked.ok, `${a} and ${b}, seen by ${own}`);
						assert.ok([a, b].includes(walked.error.index), `${walked.error.index}`);
					}
				}
			}
		});
	});
}

test("neighbours who cancel out and agree on a commitment to the secret between them change only what is theirs", () => {
	const ring = ringOf(5);
	const delta = seeded("delta")(32);
	const between = xor(ring.secrets[1] as RingSecret, delta);
	const commitment = linkCommitment(suite, ring.sid, 1, between);
	const [one, two] = [ring.shares[1], ring.shares[2]] as [RingShare, RingShare];
	const shares = replaced(replaced(ring.shares, 1, { z: xor(one.z, delta), cR: commitment }), 2, {
		z: xor(two.z, delta),
		cL: commitment,
	});
	const keys = [0, 3, 4].map((own) => {
		const walked = walk(ring, shares, own);
		assert.ok(walked.ok);
		return hex(sessionKey(suite, ring.sid, walked.value));
	});
	assert.equal(new Set(keys).size, 1);
});
