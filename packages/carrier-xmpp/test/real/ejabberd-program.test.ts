/** The program that judges logins by key for ejabberd, against those who try to get in otherwise. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { base64, concat, encode, fromBase64, utf8 } from "@clowder/bytes";
import type { DhPublicKey } from "@clowder/crypto";
import { nodePrimitives } from "@clowder/crypto/node";
import {
	accountName,
	keyPassword,
	type KeyPassword,
	type LoginHost,
	loginHost,
	throwawayLoginKey,
} from "@clowder/login";
import { ejabberdMissing } from "@clowder/servers";
import { random } from "../harness.ts";
import { Program } from "./key-program.ts";

const PREFIX = "kp1.";
/** After key, window and nonce. */
const PROOF = { at: 80, bytes: 64 };

function hostOf(domain: string): LoginHost {
	const host = loginHost(domain);
	assert.ok(host.ok);
	return host.value;
}

/** What someone with a key of their own would log in with. */
function made(published: string, domain = "localhost"): KeyPassword {
	const key = throwawayLoginKey(nodePrimitives, random(32));
	const password = keyPassword(nodePrimitives, { key, host: hostOf(domain), published }, random(32));
	assert.ok(password.ok, JSON.stringify(password));
	return password.value;
}

function bytesOf(password: string): Uint8Array {
	const bytes = fromBase64(password.slice(PREFIX.length));
	assert.ok(bytes.ok);
	return bytes.value;
}

/** A request with a key of any bytes, and the proof that follows from a shared secret. */
function forged(published: string, key: Uint8Array, shared: Uint8Array): string {
	const e = fromBase64(/e=(.*)\n/.exec(published)?.[1] ?? "");
	assert.ok(e.ok);
	// No such key can be made: its name is that of the bytes.
	const account = accountName(nodePrimitives, { bytes: key } as unknown as DhPublicKey);
	const nonce = random(32);
	const macKey = nodePrimitives.hmacSha512(utf8("CLOWDER-DH-PASSWORD-1 key"), shared);
	const covered = encode((w) => {
		for (const text of ["CLOWDER-DH-PASSWORD-1 client", "localhost", account]) w.variable(utf8(text));
		for (const bytes of [e.value, key, nonce]) w.variable(bytes);
	});
	const id = bytesOf(made(published).password).subarray(32, 48);
	const password = PREFIX + base64(concat(key, id, nonce, nodePrimitives.hmacSha512(macKey, covered)));
	return requestOf({ account, password });
}

const requestOf = ({ account, password }: KeyPassword, host = "localhost"): string =>
	`auth:${account}:${host}:${password}`;

