import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { readFileName } from "../src/upload/file-record.ts";
import { DEFAULT_UPLOAD_LIMITS, UPLOAD_DAY_MS } from "../src/upload/limits.ts";
import { openUploads } from "../src/upload/open-uploads.ts";
import { seededRandom } from "./support/core.ts";
import { Depot } from "./support/uploads.ts";

function folderFor(t: TestContext): string {
	const parent = mkdtempSync(join(tmpdir(), "uploads-"));
	t.after(() => rmSync(parent, { recursive: true, force: true, maxRetries: 5 }));
	return join(parent, "files");
}

/** Both places that files can be in pass the same tests. */
for (const place of ["memory", "folder"] as const) {
	const where = (t: TestContext): { folder?: string } => (place === "folder" ? { folder: folderFor(t) } : {});

	test(`${place}: a file is put once and fetched by whoever has its address`, async (t) => {
		const depot = await Depot.open(t, {}, where(t));
		const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));
		const slot = depot.slot("ana", bytes.length);
		assert.match(slot.url, /^\/files\/[A-Za-z0-9_-]{43}\/a\.png$/);
		assert.equal((await depot.ask(slot.url)).status, 404, "nothing has come");
		assert.equal(await depot.put(slot, bytes), 201);
		const got = await depot.ask(slot.url);
		assert.equal(got.status, 200);
		assert.ok(got.body.equals(bytes));
		const head = await depot.ask(slot.url, { method: "HEAD" });
		assert.deepEqual([head.status, head.headers["content-length"], head.body.length], [200, "300000", 0]);
	});

	test(`${place}: UPLOAD-5: a second PUT changes nothing, whatever it carries`, async (t) => {
		const depot = await Depot.open(t, {}, where(t));
		const slot = depot.slot("ana", 5);
		assert.equal(await depot.put(slot, "first"), 201);
		assert.equal(await depot.put(slot, "other"), 409);
		assert.equal((await depot.ask(slot.url)).body.toString(), "first");
	});

	test(`${place}: UPLOAD-5: while the bytes of a slot come, they come from one alone`, async (t) => {
		const depot = await Depot.open(t, {}, where(t));
		const slot = depot.slot("ana", 5);
		const begun = depot.begin(slot, 5, "fir");
		await begun.begun;
		assert.equal(await depot.put(slot, "other"), 409);
		begun.cut();
		await begun.answer;
		await depot.until("the slot is free again", async () => (await depot.put(slot, "again")) === 201);
		assert.equal((await depot.ask(slot.url)).body.toString(), "again");
	});

	test(`${place}: UPLOAD-6: a wrong length is refused before a byte is kept`, async (t) => {
		const options = where(t);
		const depot = await Depot.open(t, {}, options);
		const slot = depot.slot("ana", 5);
		assert.equal(await depot.put(slot, "four"), 400);
		assert.equal(await depot.put(slot, "sixsix"), 413);
		assert.equal(await depot.put(slot, "gzip!", { "content-encoding": "gzip" }), 415);
		const { authorization } = slot;
		const chunked = { authorization, "transfer-encoding": "chunked" };
		assert.equal((await depot.ask(slot.url, { method: "PUT", headers: chunked, body: "12345" })).status, 411);
		assert.equal((await depot.ask(slot.url)).status, 404);
		if (options.folder !== undefined) assert.deepEqual(readdirSync(options.folder), []);
		assert.equal(await depot.put(slot, "right"), 201, "the slot is still there");
	});

	test(`${place}: UPLOAD-6: a PUT that is cut leaves nothing`, async (t) => {
		const options = where(t);
		const depot = await Depot.open(t, {}, options);
		const slot = depot.slot("ana", 5_000);
		const begun = depot.begin(slot, 5_000, "half of it");
		await begun.begun;
		begun.cut();
		await begun.answer;
		const { folder } = options;
		if (folder !== undefined) await depot.until("nothing is left", () => readdirSync(folder).length === 0);
		assert.equal((await depot.ask(slot.url)).status, 404);
	});

	test(`${place}: UPLOAD-7: a slow PUT is ended by the deadline, and leaves nothing`, async (t) => {
		const options = where(t);
		const depot = await Depot.open(t, { uploadTransferMs: 50, uploadTransfers: 1 }, options);
		const slot = depot.slot("ana", 5_000);
		const begun = depot.begin(slot, 5_000, "half of it");
		assert.match(await begun.answer, /HTTP\/1\.1 408 /);
		const { folder } = options;
		if (folder !== undefined) await depot.until("nothing is left", () => readdirSync(folder).length === 0);
		assert.equal((await depot.ask(slot.url)).status, 404);
		// The slow one holds neither its slot nor its place among the transfers. (A busy machine may be too slow itself.)
		const again = (): Promise<number> => depot.put(slot, "x".repeat(5_000)).catch(() => 0);
		await depot.until("it can be put again", async () => (await again()) === 201);
	});

	test(`${place}: UPLOAD-9: what has expired is gone, with its bytes`, async (t) => {
		const options = where(t);
		const depot = await Depot.open(t, { uploadBytesPerAccount: 10, uploadKeepMs: 1_000_000 }, options);
		const slot = depot.slot("ana", 10);
		assert.equal(await depot.put(slot, "0123456789"), 201);
		depot.clock.now += 999_999;
		assert.equal((await depot.ask(slot.url)).status, 200);
		depot.clock.now += 1;
		assert.equal((await depot.ask(slot.url)).status, 404);
		assert.equal((await depot.ask(slot.url, { method: "HEAD" })).status, 404);
		depot.slot("ana", 10);
		const { folder } = options;
		if (folder !== undefined) await depot.until("the file is removed", () => readdirSync(folder).length === 0);
	});
}

