import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { hex } from "@clowder/bytes";
import type { Ed448, OtrPrimitives, SecretScalar } from "@clowder/crypto/otr";
import { receiveSmp } from "../../src/smp/smp.ts";
import { scalarBytes, secretOf } from "./reference.ts";
import { compareSecrets, primitives, type Side, sides, type Stage, upTo } from "./support.ts";

const STAGES: readonly Stage[] = ["message 1", "asked", "message 2", "message 3", "message 4"];

/** Primitives that remember every secret they make. */
function watched(): { readonly primitives: OtrPrimitives; readonly made: SecretScalar[] } {
	const made: SecretScalar[] = [];
	const remember = (secret: SecretScalar): SecretScalar => {
		made.push(secret);
		return secret;
	};
	const { ed448 } = primitives;
	const watching: Ed448 = Object.assign(Object.create(ed448) as Ed448, {
		hashedScalar: (random: Uint8Array) => remember(ed448.hashedScalar(random)),
		derivedScalar: (bytes: Uint8Array, prune: boolean) => remember(ed448.derivedScalar(bytes, prune)),
	});
	return { primitives: { ...primitives, ed448: watching }, made };
}

function isErased(secret: SecretScalar): boolean {
	try {
		primitives.ed448.multiplyBase(secret);
		return false;
	} catch {
		return true;
	}
}

/** The secrets that have to be there at each stage, of both sides: x, a2, a3; then b3; then a3 and b3; then a3. */
const LIVE: Readonly<Record<Stage, number>> = {
	"message 1": 3,
	asked: 3,
	"message 2": 4,
	"message 3": 2,
	"message 4": 1,
};

/** All the ways out. */
const EXITS: Readonly<Record<string, (side: Side) => void>> = {
	abort: (side) => side.abort(),
	"an abort of the other side": (side) => side.receive({ tlvType: 6, value: new Uint8Array() }),
	"a malformed message": (side) => {
		const due = { "expect-1": 2, asked: 2, "expect-2": 3, "expect-3": 4, "expect-4": 5 } as const;
		side.receive({ tlvType: due[side.state.name], value: new Uint8Array() });
	},
	"the end of the conversation": (side) => side.leave(),
};

for (const stage of STAGES) {
	test(`at ${stage}: only the secrets that are needed are there, and none after any way out`, () => {
		for (const exit of Object.values(EXITS)) {
			const { primitives: watching, made } = watched();
			const both = sides("erased", { primitives: watching });
			upTo(stage, both);
			assert.equal(made.filter((secret) => !isErased(secret)).length, LIVE[stage]);
			exit(both.alice);
			exit(both.bob);
			assert.ok(made.every(isErased));
		}
	});
}

test("after a result no secret is left", () => {
	for (const answer of ["the cat", "the dog"]) {
		const { primitives: watching, made } = watched();
		compareSecrets(sides("result", { primitives: watching }), "the cat", answer);
		// x, y, a2, a3, b2, b3 and ten nonces.
		assert.equal(made.length, 18);
		assert.ok(made.every(isErased));
	}
});

test("a state that was consumed cannot be used again", () => {
	for (const stage of ["message 2", "message 3", "message 4"] as const) {
		const { alice, bob } = sides("consumed");
		upTo(stage, { alice, bob });
		const [sender, receiver] = stage === "message 3" ? [alice, bob] : [bob, alice];
		const { context, state } = receiver;
		const tlv = sender.sentOne();
		receiver.receive(tlv);
		assert.throws(() => receiveSmp(context, state, tlv), /erased/);
	}
});

test("a state prints no secret", () => {
	for (const stage of STAGES) {
		const both = sides("printed");
		upTo(stage, both, "sesame seeds", "sesame seeds");
		const { ourFingerprint, theirFingerprint, ssid } = both.alice.context;
		const x = secretOf(
			{
				reading: "specification",
				initiatorFingerprint: ourFingerprint,
				responderFingerprint: theirFingerprint,
				ssid,
				question: "",
				initiatorSecret: "",
				responderSecret: "",
				initiatorRandom: [],
				responderRandom: [],
			},
			"sesame seeds",
		);
		for (const { state, events } of [both.alice, both.bob]) {
			const printed = [inspect([state, events], { depth: 9, showHidden: true }), JSON.stringify([state, events], text)];
			for (const found of ["sesame", `${x}`, x.toString(16), hex(scalarBytes(x))]) {
				assert.ok(printed.every((one) => !one.includes(found)));
			}
			if (state.name === "expect-2") assert.match(printed[0] ?? "", /secret: \[secret\]|secret: '\[secret\]'/);
		}
	}
});

/** What JSON has no word for. */
function text(_key: string, value: unknown): unknown {
	return typeof value === "bigint" ? `${value}` : value;
}
