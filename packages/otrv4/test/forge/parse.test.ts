import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Bytes, fromHex } from "@clowder/bytes";
import {
	bytesOfText,
	type Parsed,
	parse,
	parseAll,
	parseBytes,
	printable,
	type Printable,
} from "../../src/forge/index.ts";
import { encodeMessage } from "../../src/wire/decode-message.ts";
import { encodePrekeyProtocolText, encodeText } from "../../src/wire/encoding.ts";
import { encodeDataSections } from "../../src/wire/data-message.ts";
import type { DataMessage, OtrMessage } from "../../src/wire/messages.ts";
import { encodePrekeyProfile } from "../../src/profile/prekey-profile.ts";
import { encodePrekeyMessage } from "../../src/wire/prekey-message.ts";
import { encodeDake1Message, encodeDake3Message } from "../../src/prekey-server/dake-messages.ts";
import { encodeEnsembleQuery, encodeEnsembleRetrieval } from "../../src/prekey-server/ensemble-messages.ts";
import { encodeStorageInformationRequest } from "../../src/prekey-server/storage-messages.ts";
import { ALICE, BOB, NOW_MS } from "../support/endpoint.ts";
import { must, refusedAs } from "../support/expect.ts";
import { messageOf } from "../support/pair.ts";
import { seeded } from "../support/random.ts";
import { alice, bob, honest, honestTranscript, WORDS } from "./support.ts";

type Fields = { readonly [name: string]: Printable };

/** What came out of JSON, as the encoder takes it: byte strings where there were byte strings. */
function fromFields(fields: Fields): OtrMessage {
	const texts = new Set(["type", "versions"]);
	const back = (name: string, value: Printable): unknown => {
		if (name === "revealedMacKeys") return bytes((value as string[]).join(""));
		if (typeof value === "string") return texts.has(name) ? value : bytes(value);
		return typeof value === "object" ? all(value as Fields) : value;
	};
	const all = (from: Fields): object =>
		Object.fromEntries(Object.entries(from).map(([name, value]) => [name, back(name, value)]));
	const message = all(fields) as OtrMessage;
	return message.type === "data" ? { ...message, sections: encodeDataSections(message) } : message;
}

function bytes(text: string): Uint8Array {
	const read = fromHex(text);
	if (!read.ok) assert.fail(text);
	return read.value;
}

/** What a program reads of it. */
function throughJson(parsed: Parsed): Fields {
	return JSON.parse(JSON.stringify(printable(parsed))) as Fields;
}

/** Every kind of message that there is. */
function everyMessage(): string[] {
	const texts = honestTranscript(seeded("to be parsed"), WORDS, ALICE).map(({ text }) => text);
	const { alice: offline, bob: away } = honest(seeded("offline, to be parsed"));
	const sent = must(offline.conversation.sendOffline(away.ensembles(1), "Are you there?", NOW_MS));
	const [prekey] = bob.content.prekeys.concat(away.account.prekeys.all());
	return [...texts, ...sent.send, encodeText(encodePrekeyMessage(prekey?.message ?? assert.fail("no prekey")))];
}

