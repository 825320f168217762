import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "@clowder/bytes";
import fc from "fast-check";
import {
	encodeDake1Message,
	encodeDake2Message,
	encodeDake3Message,
	readDake3Message,
} from "../../src/prekey-server/dake-messages.ts";
import {
	decodeAttachedMessage,
	decodeClientMessage,
	decodeServerMessage,
} from "../../src/prekey-server/decode-message.ts";
import {
	encodeEnsembleQuery,
	encodeEnsembleRetrieval,
	encodeNoEnsembles,
} from "../../src/prekey-server/ensemble-messages.ts";
import type { AttachedMessage, ClientMessage, ServerMessage } from "../../src/prekey-server/messages.ts";
import { encodePublicationMessage } from "../../src/prekey-server/publication-message.ts";
import {
	encodeAcknowledgment,
	encodeStorageInformationRequest,
	encodeStorageStatus,
} from "../../src/prekey-server/storage-messages.ts";
import { encodePrekeyProfile } from "../../src/profile/prekey-profile.ts";
import { encodePrekeyMessage } from "../../src/wire/prekey-message.ts";
import { bytesOf } from "./by-hand.ts";
import { device, must, newClient, newServer, NOW_MS, prekeys, publishAll, textOf } from "./support.ts";

const SEED = 20_261_122;
const BOB = "bob@example.org";

function encodeAny(message: ClientMessage | AttachedMessage | ServerMessage): Uint8Array {
	switch (message.type) {
		case "dake-1":
			return encodeDake1Message(message);
		case "dake-2":
			return encodeDake2Message(message);
		case "dake-3":
			return encodeDake3Message(message);
		case "publication":
			return encodePublicationMessage(message);
		case "storage-information-request":
			return encodeStorageInformationRequest(message);
		case "storage-status":
			return encodeStorageStatus(message);
		case "success":
		case "failure":
			return encodeAcknowledgment(message);
		case "ensemble-query":
			return encodeEnsembleQuery(message);
		case "ensembles": {
			const ensembles = message.ensembles.map(({ clientProfile, prekeyProfile, prekeyMessage }) => ({
				clientProfile: clientProfile.bytes,
				prekeyProfile: encodePrekeyProfile(prekeyProfile),
				prekeyMessage: encodePrekeyMessage(prekeyMessage),
			}));
			return encodeEnsembleRetrieval(message.receiverTag, message.identity, ensembles);
		}
		case "no-ensembles":
			return encodeNoEnsembles(message);
	}
}

const DECODERS = [decodeClientMessage, decodeAttachedMessage, decodeServerMessage];

/** An honest message of each type. */
async function corpus(): Promise<Uint8Array[]> {
	const server = newServer();
	const owner = device(BOB);
	const messages: Uint8Array[] = [];
	for (const start of [
		(client: ReturnType<typeof newClient>) => client.publish({ ...owner, prekeyMessages: prekeys(owner, 2) }, NOW_MS),
		(client: ReturnType<typeof newClient>) => client.storageInformation(NOW_MS),
		(client: ReturnType<typeof newClient>) => client.retrieve(BOB, "4", NOW_MS),
		(client: ReturnType<typeof newClient>) => client.retrieve("nobody@example.org", "4", NOW_MS),
	]) {
		const client = newClient(owner, server);
		let texts = must(start(client));
		while (texts.length > 0) {
			const [sent] = texts;
			messages.push(bytesOf(sent));
			const [answer] = (await server.receive(BOB, sent as string, NOW_MS)).texts;
			messages.push(bytesOf(answer));
			texts = client.receive(answer as string, NOW_MS).texts;
		}
	}
	const attached = messages.flatMap((message) => {
		const dake3 = decode(message, readDake3Message);
		return dake3.ok ? [dake3.value.attached] : [];
	});
	return [...messages, ...attached];
}

/** Accepted bytes are what the encoder writes of what was read; and reading never throws. */
function check(bytes: Uint8Array): number {
	let accepted = 0;
	for (const decoder of DECODERS) {
		const message = decoder(bytes);
		if (!message.ok) {
			assert.ok(message.error.expected.length > 0);
			assert.ok(message.error.blame === "peer" || message.error.blame === "incompatible");
			continue;
		}
		accepted++;
		assert.deepEqual(encodeAny(message.value), bytes);
	}
	return accepted;
}

const honest = await corpus();

