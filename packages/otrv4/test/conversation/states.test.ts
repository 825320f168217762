import assert from "node:assert/strict";
import { test } from "node:test";
import { appendWhitespaceTag } from "../../src/wire/whitespace-tag.ts";
import type { Mode } from "../../src/mode.ts";
import { type Endpoint, NOW_MS } from "../support/endpoint.ts";
import { kinds, must } from "../support/expect.ts";
import type { Pair } from "../support/pair.ts";
import {
	authRFrom,
	crossing,
	elsewhere,
	identityFrom,
	MODES,
	restarted,
	sceneIn,
	type State,
	STATES,
	typesOf,
} from "./scenes.ts";

// "The Protocol State Machine": every message in every state of every mode. What a row does not name does not happen.

interface Row {
	/** What is sent. */
	readonly sends?: readonly string[];
	readonly tells?: readonly string[];
	/** The state afterwards, if it is another. */
	readonly after?: State;
}

type Rows = Readonly<Record<State, Row>>;

interface Received {
	readonly name: string;
	/** What comes to Alice. */
	readonly texts: (scene: Pair, state: State) => readonly string[];
	/** What comes of it, which may differ by mode. */
	readonly rows: (mode: Mode) => Rows;
}

function everywhere(row: Row): Rows {
	return { START: row, WAITING_AUTH_R: row, WAITING_AUTH_I: row, ENCRYPTED_MESSAGES: row, FINISHED: row };
}

const REFUSED: Row = { tells: ["refused"] };
const UNREADABLE: Row = { sends: ["ERROR_2"], tells: ["unreadable", "refused"] };

function latestIdentity(alice: Endpoint): string {
	const last = alice.outbox.at(-1) ?? "";
	return typesOf([last])[0] === "identity" ? last : identityFrom(restarted(alice, "another"));
}

