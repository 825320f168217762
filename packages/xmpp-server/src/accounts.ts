import { base64, err, fromBase64, ok, type Result } from "@clowder/bytes";
import { type AccountName, isAccountName } from "@clowder/login";
import { type AccountRecord, decodeAccount, encodeAccount } from "./account-record.ts";
import { ACCOUNT_EXPIRIES_COUNT, type ServerLimits } from "./limits.ts";
import {
	decoyVerifier,
	deriveVerifiers,
	preparePassword,
	type ScramMechanism,
	type ScramVerifier,
	type ScramVerifiers,
} from "./sasl-scram.ts";
import type { Storage } from "./storage/storage.ts";

interface Account {
	/** Undefined for the account of a key, which has no password. */
	verifiers: ScramVerifiers | undefined;
	sessions: number;
	/** When its last session ended, or when it was made. */
	idleSince: number;
}

export type AccountError = "conflict" | "full" | "unusable-password";

/** What the accounts need of the server around them. */
export interface AccountsHost {
	readonly limits: ServerLimits;
	readonly random: (bytes: number) => Uint8Array;
	readonly storage: Storage;
	/** Milliseconds since 1970: what is kept is dated by it. */
	readonly wallTime: () => number;
	/** The moment of making these, by the clock of the `now` that all methods are given. */
	readonly startedAt: number;
}

/** What else has to be done when an account goes. */
export interface AccountRemoval {
	/** While all that is kept for it is still there. */
	readonly before: (username: string) => void;
	/** It is gone; or it stays, where the disk does not take it. */
	readonly after: (username: string) => void;
}

/** What the server keeps for itself, and reads at once when it starts: no account has this name. */
const SERVER = "";
const ACCOUNTS = "accounts";
const SECRETS = "secrets";
const DECOY_SECRET_BYTES = 32;

/** Who may log in, kept in a storage. Names are prepared by the caller. */
export class Accounts {
	readonly #host: AccountsHost;
	readonly #limits: ServerLimits;
	readonly #decoySecret: Uint8Array;
	/** In the order of last use, so that the first is the longest unused. */
	readonly #accounts: Map<string, Account> = new Map();
	/** Those that may have nothing kept for them, in the same order; each is looked at once after its last session. */
	readonly #maybeEmpty: Set<string> = new Set();
	readonly #removals: AccountRemoval[] = [];

	constructor(host: AccountsHost) {
		this.#host = host;
		this.#limits = host.limits;
		this.#decoySecret = this.#keptSecret("decoy");
		const records = host.storage
			.entries(SERVER, ACCOUNTS)
			.map(([name, text]) => [name, decodeAccount(text)] as const)
			.sort(([, a], [, b]) => a.lastUsedMs - b.lastUsedMs);
		for (const [name, { verifiers, lastUsedMs }] of records) {
			const idleSince = host.startedAt - Math.max(0, host.wallTime() - lastUsedMs);
			this.#take(name, { verifiers, sessions: 0, idleSince });
		}
	}

	get size(): number {
		return this.#accounts.size;
	}

	has(username: string): boolean {
		return this.#accounts.has(username);
	}

	onRemoval(removal: AccountRemoval): void {
		this.#removals.push(removal);
	}

