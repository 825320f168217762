import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "@clowder/bytes";
import fc from "fast-check";
import type { OurPrekey } from "../../src/dake/non-interactive.ts";
import { MemoryPrekeyStorage, type PrekeyClient } from "../../src/prekey-server/index.ts";
import { ensemblesOf } from "./events.ts";
import { type Device, device, newClient, newServer, NOW_MS, NOW_SECONDS, prekeys, run } from "./support.ts";

const SEED = 20_261_123;

/** What a storage should hold of a device, in the simplest form. */
interface Model {
	clientExpiry: number;
	prekeyExpiry: number;
	identifiers: number[];
}

function fresh(): Model {
	return { clientExpiry: 0, prekeyExpiry: 0, identifiers: [] };
}

/** What a retrieval should bring, and what it leaves. */
function take(models: readonly Model[], now: number): number[] {
	return models.flatMap((model) => {
		if (now >= model.clientExpiry || now >= model.prekeyExpiry) return [];
		return model.identifiers.splice(0, 1);
	});
}

const storageCommand = fc.oneof(
	fc.record({
		type: fc.constant("publish" as const),
		device: fc.nat({ max: 3 }),
		client: fc.option(fc.nat({ max: 20 }), { nil: undefined }),
		prekey: fc.option(fc.nat({ max: 20 }), { nil: undefined }),
		identifiers: fc.uniqueArray(fc.nat({ max: 30 }), { maxLength: 4 }),
	}),
	fc.record({ type: fc.constant("take" as const), identity: fc.nat({ max: 1 }) }),
	fc.record({ type: fc.constant("wait" as const), seconds: fc.nat({ max: 6 }) }),
);

test("a storage in memory does as a list would, and gives no identifier of a device twice", async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(storageCommand, { maxLength: 60 }), async (commands) => {
			const storage = new MemoryPrekeyStorage();
			const models = [0, 1, 2, 3].map(fresh);
			const given = models.map(() => new Set<number>());
			const key = (n: number) => ({ identity: `${n >> 1}`, instanceTag: 0x100 + n, publicKey: `${n}` });
			let now = 0;
			for (const command of commands) {
				if (command.type === "wait") now += command.seconds;
				if (command.type === "publish") {
					const n = command.device;
					const model = models[n] as Model;
					const profile = (lasts: number | undefined) =>
						lasts === undefined ? undefined : { bytes: utf8(`${n}`), expiresAtSeconds: now + lasts };
					const news = command.identifiers.filter((each) => !model.identifiers.includes(each) && !given[n]?.has(each));
					const prekeyMessages = command.identifiers.map((identifier) => ({
						identifier,
						bytes: utf8(`${identifier}`),
					}));
					const [clientProfile, prekeyProfile] = [profile(command.client), profile(command.prekey)];
					const added = await storage.publish({ device: key(n), clientProfile, prekeyProfile, prekeyMessages }, now);
					assert.deepEqual(added, { ok: true, value: news.length });
					model.identifiers.push(...news);
					model.clientExpiry = clientProfile?.expiresAtSeconds ?? model.clientExpiry;
					model.prekeyExpiry = prekeyProfile?.expiresAtSeconds ?? model.prekeyExpiry;
				}
				if (command.type === "take") {
					const { identity } = command;
					const taken = await storage.takeEnsembles({ identity: `${identity}`, requester: "", nowSeconds: now });
					assert.ok(taken.ok);
					const came = taken.value.map((each) => {
						const n = Number(new TextDecoder().decode(each.clientProfile));
						const identifier = Number(new TextDecoder().decode(each.prekeyMessage));
						assert.equal(given[n]?.has(identifier), false, "given once");
						given[n]?.add(identifier);
						return identifier;
					});
					const expected = take(models.slice(2 * identity, 2 * identity + 2), now);
					assert.deepEqual(came.sort(), expected.sort());
				}
				for (const [n, model] of models.entries()) {
					assert.deepEqual(await storage.count(key(n)), { ok: true, value: model.identifiers.length });
				}
			}
		}),
		{ seed: SEED, numRuns: 300 },
	);
});

/** Three devices: two of one person, one of another. Profiles of two kinds of life. */
const SHORT_SECONDS = 50;
const DEVICES = [
	{ identity: "bob@example.org", instanceTag: 0x1000 },
	{ identity: "bob@example.org", instanceTag: 0x1001 },
	{ identity: "alice@example.org", instanceTag: 0x1002 },
];

