import type { IqOutcome, IqRequest, IqService } from "./iq-service.ts";
import { NS } from "./namespaces.ts";
import type { Session, Sessions } from "./session.ts";
import { child, type Element, element } from "./xml.ts";

/** Copies of messages for the other devices of an account (XEP-0280). */
export class Carbons implements IqService {
	readonly serverFeatures: readonly string[] = [NS.carbons];
	readonly accountFeatures: readonly string[] = [];
	readonly #sessions: Sessions;
	readonly #enabled: WeakSet<Session> = new WeakSet();

	constructor(sessions: Sessions) {
		this.#sessions = sessions;
	}

	answer({ session, payload, type }: IqRequest): IqOutcome | undefined {
		if (payload.ns !== NS.carbons) return undefined;
		if (type !== "set" || (payload.name !== "enable" && payload.name !== "disable")) {
			return { type: "error", condition: "bad-request" };
		}
		if (payload.name === "enable") this.#enabled.add(session);
		else this.#enabled.delete(session);
		return { type: "result" };
	}

	/** CARBON-1: to the sessions of an account that did not get a message, or did not send it, themselves. */
	copy(kind: "received" | "sent", username: string, message: Element, but: ReadonlySet<Session>): void {
		const readers = this.#sessions.of(username).filter((session) => this.#enabled.has(session) && !but.has(session));
		if (readers.length === 0 || !isCopied(message)) return;
		const forwarded = element("forwarded", NS.forward, {}, [message]);
		const copy = element(kind, NS.carbons, {}, [forwarded]);
		for (const reader of readers) {
			const attrs = { type: message.attrs["type"], from: reader.bare, to: reader.full };
			reader.send(element("message", NS.client, attrs, [copy]));
		}
	}
}

/** CARBON-2: section 6.1, without what its sender keeps from copies, and without what is said in rooms. */
function isCopied(message: Element): boolean {
	if (child(message, "private", NS.carbons) || child(message, "no-copy", NS.hints)) return false;
	if (child(message, "received", NS.carbons) || child(message, "sent", NS.carbons)) return false;
	if (child(message, "x", NS.mucUser)) return false;
	const { type = "normal" } = message.attrs;
	return type === "chat" || (type === "normal" && child(message, "body", NS.client) !== undefined);
}
