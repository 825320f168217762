import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fromHex, hex } from "@clowder/bytes";
import type { OurPrekey } from "../../src/dake/non-interactive.ts";
import { MemoryPrekeyStorage, type OwnPublication } from "../../src/prekey-server/index.ts";
import { PREKEY_USAGE, prekeyKdf } from "../../src/prekey-server/kdf.ts";
import { encodePrekeyProfile } from "../../src/profile/prekey-profile.ts";
import type { Random } from "../../src/random.ts";
import { encodePrekeyMessage } from "../../src/wire/prekey-message.ts";
import { bytesOf } from "./by-hand.ts";
import {
	type Device,
	device,
	must,
	newClient,
	newServer,
	NOW_MS,
	prekeys,
	primitives,
	SERVER_IDENTITY,
	seeded,
	serverKey,
} from "./support.ts";

/** `vectors/otrv4/prekey-server.json` of the repository, seen from `packages/otrv4/dist/test/prekey-server/`. */
const FILE = new URL("../../../../../vectors/otrv4/prekey-server.json", import.meta.url);
const PUBLISHER = "bob@example.org";

/** One exchange. Byte strings in hexadecimal. */
export interface ExchangeVector {
	readonly name: string;
	/** What was published, if it was a publication. */
	readonly clientProfile: string | null;
	readonly prekeyProfile: string | null;
	/** The 57 bytes that `D` was made from. */
	readonly sharedPrekeySeed: string | null;
	/** `y` is 57 bytes that `Y` was made from, `b` the 80 bytes of `b`. */
	readonly prekeyMessages: readonly { readonly message: string; readonly y: string; readonly b: string }[];
	/** All that was drawn, in order: for `i`, nine times 57 bytes for the ring signature, and the nonces of the proofs. */
	readonly publisherRandom: readonly string[];
	/** For `s`, and for the ring signature. */
	readonly serverRandom: readonly string[];
	readonly dake1: string;
	readonly dake2: string;
	readonly dake3: string;
	readonly answer: string;
}

export interface PrekeyServerVectors {
	readonly description: string;
	readonly spec: string;
	readonly publisher: string;
	readonly server: string;
	/** The 57 bytes that the long-term keys were made from. */
	readonly publisherKeySeed: string;
	readonly serverKeySeed: string;
	readonly serverFingerprint: string;
	/** `KDF(usage, 00 01 ... 3f, 64)` by usage. */
	readonly kdf: Readonly<Record<string, string>>;
	/** The Client Profile of the publisher's DAKE-1 messages. */
	readonly clientProfile: string;
	readonly exchanges: readonly ExchangeVector[];
	/** A query for Prekey Ensembles, their answer, and the answer that there are none. */
	readonly query: string;
	readonly ensembles: string;
	readonly noEnsembles: string;
}

function recorded(random: Random, into: string[]): Random {
	return (length) => {
		const drawn = random(length);
		into.push(hex(drawn));
		return drawn;
	};
}

const OWNER: Device = device(PUBLISHER, { keySeed: "publisher" });
const PREKEYS: readonly OurPrekey[] = prekeys(OWNER, 2);

interface Case {
	readonly name: string;
	/** `undefined`: asks for the storage status. */
	readonly publication: OwnPublication | undefined;
	readonly full?: boolean;
}

const { clientProfile, prekeyProfile } = OWNER;
const CASES: readonly Case[] = [
	{
		name: "both profiles and two Prekey Messages",
		publication: { clientProfile, prekeyProfile, prekeyMessages: PREKEYS },
	},
	{ name: "a Client Profile", publication: { clientProfile } },
	{ name: "a Prekey Profile", publication: { prekeyProfile } },
	{ name: "a Prekey Message", publication: { prekeyMessages: PREKEYS.slice(0, 1) } },
	{ name: "a Client Profile and a Prekey Message", publication: { clientProfile, prekeyMessages: PREKEYS.slice(1) } },
	{
		name: "a Prekey Message, for which there is no room",
		publication: { prekeyMessages: PREKEYS.slice(1) },
		full: true,
	},
	{ name: "the storage status", publication: undefined },
];

