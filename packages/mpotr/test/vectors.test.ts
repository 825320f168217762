import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decode, encode, hex } from "@clowder/bytes";
import { createSuite, type Suite, type SuiteId } from "@clowder/crypto";
import { noblePrimitives } from "@clowder/crypto/noble";
import { nodePrimitives } from "@clowder/crypto/node";
import { encodeIdentity, identityCommitment, nextSalt, readIdentity } from "../src/identity.ts";
import { readKeySetByHash, readKeySetInFull, writeKeySetInFull } from "../src/key-set.ts";
import { hash, type Label, LABELS, mac, name, PROTOCOL_TAG, type Sid, type TranscriptDigest } from "../src/labels.ts";
import { encodeParameters, readParameters } from "../src/parameters.ts";
import { type AdmissionPolicy, type RoomParameters } from "../src/parameters.ts";
import { attemptId, stateHash } from "../src/fold/state.ts";
import { SenderChain } from "../src/session/chain.ts";
import { type Content, decodeContent, encodeContent, paddedBytes } from "../src/session/content.ts";
import { computeSessionId, listHash, sessionFingerprint } from "../src/session/session-id.ts";
import { Transcript } from "../src/session/transcript.ts";
import { type ChainCases, type ContentCases, placed, type TranscriptCases } from "./vectors/content.ts";
import { bytes, hexes, readVectors, type SuiteCase, vectorText } from "./vectors/files.ts";
import type { HashCases, IdentityCases, KeySetCases, SessionNameCases } from "./vectors/names.ts";
import { identityOf, keySetByHash, ownKeySet, personKeys, readByHash } from "./vectors/people.ts";
import { generatedVectors } from "./vectors/all.ts";
import {
	aes256Ctr,
	countedText,
	identityEncoding,
	number,
	paddedSize,
	publicOf,
	SecondMethod,
	textHex,
} from "./vectors/second-method.ts";

const BACKENDS = [nodePrimitives, noblePrimitives];

/** Each case of a file, by the second method once, and by the library on each backend. */
function eachCase<Case>(
	file: string,
	secondMethod: (stated: Case & SuiteCase, second: SecondMethod) => void,
	library: (stated: Case & SuiteCase, suite: Suite) => void,
): void {
	describe(`vectors/mpotr/${file}`, () => {
		const { suites } = readVectors<Case>(file);
		test("has both suites", () => {
			const ids: readonly SuiteId[] = suites.map((stated) => stated.suite);
			assert.deepEqual(ids, [1, 2]);
		});
		for (const stated of suites) {
			test(`suite ${stated.suite}, second method`, () => secondMethod(stated, new SecondMethod(stated.suiteName)));
			for (const primitives of BACKENDS) {
				const suite = createSuite(stated.suite, primitives);
				test(`suite ${stated.suite}, library over ${primitives.backend}`, () => {
					assert.equal(stated.suiteName, suite.name);
					library(stated, suite);
				});
			}
		}
	});
}

test("vectors/mpotr is what the script writes", () => {
	for (const [file, text] of generatedVectors()) assert.ok(vectorText(file) === text, file);
});

eachCase<HashCases>(
	"hash.json",
	(stated, second) => {
		assert.equal(stated.protocolTag, "mpCAT/1");
		for (const { label, parts, hash: expected, name: cut } of stated.hashes) {
			assert.equal(second.hash(label, ...parts), expected, label);
			assert.equal(second.name(label, ...parts), cut, label);
		}
		for (const { key, label, parts, mac: expected } of stated.macs) {
			assert.equal(second.mac(key, label, ...parts), expected, label);
		}
		const hashes = stated.hashes.map((one) => one.hash);
		assert.equal(new Set(hashes).size, hashes.length, "HASH-1: no two inputs share an encoding");
	},
	(stated, suite) => {
		assert.equal(stated.protocolTag, PROTOCOL_TAG);
		const labels = new Set<string>(Object.values(LABELS));
		assert.deepEqual(new Set(stated.hashes.map((one) => one.label)), labels);
		assert.deepEqual(new Set(stated.macs.map((one) => one.label)), labels);
		for (const { label, parts, hash: expected, name: cut } of stated.hashes) {
			assert.equal(hex(hash(suite, label as Label, ...parts.map(bytes))), expected, `HASH-1: ${label}`);
			assert.equal(hex(name(suite, label as Label, ...parts.map(bytes))), cut, label);
		}
		for (const { key, label, parts, mac: expected } of stated.macs) {
			assert.equal(hex(mac(suite, bytes(key), label as Label, ...parts.map(bytes))), expected, `HASH-2: ${label}`);
		}
	},
);

