import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hex } from "@clowder/bytes";
import { parseMessage } from "../src/wire/envelope.ts";
import { UNDER_VIEW } from "./support/context.ts";
import { type Person, roomOf, suiteOf } from "./support/place.ts";

/** What broke the systems before this one, each as something that must not happen here. */

const suite = suiteOf(2);

describe("(n+1)sec: signing keys that outlive a session", () => {
	test("every session has signing keys of its own, and nothing made with them names the session before", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		place.enter("Cy");
		place.run(20_000);
		place.leave(people[1] as Person);
		place.run(20_000);
		/** Which `v` signed under which context, in order. */
		const contexts = new Map<string, Set<string>>();
		/** Which `v` signed under the view of which attempt. */
		const views = new Map<string, Set<string>>();
		let bodies = "";
		for (const item of place.log) {
			if (item.type !== "text") continue;
			const parsed = parseMessage(suite, item.text);
			assert.ok(parsed.ok);
			const { header, message, body } = parsed.value;
			const v = hex(header.v);
			const seen = contexts.get(v) ?? new Set();
			// Knocking and joining are signed with the key of the session that they lead to.
			const isNamed = !["FOUND", "KNOCK", "JOIN"].includes(message.type) && !UNDER_VIEW.has(message.type);
			if (isNamed) seen.add(hex(header.context));
			contexts.set(v, seen);
			// The name of an attempt with its pieces is of that attempt, and of no session.
			if (UNDER_VIEW.has(message.type)) views.set(hex(header.context), new Set(views.get(hex(header.context))).add(v));
			if (["EK", "OFFER", "SHARE", "OK", "CONFIRM"].includes(message.type)) bodies += hex(body);
		}
		const sessions = new Set([...contexts.values()].flatMap((seen) => [...seen]));
		assert.ok(sessions.size >= 4);
		for (const seen of contexts.values()) assert.ok(seen.size <= 1, "a key signs in one attempt and its session only");
		for (const [view, authors] of views) {
			assert.ok(!sessions.has(view));
			const attempts = new Set([...authors].flatMap((v) => [...(contexts.get(v) ?? [])]));
			assert.equal(attempts.size, 1, "a view is of one attempt");
		}
		for (const aid of sessions) assert.ok(!bodies.includes(aid), "no piece of an attempt names a session");
	});
});

describe("Cryptocat 2: trust by nickname", () => {
	test("the same nickname after a return is another person unless the key is the same", () => {
		const { place, people } = roomOf(suite, "Ana", "Bo");
		const [ana, bo] = people as [Person, Person];
		const before = bo.participant.view().self.id;
		place.vanish(bo);
		place.run(20_000);
		const impostor = place.enter("Bo");
		place.run(20_000);
		const shown = ana.participant.view().session?.people.find((one) => one.nickname === "Bo");
		assert.equal(shown?.id, impostor.participant.view().self.id);
		assert.notEqual(shown?.id, before);
	});
});