async function exchangeOf({ name, publication, full = false }: Case): Promise<ExchangeVector> {
	const [publisherRandom, serverRandom] = [[] as string[], [] as string[]];
	const storage = new MemoryPrekeyStorage(full ? { prekeyMessagesPerDeviceMax: 0 } : {});
	const server = newServer({ storage, random: recorded(seeded(`${name}/server`), serverRandom) });
	const client = newClient(OWNER, server, { random: recorded(seeded(`${name}/publisher`), publisherRandom) });
	const started = publication === undefined ? client.storageInformation(NOW_MS) : client.publish(publication, NOW_MS);
	const [dake1] = must(started);
	const [dake2] = (await server.receive(PUBLISHER, dake1 as string, NOW_MS)).texts;
	const [dake3] = client.receive(dake2 as string, NOW_MS).texts;
	const [answer] = (await server.receive(PUBLISHER, dake3 as string, NOW_MS)).texts;
	const { prekeyProfile: profile, prekeyMessages = [] } = publication ?? {};
	return {
		name,
		clientProfile: publication?.clientProfile === undefined ? null : hex(publication.clientProfile.profile.bytes),
		prekeyProfile: profile === undefined ? null : hex(encodePrekeyProfile(profile.profile.profile)),
		sharedPrekeySeed: profile === undefined ? null : hex(profile.sharedPrekey.reveal()),
		prekeyMessages: prekeyMessages.map(({ message, keys }) => ({
			message: hex(encodePrekeyMessage(message)),
			y: hex(keys.ecdh.reveal()),
			b: hex(keys.dh.reveal()),
		})),
		publisherRandom,
		serverRandom,
		dake1: hex(bytesOf(dake1)),
		dake2: hex(bytesOf(dake2)),
		dake3: hex(bytesOf(dake3)),
		answer: hex(bytesOf(answer)),
	};
}

/** The file's text as the library makes it. */
export async function generatedVectorText(): Promise<string> {
	const exchanges: ExchangeVector[] = [];
	for (const each of CASES) exchanges.push(await exchangeOf(each));
	const server = newServer();
	const client = newClient(OWNER, server);
	const [dake1] = must(client.publish(CASES[0]?.publication ?? {}, NOW_MS));
	const [dake2] = (await server.receive(PUBLISHER, dake1 as string, NOW_MS)).texts;
	const [dake3] = client.receive(dake2 as string, NOW_MS).texts;
	await server.receive(PUBLISHER, dake3 as string, NOW_MS);
	client.close();
	const [query] = must(client.retrieve(PUBLISHER, "4", NOW_MS));
	const [ensembles] = (await server.receive("alice@example.org", query as string, NOW_MS)).texts;
	const [noEnsembles] = (await newServer().receive("alice@example.org", query as string, NOW_MS)).texts;
	const counting = Uint8Array.from({ length: 64 }, (_, i) => i);
	const file: PrekeyServerVectors = {
		description:
			"The prekey protocol: DAKEs with what is attached to them and the answers, from the randomness of both sides; a retrieval. The nonce of a DH proof is -(r0 + 2^640 r1), its two last draws but one if a Prekey Profile is published too; else its two last.",
		spec: 'otrv4-prekey-server.md ("OTRv4 Prekey Server")',
		publisher: PUBLISHER,
		server: SERVER_IDENTITY,
		publisherKeySeed: hex(OWNER.key.reveal()),
		serverKeySeed: hex(serverKey.reveal()),
		serverFingerprint: hex(server.fingerprint),
		kdf: Object.fromEntries(
			Object.values(PREKEY_USAGE).map((usage) => [
				`0x${usage.toString(16).padStart(2, "0")}`,
				hex(prekeyKdf(primitives, usage, [counting])),
			]),
		),
		clientProfile: hex(clientProfile.profile.bytes),
		exchanges,
		query: hex(bytesOf(query)),
		ensembles: hex(bytesOf(ensembles)),
		noEnsembles: hex(bytesOf(noEnsembles)),
	};
	return `${JSON.stringify(file, undefined, "\t")}\n`;
}

/** Bytes of hexadecimal text in the file. */
export function bytes(text: string | null | undefined): Uint8Array {
	const result = fromHex(text ?? "?");
	if (!result.ok) throw new Error(`not hexadecimal: ${text}`);
	return result.value;
}

export function vectorText(): string | undefined {
	return existsSync(FILE) ? readFileSync(FILE, "utf8") : undefined;
}

export function writeVectorText(text: string): void {
	mkdirSync(new URL(".", FILE), { recursive: true });
	writeFileSync(FILE, text);
}

export function readVectors(): PrekeyServerVectors {
	const text = vectorText();
	if (text === undefined) throw new Error("vectors/otrv4/prekey-server.json is not there");
	return JSON.parse(text) as PrekeyServerVectors;
}