describe("the program for ejabberd", { skip: ejabberdMissing() ?? false }, () => {
	let program: Program;
	let published: string;
	before(async () => {
		program = await Program.start();
		published = await program.published();
	});
	after(() => program.stop());

	test("KEYPASS-1, KEYPASS-4: a password logs in once, and never again", async () => {
		const right = made(published);
		assert.equal(await program.ask(requestOf(right)), true);
		assert.equal(await program.ask(requestOf(right)), false);
		assert.equal(await program.ask(requestOf(made(published))), true);
	});

	test("KEYPASS-1: nobody gets in under another name, on another host, or with a password for one", async () => {
		const [mine, theirs] = [made(published), made(published)];
		assert.equal(await program.ask(requestOf({ ...mine, account: theirs.account })), false);
		assert.equal(await program.ask(`auth:admin:localhost:${mine.password}`), false);
		assert.equal(await program.ask(requestOf(mine, "example.org")), false);
		assert.equal(await program.ask(requestOf(made(published, "example.org"))), false);
		assert.equal(await program.ask(requestOf(mine)), true, "none of that has spent it");
	});

	test("KEYPASS-1: whatever byte of a password is changed, it is none", async () => {
		const right = made(published);
		for (let at = 0; at < PROOF.at + PROOF.bytes; at++) {
			const bytes = bytesOf(right.password);
			bytes[at] = (bytes[at] as number) ^ 1;
			assert.equal(await program.ask(requestOf({ ...right, password: PREFIX + base64(bytes) })), false, `byte ${at}`);
		}
		assert.equal(await program.ask(requestOf(right)), true);
	});

	test("KEYPASS-1: without the proof, or with another's, there is no login", async () => {
		const [right, other] = [made(published), made(published)];
		const without = bytesOf(right.password);
		without.fill(0, PROOF.at);
		const swapped = bytesOf(right.password);
		swapped.set(bytesOf(other.password).subarray(PROOF.at), PROOF.at);
		for (const bytes of [without, swapped, without.subarray(0, PROOF.at)]) {
			assert.equal(await program.ask(requestOf({ ...right, password: PREFIX + base64(bytes) })), false);
		}
	});

	test("KEYPASS-1: what is not exactly a password is none, and ends nothing", async () => {
		const right = made(published);
		const { account, password } = right;
		const odd = [
			"",
			"x",
			":::",
			password.slice(1),
			`${password}\n`,
			` ${password}`,
			`${password}A`,
			password.slice(0, -4),
		];
		for (const text of odd) assert.equal(await program.ask(`auth:${account}:localhost:${text}`), false, text);
		for (const text of ["", "auth", "auth:", "auth:a", "auth:a:b", "isuser", "isuser:a", "\u0000", "quit:a:b:c"]) {
			assert.equal(await program.ask(text), false, text);
		}
		assert.equal(await program.ask(requestOf(right)), true);
	});

	test("KEYPASS-5: keys of low order, of another encoding, and the program's own are refused", async () => {
		const own = fromBase64(/e=(.*)\n/.exec(published)?.[1] ?? "");
		assert.ok(own.ok && own.value.length === 32);
		const [zero, one] = [new Uint8Array(32), new Uint8Array(32)];
		one[0] = 1;
		const nothing = new Uint8Array(32);
		// With a key of low order anyone knows the shared secret: the proof is right.
		for (const key of [zero, one]) assert.equal(await program.ask(forged(published, key, nothing)), false);
		// The same key with a bit that X25519 does not look at would be another account of the same person's.
		const mine = throwawayLoginKey(nodePrimitives, random(32));
		const window = nodePrimitives.parseDhPublicKey(own.value);
		assert.ok(window.ok);
		const shared = nodePrimitives.dh(mine, window.value);
		assert.ok(shared.ok);
		const twin = mine.publicKey.bytes.slice();
		twin[31] = (twin[31] as number) | 0x80;
		assert.equal(await program.ask(forged(published, twin, shared.value)), false);
		assert.equal(await program.ask(forged(published, own.value, nothing)), false);
		assert.equal(
			await program.ask(forged(published, mine.publicKey.bytes, shared.value)),
			true,
			"as the others were made",
		);
	});

	test("KEYPASS-6: nothing sets a password or makes an account; who has logged in exists, until removed", async () => {
		const someone = made(published);
		const { account } = someone;
		assert.equal(await program.ask(`tryregister:${account}:localhost:secret`), false);
		assert.equal(await program.ask(`setpass:${account}:localhost:secret`), false);
		assert.equal(await program.ask(`auth:${account}:localhost:secret`), false);
		assert.equal(await program.ask(`isuser:${account}:localhost`), false);
		assert.equal(await program.ask(requestOf(someone)), true);
		assert.equal(await program.ask(`isuser:${account}:localhost`), true);
		assert.equal(await program.ask(`isuser:${account}:example.org`), false);
		assert.equal(await program.ask(`removeuser:${account}:localhost`), true);
		assert.equal(await program.ask(`isuser:${account}:localhost`), false);
		assert.equal(await program.ask(requestOf(someone)), false, "its password is spent nevertheless");
	});

	test("KEYPASS-2: one whole line is published, and nothing else is left in the directory", async () => {
		assert.match(published, /^CLOWDER-DH-PASSWORD-1 e=[A-Za-z0-9+/]{43}=\n$/);
		assert.deepEqual(await readdir(program.directory), ["localhost"]);
	});
});

describe("the windows of the program for ejabberd", { skip: ejabberdMissing() ?? false }, () => {
	test("KEYPASS-3: a password outlives its window by one more, and no longer", async () => {
		const program = await Program.start(2);
		const first = await program.published();
		const [now, later, tooLate] = [made(first), made(first), made(first)];
		assert.equal(await program.ask(requestOf(now)), true);
		const second = await nextWindow(program, first);
		// On a machine that stood still meanwhile this window can be over as well; then there is nothing to be seen here.
		const isAccepted = await program.ask(requestOf(later));
		if ((await program.published()) === second) assert.equal(isAccepted, true);
		await nextWindow(program, second);
		assert.equal(await program.ask(requestOf(tooLate)), false);
		assert.equal(await program.ask(requestOf(now)), false);
		await program.stop();
	});

	test("KEYPASS-3: a program that was started anew takes nothing that was made for the former one", async () => {
		const former = await Program.start();
		const password = made(await former.published());
		assert.equal(await former.ask(requestOf(password)), true);
		const unused = made(await former.published());
		await former.stop();
		const program = await Program.start();
		assert.equal(await program.ask(requestOf(password)), false);
		assert.equal(await program.ask(requestOf(unused)), false);
		await program.stop();
	});

	async function nextWindow(program: Program, last: string): Promise<string> {
		const end = Date.now() + 60_000;
		for (;;) {
			const published = await program.published();
			if (published !== last) return published;
			assert.ok(Date.now() < end, "waited in vain for another window");
			// Answers take their turns with the windows.
			await program.ask("isuser:nobody:localhost");
		}
	}
});
