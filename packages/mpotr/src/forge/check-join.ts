import { decode, equal, erase } from "@clowder/bytes";
import type { Base } from "../fold/state.ts";
import { encodeIdentity, type Identity, identityCommitment, readIdentity } from "../identity.ts";
import type { StateHash } from "../labels.ts";
import { joinAuthenticator, joinCore } from "../participant/join.ts";
import { openBox } from "../session/sealed-box.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";
import type { Join } from "../wire/messages.ts";
import type { Fault, OpenWitness } from "./witness.ts";

/** The identity in the box of a JOIN, if it is sealed to this witness; undefined if it is sealed to another. */
function sealedIdentity(witness: OpenWitness, placed: VerifiedMessage<Join>): Identity | Fault | undefined {
	const { message, header } = placed;
	if (!equal(message.sponsor, witness.box.public.v.bytes)) return undefined;
	const plain = openBox(witness.suite, witness.box, [header.context, header.v], message.sealed);
	const identity = plain.ok ? decode(plain.value, (r) => readIdentity(witness.suite, r)) : plain;
	return identity.ok
		? identity.value
		: { rule: "FORGE-4", expected: "an identity sealed to the sponsor", got: "another" };
}

/** A JOIN that is sealed to the witness opens, to what it commits to (rule FORGE-4). */
export function checkSealed(witness: OpenWitness, placed: VerifiedMessage<Join>): Fault | undefined {
	const identity = sealedIdentity(witness, placed);
	if (identity === undefined || "rule" in identity) return identity;
	if (equal(identityCommitment(witness.suite, identity), placed.message.commitment)) return undefined;
	return { rule: "FORGE-4", expected: "the identity that the JOIN commits to", got: "another" };
}

/**
 * Who is introduced is who the JOIN commits to, and has proved to the witness to hold the long-term key (rule FORGE-4): the
 * proof is a MAC that the witness could have made itself. `base` is what the JOIN answers to; a witness that had other keys
 * there by then cannot tell.
 */
export function checkIntroduction(
	witness: OpenWitness,
	placed: VerifiedMessage<Join>,
	base: Base,
	identity: Identity,
): Fault | undefined {
	const { suite, box } = witness;
	const { message, header } = placed;
	const sealed = sealedIdentity(witness, placed);
	const differs =
		sealed !== undefined && !("rule" in sealed) && !equal(encodeIdentity(sealed), encodeIdentity(identity));
	if (differs || !equal(identityCommitment(suite, identity), message.commitment)) {
		return { rule: "FORGE-4", expected: "the identity that the JOIN commits to", got: "another" };
	}
	const index = base.members.findIndex(({ v }) => equal(v.bytes, box.public.v.bytes));
	const next = base.members[index]?.next;
	const x = next && suite.primitives.revealedDhKey(witness.nextX, next.y);
	if (x === undefined || !x.ok) return undefined;
	const longTerm = suite.primitives.dhToIdentity(x.value, identity.lpk);
	const ephemeral = suite.primitives.dh(x.value, message.keySet.y);
	const wrong: Fault = { rule: "FORGE-4", expected: "a proof to the witness", got: "another" };
	const got = message.authenticators[index];
	if (!longTerm.ok || !ephemeral.ok || got === undefined) return wrong;
	const secrets = { identity: longTerm.value, ephemeral: ephemeral.value };
	const made = joinAuthenticator({ suite }, secrets, identity, joinCore(message), header.context as StateHash);
	erase(longTerm.value, ephemeral.value);
	x.value.erase();
	return equal(made, got) ? undefined : wrong;
}
