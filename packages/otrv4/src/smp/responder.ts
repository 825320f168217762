import { equal, ok, type Result } from "@clowder/bytes";
import type { SecretScalar } from "@clowder/crypto/otr";
import { type Refusal, refuse } from "../refusal.ts";
import { randomScalar, type SmpContext } from "./context.ts";
import { decodeMessage1, decodeMessage3, encodeMessage2, encodeMessage4 } from "./messages.ts";
import {
	blind,
	compareBlinded,
	falseProof,
	proveExponent,
	verifyBlinded,
	verifyComparison,
	verifyExponent,
} from "./proofs.ts";
import { type Asked, EXPECT_1, type Expect3, type SmpStep } from "./states.ts";

/** "Receiving a SMP Message 1", as far as it goes without the user. */
export function receiveMessage1(context: SmpContext, value: Uint8Array): Result<SmpStep, Refusal> {
	const what = "SMP message 1";
	const decoded = decodeMessage1(context.primitives, value);
	if (!decoded.ok) return decoded;
	const message = decoded.value;
	const { question, g2a, c2, d2, g3a, c3, d3 } = message;
	if (!verifyExponent(context, 0x01, g2a, { c: c2, d: d2 })) return falseProof(what, "c2, d2");
	if (!verifyExponent(context, 0x02, g3a, { c: c3, d: d3 })) return falseProof(what, "c3, d3");
	return ok({ state: { name: "asked", message }, send: [], events: [{ kind: "asked", question }] });
}

/** "SMP Message 2": its creation. `secret` is erased. */
export function createMessage2(context: SmpContext, { message }: Asked, secret: SecretScalar): SmpStep {
	const { primitives } = context;
	const { ed448 } = primitives;
	const { g2a, g3a } = message;
	const b2 = randomScalar(context);
	const b3 = randomScalar(context);
	const g2b = ed448.multiplyBase(b2);
	const g3b = ed448.multiplyBase(b3);
	const { c: c2, d: d2 } = proveExponent(context, 0x03, b2);
	const { c: c3, d: d3 } = proveExponent(context, 0x04, b3);
	// Neither is the identity: points of prime order, by numbers that are not 0 modulo it.
	const generators = { g2: ed448.multiply(g2a, b2), g3: ed448.multiply(g3a, b3) };
	const { p: pb, q: qb, cp, d5, d6 } = blind(context, 0x05, generators, secret);
	b2.erase();
	secret.erase();
	return {
		state: { name: "expect-3", b3, g3a, generators, pb, qb },
		send: [encodeMessage2(primitives, { g2b, c2, d2, g3b, c3, d3, pb, qb, cp, d5, d6 })],
		events: [],
	};
}

/** "Receiving a SMP Message 3", the creation of message 4, and the responder's result. */
export function receiveMessage3(context: SmpContext, state: Expect3, value: Uint8Array): Result<SmpStep, Refusal> {
	const what = "SMP message 3";
	const { primitives } = context;
	const { ed448 } = primitives;
	const { b3, g3a, generators } = state;
	const decoded = decodeMessage3(primitives, value);
	if (!decoded.ok) return decoded;
	const { pa, qa, cp, d5, d6, ra, cr, d7 } = decoded.value;
	const differenceOfP = ed448.subtract(pa, state.pb);
	const differenceOfQ = ed448.subtract(qa, state.qb);
	// OTRv3 demands this in words; in OTRv4 it follows from `Ra` not being the identity, for `Qa` only.
	if (differenceOfP.isIdentity || differenceOfQ.isIdentity) {
		return refuse("peer", "key", what, "Pa and Qa that are not Pb and Qb", "the same");
	}
	if (!verifyBlinded(context, 0x06, generators, { p: pa, q: qa }, { cp, d5, d6 }))
		return falseProof(what, "cp, d5, d6");
	if (!verifyComparison(context, 0x07, g3a, differenceOfQ, ra, { cr, d7 })) return falseProof(what, "cr, d7");

	const { r: rb, cr: ourCr, d7: ourD7 } = compareBlinded(context, 0x08, differenceOfQ, b3);
	const rab = ed448.multiply(ra, b3);
	b3.erase();
	return ok({
		state: EXPECT_1,
		send: [encodeMessage4(primitives, { rb, cr: ourCr, d7: ourD7 })],
		events: [{ kind: "finished", equal: equal(rab.bytes, differenceOfP.bytes) }],
	});
}
