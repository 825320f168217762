import assert from "node:assert/strict";
import { test } from "node:test";
import { SCRAM_ITERATIONS_MAX_COUNT } from "../src/limits.ts";
import { ScramClient } from "../src/scram.ts";

const CREDENTIALS = { username: "user", password: "pencil" };

test("XMPP-4: SCRAM-SHA-256 gives the exchange of RFC 7677 section 3", async () => {
	const scram = new ScramClient("SHA-256", CREDENTIALS, "rOprNGfwEbeRWgbNEkqO");
	assert.equal(scram.first(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
	const final = await scram.final(
		"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
	);
	assert.deepEqual(final, {
		ok: true,
		value: "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
	});
	assert.equal(scram.verify("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=").ok, true);
	assert.equal(scram.verify("v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=").ok, false);
});

test("XMPP-4: SCRAM-SHA-1 gives the exchange of RFC 5802 section 5", async () => {
	const scram = new ScramClient("SHA-1", CREDENTIALS, "fyko+d2lbbFgONRv9qkxdawL");
	assert.equal(scram.first(), "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
	const final = await scram.final("r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096");
	assert.deepEqual(final, {
		ok: true,
		value: "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
	});
	assert.equal(scram.verify("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=").ok, true);
});

test("XMPP-4: a server's first message that is not one is refused", async () => {
	const tail = ",s=QSXCR+Q6sek8bf92,i=4096";
	for (const first of [
		"",
		`r=other${tail}`,
		`r=nonce${tail}`,
		"r=nonce-more,i=4096",
		"r=nonce-more,s=QSXCR+Q6sek8bf9,i=4096",
		"r=nonce-more,s=QSXCR+Q6sek8bf92,i=0",
		"r=nonce-more,s=QSXCR+Q6sek8bf92,i=04096",
		`r=nonce-more,s=QSXCR+Q6sek8bf92,i=${SCRAM_ITERATIONS_MAX_COUNT + 1}`,
		`m=mandatory,r=nonce-more${tail}`,
		`r=nonce-more${tail},m=mandatory`,
	]) {
		assert.equal((await new ScramClient("SHA-1", CREDENTIALS, "nonce").final(first)).ok, false, first);
	}
});

test("XMPP-4: no signature is good before the exchange", () => {
	for (const final of ["", "v=", "e=other-error", "v=AAAA"]) {
		assert.equal(new ScramClient("SHA-1", CREDENTIALS, "nonce").verify(final).ok, false);
	}
});