const RECEIVED: readonly Received[] = [
	{
		name: "plaintext without the whitespace tag",
		texts: () => ["hello"],
		rows: () => everywhere({ tells: ["plaintext"] }),
	},
	{
		name: "plaintext with the whitespace tag",
		texts: () => [appendWhitespaceTag("hello", [4])],
		rows(mode) {
			if (mode !== "otrv3-compatible") return everywhere({ tells: ["plaintext", "refused"] });
			const starts: Row = { sends: ["identity"], tells: ["plaintext"] };
			return {
				...everywhere({ tells: ["plaintext"] }),
				START: { ...starts, after: "WAITING_AUTH_R" },
				WAITING_AUTH_R: starts,
				WAITING_AUTH_I: starts,
			};
		},
	},
	{
		name: "a query message",
		texts: () => ["?OTRv4? Your buddy has requested a private conversation."],
		rows(mode) {
			if (mode !== "otrv3-compatible") return everywhere(REFUSED);
			const starts: Row = { sends: ["identity"] };
			return {
				...everywhere(starts),
				START: { ...starts, after: "WAITING_AUTH_R" },
				FINISHED: { ...starts, after: "WAITING_AUTH_R" },
			};
		},
	},
	{
		name: "an error message",
		texts: () => ["?OTR Error: ERROR_1: Unreadable message"],
		rows: () => everywhere({ tells: ["peer-error"] }),
	},
	{
		name: "an error message of another code, or of none",
		texts: () => ["?OTR Error: ERROR_4: What", "?OTR Error: What"],
		rows: () => everywhere({}),
	},
	{
		name: "an Identity message that wins",
		texts: ({ alice, bob }) => [crossing(bob, latestIdentity(alice), "higher")[1]],
		rows: () => ({
			START: { sends: ["auth-r"], after: "WAITING_AUTH_I" },
			WAITING_AUTH_R: { sends: ["auth-r"], after: "WAITING_AUTH_I" },
			WAITING_AUTH_I: { sends: ["auth-r"] },
			ENCRYPTED_MESSAGES: { sends: ["auth-r"] },
			FINISHED: { sends: ["auth-r"], after: "WAITING_AUTH_I" },
		}),
	},
	{
		name: "an Identity message that loses",
		texts: ({ alice, bob }) => [crossing(bob, latestIdentity(alice), "lower")[1]],
		rows: () => ({
			START: { sends: ["auth-r"], after: "WAITING_AUTH_I" },
			WAITING_AUTH_R: { sends: ["identity"] },
			WAITING_AUTH_I: { sends: ["auth-r"] },
			ENCRYPTED_MESSAGES: { sends: ["auth-r"] },
			FINISHED: { sends: ["auth-r"], after: "WAITING_AUTH_I" },
		}),
	},
	{
		name: "the Auth-R message that is waited for, or one for another's Identity message",
		texts: ({ alice, bob }, state) => [
			state === "WAITING_AUTH_R"
				? authRFrom(restarted(bob, "answers"), latestIdentity(alice))
				: elsewhere(bob, alice).authR,
		],
		rows: () => ({
			...everywhere(REFUSED),
			WAITING_AUTH_R: { sends: ["auth-i"], tells: ["established"], after: "ENCRYPTED_MESSAGES" },
		}),
	},
	{
		name: "the Auth-I message that is waited for, or one for another's Auth-R message",
		texts: ({ alice, bob }, state) => {
			if (state === "WAITING_AUTH_I") return bob.receive(alice.sent()[0] ?? "").send;
			return [elsewhere(bob, alice).authI];
		},
		rows: () => ({ ...everywhere(REFUSED), WAITING_AUTH_I: { tells: ["established"], after: "ENCRYPTED_MESSAGES" } }),
	},
	{
		name: "an Auth-I message for another's Auth-R message",
		texts: ({ alice, bob }) => [elsewhere(bob, alice).authI],
		rows: () => everywhere(REFUSED),
	},
	{
		name: "a Non-Interactive-Auth message, and the first text after it",
		texts({ alice, bob }) {
			if (alice.account.mode === "interactive-only") {
				const [carol, dave] = [sceneIn("START").alice, restarted(sceneIn("START").bob, "offline")];
				return must(dave.conversation.sendOffline([carol.ensemble()], "hello", NOW_MS)).send.slice(0, 1);
			}
			const away = restarted(bob, "offline");
			return must(away.conversation.sendOffline([alice.ensemble()], "hello", NOW_MS)).send;
		},
		rows(mode) {
			if (mode === "interactive-only") return everywhere(REFUSED);
			return everywhere({ tells: ["established", "message"], after: "ENCRYPTED_MESSAGES" });
		},
	},
	{
		name: "a data message of this session, or of the first ratchet of another",
		texts: ({ alice, bob }, state) => {
			if (state !== "ENCRYPTED_MESSAGES") return [elsewhere(bob, alice).data];
			return must(bob.conversation.send("hello", NOW_MS)).send;
		},
		rows: () => ({ ...everywhere({}), ENCRYPTED_MESSAGES: { tells: ["message"] }, FINISHED: UNREADABLE }),
	},
	{
		name: "a data message of a later ratchet of another session",
		texts: ({ alice, bob }) => [laterData(alice, bob)],
		rows: () => ({
			...everywhere(UNREADABLE),
			ENCRYPTED_MESSAGES: { sends: ["ERROR_1"], tells: ["unreadable", "refused"] },
		}),
	},
];

/** Of the ratchet after the first one of both. */
function laterData(alice: Endpoint, bob: Endpoint): string {
	const both = { alice: restarted(alice, "later"), bob: restarted(bob, "later") };
	both.alice.receive(both.bob.receive(identityFrom(both.alice)).send[0] ?? "");
	both.bob.receive(both.alice.sent()[0] ?? "");
	for (const [from, to] of [
		[both.bob, both.alice],
		[both.alice, both.bob],
	] as const) {
		to.receive(must(from.conversation.send("before", NOW_MS)).send[0] ?? "");
	}
	return must(both.bob.conversation.send("later", NOW_MS)).send[0] ?? "";
}

for (const mode of MODES) {
	for (const { name, texts, rows } of RECEIVED) {
		for (const state of STATES) {
			test(`${mode}, ${state}: ${name}`, () => {
				const scene = sceneIn(state, { mode });
				const { alice } = scene;
				const incoming = texts(scene, state);
				alice.sent();
				for (const text of incoming) alice.receive(text);
				const { sends = [], tells = [], after = state } = rows(mode)[state];
				assert.deepEqual(
					{ sends: typesOf(alice.sent()), tells: kinds(alice.told()), after: alice.conversation.state() },
					{ sends, tells, after },
				);
			});
		}
	}
}
