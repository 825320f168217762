import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { hex } from "@clowder/bytes";
import { createSuite, type Suite } from "@clowder/crypto";
import { noblePrimitives } from "@clowder/crypto/noble";
import { nodePrimitives } from "@clowder/crypto/node";
import type { StateHash } from "../src/labels.ts";
import { NO_PAKE_DATA, newcomerProof, pakeChannel, pakeSid, sponsorProof, startPake } from "../src/session/pake.ts";
import { bytes, readVectors } from "./vectors/files.ts";
import { type PassphraseCases, passphraseOf, runOf } from "./vectors/passphrase.ts";
import { countedText, dh, SecondMethod, textHex } from "./vectors/second-method.ts";

/** `lv_cat` of draft-irtf-cfrg-cpace: each part after its length, which is one byte here. */
function lengthValues(...parts: readonly string[]): string {
	return parts.map((part) => (part.length / 2).toString(16).padStart(2, "0") + part).join("");
}

/** From the newcomer's seed and the sponsor's share: the generator is not needed for what follows from them. */
function secondPassphrase(second: SecondMethod, stated: PassphraseCases): void {
	const { newcomer, sponsor, knock, state, newcomerShare, sponsorShare } = stated;
	assert.equal(countedText(stated.binding) + newcomer + sponsor, stated.channel);
	assert.equal(second.hash("pake-sid", knock, state), stated.sid);
	const k = dh(stated.newcomerSeed, sponsorShare);
	assert.equal(dh(stated.sponsorSeed, newcomerShare), k);
	const transcript = lengthValues(newcomerShare, "") + lengthValues(sponsorShare, "");
	const input = lengthValues(textHex("CPace255_ISK"), stated.sid, k) + transcript;
	const isk = createHash("sha512").update(input, "hex").digest("hex");
	assert.equal(second.mac(isk, "pake-sponsor"), stated.sponsorProof);
	assert.equal(second.mac(isk, "pake-newcomer", stated.core, stated.stateHash), stated.newcomerProof);
}

function libraryPassphrase(suite: Suite, stated: PassphraseCases): void {
	const run = runOf(stated);
	assert.equal(hex(pakeChannel(stated.binding, run)), stated.channel);
	assert.equal(hex(pakeSid(suite, run)), stated.sid);
	const secret = passphraseOf(stated.passphrase);
	const newcomer = startPake(suite, "initiator", secret, stated.binding, run, bytes(stated.newcomerSeed));
	const sponsor = startPake(suite, "responder", secret, stated.binding, run, bytes(stated.sponsorSeed));
	assert.deepEqual([hex(newcomer.share), hex(sponsor.share)], [stated.newcomerShare, stated.sponsorShare]);
	const keys = [newcomer.finish(sponsor.share, NO_PAKE_DATA), sponsor.finish(newcomer.share, NO_PAKE_DATA)];
	for (const key of keys) {
		assert.ok(key.ok);
		assert.equal(hex(sponsorProof(suite, key.value)), stated.sponsorProof);
		const proof = newcomerProof(suite, key.value, bytes(stated.core), bytes(stated.stateHash) as StateHash);
		assert.equal(hex(proof), stated.newcomerProof);
	}
}

describe("vectors/mpotr/passphrase.json (PASS-2, PASS-3)", () => {
	for (const stated of readVectors<PassphraseCases>("passphrase.json").suites) {
		const { suite: id, suiteName } = stated;
		test(`suite ${id}, second method`, () => secondPassphrase(new SecondMethod(suiteName), stated));
		for (const primitives of [nodePrimitives, noblePrimitives]) {
			const suite = createSuite(id, primitives);
			test(`suite ${id}, library over ${primitives.backend}`, () => libraryPassphrase(suite, stated));
		}
	}
});