	/** Costs two runs of PBKDF2, some milliseconds: the caller limits the rate. */
	register(username: string, password: string, now: number): Result<void, AccountError> {
		// LOGIN-9: such a name belongs to whoever holds its key, whether or not they have come yet.
		if (this.#accounts.has(username) || isAccountName(username)) return err("conflict");
		const prepared = this.#usablePassword(password);
		if (prepared === undefined) return err("unusable-password");
		return this.#make(username, deriveVerifiers(prepared, this.#host.random), now);
	}

	/** LOGIN-9: makes the account of a key that was proven. What is kept of it is its name. */
	registerKey(username: AccountName, now: number): Result<void, "full"> {
		return this.#make(username, undefined, now);
	}

	/** ACCOUNT-1: a new account is on disk before anyone is told of it. */
	#make(username: string, verifiers: ScramVerifiers | undefined, now: number): Result<void, "full"> {
		if (this.#accounts.size >= this.#limits.accounts && !this.#evictEmpty(now)) return err("full");
		this.#keep(username, verifiers);
		if (!this.#host.storage.commit()) return err("full");
		this.#take(username, { verifiers, sessions: 0, idleSince: now });
		return ok(undefined);
	}

	changePassword(username: string, password: string): Result<void, AccountError> {
		const account = this.#accounts.get(username);
		const prepared = this.#usablePassword(password);
		if (account?.verifiers === undefined || prepared === undefined) return err("unusable-password");
		const verifiers = deriveVerifiers(prepared, this.#host.random);
		this.#keep(username, verifiers);
		if (!this.#host.storage.commit()) return err("full");
		account.verifiers = verifiers;
		return ok(undefined);
	}

	/** ACCOUNT-2: with all that is kept for it. False: the disk does not take it, and the account stays. */
	remove(username: string): boolean {
		const account = this.#accounts.get(username);
		this.#forget(username);
		const kept = this.#host.storage.commit();
		if (!kept && account !== undefined) this.#take(username, account);
		for (const { after } of this.#removals) after(username);
		return kept;
	}

	/** To be committed. */
	#forget(username: string): void {
		for (const { before } of this.#removals) before(username);
		this.#host.storage.drop(username);
		this.#host.storage.delete(SERVER, ACCOUNTS, username);
		this.#accounts.delete(username);
		this.#maybeEmpty.delete(username);
	}

	#usablePassword(password: string): string | undefined {
		return Buffer.byteLength(password) > this.#limits.passwordBytes ? undefined : preparePassword(password);
	}

	/**
	 * ACCOUNT-3: the account of a key for which nothing is kept goes once it was idle for `accountIdleMs`: who holds the key
	 * makes it again by coming back. Others go after `keptAccountIdleMs`.
	 */
	expire(now: number): void {
		let looks = ACCOUNT_EXPIRIES_COUNT;
		for (const username of this.#maybeEmpty) {
			const account = this.#accounts.get(username);
			if (account === undefined || now - account.idleSince < this.#limits.accountIdleMs) break;
			if (!isAccountName(username)) continue;
			if (looks-- === 0) return;
			this.#removeIfEmpty(username);
		}
		for (const [username, account] of this.#accounts) {
			if (account.sessions > 0) continue;
			if (now - account.idleSince < this.#limits.keptAccountIdleMs || looks-- === 0) return;
			this.remove(username);
		}
	}

	/** ACCOUNT-3: to a new account gives way one for which nothing is kept, never one that has something to lose. */
	#evictEmpty(now: number): boolean {
		for (const username of this.#maybeEmpty) {
			const account = this.#accounts.get(username);
			if (account === undefined || now - account.idleSince < this.#limits.accountIdleMs) return false;
			if (this.#removeIfEmpty(username)) return true;
		}
		return false;
	}

	#removeIfEmpty(username: string): boolean {
		this.#maybeEmpty.delete(username);
		if (this.#host.storage.collections(username).length > 0) return false;
		if (this.remove(username)) return true;
		// It came back to the end of the list, where it would be found once more.
		this.#maybeEmpty.delete(username);
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
		if (account === undefined) return;
		account.sessions += 1;
		this.#maybeEmpty.delete(username);
	}

	sessionEnded(username: string, now: number): void {
		const account = this.#accounts.get(username);
		if (account === undefined) return;
		account.sessions -= 1;
		account.idleSince = now;
		this.#accounts.delete(username);
		this.#take(username, account);
		// Not committed here: when it was last used may be lost by a moment.
		this.#keep(username, account.verifiers);
	}

	#take(username: string, account: Account): void {
		this.#accounts.set(username, account);
		if (account.sessions === 0) this.#maybeEmpty.add(username);
	}

	#keep(username: string, verifiers: AccountRecord["verifiers"]): void {
		const record = encodeAccount({ verifiers, lastUsedMs: this.#host.wallTime() });
		this.#host.storage.put(SERVER, ACCOUNTS, username, record);
	}

	/** SERVER-3, ACCOUNT-1: the same after a restart, or those whose salts stayed the same would be known to exist. */
	#keptSecret(name: string): Uint8Array {
		const { storage, random } = this.#host;
		const kept = fromBase64(storage.get(SERVER, SECRETS, name) ?? "");
		if (kept.ok && kept.value.length === DECOY_SECRET_BYTES) return kept.value;
		const secret = random(DECOY_SECRET_BYTES);
		storage.put(SERVER, SECRETS, name, base64(secret));
		storage.commit();
		return secret;
	}
}
