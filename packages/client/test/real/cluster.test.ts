import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { xmppCarrier } from "@clowder/carrier-xmpp";
import { type Cluster, clusterMissing, type ClusterNode, startCluster } from "@clowder/servers";
import { checkTranscripts, freshRoom, Guest, random, together, until } from "./guest.ts";

const TIMING = {
	pingEveryMs: 1_000,
	pingTimeoutMs: 5_000,
	reconnectLeastMs: 20,
	reconnectMostMs: 500,
	reconnectTries: 1000,
};

/** What is said in the midst of things before something happens, and how fast. */
const SPOKEN_BEFORE_COUNT = 20;
const TALK_EVERY_MS = 40;

/** Everyone in turn says something. */
class Talk {
	readonly #guests: readonly Guest[];
	#spoken = 0;

	constructor(guests: readonly Guest[]) {
		this.#guests = guests;
	}

	/** The next one speaks, if that is possible at the moment; gives how much was said. */
	goOn(): number {
		const speaker = this.#guests[this.#spoken % this.#guests.length] as Guest;
		speaker.say(`${speaker.name}, ${this.#spoken}`);
		return ++this.#spoken;
	}
}

describe("DEPLOY-2, DEPLOY-3: the group protocol on a cluster of two nodes, ejabberd", {
	skip: clusterMissing() ?? false,
}, () => {
	let cluster: Cluster;

	before(async () => {
		cluster = await startCluster();
	});
	after(() => cluster.stop());

	/** Two people on each node in one session; the room is made on the first of the nodes. */
	async function party(home: ClusterNode, other: ClusterNode): Promise<readonly [Guest, Guest, Guest, Guest]> {
		const room = freshRoom();
		const guest = (name: string, ...nodes: readonly [ClusterNode, ClusterNode]): Guest => {
			const service = [nodes[0].webSocket, nodes[1].webSocket] as const;
			return new Guest(name, room, xmppCarrier({ service, domain: cluster.domain, random, timing: TIMING }));
		};
		const guests: Guest[] = [];
		for (const name of ["Ana", "Bo", "Cleo", "Dan"]) {
			guests.push(guests.length % 2 === 0 ? guest(name, home, other) : guest(name, other, home));
			await together(`${name} is in`, guests);
		}
		return guests as unknown as [Guest, Guest, Guest, Guest];
	}

	/** They talk, a node is stopped while they do, they come back, and talk on. */
	async function survive(
		guests: readonly [Guest, Guest, Guest, Guest],
		stop: () => Promise<void>,
		moved: readonly Guest[],
	): Promise<void> {
		for (const guest of guests) guest.say(`${guest.name} is here`);
		const greetings = guests.map(({ name }) => `${name} is here`);
		const haveAll = (texts: readonly string[]) => () =>
			guests.every((guest) => texts.every((text) => guest.texts().includes(text)));
		await until("all greetings", haveAll(greetings), guests);
		const talk = new Talk(guests);
		await until("some talk", () => talk.goOn() > SPOKEN_BEFORE_COUNT, guests, TALK_EVERY_MS);
		let isDown = false;
		const stopped = stop().then(() => {
			isDown = true;
		});
		await until("the node is down", () => talk.goOn() > 0 && isDown, guests, TALK_EVERY_MS);
		await stopped;
		const isBack = (guest: Guest): boolean => guest.lines().includes("reconnected");
		await until("those who were on it are back", () => moved.every(isBack), guests);
		await together("all are back", guests);
		for (const guest of guests) guest.say(`${guest.name} goes on`);
		await until("all for all", haveAll(guests.map(({ name }) => `${name} goes on`)), guests);
		checkTranscripts(guests);
		await Promise.all(guests.map((guest) => guest.leave()));
	}

	/** Starts a node again and waits until it is one of the cluster. */
	async function returns(node: ClusterNode): Promise<void> {
		await node.start();
		for (const one of cluster.nodes) assert.equal((await one.running()).length, 2);
	}

	test("the node on which the room is is stopped: all come back on the other, in a new room of the same name", async () => {
		const [one, two] = cluster.nodes;
		const guests = await party(one, two);
		await survive(guests, () => one.stop(), guests);
		await returns(one);
	});

	test("the node on which the room is is killed: those on the other find out and come back, too", async () => {
		const [one, two] = cluster.nodes;
		const guests = await party(two, one);
		await survive(guests, () => two.kill(), guests);
		await returns(two);
	});

	test("the other node is killed: the room goes on for those who are left, and its people come back to it", async () => {
		const [one, two] = cluster.nodes;
		const guests = await party(one, two);
		await survive(guests, () => two.kill(), [guests[1], guests[3]]);
		for (const guest of [guests[0], guests[2]]) assert.ok(!guest.lines().includes("reconnected"));
	});
});
