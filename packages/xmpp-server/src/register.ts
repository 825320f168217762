import type { Accounts } from "./accounts.ts";
import type { IqOutcome, IqRequest, IqService } from "./iq-service.ts";
import { prepareLocal } from "./jid.ts";
import { NS } from "./namespaces.ts";
import type { IqAnswer } from "./stanza.ts";
import { child, type Element, element, textOf } from "./xml.ts";

/** What in-band registration (XEP-0077) answers. */
export type RegisterAnswer =
	| IqAnswer
	/** The account is gone: answer, then end its sessions. */
	| { readonly type: "removed" };

function form(registered: string | undefined): Element {
	const known = registered === undefined ? [] : [element("registered", NS.register)];
	return element("query", NS.register, {}, [
		...known,
		element("instructions", NS.register, {}, ["Choose a user name and a password for this server."]),
		element("username", NS.register, {}, registered === undefined ? [] : [registered]),
		element("password", NS.register),
	]);
}

function field(query: Element, name: string): string | undefined {
	const found = child(query, name, NS.register);
	return found === undefined ? undefined : textOf(found);
}

function register(accounts: Accounts, query: Element, allowed: () => boolean, now: number): RegisterAnswer {
	const username = prepareLocal(field(query, "username") ?? "");
	const password = field(query, "password");
	if (username === undefined || password === undefined) return { type: "error", condition: "not-acceptable" };
	if (!allowed()) return { type: "error", condition: "resource-constraint" };
	const registered = accounts.register(username, password, now);
	if (registered.ok) return { type: "result" };
	switch (registered.error) {
		case "conflict":
			return { type: "error", condition: "conflict" };
		case "full":
			return { type: "error", condition: "resource-constraint" };
		case "unusable-password":
			return { type: "error", condition: "not-acceptable" };
	}
}

/** Answers before authentication: the form, and new accounts. `allowed` counts an attempt against the address. */
export function registerBeforeLogin(
	accounts: Accounts,
	type: string | undefined,
	query: Element,
	allowed: () => boolean,
	now: number,
): RegisterAnswer {
	if (type === "get") return { type: "result", payload: form(undefined) };
	if (child(query, "remove", NS.register)) return { type: "error", condition: "not-allowed" };
	return register(accounts, query, allowed, now);
}

/** In-band registration for those who are logged in; the form is open to them at the server and at their account. */
export class RegisterService implements IqService {
	readonly serverFeatures: readonly string[] = [NS.register];
	readonly accountFeatures: readonly string[] = [];
	readonly #accounts: Accounts;
	readonly #onRemoved: (username: string, now: number) => void;

	/** `onRemoved`: an account is gone, and its owner has been told. */
	constructor(accounts: Accounts, onRemoved: (username: string, now: number) => void) {
		this.#accounts = accounts;
		this.#onRemoved = onRemoved;
	}

	answer({ session, payload, type, now, allowRegistration }: IqRequest): IqOutcome | undefined {
		if (payload.ns !== NS.register || payload.name !== "query") return undefined;
		const answer = registerAfterLogin(this.#accounts, session.username, type, payload, allowRegistration);
		if (answer.type !== "removed") return answer;
		return { type: "result", afterwards: () => this.#onRemoved(session.username, now) };
	}
}

/** Answers for someone logged in: their own form, a new password, or the end of the account. */
export function registerAfterLogin(
	accounts: Accounts,
	username: string,
	type: string | undefined,
	query: Element,
	allowed: () => boolean,
): RegisterAnswer {
	if (type === "get") return { type: "result", payload: form(username) };
	if (child(query, "remove", NS.register)) {
		if (query.children.some((node) => typeof node !== "string" && node.name !== "remove")) {
			return { type: "error", condition: "bad-request" };
		}
		return accounts.remove(username) ? { type: "removed" } : { type: "error", condition: "resource-constraint" };
	}
	const password = field(query, "password");
	if (password === undefined) return { type: "error", condition: "bad-request" };
	if (prepareLocal(field(query, "username") ?? "") !== username) return { type: "error", condition: "not-allowed" };
	if (!allowed()) return { type: "error", condition: "resource-constraint" };
	const changed = accounts.changePassword(username, password);
	if (changed.ok) return { type: "result" };
	return { type: "error", condition: changed.error === "full" ? "resource-constraint" : "not-acceptable" };
}
