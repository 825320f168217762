import assert from "node:assert/strict";
import { type AddressInfo, connect, createServer as createPlainServer } from "node:net";
import { test } from "node:test";
import { createServer } from "node:tls";
import { Line } from "@clowder/servers";
import type { Carrier } from "@clowder/carrier";
import { channelOf, parseService } from "../src/address.ts";
import { CERTIFICATE, KEY } from "./certificate.ts";
import { FakeIrcd, type FakeOptions } from "./fake-ircd.ts";
import { carrierTo, freshRoom, hash, QUICK_TIMING, until, Visitor } from "./harness.ts";

async function withIrcd(options: FakeOptions, body: (ircd: FakeIrcd) => Promise<void>): Promise<void> {
	const ircd = await FakeIrcd.start(options);
	try {
		await body(ircd);
	} finally {
		await ircd.stop();
	}
}

test("IRC-1: ircs: anywhere, irc: to this machine, unless plaintext is allowed by name", async () => {
	const parse = (service: string, allow = false): unknown => {
		const parsed = parseService(service, allow);
		return parsed.ok ? parsed.value : parsed.error.kind;
	};
	assert.deepEqual(parse("ircs://irc.example"), { host: "irc.example", port: 6697, isTls: true });
	assert.deepEqual(parse("irc://[::1]"), { host: "::1", port: 6667, isTls: false });
	assert.deepEqual(parse("irc://127.0.0.1:7000"), { host: "127.0.0.1", port: 7000, isTls: false });
	assert.equal(parse("irc://irc.example"), "usage");
	assert.deepEqual(parse("irc://irc.example", true), { host: "irc.example", port: 6667, isTls: false });
	for (const bad of ["", "irc.example", "https://irc.example", "irc://", "ircs://"]) assert.equal(parse(bad), "usage");
	const refused = await carrierTo(1, { service: "irc://irc.example" }).enter({
		room: freshRoom(),
		onEvent: () => assert.fail("no event expected"),
	});
	assert.ok(!refused.ok && refused.error.kind === "usage");
});

test("IRC-1: a server whose certificate nobody vouches for is not talked to", () =>
	withIrcd({}, async (ircd) => {
		const tls = createServer({ cert: CERTIFICATE, key: KEY }, (near) => {
			const far = connect(ircd.port, "127.0.0.1");
			near.on("error", () => {}).on("close", () => far.destroy());
			far.on("close", () => near.destroy());
			near.pipe(far).pipe(near);
		});
		await new Promise<void>((resolve) => tls.listen(0, "127.0.0.1", resolve));
		const { port } = tls.address() as AddressInfo;
		const enter = (service: string, ca?: string): ReturnType<Carrier["enter"]> =>
			carrierTo(0, { service, ...(ca === undefined ? {} : { ca }) }).enter({ room: freshRoom(), onEvent: () => {} });
		for (const host of ["localhost", "127.0.0.1"]) {
			const refused = await enter(`ircs://${host}:${port}`);
			assert.ok(!refused.ok && refused.error.kind === "unreachable");
			assert.match(refused.error.detail, /self-signed/);
			const entered = await enter(`ircs://${host}:${port}`, CERTIFICATE);
			assert.ok(entered.ok, JSON.stringify(entered));
			await entered.value.leave();
		}
		await new Promise((resolve) => tls.close(resolve));
	}));

