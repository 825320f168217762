import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { base64, type Result } from "@clowder/bytes";
import type { Ed448KeyPair, OtrPrimitives } from "@clowder/crypto/otr";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import type { OurPrekey } from "../../src/dake/non-interactive.ts";
import {
	MemoryPrekeyStorage,
	newPrekeyMessage,
	type OwnPrekeyProfile,
	PrekeyClient,
	type PrekeyClientEvent,
	type PrekeyClientOptions,
	PrekeyServer,
	type PrekeyServerAnswer,
	type PrekeyServerOptions,
} from "../../src/prekey-server/index.ts";
import { createClientProfile, type VerifiedClientProfile } from "../../src/profile/client-profile.ts";
import { generateForgingKey } from "../../src/profile/forging-key.ts";
import { createPrekeyProfile } from "../../src/profile/prekey-profile.ts";
import type { Random } from "../../src/random.ts";
import type { Refusal } from "../../src/refusal.ts";

export const primitives: OtrPrimitives = otrNodePrimitives;
export const NOW_MS = 1_800_000_000_000;
export const NOW_SECONDS: number = NOW_MS / 1000;
export const WEEK_SECONDS: number = 7 * 24 * 3600;
export const SERVER_IDENTITY = "prekey.example.org";

/** Random bytes from a seed: the same run every time. */
export function seeded(seed: string): Random {
	let counter = 0;
	return (length) =>
		new Uint8Array(createHash("shake256", { outputLength: length }).update(`${seed}/${counter++}`).digest());
}

export function must<T>(result: Result<T, Refusal>): T {
	if (!result.ok) assert.fail(`refused: ${JSON.stringify(result.error)}`);
	return result.value;
}

/** A device with its long-term key and its profiles. */
export interface Device {
	readonly identity: string;
	readonly instanceTag: number;
	readonly key: Ed448KeyPair;
	readonly clientProfile: VerifiedClientProfile;
	readonly prekeyProfile: OwnPrekeyProfile;
	readonly random: Random;
}

export interface DeviceOptions {
	readonly instanceTag?: number;
	readonly expiresAtSeconds?: number;
	readonly prekeyProfileExpiresAtSeconds?: number;
	/** What the long-term and the forging key are made from, if two devices are to have the same. */
	readonly keySeed?: string;
	readonly primitives?: OtrPrimitives;
}

export function device(identity: string, options: DeviceOptions = {}): Device {
	const { instanceTag = 0x1000, expiresAtSeconds = NOW_SECONDS + WEEK_SECONDS } = options;
	const own = options.primitives ?? primitives;
	const seed = [identity, instanceTag, expiresAtSeconds, options.prekeyProfileExpiresAtSeconds].join("/");
	const random = seeded(`${seed}/${options.keySeed}`);
	const key = own.ed448.keyPair(seeded(options.keySeed ?? seed)(57));
	const forgingKey = generateForgingKey(own, seeded(`forging/${options.keySeed ?? seed}`), false).publicKey;
	const profile = { instanceTag, keyPair: key, expiresAtSeconds };
	const clientProfile = must(createClientProfile(own, { ...profile, forgingKey, versions: "4", mode: "standalone" }));
	const sharedPrekey = own.ed448.keyPair(random(57));
	const prekeyProfile = must(
		createPrekeyProfile(own, {
			...profile,
			expiresAtSeconds: options.prekeyProfileExpiresAtSeconds ?? expiresAtSeconds,
			sharedPrekey: sharedPrekey.publicKey,
		}),
	);
	return { identity, instanceTag, key, clientProfile, prekeyProfile: { profile: prekeyProfile, sharedPrekey }, random };
}

export function prekeys(owner: Device, count: number, own: OtrPrimitives = primitives): OurPrekey[] {
	return Array.from({ length: count }, () => newPrekeyMessage(own, owner.random, owner.instanceTag));
}

export const serverKey: Ed448KeyPair = primitives.ed448.keyPair(seeded("server key")(57));

export function newServer(options: Partial<PrekeyServerOptions> = {}): PrekeyServer {
	return new PrekeyServer({
		primitives,
		random: seeded("server"),
		identity: SERVER_IDENTITY,
		key: serverKey,
		storage: new MemoryPrekeyStorage(),
		...options,
	});
}

export function newClient(
	owner: Device,
	server: PrekeyServer,
	options: Partial<PrekeyClientOptions> = {},
): PrekeyClient {
	return new PrekeyClient({
		primitives,
		random: owner.random,
		identity: owner.identity,
		key: owner.key,
		clientProfile: owner.clientProfile,
		server: { identity: SERVER_IDENTITY, fingerprint: server.fingerprint },
		mode: "standalone",
		...options,
	});
}

export interface Exchange {
	readonly events: readonly PrekeyClientEvent[];
	readonly refusals: readonly Refusal[];
	readonly answers: readonly PrekeyServerAnswer[];
}

/** Carries texts to and fro until neither side has anything to say. */
export async function exchange(
	client: PrekeyClient,
	server: PrekeyServer,
	from: string,
	started: Result<readonly string[], Refusal>,
	nowMs: number = NOW_MS,
): Promise<Exchange> {
	const events: PrekeyClientEvent[] = [];
	const refusals: Refusal[] = [];
	const answers: PrekeyServerAnswer[] = [];
	let toServer = must(started);
	while (toServer.length > 0) {
		const toClient: string[] = [];
		for (const text of toServer) {
			const answer = await server.receive(from, text, nowMs);
			answers.push(answer);
			toClient.push(...answer.texts);
			if (!answer.outcome.ok) refusals.push(answer.outcome.error);
		}
		const next: string[] = [];
		for (const text of toClient) {
			const received = client.receive(text, nowMs);
			next.push(...received.texts);
			events.push(...received.events);
			if (received.refusal !== undefined) refusals.push(received.refusal);
		}
		toServer = next;
	}
	return { events, refusals, answers };
}

/** What came of a whole request that nothing was refused in. */
export async function run(
	client: PrekeyClient,
	server: PrekeyServer,
	from: string,
	started: Result<readonly string[], Refusal>,
	nowMs: number = NOW_MS,
): Promise<readonly PrekeyClientEvent[]> {
	const { events, refusals } = await exchange(client, server, from, started, nowMs);
	assert.deepEqual(refusals, []);
	return events;
}

/** Publishes both profiles and so many new Prekey Messages. */
export async function publishAll(
	owner: Device,
	server: PrekeyServer,
	count: number,
	nowMs: number = NOW_MS,
): Promise<readonly OurPrekey[]> {
	const client = newClient(owner, server);
	const prekeyMessages = prekeys(owner, count);
	const { clientProfile, prekeyProfile } = owner;
	const started = client.publish({ clientProfile, prekeyProfile, prekeyMessages }, nowMs);
	assert.deepEqual(await run(client, server, owner.identity, started, nowMs), [{ type: "published" }]);
	return prekeyMessages;
}

/** The texts of bytes, as the wire has them. */
export function textOf(bytes: Uint8Array): string {
	return `${base64(bytes)}.`;
}

/** Blame, reason and what it was about: what tests compare refusals by. */
export function gist({ blame, reason, what }: Refusal): string {
	return `${blame} ${reason}: ${what}`;
}

/** The one refusal of an answer. */
export function refusalOf(answer: { readonly outcome: Result<unknown, Refusal> }): string {
	return answer.outcome.ok ? "none" : gist(answer.outcome.error);
}