test("UPLOAD-5: an expired slot and a wrong token put nothing", async (t) => {
	const depot = await Depot.open(t);
	const slot = depot.slot("ana", 5);
	const other = depot.slot("ana", 5);
	for (const authorization of [other.authorization, "", "Basic eDp5", slot.authorization.slice(0, -1), "Bearer "]) {
		assert.equal(await depot.put(slot, "mine!", { authorization }), 403, authorization);
	}
	depot.clock.now += DEFAULT_UPLOAD_LIMITS.uploadSlotMs;
	assert.equal(await depot.put(slot, "late!"), 404);
	assert.equal((await depot.ask(slot.url)).status, 404);
});

test("UPLOAD-2: guessing an address finds nothing, and tells nothing about what is there", async (t) => {
	const depot = await Depot.open(t);
	const slot = depot.slot("ana", 5);
	assert.equal(await depot.put(slot, "there"), 201);
	const waiting = depot.slot("ana", 5);
	const secret = slot.url.split("/")[2] ?? "";
	assert.equal(Buffer.from(secret, "base64url").length, 32);
	const near = `${secret.slice(0, -2)}${secret.endsWith("AA") ? "BA" : "AA"}`;
	const never = "A".repeat(43);
	const answers = await Promise.all(
		[`/files/${near}/a.png`, `/files/${never}`, waiting.url, `/files/${secret.slice(1)}`].map((path) =>
			depot.ask(path),
		),
	);
	for (const { status, headers, body } of answers) {
		const { date: _, ...rest } = headers;
		const { date: __, ...first } = answers[0]?.headers ?? {};
		assert.deepEqual([status, body.length, rest], [404, 0, first]);
	}
	// The name at the end is for people and clients to read: nothing depends on it.
	assert.equal((await depot.ask(`/files/${secret}`)).status, 200);
	assert.equal((await depot.ask(`/files/${secret}/another.html`)).status, 200);
});

test("UPLOAD-3: no path leaves the folder, by name or by address (path traversal)", async (t) => {
	const folder = folderFor(t);
	const depot = await Depot.open(t, { uploadSlotsPerAccount: 99 }, { folder });
	writeFileSync(join(folder, "..", "secret"), "not to be seen");
	const names = [
		"../../etc/passwd",
		"..",
		".",
		"/etc/passwd",
		"a/b",
		"a\\b",
		"%2e%2e%2fx",
		"a\u0000b",
		"x".repeat(999),
		"ü:*?",
		"\n",
		"a?b#c",
		'"><script>',
	];
	for (const name of names) {
		const slot = depot.slot("ana", 2, name);
		assert.match(slot.url, /^\/files\/[A-Za-z0-9_-]{43}\/[A-Za-z0-9._-]{1,64}$/, name);
		assert.ok(!/\/\.\.?$/.test(slot.url), name);
		assert.equal(await depot.put(slot, "ok"), 201, name);
		assert.equal((await depot.ask(slot.url)).body.toString(), "ok", name);
	}
	const kept = readdirSync(folder);
	assert.equal(kept.length, names.length);
	for (const name of kept) assert.notEqual(readFileName(name), undefined, name);
	const [first = ""] = kept;
	for (const path of [
		"/files/../secret",
		"/files/..%2fsecret",
		"/files/%2e%2e/secret",
		"/files//secret",
		`/files/${first}`,
		`/files/${first.slice(0, 64)}`,
		"/files/",
		`/files/${"A".repeat(43)}/../../secret`,
		`/files/${"A".repeat(43)}/%00`,
	]) {
		for (const method of ["GET", "PUT"]) assert.equal((await depot.ask(path, { method })).status, 404, path);
	}
	assert.deepEqual(readdirSync(join(folder, "..")).toSorted(), ["files", "secret"]);
});

