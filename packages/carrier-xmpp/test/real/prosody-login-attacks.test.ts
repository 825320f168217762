import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { type Prosody, prosodyMissing, startProsody } from "@clowder/servers";
import { MECHANISM } from "@clowder/login";
import fc from "fast-check";
import { withModule } from "./prosody-module.ts";
import {
	type Beliefs,
	bind,
	challenged,
	forged,
	hello,
	keyOf,
	logIn,
	nameOf,
	offered,
	say,
	verdict,
} from "./raw-login.ts";
import { openTcp, type RawStream } from "./raw-streams.ts";

const SASL = "urn:ietf:params:xml:ns:xmpp-sasl";
const SEED = 20;
const RUNS = 120;
const NO_LIMITS = "clowder_login_failures_per_minute = 100000\nclowder_login_firsts_per_minute = 100000";

function register(username: string): string {
	const fields = `<username>${username}</username><password>a password</password>`;
	return `<iq type='set' id='r' xmlns='jabber:client'><query xmlns='jabber:iq:register'>${fields}</query></iq>`;
}

describe("attacks on logins by key, Prosody", { skip: prosodyMissing() ?? false }, () => {
	let server: Prosody;
	const streams: RawStream[] = [];

	before(async () => {
		server = await startProsody(withModule([], NO_LIMITS));
	});
	beforeEach(() => {
		for (const stream of streams.splice(0)) stream.close();
	});
	after(async () => {
		for (const stream of streams) stream.close();
		assert.equal(server.complaints(), "");
		await server.stop();
	});

	async function open(to: Prosody = server): Promise<RawStream> {
		const stream = await openTcp(to.tcpPort);
		streams.push(stream);
		return stream;
	}

	test("LOGIN-10: a response serves once: not again, not on another stream, not for another challenge", async () => {
		const key = keyOf("ana");
		const first = await open();
		const given = hello(key, await offered(first));
		const [answer] = await challenged(first, given);
		const second = await open();
		await offered(second);
		// The same first message gets another challenge.
		await say(second, "auth", given.message);
		assert.equal((await verdict(second))[0], "challenge");
		await say(second, "response", answer.message);
		assert.deepEqual(await verdict(second), ["failure", "not-authorized"]);
		await say(second, "response", answer.message);
		assert.deepEqual(await verdict(second), ["failure", "not-authorized"]);
		await say(
			first,
			"response",
			answer.message.replace(/p=./, (found) => (found === "p=A" ? "p=B" : "p=A")),
		);
		assert.deepEqual(await verdict(first), ["failure", "not-authorized"]);
		await say(first, "response", answer.message);
		assert.deepEqual(await verdict(first), ["failure", "not-authorized"]);
		// And the stream is still good for an honest try.
		const [again] = await challenged(first, hello(key, mechanisms));
		await say(first, "response", again.message);
		assert.equal((await verdict(first))[0], "success");
	});

	/** As Prosody offers them without TLS. */
	const mechanisms: readonly string[] = [MECHANISM, "SCRAM-SHA-1"];
	const beliefs: readonly (readonly [what: string, beliefs: Beliefs])[] = [
		["LOGIN-2: a proof that was meant for another host", { host: "elsewhere.example" }],
		["LOGIN-5: an offer with a mechanism taken out on the way", { mechanisms: [MECHANISM] }],
		["LOGIN-5: an offer with a mechanism put in on the way", { mechanisms: [...mechanisms, "ANONYMOUS"] }],
	];
	for (const [what, believed] of beliefs) {
		test(`${what} is refused`, async () => {
			assert.equal(await logIn(await open(), keyOf("ana"), believed), "not-authorized");
		});
	}

	test("LOGIN-5: a challenge changed on the way, and another's key under a proof, are refused", async () => {
		const stream = await open();
		const given = hello(keyOf("ana"), await offered(stream));
		await say(stream, "auth", given.message);
		const [, challenge] = await verdict(stream);
		const changed = given.answer(challenge.replace(",b=none", ",b=tls-exporter"));
		assert.ok(changed.ok);
		await say(stream, "response", changed.value.message);
		assert.deepEqual(await verdict(stream), ["failure", "not-authorized"]);
		const [answer] = await challenged(stream, given);
		const bens = Buffer.from(keyOf("ben").publicKey.bytes).toString("base64");
		await say(stream, "response", answer.message.replace(/k=[^,]*/, `k=${bens}`));
		assert.deepEqual(await verdict(stream), ["failure", "not-authorized"]);
	});

	test("LOGIN-7: keys of low order and of another encoding are refused though the proof is right, and so is the server's own", async () => {
		const stream = await open();
		const list = await offered(stream);
		const given = hello(keyOf("ana"), list);
		const bytes = (first: number, rest: number, last: number): Buffer =>
			Buffer.concat([Buffer.from([first]), Buffer.alloc(30, rest), Buffer.from([last])]);
		/** With u = 9 the secret that both have is the server's own public key. */
		const tries: readonly (readonly [what: string, key: Buffer, shared: "zero" | "own", verdict: string])[] = [
			["u = 0", bytes(0, 0, 0), "zero", "not-authorized"],
			["u = 1", bytes(1, 0, 0), "zero", "not-authorized"],
			["u = p", bytes(0xed, 0xff, 0x7f), "zero", "not-authorized"],
			["u = 9 with the top bit set", bytes(9, 0, 0x80), "own", "not-authorized"],
			["u = 9 + p", bytes(0xf6, 0xff, 0x7f), "own", "not-authorized"],
			["u = 9", bytes(9, 0, 0), "own", "success"],
		];
		for (const [what, key, shared, expected] of tries) {
			const [answer, challenge] = await challenged(stream, given);
			const own = Buffer.from(/e=([^,]*)/.exec(challenge)?.[1] as string, "base64");
			await say(stream, "response", answer.message.replace(/k=[^,]*/, `k=${own.toString("base64")}`));
			assert.deepEqual(await verdict(stream), ["failure", "not-authorized"]);
			const seen = { first: given.message, challenge: (await challenged(stream, given))[1], mechanisms: list };
			const e = Buffer.from(/e=([^,]*)/.exec(seen.challenge)?.[1] as string, "base64");
			await say(stream, "response", forged(shared === "zero" ? Buffer.alloc(32) : e, key, seen));
			const [kind, text] = await verdict(stream);
			assert.equal(kind === "success" ? kind : text, expected, what);
		}
	});

	test("LOGIN-4: whatever is sent gets a condition of SASL's, and the stream goes on", async () => {
		const stream = await open();
		const list = await offered(stream);
		const given = hello(keyOf("ana"), list);
		const spoiled = (text: string): fc.Arbitrary<string> =>
			fc.oneof(
				fc
					.tuple(fc.nat(text.length - 1), fc.string({ unit: "binary-ascii", maxLength: 3 }))
					.map(([at, put]) => text.slice(0, at) + put + text.slice(at + 1)),
				fc.nat(text.length).map((end) => text.slice(0, end)),
				fc.string({ unit: "binary-ascii", maxLength: 400 }),
				fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
				fc.constant(`${text}\n`),
				fc.constant(text.replace("=", "==")),
			);
		const conditions = new Set<string>();
		await fc.assert(
			fc.asyncProperty(
				spoiled(given.message),
				fc.boolean(),
				fc.infiniteStream(fc.nat()),
				async (first, isFirst, pick) => {
					if (isFirst) {
						if (first === given.message) return;
						await say(stream, "auth", first);
					} else {
						const [answer] = await challenged(stream, given);
						const at = (pick.next().value as number) % answer.message.length;
						const last = answer.message.slice(0, at) + (first[0] ?? "") + answer.message.slice(at + 1);
						if (last === answer.message) return;
						await say(stream, "response", last);
					}
					const [kind, text] = await verdict(stream);
					// Another nonce of the same form is as good.
					if (isFirst && kind === "challenge") return;
					assert.equal(kind, "failure", text);
					conditions.add(text);
				},
			),
			{ seed: SEED, numRuns: RUNS },
		);
		assert.deepEqual([...conditions].sort(), ["malformed-request", "not-authorized"]);
		for (const [frame, condition] of [
			[`<auth xmlns='${SASL}' mechanism='${MECHANISM}'/>`, "malformed-request"],
			[`<auth xmlns='${SASL}' mechanism='${MECHANISM}'>=</auth>`, "malformed-request"],
			[`<auth xmlns='${SASL}' mechanism='${MECHANISM}'>*</auth>`, "incorrect-encoding"],
			[`<auth xmlns='${SASL}' mechanism='${MECHANISM}-PLUS'>eA==</auth>`, "invalid-mechanism"],
			[`<response xmlns='${SASL}'/>`, "not-authorized"],
			[`<abort xmlns='${SASL}'/>`, "aborted"],
		] as const) {
			await stream.say(frame);
			assert.deepEqual(await verdict(stream), ["failure", condition], frame);
		}
		const [answer] = await challenged(stream, given);
		await say(stream, "response", answer.message);
		assert.equal((await verdict(stream))[0], "success");
	});

	test("LOGIN-9: nobody registers a key's name, gives it a password or gets in with one", async () => {
		const key = keyOf("cat");
		const name = nameOf(key);
		const other = await open();
		await offered(other);
		await other.say(register(name));
		await other.hear(/<not-acceptable/);
		const own = await open();
		assert.equal(await logIn(own, key), "success");
		assert.equal(await bind(own), name);
		for (const to of ["", ` to='localhost'`, ` to='${name}@localhost'`]) {
			await own.say(register(name).replace("<iq", `<iq${to}`));
			await own.hear(/<not-allowed/);
		}
		// What only looks like a removal is none.
		await own.say(register(name).replace("</query>", "<remove/></query>"));
		await own.hear(/<not-allowed/);
		const first = Buffer.from(`n,,n=${name},r=abcdefghijkl`).toString("base64");
		await other.say(`<auth xmlns='${SASL}' mechanism='SCRAM-SHA-1'>${first}</auth>`);
		const [kind, challenge] = await verdict(other);
		assert.equal(kind, "challenge", challenge);
		const final = `c=biws,${/r=[^,]*/.exec(challenge)?.[0]},p=${Buffer.alloc(20).toString("base64")}`;
		await other.say(`<response xmlns='${SASL}'>${Buffer.from(final).toString("base64")}</response>`);
		assert.deepEqual(await verdict(other), ["failure", "not-authorized"]);
		await own.say(
			"<iq type='set' id='x' xmlns='jabber:client'><query xmlns='jabber:iq:register'><remove/></query></iq>",
		);
		await own.hear(/<iq[^>]*type='result'/);
	});

	test("LOGIN-10: what one address may fail at in a minute is limited, abandoned logins among it", async () => {
		const strict = await startProsody(withModule([], "clowder_login_failures_per_minute = 3"));
		const key = keyOf("dan");
		for (let i = 0; i < 5; i++) assert.equal(await logIn(await open(strict), key), "success", "successes do not count");
		const stream = await open(strict);
		const given = hello(key, await offered(stream));
		for (let i = 0; i < 3; i++) await challenged(stream, given);
		await say(stream, "auth", given.message);
		assert.deepEqual(await verdict(stream), ["failure", "temporary-auth-failure"]);
		assert.equal(strict.complaints(), "");
		await strict.stop();
	});

	for (const [whose, limit] of [
		["the module's", "clowder_login_firsts_per_minute = 1"],
		[
			"the host's, of registrations",
			"registration_throttle_max = 1\nregistration_throttle_period = 60\nregistration_allowlist = {}",
		],
	] as const) {
		test(`LOGIN-10: first logins are limited by ${whose}, later ones not`, async () => {
			const strict = await startProsody(withModule([], limit));
			assert.equal(await logIn(await open(strict), keyOf("eve")), "success");
			assert.equal(await logIn(await open(strict), keyOf("fay")), "temporary-auth-failure");
			assert.equal(await logIn(await open(strict), keyOf("eve")), "success");
			assert.equal(strict.complaints(), "");
			await strict.stop();
		});
	}
});
