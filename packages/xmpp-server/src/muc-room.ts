import { createHmac } from "node:crypto";
import { base64 } from "@clowder/bytes";
import { NS } from "./namespaces.ts";
import type { Session } from "./session.ts";
import { addressed, type Broadcast, type Element, element, type Node, serialiseForMany } from "./xml.ts";

/** Who made the room owns it and sees the others' addresses; nobody can be silenced or thrown out. */
export interface Occupant {
	readonly session: Session;
	readonly affiliation: "owner" | "none";
	readonly role: "moderator" | "participant";
	/** XEP-0421: the same for an account as long as the room exists. */
	readonly occupantId: Element;
	nick: string;
	/** What the occupant's presence says, without what only the room may say. */
	status: readonly Node[];
}

/** Status codes of XEP-0045 section 15.6. */
const SELF = "110";
const CREATED = "201";
const NICK_CHANGED = "303";
const SHUTDOWN = "332";

/** SERVER-7: what only a room may put into a stanza of an occupant's, or would be believed to have put there. */
export function withoutRoomClaims(children: readonly Node[], room: string): Node[] {
	return children.filter((node) => {
		if (typeof node === "string") return true;
		if (node.ns === NS.muc || node.ns === NS.mucUser || node.ns === NS.occupantId) return false;
		if (node.ns === NS.stanzaId && node.name === "stanza-id") return node.attrs["by"]?.toLowerCase() !== room;
		return !(node.ns === NS.delay && node.attrs["from"]?.toLowerCase() === room);
	});
}

/**
 * A room (XEP-0045). SERVER-6: everything it does to its occupants happens in one call without a pause, one stanza after the
 * other to all of them: that is what gives all of them one order.
 */
export class MucRoom {
	readonly jid: string;
	readonly #secret: Uint8Array;
	readonly #newId: () => string;
	readonly #byNick: Map<string, Occupant> = new Map();
	readonly #bySession: Map<Session, Occupant> = new Map();
	#subject: { readonly from: string; readonly text: string };

	constructor(jid: string, secret: Uint8Array, newId: () => string) {
		this.jid = jid;
		this.#secret = secret;
		this.#newId = newId;
		this.#subject = { from: jid, text: "" };
	}

	get size(): number {
		return this.#byNick.size;
	}