eachCase<KeySetCases>(
	"key-sets.json",
	(stated, second) => {
		for (const keys of stated.keySets) {
			assert.equal(publicOf("X25519", keys.seeds.x), keys.y);
			assert.equal(publicOf("X25519", keys.seeds.s), keys.b);
			assert.equal(publicOf("Ed25519", keys.seeds.e), keys.v);
			assert.equal(keys.ek === null, stated.suite === 1);
			assert.equal(keys.ek && second.name("kem-key", keys.ek), keys.ekHash);
			assert.equal(keys.bek && second.name("kem-key", keys.bek), keys.bekHash);
			assert.equal(keys.y + keys.b + keys.v + (keys.ekHash ?? "") + (keys.bekHash ?? ""), keys.byHash);
			assert.equal(keys.y + keys.b + keys.v + (keys.ek ?? "") + (keys.bek ?? ""), keys.inFull);
		}
	},
	(stated, suite) => {
		for (const { seeds, ek, bek, byHash, inFull } of stated.keySets) {
			const own = ownKeySet(suite, seeds).public;
			assert.equal(hex(keySetByHash(own)), byHash);
			assert.equal(hex(encode((w) => writeKeySetInFull(w, own))), inFull);
			const read = decode(bytes(inFull), (r) => readKeySetInFull(suite, r));
			assert.ok(read.ok);
			assert.equal(hex(keySetByHash(read.value)), byHash, "the reader hashes KEM keys itself");
			assert.equal(ek, read.value.ek?.key ? hex(read.value.ek.key.bytes) : null);
			assert.equal(bek, read.value.bek?.key ? hex(read.value.bek.key.bytes) : null);
			const short = decode(bytes(byHash), (r) => readKeySetByHash(suite, r));
			assert.ok(short.ok);
			assert.equal(hex(keySetByHash(short.value)), byHash);
		}
	},
);

eachCase<IdentityCases>(
	"identities.json",
	(stated, second) => {
		for (const { identitySeed, lpk, nickname, salt, encoding, commitment, chain } of stated.identities) {
			assert.equal(publicOf("Ed25519", identitySeed), lpk);
			assert.equal(identityEncoding(lpk, nickname, salt), encoding);
			assert.equal(second.name("join-id", lpk, textHex(nickname), salt), commitment);
			let current = salt;
			for (const step of chain) {
				current = second.name("salt", current);
				assert.equal(current, step);
			}
		}
	},
	(stated, suite) => {
		for (const one of stated.identities) {
			const identity = identityOf(suite, one);
			assert.equal(hex(encodeIdentity(identity)), one.encoding);
			assert.equal(hex(identityCommitment(suite, identity)), one.commitment);
			const read = decode(bytes(one.encoding), (r) => readIdentity(suite, r));
			assert.ok(read.ok);
			assert.equal(read.value.nickname, one.nickname);
			assert.equal(hex(read.value.lpk.bytes), one.lpk);
			let { salt } = read.value;
			for (const step of one.chain) {
				salt = nextSalt(suite, salt);
				assert.equal(hex(salt), step);
			}
		}
	},
);

eachCase<SessionNameCases>(
	"names.json",
	({ suite, parameters, parametersEncoding, sessions, state, rank }, second) => {
		assert.equal(parameters.policy, "open");
		const encoded = `${number(suite, 1)}00${parameters.passphrase ? "01" : "00"}${number(parameters.timeoutSeconds, 2)}${countedText(parameters.binding)}`;
		assert.equal(encoded, parametersEncoding);
		for (const { k, participants, aid, sid, listHash: list, fingerprint } of sessions) {
			const vs = participants.map((one) => one.keySet.slice(128, 192));
			assert.deepEqual(vs, [...vs].sort());
			assert.equal(second.name("attempt", number(k, 4), encoded, ...participants.map((one) => one.keySet)), aid);
			const plist = participants.map(
				({ lpk, nickname, salt, keySet }) => identityEncoding(lpk, nickname, salt) + keySet,
			);
			assert.equal(second.name("sid", aid, ...plist), sid);
			assert.equal(second.name("list", sid), list);
			assert.equal(second.hash("fingerprint", sid).slice(0, 16), fingerprint);
		}
		assert.equal(second.name("state", state.baseAid, ...state.nextKeySets, encoded), state.stateHash);
		for (const { v, rank: expected } of rank.ranks) assert.equal(second.name("rank", rank.seed, v), expected);
	},
	({ parametersEncoding, sessions, state, ...stated }, suite) => {
		const policy = stated.parameters.policy as AdmissionPolicy;
		const parameters: RoomParameters = { ...stated.parameters, suite: suite.id, policy };
		assert.equal(hex(encodeParameters(parameters)), parametersEncoding);
		const read = decode(bytes(parametersEncoding), (r) => readParameters(suite, r));
		assert.deepEqual(read, { ok: true, value: parameters });
		for (const session of sessions) {
			const plist = session.participants.map((person) => personKeys(suite, person).participant);
			// The order in which the slots are given does not count.
			const slots = plist.map(({ keySet }) => ({ keySet, member: undefined, join: undefined })).reverse();
			const aid = attemptId(suite, session.k, parameters, slots);
			const sid = computeSessionId(suite, aid, plist);
			assert.equal(hex(aid), session.aid);
			assert.equal(hex(sid), session.sid);
			assert.equal(hex(listHash(suite, sid)), session.listHash);
			assert.equal(sessionFingerprint(suite, sid), session.fingerprint);
		}
		const members = state.nextKeySets.map((keys) => {
			const next = readByHash(suite, keys);
			return { v: next.v, next };
		});
		const fold = { parameters, base: { aid: bytes(state.baseAid), members } } as unknown as Parameters<
			typeof stateHash
		>[1];
		assert.equal(hex(stateHash(suite, fold) ?? new Uint8Array()), state.stateHash);
		for (const { v, rank } of stated.rank.ranks) {
			assert.equal(hex(name(suite, LABELS.rank, bytes(stated.rank.seed), bytes(v))), rank);
		}
	},
);

