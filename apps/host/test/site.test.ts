import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { loadSite } from "../src/site.ts";

async function folder(t: TestContext, files: Record<string, string | Buffer>): Promise<string> {
	const root = await mkdtemp(join(tmpdir(), "clowder-site-"));
	t.after(() => rm(root, { recursive: true }));
	for (const [path, content] of Object.entries(files)) {
		await mkdir(join(root, path, ".."), { recursive: true });
		await writeFile(join(root, path), content);
	}
	return root;
}

describe("the site", () => {
	it("is the known files of the folder, each with its type, the index also at /", async (t) => {
		const root = await folder(t, {
			"index.html": "<!doctype html>",
			"assets/index-AbCdEf12.js": "let a;",
			"cat.svg": "<svg/>",
			".env": "secret",
			".git/config.json": "{}",
			"server.key": "secret",
		});
		const site = await loadSite(root);
		assert.ok(site.ok);
		assert.deepEqual([...site.value.keys()].toSorted(), ["/", "/assets/index-AbCdEf12.js", "/cat.svg", "/index.html"]);
		assert.equal(site.value.get("/"), site.value.get("/index.html"));
		assert.equal(site.value.get("/cat.svg")?.type, "image/svg+xml");
	});

	it("is kept compressed, and hashed names are kept for ever", async (t) => {
		const text = "let a = 1;\n".repeat(500);
		const root = await folder(t, { "index.html": "x", "assets/index-AbCdEf12.js": text, "assets/plain.js": text });
		const site = await loadSite(root);
		assert.ok(site.ok);
		const file = site.value.get("/assets/index-AbCdEf12.js");
		assert.ok(file?.bodies.br !== undefined && file.bodies.gzip !== undefined);
		assert.equal(brotliDecompressSync(file.bodies.br).toString(), text);
		assert.equal(gunzipSync(file.bodies.gzip).toString(), text);
		assert.match(file.cacheControl, /immutable/);
		assert.equal(site.value.get("/assets/plain.js")?.cacheControl, "no-cache");
		assert.equal(site.value.get("/")?.cacheControl, "no-cache");
	});

	it("is refused when there is no folder, no index, or far too much", async (t) => {
		const many = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`f${i}.js`, ""]));
		for (const files of [{}, { "a.js": "" }, { ...many, "index.html": "" }]) {
			const site = await loadSite(await folder(t, files));
			assert.equal(site.ok, false);
			assert.equal(site.ok || site.error.kind, "web-client-missing");
		}
		assert.equal((await loadSite("/nonexistent/clowder")).ok, false);
	});

	it("does not follow a link that leads nowhere into a crash", async (t) => {
		const root = await folder(t, { "index.html": "x" });
		await symlink(join(root, "gone.js"), join(root, "link.js"));
		const site = await loadSite(root);
		assert.equal(site.ok || site.error.kind, "web-client-missing");
	});
});
