import type { Result } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import { Account, type AccountContent, type AccountOptions, createAccount } from "../../src/account/account.ts";
import { Conversation, type ConversationOptions } from "../../src/conversation/conversation.ts";
import type { EncryptedSession } from "../../src/conversation/encrypted-session.ts";
import type { ConversationEvent, Outcome } from "../../src/conversation/events.ts";
import type { Mode } from "../../src/mode.ts";
import { type VerifiedEnsemble, verifyEnsemble } from "../../src/prekey-server/ensemble.ts";
import type { Refusal } from "../../src/refusal.ts";
import { must } from "./expect.ts";
import { seeded } from "./random.ts";

/** When every test begins. */
export const NOW_MS = 1_800_000_000_000;

export const ALICE = "alice@example.org";
export const BOB = "bob@example.org";

export interface EndpointOptions extends Partial<ConversationOptions> {
	readonly mode?: Mode;
	readonly account?: Account;
	readonly accountOptions?: Partial<AccountOptions>;
	readonly nowMs?: number;
	/** Which of a user's devices: each has an account of its own. */
	readonly device?: number;
}

const contents = new Map<string, AccountContent>();

/** An account that is the same in every test that names it so; its keys are made once. */
export function account(
	name: string,
	mode: Mode = "standalone",
	primitives: OtrPrimitives = otrNodePrimitives,
	more: Partial<AccountOptions> = {},
	nowMs: number = NOW_MS,
): Account {
	const key = `${name} ${mode} ${primitives.backend} ${JSON.stringify(more)} ${nowMs}`;
	const random = seeded(`account ${key}`);
	const options: AccountOptions = { primitives, random, mode, ...more };
	const known = contents.get(key);
	if (known !== undefined) return new Account({ ...options, random: seeded(`again ${key}`) }, known);
	const made = must(createAccount(options, nowMs));
	// Accounts with secrets that a test may erase are made anew.
	if (more.keepForgingKey !== true) contents.set(key, made.content());
	return made;
}

/** One device of one user, in a conversation with the other user. It keeps what it was told and what it has to send. */
export class Endpoint {
	readonly name: string;
	readonly account: Account;
	conversation: Conversation;
	readonly events: ConversationEvent[] = [];
	readonly outbox: string[] = [];
	readonly #primitives: OtrPrimitives;
	readonly #options: ConversationOptions;

	constructor(name: string, ourAddress: string, theirAddress: string, options: EndpointOptions = {}) {
		const { mode = "standalone", device = 0, primitives = otrNodePrimitives, nowMs = NOW_MS } = options;
		this.#primitives = primitives;
		this.name = device === 0 ? name : `${name}${device}`;
		this.account = options.account ?? account(this.name, mode, primitives, options.accountOptions, nowMs);
		this.#options = {
			random: seeded(`conversation ${this.name}`),
			...options,
			primitives,
			ourAddress,
			theirAddress,
			account: this.account,
		};
		this.conversation = new Conversation(this.#options);
	}

	/** Ends the program, and starts it again with what it had stored. */
	restart(nowMs: number = NOW_MS): void {
		this.conversation = must(this.restoring(this.conversation.store(), nowMs));
	}

	/** What comes of starting with something that was stored. */
	restoring(stored: Uint8Array, nowMs: number = NOW_MS): Result<Conversation, Refusal> {
		return Conversation.restore(this.#options, stored, nowMs);
	}

	/** Notes what came of a call. */
	take(outcome: Outcome): Outcome {
		this.outbox.push(...outcome.send);
		this.events.push(...outcome.events);
		return outcome;
	}

	receive(text: string, nowMs: number = NOW_MS): Outcome {
		return this.take(this.conversation.receive(text, nowMs));
	}

	/** What there is to send, taken out. */
	sent(): string[] {
		return this.outbox.splice(0);
	}

	/** What it was told since it was last asked. */
	told(): ConversationEvent[] {
		return this.events.splice(0);
	}

	get session(): EncryptedSession {
		const session = this.conversation.session();
		if (session === undefined) throw new Error(`${this.name} has no encrypted session`);
		return session;
	}

	get tag(): number {
		return this.account.instanceTag;
	}

	/** What somebody who writes to this device while it is away gets from the server, verified. */
	ensemble(nowMs: number = NOW_MS): VerifiedEnsemble {
		return this.ensembles(1, nowMs)[0] as VerifiedEnsemble;
	}

	ensembles(count: number, nowMs: number = NOW_MS): VerifiedEnsemble[] {
		const made = must(this.account.publication(count, nowMs));
		return made.prekeyMessages.map((prekey) =>
			must(
				verifyEnsemble(
					this.#primitives,
					{
						clientProfile: made.clientProfile.profile,
						prekeyProfile: made.prekeyProfile.profile.profile,
						prekeyMessage: prekey.message,
					},
					Math.floor(nowMs / 1000),
					this.account.mode,
				),
			),
		);
	}
}