test("the corpus has every type of message, and each is read by one decoder", () => {
	const types = new Set(honest.map((bytes) => bytes[2]));
	assert.deepEqual(
		[...types].sort((a, b) => (a ?? 0) - (b ?? 0)),
		[0x06, 0x08, 0x09, 0x0b, 0x0e, 0x10, 0x13, 0x35, 0x36, 0x37],
	);
	for (const bytes of honest) assert.equal(check(bytes), 1);
});

test("random bytes, with a header of the protocol or without, are read or refused", () => {
	const types = [...new Set(honest.map((bytes) => bytes[2] as number)), 0x05, 0x0f, 0x77];
	const headed = fc
		.tuple(fc.constantFrom(...types), fc.uint8Array({ maxLength: 600 }))
		.map(([type, rest]) => Uint8Array.of(0, 4, type, ...rest));
	fc.assert(
		fc.property(fc.oneof(headed, fc.uint8Array({ maxLength: 600 })), (bytes) => void check(bytes)),
		{ seed: SEED, numRuns: 2000 },
	);
});

test("honest messages with bytes changed, cut, inserted or lengths made huge are read or refused", () => {
	const mutation = fc.tuple(
		fc.constantFrom(...honest),
		fc.array(
			fc.record({
				at: fc.nat({ max: 999_999 }).map((millionths) => millionths / 1_000_000),
				kind: fc.constantFrom("flip", "flip", "flip", "cut", "insert", "huge"),
				byte: fc.integer({ min: 0, max: 255 }),
			}),
			{ minLength: 1, maxLength: 2 },
		),
	);
	let accepted = 0;
	fc.assert(
		fc.property(mutation, ([original, changes]) => {
			let bytes = original;
			for (const { at, kind, byte } of changes) {
				// More often near the beginning, where the lengths are.
				const place = Math.floor(at ** 2 * bytes.length);
				const copy = bytes.slice();
				if (kind === "flip") copy[place] = byte;
				if (kind === "huge") copy.set([0xff, 0xff, 0xff, 0xff].slice(0, copy.length - place), place);
				bytes = copy;
				if (kind === "cut") bytes = bytes.slice(0, place);
				if (kind === "insert") bytes = Uint8Array.of(...bytes.slice(0, place), byte, ...bytes.slice(place));
			}
			accepted += check(bytes);
		}),
		{ seed: SEED, numRuns: 3000 },
	);
	assert.ok(accepted > 300, `some changes are of values, not of the form: ${accepted}`);
});

test("a server and a client refuse changed messages and go on", async () => {
	const server = newServer({ limits: { dakesPerWindowMax: 10_000, retrievalsPerWindowMax: 10_000 } });
	const owner = device(BOB);
	const toServer = honest.filter((bytes) => [0x35, 0x37, 0x10].includes(bytes[2] as number));
	const toClient = honest.filter((bytes) => [0x36, 0x06, 0x0b, 0x13, 0x0e].includes(bytes[2] as number));
	const change = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }));
	await fc.assert(
		fc.asyncProperty(fc.nat(), change, async (n, [at, byte]) => {
			const ours = (toServer[n % toServer.length] as Uint8Array).slice();
			ours[at % ours.length] = (ours[at % ours.length] as number) ^ byte;
			const answer = await server.receive(BOB, textOf(ours), NOW_MS);
			assert.equal(answer.outcome.ok && answer.outcome.value.type === "published", false);
			const theirs = (toClient[n % toClient.length] as Uint8Array).slice();
			theirs[at % theirs.length] = (theirs[at % theirs.length] as number) ^ byte;
			const client = newClient(owner, server);
			must(client.storageInformation(NOW_MS));
			const received = client.receive(textOf(theirs), NOW_MS);
			assert.ok(received.refusal !== undefined && received.texts.length === 0 && received.events.length === 0);
			client.close();
		}),
		{ seed: SEED, numRuns: 100 },
	);
	await publishAll(owner, server, 1);
});

test("random texts are refused by both sides", async () => {
	const server = newServer();
	const client = newClient(device(BOB), server);
	const text = fc.oneof(
		fc.string(),
		fc.string({ unit: "binary" }),
		fc.string().map((rest) => `?OTRP|${rest}`),
		fc.base64String().map((rest) => `${rest}.`),
	);
	await fc.assert(
		fc.asyncProperty(text, async (each) => {
			assert.equal((await server.receive(BOB, each, NOW_MS)).outcome.ok, false);
			assert.notEqual(client.receive(each, NOW_MS).refusal, undefined);
		}),
		{ seed: SEED, numRuns: 200 },
	);
});