	get nicks(): readonly string[] {
		return [...this.#byNick.keys()];
	}

	occupant(session: Session): Occupant | undefined {
		return this.#bySession.get(session);
	}

	byNick(nick: string): Occupant | undefined {
		return this.#byNick.get(nick);
	}

	/** Lets someone in under a nick that is free; the first becomes the owner. */
	join(session: Session, nick: string, status: readonly Node[]): void {
		const first = this.size === 0;
		const joined: Occupant = {
			session,
			affiliation: first ? "owner" : "none",
			role: first ? "moderator" : "participant",
			occupantId: element("occupant-id", NS.occupantId, { id: this.#occupantId(session) }),
			nick,
			status,
		};
		for (const other of this.#byNick.values()) this.#showTo(joined, other, []);
		this.#byNick.set(nick, joined);
		this.#bySession.set(session, joined);
		this.#announce(joined, first ? [CREATED] : []);
		this.#tellSubject(joined);
	}

	/** Tells an occupant everything again, for a client that lost count. */
	resync(occupant: Occupant): void {
		for (const other of this.#byNick.values()) if (other !== occupant) this.#showTo(occupant, other, []);
		this.#showTo(occupant, occupant, [SELF]);
		this.#tellSubject(occupant);
	}

	changeStatus(occupant: Occupant, status: readonly Node[]): void {
		occupant.status = status;
		this.#announce(occupant, []);
	}

	/** The new nick must be free. */
	changeNick(occupant: Occupant, nick: string): void {
		this.#announceGone(occupant, occupant.status, [NICK_CHANGED], { nick });
		this.#byNick.delete(occupant.nick);
		occupant.nick = nick;
		this.#byNick.set(nick, occupant);
		this.#announce(occupant, []);
	}

	/** Everyone hears of it, the one who leaves included. */
	leave(occupant: Occupant, status: readonly Node[]): void {
		this.#announceGone(occupant, status, []);
		this.#forget(occupant);
	}

	/** A connection that is gone hears nothing more. */
	drop(occupant: Occupant): void {
		this.#forget(occupant);
		this.#announceGone(occupant, [], []);
	}

	/** Tells each occupant that the service ends; nobody is told about the others. */
	shutdown(): void {
		for (const occupant of [...this.#byNick.values()]) {
			const gone = this.#presence(occupant, [], "unavailable", false, [SELF, SHUTDOWN]);
			this.#sendTo(occupant, serialiseForMany(gone));
			this.#forget(occupant);
		}
	}

	/** Sends a groupchat message to all, the sender included, under an id that only the room gives (XEP-0359). */
	groupchat(from: Occupant, message: Element): void {
		const children = [
			...withoutRoomClaims(message.children, this.jid),
			element("stanza-id", NS.stanzaId, { by: this.jid, id: this.#newId() }),
			from.occupantId,
		];
		const attrs = { ...message.attrs, from: this.#address(from), to: undefined };
		const text = serialiseForMany(element("message", NS.client, attrs, children));
		for (const occupant of this.#byNick.values()) this.#sendTo(occupant, text);
	}

	changeSubject(from: Occupant, message: Element, subject: string): void {
		this.#subject = { from: this.#address(from), text: subject };
		this.groupchat(from, message);
	}

	/** A private message or an IQ from one occupant to another (XEP-0045 sections 7.5 and 17.4). */
	forward(from: Occupant, to: Occupant, stanza: Element): void {
		const attrs = { ...stanza.attrs, from: this.#address(from), to: to.session.full };
		const message = stanza.name === "message";
		const children = message
			? [...withoutRoomClaims(stanza.children, this.jid), element("x", NS.mucUser), from.occupantId]
			: stanza.children;
		to.session.send(element(stanza.name, NS.client, attrs, children));
	}

	#address(occupant: Occupant): string {
		return `${this.jid}/${occupant.nick}`;
	}

	#occupantId(session: Session): string {
		return base64(new Uint8Array(createHmac("sha256", this.#secret).update(session.bare).digest()));
	}

	#forget(occupant: Occupant): void {
		this.#byNick.delete(occupant.nick);
		this.#bySession.delete(occupant.session);
	}

	#sendTo(occupant: Occupant, text: Broadcast): void {
		occupant.session.sendText(addressed(text, occupant.session.toAttribute));
	}

	#presence(
		of: Occupant,
		status: readonly Node[],
		type: "unavailable" | undefined,
		withJid: boolean,
		codes: readonly string[],
		change?: { readonly nick: string },
	): Element {
		// Who leaves has no role any more; who changes the nick keeps it.
		const role = type === "unavailable" && change === undefined ? "none" : of.role;
		const jid = withJid ? of.session.full : undefined;
		const item = element("item", NS.mucUser, { affiliation: of.affiliation, role, jid, nick: change?.nick });
		const statuses = codes.map((code) => element("status", NS.mucUser, { code }));
		return element("presence", NS.client, { from: this.#address(of), type }, [
			...status,
			element("x", NS.mucUser, {}, [item, ...statuses]),
			of.occupantId,
		]);
	}

	#showTo(reader: Occupant, of: Occupant, codes: readonly string[]): void {
		const presence = this.#presence(of, of.status, undefined, reader.role === "moderator", codes);
		this.#sendTo(reader, serialiseForMany(presence));
	}

	#announce(of: Occupant, selfCodes: readonly string[]): void {
		this.#broadcast(of, (withJid, codes) => this.#presence(of, of.status, undefined, withJid, codes), [
			SELF,
			...selfCodes,
		]);
	}

	#announceGone(of: Occupant, status: readonly Node[], codes: readonly string[], change?: { nick: string }): void {
		this.#broadcast(
			of,
			(withJid, own) => this.#presence(of, status, "unavailable", withJid, [...codes, ...own], change),
			[SELF],
		);
	}

	/** Serialises once for everyone, once for those who see addresses and once for whom it is about. */
	#broadcast(
		of: Occupant,
		build: (withJid: boolean, codes: readonly string[]) => Element,
		selfCodes: readonly string[],
	): void {
		const forAll = serialiseForMany(build(false, []));
		let forModerators: Broadcast | undefined;
		for (const reader of this.#byNick.values()) {
			if (reader === of) {
				this.#sendTo(reader, serialiseForMany(build(reader.role === "moderator", selfCodes)));
			} else if (reader.role === "moderator") {
				forModerators ??= serialiseForMany(build(true, []));
				this.#sendTo(reader, forModerators);
			} else {
				this.#sendTo(reader, forAll);
			}
		}
	}

	#tellSubject(reader: Occupant): void {
		const { from, text } = this.#subject;
		reader.session.send(
			element("message", NS.client, { from, to: reader.session.full, type: "groupchat" }, [
				element("subject", NS.client, {}, text === "" ? [] : [text]),
			]),
		);
	}
}
