import { err, ok, type Result } from "@clowder/bytes";
import { type AccountName, isAccountName } from "@clowder/login";
import type { ServerLimits } from "./limits.ts";
import {
	decoyVerifier,
	deriveVerifiers,
	preparePassword,
	type ScramMechanism,
	type ScramVerifier,
	type ScramVerifiers,
} from "./sasl-scram.ts";

interface Account {
	/** Undefined for the account of a key, which has no password. */
	verifiers: ScramVerifiers | undefined;
	sessions: number;
	/** When its last session ended, or when it was made. */
	idleSince: number;
}

export type AccountError = "conflict" | "full" | "unusable-password";

/** Who may log in. In memory: accounts end with the server. Names are prepared by the caller. */
export class Accounts {
	readonly #limits: ServerLimits;
	readonly #random: (bytes: number) => Uint8Array;
	readonly #decoySecret: Uint8Array;
	/** In the order of last use, so that the first is the longest unused. */
	readonly #accounts: Map<string, Account> = new Map();

	constructor(limits: ServerLimits, random: (bytes: number) => Uint8Array) {
		this.#limits = limits;
		this.#random = random;
		this.#decoySecret = random(32);
	}

	get size(): number {
		return this.#accounts.size;
	}

	has(username: string): boolean {
		return this.#accounts.has(username);
	}

	/** Costs two runs of PBKDF2, some milliseconds: the caller limits the rate. */
	register(username: string, password: string, now: number): Result<void, AccountError> {
		// LOGIN-9: such a name belongs to whoever holds its key, whether or not they have come yet.
		if (this.#accounts.has(username) || isAccountName(username)) return err("conflict");
		const prepared = this.#usablePassword(password);
		if (prepared === undefined) return err("unusable-password");
		if (this.#accounts.size >= this.#limits.accounts && !this.#evictIdle(now)) return err("full");
		this.#accounts.set(username, { verifiers: deriveVerifiers(prepared, this.#random), sessions: 0, idleSince: now });
		return ok(undefined);
	}

	/** LOGIN-9: makes the account of a key that was proven. What is kept of it is its name. */
	registerKey(username: AccountName, now: number): Result<void, "full"> {
		if (this.#accounts.size >= this.#limits.accounts && !this.#evictIdle(now)) return err("full");
		this.#accounts.set(username, { verifiers: undefined, sessions: 0, idleSince: now });
		return ok(undefined);
	}

	changePassword(username: string, password: string): Result<void, AccountError> {
		const account = this.#accounts.get(username);
		const prepared = this.#usablePassword(password);
		if (account?.verifiers === undefined || prepared === undefined) return err("unusable-password");
		account.verifiers = deriveVerifiers(prepared, this.#random);
		return ok(undefined);
	}

	remove(username: string): void {
		this.#accounts.delete(username);
	}

	#usablePassword(password: string): string | undefined {
		return Buffer.byteLength(password) > this.#limits.passwordBytes ? undefined : preparePassword(password);
	}

	#evictIdle(now: number): boolean {
		for (const [username, account] of this.#accounts) {
			if (account.sessions > 0) continue;
			if (now - account.idleSince < this.#limits.accountIdleMs) return false;
			this.#accounts.delete(username);
			return true;
		}
		return false;
	}

	/** The verifier to challenge with. Unknown names get a decoy, for which no password exists. */
	verifier(username: string | undefined, mechanism: ScramMechanism): ScramVerifier {
		const decoy = decoyVerifier(mechanism, this.#decoySecret, username ?? "");
		const account = username === undefined ? undefined : this.#accounts.get(username);
		return account?.verifiers?.[mechanism] ?? decoy;
	}

	sessionBegan(username: string): void {
		const account = this.#accounts.get(username);
		if (account !== undefined) account.sessions += 1;
	}

	sessionEnded(username: string, now: number): void {
		const account = this.#accounts.get(username);
		if (account === undefined) return;
		account.sessions -= 1;
		account.idleSince = now;
		this.#accounts.delete(username);
		this.#accounts.set(username, account);
	}
}
