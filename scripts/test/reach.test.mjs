import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, it } from "node:test";
import { command } from "./commands.mjs";

describe("npm run reach and npm run load", () => {
	it("print their help", async () => {
		for (const name of ["reach", "load"]) {
			const { code, stdout } = await command([name, "--help"]).ended;
			assert.equal(code, 0);
			assert.match(stdout, new RegExp(`npm run ${name} -- `));
		}
	});

	it("end with 2 when called wrongly, and say what was expected", async () => {
		const wrong = await command(["reach"]).ended;
		assert.deepEqual([wrong.code, wrong.stdout], [2, ""]);
		assert.match(wrong.stderr, /one SERVER expected/);
		const elsewhere = await command(["load", "--url", "ws://chat.example/"]).ended;
		assert.deepEqual([elsewhere.code, elsewhere.stdout], [2, ""]);
		assert.match(elsewhere.stderr, /no other one may be put under load/);
		const listenedTo = await command(["reach", "ws://chat.example/"]).ended;
		assert.equal(listenedTo.code, 2);
	});

	it("reach ends with 1 where no room works", async () => {
		const server = createServer((socket) => socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
		await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
		const address = server.address();
		assert.ok(address !== null && typeof address === "object");
		const { code, stdout } = await command(["reach", `ws://127.0.0.1:${address.port}/`]).ended;
		assert.equal(code, 1);
		assert.match(stdout, /No room works here/);
		server.close();
	});
});