describe("parsing", () => {
	it("shows every field of every message, and loses none of them in JSON", () => {
		const types = new Set<string>();
		for (const text of everyMessage()) {
			const parsed = must(parse(text));
			if (parsed.kind !== "encoded") assert.fail(parsed.kind);
			types.add(parsed.message.type);
			const { kind, message } = throughJson(parsed);
			assert.equal(kind, "encoded");
			assert.equal(encodeText(encodeMessage(fromFields(message as Fields))), text);
			assert.deepEqual(must(parseBytes(must(bytesOfText(text)))), parsed.message);
		}
		const all = ["identity", "auth-r", "auth-i", "data", "non-interactive-auth", "prekey"];
		assert.deepEqual([...types].sort(), all.sort());
	});

	it("prints revealed MAC keys one by one", () => {
		const texts = everyMessage().map((text) => must(parse(text)));
		const revealing = texts.find(
			(parsed) =>
				parsed.kind === "encoded" && parsed.message.type === "data" && parsed.message.revealedMacKeys.length > 64,
		);
		const message = (revealing as Extract<Parsed, { readonly kind: "encoded" }>).message as DataMessage;
		const { revealedMacKeys } = printable(message) as { readonly revealedMacKeys: readonly string[] };
		assert.deepEqual(
			revealedMacKeys.map((key) => key.length),
			[128, 128],
		);
		assert.equal(revealedMacKeys.join(""), Buffer.from(message.revealedMacKeys).toString("hex"));
	});

	it("puts fragments together, and shows the message after its last", () => {
		const [whole] = honestTranscript(seeded("to be parsed"), [], undefined);
		const texts = honestTranscript(seeded("to be parsed"), [], undefined, { maxChars: 300 }).filter(
			({ sender }) => sender === BOB,
		);
		const parsed = parseAll(texts.map(({ text }) => text)).map(must);
		const message = parsed.find(({ kind }) => kind === "encoded");
		assert.equal(parsed.length, texts.length + 2);
		assert.deepEqual(message, must(parse(whole?.text ?? "")));
		const [fragment] = parsed;
		if (fragment?.kind !== "fragment") assert.fail(fragment?.kind);
		const { index, total, senderTag, piece } = fragment.fragment;
		assert.deepEqual([index, senderTag, piece.slice(0, 5)], [1, bob.content.instanceTag, "?OTR:"]);
		assert.ok(total > 2);
		const again = parseAll([texts[0]?.text ?? "", texts[0]?.text ?? ""]);
		refusedAs(again.at(-1) ?? assert.fail("nothing"), "carrier", "state");
	});

	it("knows everything else that may come", () => {
		const kinds = (text: string): unknown => printable(must(parse(text)));
		assert.deepEqual(kinds("?OTRv43? hello"), { kind: "query", versions: [4, 3] });
		assert.deepEqual(kinds("?OTR Error: ERROR_1: What?"), { kind: "error", code: 1, text: "What?" });
		assert.deepEqual(kinds("Hello"), { kind: "plaintext", text: "Hello" });
		assert.deepEqual(kinds("Hello \t  \t\t\t\t \t \t \t    \t\t \t  "), {
			kind: "plaintext-tagged",
			text: "Hello",
			versions: [4],
		});
	});

	it("knows the messages of the prekey protocol, which have no mark", () => {
		const { bob: away } = honest(seeded("prekeys, to be parsed"));
		const [ensemble] = away.ensembles(1);
		assert.ok(ensemble !== undefined);
		const { profile } = ensemble.clientProfile;
		const query = encodePrekeyProtocolText(
			encodeEnsembleQuery({ type: "ensemble-query", senderTag: 0x100, identity: BOB, versions: "4" }),
		);
		const expected = { type: "ensemble-query", senderTag: 256, identity: BOB, versions: "4" };
		assert.deepEqual(printable(must(parse(query))), { kind: "prekey-protocol", message: expected });
		const dake1 = encodePrekeyProtocolText(
			encodeDake1Message({
				type: "dake-1",
				senderTag: profile.instanceTag,
				clientProfile: profile,
				i: alice.longTerm.publicKey.bytes,
			}),
		);
		const parsed = must(parse(dake1));
		assert.ok(parsed.kind === "prekey-protocol" && parsed.message.type === "dake-1");
		assert.deepEqual(parsed.message.clientProfile.bytes, profile.bytes);
		const [, authR] = honestTranscript(seeded("with a ring signature"), [], undefined);
		const { sigma } = messageOf(authR?.text, "auth-r");
		const request = { type: "storage-information-request", mac: new Uint8Array(64).fill(5) as Bytes<"MAC"> } as const;
		const attached = encodeStorageInformationRequest(request);
		const dake3 = { type: "dake-3", senderTag: 0x100, sigma, attached } as const;
		assert.deepEqual(must(parse(encodePrekeyProtocolText(encodeDake3Message(dake3)))), {
			kind: "prekey-protocol",
			message: dake3,
			attached: request,
		});
		const odd = { ...dake3, attached: Uint8Array.of(0) };
		const unread = { kind: "prekey-protocol", message: odd };
		assert.deepEqual(must(parse(encodePrekeyProtocolText(encodeDake3Message(odd)))), unread);
		const stored = {
			clientProfile: profile.bytes,
			prekeyProfile: encodePrekeyProfile(ensemble.prekeyProfile.profile),
			prekeyMessage: encodePrekeyMessage(ensemble.prekeyMessage.message),
		};
		const full = must(parse(encodePrekeyProtocolText(encodeEnsembleRetrieval(0x100, BOB, [stored]))));
		assert.ok(full.kind === "prekey-protocol" && full.message.type === "ensembles");
		assert.deepEqual(full.message.ensembles[0]?.prekeyMessage, ensemble.prekeyMessage.message);
		// Not a message, as it has no ensemble in it.
		const answer = encodePrekeyProtocolText(encodeEnsembleRetrieval(0x100, BOB, []));
		assert.equal(must(parse(answer)).kind, "plaintext");
		assert.deepEqual(printable(must(parse(`?OTRP|00000001|00000000|00000100,00001,00002,AAQ,`))), {
			kind: "prekey-fragment",
			fragment: { identifier: 1, senderTag: 0, receiverTag: 256, index: 1, total: 2, piece: "AAQ" },
		});
	});

	it("says where a message cannot be read", () => {
		const [identity] = everyMessage();
		const cut = must(bytesOfText(identity ?? "")).slice(0, -1);
		const refusal = refusedAs(parse(encodeText(cut)), "peer", "malformed");
		assert.match(refusal.what, /Identity message/);
		assert.match(refusal.expected, /at byte \d+$/);
		refusedAs(parseBytes(cut), "peer", "malformed");
		refusedAs(parse("?OTR:AAA"), "peer", "malformed");
		refusedAs(parse("?OTRP|1|2"), "peer", "malformed");
		refusedAs(bytesOfText("Hello"), "peer", "malformed");
		assert.throws(() => printable(() => 1), TypeError);
	});
});
