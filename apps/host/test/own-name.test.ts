import assert from "node:assert/strict";
import { test } from "node:test";
import { isOwnName } from "../src/own-name.ts";

test("a request to our onion address is ours, and to another one is not", () => {
	assert.equal(isOwnName("abc.onion", "cats.example", "abc.onion"), true);
	assert.equal(isOwnName("abc.onion", "cats.example"), false);
	assert.equal(isOwnName("abd.onion", "cats.example", "abc.onion"), false);
});

test("a request to our domain, to localhost or to an address is ours; to another name it is not", () => {
	for (const own of [
		"cats.example",
		"CATS.example:443",
		"localhost:2569",
		"a.localhost",
		"127.0.0.1:1",
		"[::1]:2569",
	]) {
		assert.equal(isOwnName(own, "cats.example"), true, own);
	}
	for (const other of [
		undefined,
		"",
		"evil.example",
		"cats.example.evil.example",
		"localhost.evil.example",
		"a b",
		"x@cats.example",
		"cats.example/x",
	]) {
		assert.equal(isOwnName(other, "cats.example"), false, other);
	}
});
