import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { House } from "../src/house.ts";

describe("a network that lets no WebSocket through", () => {
	let house: House;
	before(async () => {
		house = await House.open();
	});
	after(() => house.close());

	it("one goes in over plain HTTP, into the room where the others are over WebSocket", async () => {
		const alice = await house.person();
		const bob = await house.person({ websockets: false });
		await alice.join("cellar", "alice");
		await bob.join("cellar", "bob");
		await alice.say("can you hear me?");
		await bob.message("can you hear me?").waitFor();
		await bob.say("through the wall");
		await alice.message("through the wall").waitFor();
		assert.ok(house.passed.some(({ text }) => text.startsWith('{"first":')));
		assert.deepEqual(alice.problems, []);
		// What is left is that the browser could not open a WebSocket.
		assert.deepEqual(
			bob.problems.filter((problem) => !/^error: WebSocket connection to '[^']*' failed/.test(problem)),
			[],
		);
	});
});
