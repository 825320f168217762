import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { it, type TestContext } from "node:test";
import { trustedProxies } from "../src/client-address.ts";
import { PAGE_CONNECTIONS_PER_ADDRESS_MAX } from "../src/limits.ts";
import { PageConnections } from "../src/page-connections.ts";

interface Door {
	readonly connections: PageConnections;
	/** How often someone was turned away. */
	readonly refused: () => number;
	readonly upgrades: () => number;
	/** Someone who connects, and says what is given. */
	readonly enter: (text?: string) => Promise<Socket>;
}

/** A server with patience without end, so that those who say nothing stay. */
async function open(t: TestContext, proxies: readonly string[]): Promise<Door> {
	let refused = 0;
	const list = trustedProxies(proxies);
	assert.ok(list !== undefined);
	const connections = new PageConnections(list, () => (refused += 1));
	const http = createServer();
	http.headersTimeout = 0;
	http.requestTimeout = 0;
	connections.watch(http);
	let upgrades = 0;
	http.on("upgrade", (request) => {
		connections.upgraded(request);
		upgrades += 1;
	});
	await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
	const { port } = http.address() as AddressInfo;
	t.after(() => {
		connections.destroyAll();
		http.close();
	});
	const enter = async (text?: string): Promise<Socket> => {
		const socket = connect({ port, host: "127.0.0.1" });
		await once(socket, "connect");
		socket.on("error", () => {});
		if (text !== undefined) socket.write(text);
		return socket;
	};
	return { connections, refused: () => refused, upgrades: () => upgrades, enter };
}

async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await new Promise(setImmediate);
}

it("HOST-8: one address has so many connections, WebSockets not counted, and room again when one goes", async (t) => {
	const { connections, refused, upgrades, enter } = await open(t, []);
	const upgrade = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
	for (let i = 0; i < 3; i++) await enter(upgrade);
	await until(() => upgrades() === 3);
	const idlers: Socket[] = [];
	while (idlers.length < PAGE_CONNECTIONS_PER_ADDRESS_MAX - 3) idlers.push(await enter());
	await until(() => connections.count === PAGE_CONNECTIONS_PER_ADDRESS_MAX);
	for (let i = 0; i < 3; i++) await enter();
	await until(() => connections.count === PAGE_CONNECTIONS_PER_ADDRESS_MAX + 3);
	assert.equal(refused(), 0);
	const tooMany = await enter();
	await new Promise((resolve) => tooMany.once("close", resolve));
	assert.equal(refused(), 1);
	idlers[0]?.destroy();
	await until(() => connections.count === PAGE_CONNECTIONS_PER_ADDRESS_MAX + 2);
	await enter();
	await until(() => connections.count === PAGE_CONNECTIONS_PER_ADDRESS_MAX + 3);
	assert.equal(refused(), 1);
});

it("HOST-8: a listed proxy speaks for many", async (t) => {
	const { connections, refused, enter } = await open(t, ["127.0.0.1"]);
	for (let i = 0; i <= PAGE_CONNECTIONS_PER_ADDRESS_MAX; i++) await enter();
	await until(() => connections.count === PAGE_CONNECTIONS_PER_ADDRESS_MAX + 1);
	assert.equal(refused(), 0);
});
