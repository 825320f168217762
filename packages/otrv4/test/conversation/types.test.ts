import assert from "node:assert/strict";
import { test } from "node:test";
import type { Conversation, EncryptedSession, FinishedSession, Session } from "../../src/index.ts";
import { NOW_MS } from "../support/endpoint.ts";
import { established } from "../support/pair.ts";

// What cannot even be written: each line after a "ts-expect-error" fails to compile, or this file does.

/** A conversation has nothing that only a session can do. */
export function notBeforeEncrypted(conversation: Conversation): void {
	// @ts-expect-error SMP is of a session
	conversation.startSmp("", "secret", NOW_MS);
	// @ts-expect-error so is its answer
	conversation.answerSmp("secret", NOW_MS);
	// @ts-expect-error so are keys
	conversation.agreeKey(new Uint8Array(4), new Uint8Array(0), NOW_MS);
	// @ts-expect-error there may be no session
	conversation.session().send("hello", NOW_MS);
}

/** A session that is finished does nothing. */
export function notAfterTheEnd(finished: FinishedSession): void {
	// @ts-expect-error nothing is sent
	finished.send("hello", NOW_MS);
	// @ts-expect-error nothing is asked
	finished.startSmp("", "secret", NOW_MS);
	// @ts-expect-error nothing is agreed on
	finished.agreeKey(new Uint8Array(4), new Uint8Array(0), NOW_MS);
	// @ts-expect-error there is no plaintext way out
	finished.sendUnencrypted("hello");
}

/** Which of them it is has to be asked first. */
export function notWithoutAsking(session: Session): void {
	// @ts-expect-error it may be finished
	session.send("hello", NOW_MS);
	if (session.state === "encrypted") session.send("hello", NOW_MS);
}

/** A session has no plaintext way out. */
export function neverPlain(session: EncryptedSession): void {
	// @ts-expect-error only a conversation that is not encrypted has
	session.sendUnencrypted("hello");
	// @ts-expect-error nor is there a query
	session.query();
}

/** What was refused has no texts to send. */
export function notWhatWasRefused(session: EncryptedSession): readonly string[] {
	const said = session.send("hello", NOW_MS);
	// @ts-expect-error it may be a refusal
	const texts: readonly string[] = said.value.send;
	return texts;
}

test("what the types forbid is not there when it runs either", () => {
	const both = established();
	const conversation: object = both.alice.conversation;
	for (const name of ["startSmp", "answerSmp", "agreeKey", "heartbeat"]) assert.ok(!(name in conversation), name);
	for (const name of ["sendUnencrypted", "query"]) assert.ok(!(name in both.alice.session), name);
	both.bob.conversation.end(NOW_MS);
	assert.equal(both.bob.conversation.session(), undefined);
});
