import assert from "node:assert/strict";
import { test } from "node:test";
import type { LoginWay } from "@clowder/carrier-xmpp";
import { CATALOGUES, LOCALES } from "../src/i18n/locales.ts";
import { LoginReport } from "../src/login-report.ts";
import { scripted } from "./scripted.ts";

test("how the carrier logs in shows in the details, from the first login on and after each", async () => {
	const loginReport = new LoginReport();
	const room = scripted({ loginReport });
	let changes = 0;
	room.store.subscribe(() => changes++);
	assert.equal(room.store.getSnapshot().details.login, undefined);
	loginReport.tell("key");
	assert.equal(changes, 1);
	assert.equal(room.store.getSnapshot().details.login, "key");
	await room.enter();
	assert.equal(room.store.getSnapshot().details.login, "key");
	loginReport.tell("anonymous");
	assert.equal(room.store.getSnapshot().details.login, "anonymous");
});

test("a carrier that has no login says nothing of one", async () => {
	const room = scripted();
	await room.enter();
	assert.equal(room.store.getSnapshot().details.login, undefined);
});

test("each way of logging in has words of its own, in every language", () => {
	const ways: readonly LoginWay[] = ["key", "registered", "anonymous", "account"];
	for (const locale of LOCALES) {
		const { loginWays } = CATALOGUES[locale].details;
		assert.equal(new Set(ways.map((way) => loginWays[way])).size, ways.length, locale);
	}
});