test("UPLOAD-4: what is put is never a document of this origin: HTML, SVG, script (content sniffing)", async (t) => {
	const depot = await Depot.open(t, { uploadSlotsPerAccount: 99 });
	const script = "<html><script>alert(1)</script>";
	const bytes = "application/octet-stream";
	for (const [type, served] of [
		["text/html", bytes],
		["image/svg+xml", bytes],
		["application/xhtml+xml", bytes],
		["text/xml", bytes],
		["application/javascript", bytes],
		["application/pdf", bytes],
		["text/plain", bytes],
		["constructor", bytes],
		["image/png\r\nx: y", bytes],
		["", bytes],
		[undefined, bytes],
		["image/png", "image/png"],
		["IMAGE/JPEG; charset=x", "image/jpeg"],
		["video/mp4", "video/mp4"],
	] as const) {
		const slot = depot.slot("ana", script.length, "page.html", type);
		assert.equal(await depot.put(slot, script, { "content-type": "text/html" }), 201);
		for (const method of ["GET", "HEAD"]) {
			const { headers } = await depot.ask(slot.url, { method });
			assert.equal(headers["content-type"], served, type);
			assert.equal(headers["content-disposition"], "attachment");
			assert.equal(headers["x-content-type-options"], "nosniff");
			assert.equal(headers["cross-origin-resource-policy"], "same-origin");
			assert.equal(headers["cache-control"], "no-store, no-transform");
			const policy = String(headers["content-security-policy"]).split("; ");
			assert.deepEqual(policy, ["default-src 'none'", "frame-ancestors 'none'", "sandbox"]);
		}
	}
});

test("UPLOAD-8: pages of other places may ask, and nothing of a browser's own goes with that", async (t) => {
	const depot = await Depot.open(t);
	const slot = depot.slot("ana", 5);
	const origin = "https://client.example";
	const asked = { origin, "access-control-request-method": "PUT", "access-control-request-headers": "authorization" };
	const preflight = await depot.ask(slot.url, { method: "OPTIONS", headers: asked });
	assert.equal(preflight.status, 204);
	assert.equal(preflight.headers["access-control-allow-methods"], "OPTIONS, HEAD, GET, PUT");
	assert.equal(preflight.headers["access-control-allow-headers"], "Authorization, Content-Type");
	assert.equal(await depot.put(slot, "there", { origin }), 201);
	const got = await depot.ask(slot.url, { headers: { origin } });
	const missing = await depot.ask(`/files/${"A".repeat(43)}`, { headers: { origin } });
	for (const { headers } of [preflight, got, missing]) {
		assert.equal(headers["access-control-allow-origin"], "*");
		assert.equal(headers["access-control-allow-credentials"], undefined);
	}
	const post = await depot.ask(slot.url, { method: "POST" });
	assert.deepEqual([post.status, post.headers["allow"]], [405, "OPTIONS, HEAD, GET, PUT"]);
	assert.equal((await depot.ask(slot.url, { headers: { host: "evil.example" } })).status, 421);
	assert.equal((await depot.ask("/elsewhere")).status, 418, "another path is somebody else's");
});

test("UPLOAD-7: one file, one account, its slots and its day have an end (oversize, exhaustion per account)", async (t) => {
	const limits = {
		uploadFileBytes: 10,
		uploadBytesPerAccount: 25,
		uploadsPerAccountPerDay: 4,
		uploadSlotsPerAccount: 2,
	};
	const depot = await Depot.open(t, limits);
	const { now } = depot.clock;
	const ask = (username: string, bytes: number): unknown => {
		const given = depot.endpoint.give({ username }, "x", bytes, "bin");
		return given?.ok === true ? "given" : given?.error;
	};
	assert.deepEqual(ask("ana", 11), { kind: "too-large", bytesMax: 10 });
	const first = depot.slot("ana", 10);
	const second = depot.slot("ana", 10);
	assert.deepEqual(ask("ana", 1), { kind: "wait", until: now + DEFAULT_UPLOAD_LIMITS.uploadSlotMs });
	assert.equal(ask("bo", 10), "given", "others are not held up");
	for (const slot of [first, second]) assert.equal(await depot.put(slot, "0123456789"), 201);
	assert.deepEqual(ask("ana", 6), { kind: "wait", until: now + DEFAULT_UPLOAD_LIMITS.uploadKeepMs });
	assert.equal(ask("ana", 5), "given");
	depot.clock.now += DEFAULT_UPLOAD_LIMITS.uploadSlotMs;
	assert.equal(ask("ana", 5), "given", "what was not used counts no more");
	depot.clock.now += DEFAULT_UPLOAD_LIMITS.uploadSlotMs;
	assert.deepEqual(ask("ana", 1), { kind: "wait", until: now + UPLOAD_DAY_MS });
	depot.clock.now = now + UPLOAD_DAY_MS;
	assert.equal(ask("ana", 1), "given");
});

