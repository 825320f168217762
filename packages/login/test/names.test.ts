import assert from "node:assert/strict";
import { test } from "node:test";
import { hex } from "@clowder/bytes";
import { noblePrimitives } from "@clowder/crypto/noble";
import { accountName, isAccountName, loginHost, loginKey, throwawayLoginKey } from "../src/index.ts";
import { bytesOf, hostOf, keyOf, primitives } from "./support.ts";

test("LOGIN-1: a secret's keys differ from host to host, from other secrets' and from the identity of that secret", () => {
	const secret = bytesOf("ana");
	const identity = primitives.identityKey(secret);
	const keys = [
		keyOf("ana").publicKey.bytes,
		keyOf("ana", "example.com").publicKey.bytes,
		keyOf("ben").publicKey.bytes,
		throwawayLoginKey(primitives, secret).publicKey.bytes,
		identity.publicKey.bytes,
	];
	assert.equal(new Set(keys.map(hex)).size, keys.length);
	assert.deepEqual(
		keyOf("ana").publicKey.bytes,
		loginKey(noblePrimitives, secret, hostOf("example.org")).publicKey.bytes,
	);
});

test("LOGIN-1: a secret of another length is a bug of the caller's, and no key prints", () => {
	assert.throws(() => loginKey(primitives, new Uint8Array(31), hostOf("example.org")), RangeError);
	assert.equal(String(keyOf("ana")), "[secret]");
});

test("LOGIN-2: a domain has one form, whatever it is written like, and what is no domain is refused", () => {
	for (const same of ["example.org", "EXAMPLE.org", "example.org."]) assert.equal(hostOf(same), "example.org");
	assert.equal(hostOf("BU\u0308CHER.example"), "b\u00fccher.example");
	assert.equal(hostOf("[::1]"), "[::1]");
	for (const bad of ["", ".", "a b", "a@b", "a/b", "a\0", "x".repeat(1024)]) {
		assert.deepEqual(loginHost(bad), { ok: false, error: "not-a-host" }, bad.slice(0, 10));
	}
});

test("LOGIN-3: a name is always of the same form, and another for another key", () => {
	const names = Array.from({ length: 50 }, (_, i) => accountName(primitives, keyOf(`person ${i}`).publicKey));
	for (const name of names) {
		assert.match(name, /^k1-[a-z2-7]{32}$/);
		assert.ok(isAccountName(name));
	}
	assert.equal(new Set(names).size, names.length);
	const [name = ""] = names;
	for (const other of ["", name.slice(1), `${name}a`, name.toUpperCase(), name.replace("k1", "k2"), `${name}\n`]) {
		assert.ok(!isAccountName(other), JSON.stringify(other));
	}
});
