import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { freePort, makeCertificate } from "@clowder/servers";
import { command } from "./commands.mjs";

const DOMAIN = "cats.example";

/** @param {import("node:test").TestContext} t */
function filesIn(t) {
	const folder = mkdtempSync(join(tmpdir(), "clowder-start-tls-"));
	t.after(() => rmSync(folder, { recursive: true }));
	const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
	/** @param {import("@clowder/servers").MadeCertificate} pair */
	const write = (pair) => {
		writeFileSync(cert, pair.chain);
		writeFileSync(key, pair.key);
	};
	return { args: ["--cert", cert, "--key", key], cert, write };
}

/** @param {number} port @param {string} ca @returns {Promise<number | undefined>} the status of the page */
function page(port, ca) {
	return new Promise((resolve, reject) => {
		const options = { host: "127.0.0.1", port, servername: DOMAIN, ca, headers: { host: DOMAIN }, agent: false };
		const asked = request(options, (response) => {
			response.resume();
			resolve(response.statusCode);
		});
		asked.on("error", reject);
		asked.end();
	});
}

describe("npm start with a certificate", () => {
	it("serves HTTPS, takes a new certificate on SIGHUP, and stops cleanly", async (t) => {
		const files = filesIn(t);
		const [first, second] = [makeCertificate([DOMAIN]), makeCertificate([DOMAIN])];
		files.write(first);
		const options = ["--port", "0", "--host", "0.0.0.0", "--domain", DOMAIN, "--xmpp-port", "0", "--metrics-port", "0"];
		const { child, printed, ended } = command(["start", ...options, ...files.args]);
		await printed(/native XMPP clients on 0\.0\.0\.0, port \d+, TLS alone/);
		const [, metrics = ""] = await printed(/metrics at (http:\S+)/);
		const [, port = ""] = await printed(/open https:\/\/cats\.example:(\d+)\//);
		assert.equal(await page(Number(port), first.chain), 200);
		assert.match(await (await fetch(metrics)).text(), /^clowder_certificate_expiry_seconds \d/m);
		files.write(second);
		child.kill("SIGHUP");
		await printed(/a new certificate is served, valid until \d{4}-/);
		assert.equal(await page(Number(port), second.chain), 200);
		child.kill("SIGTERM");
		const { code, stdout, stderr } = await ended;
		assert.equal(code, 0, stderr);
		assert.equal(stderr, "");
		assert.doesNotMatch(stdout, /allow its cryptography only over HTTPS/);
	});

	it("says in one line what is wrong with the files", async (t) => {
		const files = filesIn(t);
		files.write({ chain: makeCertificate([DOMAIN]).chain, key: makeCertificate([DOMAIN]).key });
		const { code, stderr } = await command(["start", "--port", "0", ...files.args]).ended;
		assert.equal(code, 1);
		assert.equal(stderr, `clowder: ${files.cert}: the key is not that of the first certificate in the file\n`);
	});

	it("says nothing when it is told to be quiet, and what went wrong even then", async (t) => {
		const files = filesIn(t);
		const pair = makeCertificate(["other.example"]);
		files.write(pair);
		const port = await freePort();
		const options = ["--port", `${port}`, "--domain", DOMAIN, "--log", "quiet"];
		const { child, ended } = command(["start", ...options, ...files.args]);
		const isUp = () =>
			page(port, pair.chain).then(
				() => true,
				(/** @type {NodeJS.ErrnoException} */ error) => error.code !== "ECONNREFUSED",
			);
		while (!(await isUp())) assert.equal(child.exitCode, null);
		child.kill("SIGTERM");
		const { code, stdout, stderr } = await ended;
		assert.deepEqual([code, stdout], [0, ""]);
		assert.match(stderr, /^clowder: the certificate is not for the name given with --domain.*\n$/);
	});
});