test("UPLOAD-7: all accounts together have an end, in bytes and in files (exhaustion in total)", async (t) => {
	const depot = await Depot.open(t, { uploadMemoryBytes: 20, uploadFiles: 3, uploadKeepMs: 9_000_000 });
	const ask = (username: string, bytes: number): unknown => {
		const given = depot.endpoint.give({ username }, "x", bytes, "bin");
		return given?.ok === true ? "given" : given?.error;
	};
	assert.deepEqual(ask("ana", 21), { kind: "too-large", bytesMax: 20 });
	assert.equal(await depot.put(depot.slot("ana", 15), "x".repeat(15)), 201);
	// When someone else's file ends is not told.
	const wait = { kind: "wait", until: depot.clock.now + DEFAULT_UPLOAD_LIMITS.uploadSlotMs };
	assert.deepEqual(ask("bo", 6), wait);
	assert.equal(ask("bo", 1), "given");
	assert.equal(ask("cy", 1), "given");
	assert.deepEqual(ask("dee", 1), wait);
	depot.clock.now += 9_000_000;
	assert.equal(ask("dee", 20), "given", "everything has expired");
});

test("UPLOAD-7: so many files come and go at the same time, and no more", async (t) => {
	const depot = await Depot.open(t, { uploadTransfers: 1 });
	const [slow, other] = [depot.slot("ana", 5), depot.slot("ana", 5)];
	const begun = depot.begin(slow, 5, "fi");
	await begun.begun;
	const refused = await depot.ask(other.url, {
		method: "PUT",
		headers: { authorization: other.authorization, "content-length": "5" },
		body: "12345",
	});
	assert.deepEqual([refused.status, refused.headers["retry-after"]], [503, "10"]);
	begun.cut();
	await begun.answer;
	await depot.until("there is room again", async () => (await depot.put(other, "12345")) === 201);
});

test("UPLOAD-6: after a restart finished files are there, counted, and nothing unfinished is (kill -9)", async (t) => {
	const folder = folderFor(t);
	const limits = { uploadBytesPerAccount: 12, uploadKeepMs: 1_000_000 };
	const before = await Depot.open(t, limits, { folder });
	const slot = before.slot("ana", 10, "a.png", "image/png");
	assert.equal(await before.put(slot, "0123456789"), 201);
	const [kept = ""] = readdirSync(folder);
	assert.equal(readFileSync(join(folder, kept), "utf8"), "0123456789");
	assert.deepEqual([statSync(folder).mode & 0o777, statSync(join(folder, kept)).mode & 0o777], [0o700, 0o600]);
	assert.ok(!kept.includes("ana"));
	writeFileSync(join(folder, `${"0".repeat(64)}.part`), "half");
	writeFileSync(join(folder, "somebody's file"), "not ours");

	const after = await Depot.open(t, limits, { folder }, "restarted");
	assert.deepEqual(readdirSync(folder).toSorted(), [kept, "somebody's file"].toSorted());
	const got = await after.ask(slot.url);
	assert.deepEqual([got.body.toString(), got.headers["content-type"]], ["0123456789", "image/png"]);
	assert.equal(await after.put(slot, "9876543210"), 409);
	assert.equal(after.endpoint.give({ username: "ana" }, "x", 3, "bin")?.ok, false);
	assert.equal(after.endpoint.give({ username: "ana" }, "x", 2, "bin")?.ok, true);

	const late = await Depot.open(t, limits, { folder, clock: () => before.clock.now + 1_000_000 }, "late");
	await late.until("what expired meanwhile is removed", () => !readdirSync(folder).includes(kept));
	assert.equal((await late.ask(slot.url)).status, 404);
});

test("a folder that cannot be used is said so, and a file that is gone from it is as one that never was", async (t) => {
	const folder = folderFor(t);
	const depot = await Depot.open(t, {}, { folder });
	const slot = depot.slot("ana", 5);
	assert.equal(await depot.put(slot, "there"), 201);
	const waiting = depot.slot("ana", 5);
	rmSync(folder, { recursive: true });
	assert.equal((await depot.ask(slot.url)).status, 404);
	assert.equal(await depot.put(waiting, "there"), 500);
	writeFileSync(folder, "a file where the folder was");
	const options = { path: "/files", localUrl: () => "http://localhost:1", folder };
	const opened = openUploads(options, DEFAULT_UPLOAD_LIMITS, seededRandom("x"));
	assert.deepEqual(opened, { ok: false, error: "EEXIST" });
});