const KINDS: readonly string[] = ["text", "acknowledgement", "introduction", "relayed"];

eachCase<ContentCases>(
	"content.json",
	(stated) => {
		for (const one of stated.contents) {
			const { identity } = one;
			const introduced =
				identity && identityEncoding(publicOf("Ed25519", identity.identitySeed), identity.nickname, identity.salt);
			const header =
				number(KINDS.indexOf(one.kind), 1) + number(one.entries, 4) + one.digest + number(one.validMessages, 4);
			const text = one.text === null ? "" : (one.id ?? "") + countedText(one.text);
			const plain = header + (one.v ?? "") + (introduced ?? text);
			assert.equal(plain.padEnd(2 * paddedSize(plain.length / 2), "0"), one.padded, one.kind);
		}
		for (const size of stated.paddedBytes) assert.equal(paddedSize(size.bytes), size.padded, "PAD-1");
	},
	(stated, suite) => {
		for (const one of stated.contents) {
			const content = {
				kind: one.kind,
				...(one.text === null ? {} : { text: one.text }),
				...(one.id === null ? {} : { id: bytes(one.id) }),
				...(one.v === null ? {} : { v: bytes(one.v) }),
				...(one.identity === null ? {} : { identity: identityOf(suite, one.identity) }),
			} as Content;
			const digest = bytes(one.digest) as TranscriptDigest;
			const header = { seen: { entries: one.entries, digest }, validMessages: one.validMessages };
			assert.equal(hex(encodeContent(header, content)), one.padded);
			const read = decodeContent(suite, bytes(one.padded));
			assert.ok(read.ok);
			assert.deepEqual(read.value.header, header);
			assert.equal(hex(encodeContent(read.value.header, read.value.content)), one.padded);
		}
		for (const size of stated.paddedBytes) assert.equal(paddedBytes(size.bytes), size.padded, "PAD-1");
	},
);

eachCase<ChainCases>(
	"chains.json",
	({ sessionKey, sid, chains }, second) => {
		for (const { sender, chainKeys, messages } of chains) {
			let chainKey = second.hash("chain", sessionKey, sid, number(sender, 4));
			assert.equal(chainKey, chainKeys[0]);
			for (const { index, context, iv, encryptionKey, macKey, plaintext, ciphertext, mac: tag } of messages) {
				assert.equal(second.hash("message-keys", chainKey), encryptionKey + macKey);
				assert.equal(aes256Ctr(encryptionKey, iv, plaintext), ciphertext);
				assert.equal(second.mac(macKey, "content", ...context, number(index, 4), iv, ciphertext), tag);
				chainKey = second.hash("chain-next", chainKey);
				assert.equal(chainKey, chainKeys[index + 1]);
			}
		}
	},
	({ sessionKey, sid, chains }, suite) => {
		for (const { sender, messages } of chains) {
			const [sending, receiving] = [0, 1].map(
				() => new SenderChain(suite, bytes(sessionKey), bytes(sid) as Sid, sender),
			) as [SenderChain, SenderChain];
			for (const { index, context, iv, plaintext, ciphertext, mac: tag } of messages) {
				const made = sending.encrypt(context.map(bytes), bytes(iv), bytes(plaintext));
				assert.deepEqual([made.index, hex(made.iv), hex(made.ciphertext), hex(made.mac)], [index, iv, ciphertext, tag]);
				const read = receiving.decrypt(context.map(bytes), made);
				assert.ok(read.ok);
				assert.equal(hex(read.value), plaintext);
			}
		}
	},
);

eachCase<TranscriptCases>(
	"transcript.json",
	({ sid, confirmBodies, start, entries }, second) => {
		let digest = second.name("transcript", sid, ...confirmBodies);
		assert.equal(digest, start);
		for (const entry of entries) {
			const body = second.name("entry-body", entry.content);
			digest = second.name("entry", digest, entry.v, number(entry.number, 4), body);
			assert.equal(digest, entry.digest);
		}
	},
	({ sid, confirmBodies, start, entries }, suite) => {
		const confirms = confirmBodies.map((body) => placed(new Uint8Array(32), 0, bytes(body)));
		const transcript = new Transcript(suite, bytes(sid) as Sid, confirms);
		assert.deepEqual(hexes([transcript.latest.digest]), [start]);
		for (const [i, { v, number: count, content, digest }] of entries.entries()) {
			assert.equal(transcript.append(placed(bytes(v), count, bytes(content)), bytes(content)), i + 1);
			assert.equal(hex(transcript.latest.digest), digest);
		}
	},
);
