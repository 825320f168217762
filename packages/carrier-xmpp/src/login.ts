import { err, ok, type Result } from "@clowder/bytes";
import type { CarrierError, EnterStep } from "@clowder/carrier";
import { type Primitives, SEED_BYTES } from "@clowder/crypto";
import { keyPassword, loginHost, loginKey, NONCE_BYTES, throwawayLoginKey } from "@clowder/login";
import { newAccount, register } from "./account.ts";
import { ANONYMOUS, type Credentials, KEY_MECHANISM, PLAIN, SCRAM_MECHANISMS } from "./sasl-exchange.ts";
import type { ScramCredentials } from "./scram.ts";
import type { Link } from "./xmpp-js.ts";
import type { Offer } from "./xmpp-negotiation.ts";

/** How someone logged in: by key, with an account made for it, with the server's anonymous name, with one's own account. */
export type LoginWay = Credentials["way"];

/** What a login by key takes. */
export interface KeyLogin {
	readonly primitives: Primitives;
	/**
	 * The user's secret, 32 bytes: one account at each host, for as long as the secret is kept, which is left in place.
	 * Without it each place has a key of its own, and an account that goes with it.
	 */
	readonly secret?: Uint8Array;
	/**
	 * For servers whose SASL cannot be extended (KEYPASS-*): reads what the server publishes, anew for each login; undefined
	 * where there is nothing. `windowKeyReader` makes one. Not tried when absent: it is a connection of its own, which has to
	 * go the way that all others go.
	 */
	readonly readWindowKey?: () => Promise<string | undefined>;
}

type KeyCredentials = Extract<Credentials, { way: "key" }>;

export interface LoginOptions {
	readonly domain: string;
	readonly random: (length: number) => Uint8Array;
	/** Not tried when absent. */
	readonly key: KeyLogin | undefined;
	/** An account that there is, for servers that give no other way. */
	readonly account: ScramCredentials | undefined;
	readonly onLogin: (way: LoginWay) => void;
}

/** ASCII that needs neither escapes nor SASLprep (RFC 5802 section 5.1). */
const NAME = /^[\x21-\x2b\x2d-\x3c\x3e-\x7e]+$/;
const PASSWORD = /^[\x20-\x7e]+$/;

/** Whether an account that the caller gives can be used. */
export function checkAccount(account: ScramCredentials | undefined): Result<void, CarrierError> {
	if (account === undefined || (NAME.test(account.username) && PASSWORD.test(account.password))) return ok(undefined);
	return err({ kind: "usage", detail: "a name and a password of printable ASCII expected" });
}

/** What the caller gave. */
export interface Possible {
	readonly key: boolean;
	/** A login by key with a password of one use. */
	readonly keyPassword?: boolean;
	readonly account: boolean;
}

/**
 * XMPP-11: the ways that a server offers, the best first. A registration that the server does not speak of is the last
 * thing tried.
 */
export function waysIn(offer: Omit<Offer, "resumption">, can: Possible): readonly LoginWay[] {
	const hasScram = SCRAM_MECHANISMS.some((name) => offer.mechanisms.includes(name));
	const ways: LoginWay[] = [];
	const takesKey = offer.mechanisms.includes(KEY_MECHANISM);
	if (can.key && (takesKey || (can.keyPassword === true && offer.mechanisms.includes(PLAIN)))) ways.push("key");
	if (hasScram && offer.registration) ways.push("registered");
	if (offer.mechanisms.includes(ANONYMOUS)) ways.push("anonymous");
	if (hasScram && can.account) ways.push("account");
	if (hasScram && !offer.registration) ways.push("registered");
	return ways;
}

/** What one place logs in with, made on the first connection and kept for the next ones (XMPP-3). */
export class Login {
	readonly #options: LoginOptions;
	readonly #onStep: (step: EnterStep) => void;
	#kept: Credentials | undefined;

	constructor(options: LoginOptions, onStep: (step: EnterStep) => void) {
		this.#options = options;
		this.#onStep = onStep;
	}

	/** Whether the account was made for this place alone, and should go with it. */
	get isThrowaway(): boolean {
		return this.#kept?.way === "registered" || (this.#kept?.way === "key" && this.#options.key?.secret === undefined);
	}

	/** What to log in with on this stream, which is not logged in yet. */
	async credentials(link: Link, offer: Offer): Promise<Result<Credentials, CarrierError>> {
		const { key, account } = this.#options;
		const isKeyPasswordPossible = key?.readWindowKey !== undefined;
		const can = { key: key !== undefined, keyPassword: isKeyPasswordPossible, account: account !== undefined };
		const ways = waysIn(offer, can);
		if (this.#kept !== undefined && ways.includes(this.#kept.way)) {
			return this.#kept.way === "key" ? this.#proving(this.#kept, offer) : ok(this.#kept);
		}
		this.forget();
		let refused: CarrierError = { kind: "protocol", expected: "a login that is possible here", got: "others" };
		for (const way of ways) {
			const made = await this.#make(way, link, offer);
			if (made.ok) {
				this.#kept = made.value;
				return made;
			}
			if (made.error.kind !== "refused") return made;
			refused = made.error;
		}
		return err(refused);
	}

	/** The server took it. */
	succeeded(way: LoginWay): void {
		this.#options.onLogin(way);
	}

	/** The next login begins anew. */
	forget(): void {
		if (this.#kept?.way === "key") this.#kept.key.erase();
		this.#kept = undefined;
	}

	async #make(way: LoginWay, link: Link, offer: Offer): Promise<Result<Credentials, CarrierError>> {
		const { domain, random } = this.#options;
		switch (way) {
			case "key": {
				const made = this.#makeKey();
				if (!made.ok) return made;
				const proving = await this.#proving(made.value, offer);
				if (!proving.ok) made.value.key.erase();
				return proving;
			}
			case "registered": {
				this.#onStep("registering");
				const scram = newAccount(random);
				const registered = await register(link, domain, scram);
				return registered.ok ? ok({ way, scram }) : err(registered.error);
			}
			case "anonymous":
				return ok({ way });
			case "account":
				return ok({ way, scram: this.#options.account as ScramCredentials });
		}
	}

	/** KEYPASS-4, KEYPASS-7: a password is for one login, and made only where the mechanism is not offered. */
	async #proving({ key, host, primitives }: KeyCredentials, offer: Offer): Promise<Result<Credentials, CarrierError>> {
		const credentials: KeyCredentials = { way: "key", key, host, primitives };
		if (offer.mechanisms.includes(KEY_MECHANISM)) return ok(credentials);
		const published = await this.#options.key?.readWindowKey?.();
		const made = keyPassword(primitives, { key, host, published: published ?? "" }, this.#options.random(NONCE_BYTES));
		if (made.ok) return ok({ ...credentials, password: made.value });
		const detail = `${made.error.expected} expected where the server publishes it, ${made.error.got} came`;
		return err({ kind: "refused", condition: "not-acceptable", detail });
	}

	#makeKey(): Result<KeyCredentials, CarrierError> {
		const { domain, random } = this.#options;
		const { primitives, secret } = this.#options.key as KeyLogin;
		// LOGIN-2: the host is the one we mean, whatever the server calls itself.
		const host = loginHost(domain);
		if (!host.ok) return err({ kind: "usage", detail: "the domain of a server expected" });
		const key =
			secret === undefined
				? throwawayLoginKey(primitives, random(SEED_BYTES))
				: loginKey(primitives, secret, host.value);
		return ok({ way: "key", key, host: host.value, primitives });
	}
}