const command = fc.oneof(
	fc.record({
		type: fc.constant("publish" as const),
		device: fc.nat({ max: 2 }),
		what: fc.constantFrom("client", "prekey", "both", "none"),
		short: fc.boolean(),
		count: fc.nat({ max: 3 }),
	}),
	fc.record({ type: fc.constant("count" as const), device: fc.nat({ max: 2 }) }),
	fc.record({ type: fc.constant("retrieve" as const), device: fc.nat({ max: 2 }), of: fc.nat({ max: 1 }) }),
	fc.record({ type: fc.constant("wait" as const), seconds: fc.nat({ max: 30 }) }),
);

interface Life {
	readonly long: Device;
	readonly short: Device;
}

/** A server with its clients, and beside them what they should hold. */
class Room {
	readonly #server = newServer();
	readonly #lives: readonly Life[];
	readonly #clients: readonly PrekeyClient[];
	readonly #left: readonly OurPrekey[][];
	readonly #models = DEVICES.map(fresh);
	readonly #given = new Set<number>();
	nowMs: number = NOW_MS;

	constructor(lives: readonly Life[], pools: readonly (readonly OurPrekey[])[]) {
		this.#lives = lives;
		this.#clients = lives.map(({ long }) => newClient(long, this.#server));
		this.#left = pools.map((pool) => [...pool]);
	}

	#ask(n: number, start: (client: PrekeyClient) => ReturnType<PrekeyClient["publish"]>) {
		const client = this.#clients[n] as PrekeyClient;
		return run(client, this.#server, DEVICES[n]?.identity ?? "", start(client), this.nowMs);
	}

	async count(n: number): Promise<void> {
		const events = await this.#ask(n, (client) => client.storageInformation(this.nowMs));
		assert.deepEqual(events, [{ type: "stored", count: this.#models[n]?.identifiers.length }]);
	}

	async publish(n: number, what: string, short: boolean, count: number): Promise<void> {
		const [model, life] = [this.#models[n] as Model, this.#lives[n] as Life];
		const owner = short && this.nowMs < NOW_MS + 1000 * SHORT_SECONDS ? life.short : life.long;
		const prekeyMessages = this.#left[n]?.splice(0, count) ?? [];
		const clientProfile = what === "client" || what === "both" ? owner.clientProfile : undefined;
		const prekeyProfile = what === "prekey" || what === "both" ? owner.prekeyProfile : undefined;
		if (clientProfile === undefined && prekeyProfile === undefined && prekeyMessages.length === 0) return;
		const publication = { clientProfile, prekeyProfile, prekeyMessages };
		const events = await this.#ask(n, (client) => client.publish(publication, this.nowMs));
		assert.deepEqual(events, [{ type: "published" }]);
		model.identifiers.push(...prekeyMessages.map(({ message }) => message.identifier));
		model.clientExpiry = clientProfile?.profile.expiresAtSeconds ?? model.clientExpiry;
		model.prekeyExpiry = prekeyProfile?.profile.profile.expiresAtSeconds ?? model.prekeyExpiry;
	}

	async retrieve(n: number, identity: string): Promise<void> {
		const owned = this.#models.filter((_, i) => DEVICES[i]?.identity === identity);
		const expected = take(owned, this.nowMs / 1000);
		const events = await this.#ask(n, (client) => client.retrieve(identity, "4", this.nowMs));
		const ensembles = events[0]?.type === "none" ? [] : ensemblesOf(events);
		const came = ensembles.map(({ prekeyMessage }) => prekeyMessage.message.identifier);
		assert.deepEqual(came.sort(), expected.sort());
		for (const identifier of came) {
			assert.equal(this.#given.has(identifier), false, "given once");
			this.#given.add(identifier);
		}
	}
}

test("clients and a server do as a list would, whatever is asked in whatever order", { timeout: 120_000 }, async () => {
	const lives = DEVICES.map(({ identity, instanceTag }) => {
		const common = { instanceTag, keySeed: `${instanceTag}` };
		const expiresAtSeconds = NOW_SECONDS + SHORT_SECONDS;
		return { long: device(identity, common), short: device(identity, { ...common, expiresAtSeconds }) };
	});
	const pools = lives.map(({ long }) => prekeys(long, 12));
	await fc.assert(
		fc.asyncProperty(fc.array(command, { minLength: 6, maxLength: 14 }), async (commands) => {
			const room = new Room(lives, pools);
			for (const each of commands) {
				if (each.type === "wait") room.nowMs += each.seconds * 1000;
				if (each.type === "count") await room.count(each.device);
				if (each.type === "publish") await room.publish(each.device, each.what, each.short, each.count);
				if (each.type === "retrieve") await room.retrieve(each.device, DEVICES[2 * each.of]?.identity ?? "");
			}
		}),
		{ seed: SEED, numRuns: 8 },
	);
});