test("IRC-2: a room's channel is the same for all, another for each, and tells no name", () => {
	const [a, b] = [freshRoom(), freshRoom()];
	assert.equal(channelOf(a, hash), channelOf(a, hash));
	assert.notEqual(channelOf(a, hash), channelOf(b, hash));
	assert.match(channelOf(a, hash), /^#[0-9a-f]{32}$/);
});

test("IRC-3: a server of short nicks, of which some are taken, is entered all the same", () =>
	withIrcd({ nickLength: 9, nicksTaken: 3 }, async (ircd) => {
		const a = await Visitor.enter(carrierTo(ircd.port), freshRoom());
		assert.match(a.self, /^[a-z][a-z0-9]{8}$/);
		await a.place.leave();
	}));

test("IRC-9: a lost line is made again, under a new handle", () =>
	withIrcd({}, async (ircd) => {
		const room = freshRoom();
		const line = await Line.to(ircd.port);
		const a = await Visitor.enter(carrierTo(ircd.port), room);
		const b = await Visitor.enter(carrierTo(line.port), room);
		const first = b.self;
		await a.sees("joined");
		line.cut();
		await b.sees("interrupted");
		assert.ok(b.place.send("into the void").ok);
		line.mend();
		await b.sees("entered", 2);
		assert.notEqual(b.self, first);
		assert.equal(b.place.backlog, 0);
		b.say("back");
		await a.hears("back");
		assert.deepEqual(a.texts(), ["back"]);
		await a.place.leave();
		await b.place.leave();
		assert.deepEqual(b.events.at(-1), { type: "closed", reason: undefined });
		await line.close();
	}));

test("IRC-9: a dead line is noticed, and after so many tries in vain the place is closed", () =>
	withIrcd({ echo: true }, async (ircd) => {
		const line = await Line.to(ircd.port);
		const timing = { ...QUICK_TIMING, pingEveryMs: 20, pingTimeoutMs: 50, reconnectTries: 3, enterMs: 200 };
		const a = await Visitor.enter(carrierTo(line.port, { timing, order: "server" }), freshRoom());
		line.hold();
		await line.close();
		await a.sees("closed");
		const last = a.events.at(-1);
		assert.ok(last?.type === "closed" && last.reason?.kind === "unreachable", JSON.stringify(last));
		assert.ok(a.types().includes("interrupted"));
		assert.equal(a.place.send("too late").ok, false);
	}));

test("IRC-7: a server that asks and does not listen is given up before the answers fill the memory", async () => {
	const lines = Buffer.from(`PING :${"x".repeat(100)}\r\n`.repeat(1000));
	const server = createPlainServer((socket) => {
		socket.on("error", () => {}).pause();
		const ask = (): void => {
			while (!socket.destroyed && socket.write(lines));
		};
		socket.on("drain", ask);
		ask();
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	const timing = { ...QUICK_TIMING, enterMs: 20_000 };
	const entered = await carrierTo(port, { timing }).enter({ room: freshRoom(), onEvent: () => {} });
	assert.ok(!entered.ok && entered.error.kind === "unreachable");
	assert.match(entered.error.detail, /does not take/);
	await new Promise((resolve) => server.close(resolve));
});

test("IRC-9: who is kicked is told so, and does not come back; leaving meanwhile ends the tries", () =>
	withIrcd({}, async (ircd) => {
		const room = freshRoom();
		const a = await Visitor.enter(carrierTo(ircd.port), room);
		ircd.say(a.self, `:op!u@h KICK ${channelOf(room, hash)} ${a.self} :out`);
		await a.sees("closed");
		const last = a.events.at(-1);
		assert.ok(last?.type === "closed" && last.reason?.kind === "refused" && last.reason.condition === "kicked");
		await until("nobody there", () => ircd.clients.length === 0);
		const line = await Line.to(ircd.port);
		const b = await Visitor.enter(carrierTo(line.port), room);
		line.cut();
		await b.sees("interrupted");
		await b.place.leave();
		await b.sees("closed");
		await line.close();
	}));

test("IRC-9: a channel that lets nobody in, and a server without an echo, are told by their words", async () => {
	const condition = async (options: FakeOptions, order: "server" | "sequence"): Promise<string> => {
		let word = "";
		await withIrcd(options, async (ircd) => {
			const carrier = carrierTo(ircd.port, { order });
			const entered = await carrier.enter({ room: freshRoom(), onEvent: () => assert.fail("no event expected") });
			assert.ok(!entered.ok && entered.error.kind === "refused", JSON.stringify(entered));
			word = entered.error.condition;
			await until("nobody there", () => ircd.clients.length === 0);
		});
		return word;
	};
	assert.equal(await condition({ joinAnswer: "474" }, "sequence"), "banned");
	assert.equal(await condition({}, "server"), "echo-message");
});

test("IRC-10: a netsplit heals: all are in one sequence again, and hear each other", () =>
	withIrcd({}, async (ircd) => {
		const room = freshRoom();
		const all: Visitor[] = [];
		for (let i = 0; i < 3; i++) all.push(await Visitor.enter(carrierTo(ircd.port), room));
		const [a, b, c] = all as [Visitor, Visitor, Visitor];
		await a.sees("joined", 2);
		const apart = c.self;
		ircd.split([apart]);
		for (const who of [a, b]) await until("the split", () => left(who).includes(apart));
		await until("the split", () => left(c).length === 2);
		c.say("alone");
		a.say("together");
		await c.hears("alone");
		await b.hears("together");
		ircd.heal();
		// Sequences that meet notice it at the next text.
		a.say("whole again");
		// The lesser side enters anew.
		await c.sees("entered", 2);
		c.say("back again");
		for (const who of all) await who.hears("back again");
		assert.deepEqual(a.texts(), b.texts());
		for (const who of all) await who.place.leave();
	}));

function left(who: Visitor): readonly string[] {
	return who.events.flatMap((event) => (event.type === "left" ? [event.handle] : []));
}
