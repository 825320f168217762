import { equal, ok, type Result } from "@clowder/bytes";
import type { SecretScalar } from "@clowder/crypto/otr";
import { type Refusal, refuse } from "../refusal.ts";
import { randomScalar, type SmpContext } from "./context.ts";
import { decodeMessage2, decodeMessage4, encodeMessage1, encodeMessage3 } from "./messages.ts";
import {
	blind,
	compareBlinded,
	falseProof,
	proveExponent,
	verifyBlinded,
	verifyComparison,
	verifyExponent,
} from "./proofs.ts";
import { EXPECT_1, type Expect2, type Expect4, type SmpStep } from "./states.ts";

/** "SMP Message 1": its creation. `secret` goes over into the state. */
export function createMessage1(context: SmpContext, question: string, secret: SecretScalar): SmpStep {
	const { primitives } = context;
	const a2 = randomScalar(context);
	const a3 = randomScalar(context);
	const g2a = primitives.ed448.multiplyBase(a2);
	const g3a = primitives.ed448.multiplyBase(a3);
	const { c: c2, d: d2 } = proveExponent(context, 0x01, a2);
	const { c: c3, d: d3 } = proveExponent(context, 0x02, a3);
	return {
		state: { name: "expect-2", secret, a2, a3 },
		send: [encodeMessage1(primitives, { question, g2a, c2, d2, g3a, c3, d3 })],
		events: [],
	};
}

/** "Receiving a SMP Message 2", and the creation of message 3. */
export function receiveMessage2(context: SmpContext, state: Expect2, value: Uint8Array): Result<SmpStep, Refusal> {
	const what = "SMP message 2";
	const { primitives } = context;
	const { ed448 } = primitives;
	const decoded = decodeMessage2(primitives, value);
	if (!decoded.ok) return decoded;
	const { g2b, c2, d2, g3b, c3, d3, pb, qb, cp, d5, d6 } = decoded.value;
	if (!verifyExponent(context, 0x03, g2b, { c: c2, d: d2 })) return falseProof(what, "c2, d2");
	if (!verifyExponent(context, 0x04, g3b, { c: c3, d: d3 })) return falseProof(what, "c3, d3");
	// Neither is the identity: points of prime order, by numbers that are not 0 modulo it.
	const generators = { g2: ed448.multiply(g2b, state.a2), g3: ed448.multiply(g3b, state.a3) };
	if (!verifyBlinded(context, 0x05, generators, { p: pb, q: qb }, { cp, d5, d6 }))
		return falseProof(what, "cp, d5, d6");

	const ours = blind(context, 0x06, generators, state.secret);
	const differenceOfP = ed448.subtract(ours.p, pb);
	const differenceOfQ = ed448.subtract(ours.q, qb);
	// The other side could not aim at `r4`, which we chose after it.
	if (differenceOfP.isIdentity || differenceOfQ.isIdentity) {
		return refuse("caller", "key", "SMP message 3", "fresh random bytes", "those of the other side");
	}
	const { r: ra, cr, d7 } = compareBlinded(context, 0x07, differenceOfQ, state.a3);
	state.secret.erase();
	state.a2.erase();
	return ok({
		state: { name: "expect-4", a3: state.a3, g3b, differenceOfP, differenceOfQ },
		send: [encodeMessage3(primitives, { pa: ours.p, qa: ours.q, cp: ours.cp, d5: ours.d5, d6: ours.d6, ra, cr, d7 })],
		events: [{ kind: "answered" }],
	});
}

/** "Receiving a SMP Message 4": the initiator's result. */
export function receiveMessage4(context: SmpContext, state: Expect4, value: Uint8Array): Result<SmpStep, Refusal> {
	const { primitives } = context;
	const decoded = decodeMessage4(primitives, value);
	if (!decoded.ok) return decoded;
	const { rb, cr, d7 } = decoded.value;
	if (!verifyComparison(context, 0x08, state.g3b, state.differenceOfQ, rb, { cr, d7 })) {
		return falseProof("SMP message 4", "cr, d7");
	}
	const rab = primitives.ed448.multiply(rb, state.a3);
	state.a3.erase();
	return ok({
		state: EXPECT_1,
		send: [],
		events: [{ kind: "finished", equal: equal(rab.bytes, state.differenceOfP.bytes) }],
	});
}
