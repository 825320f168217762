import type { Jid } from "./jid.ts";
import type { ServerLimits } from "./limits.ts";
import { answerForRoom, answerForService } from "./muc-iq.ts";
import { MucRoom, type Occupant, withoutRoomClaims } from "./muc-room.ts";
import { NS } from "./namespaces.ts";
import type { Session } from "./session.ts";
import { errorReply, type IqAnswer, iqPayload, isRequest, resultReply, type StanzaCondition } from "./stanza.ts";
import { child, type Element, type Node, serialise, textOf } from "./xml.ts";

/** The rooms of one server (XEP-0045), under a domain of their own. */
export class MucService {
	readonly domain: string;
	readonly #limits: ServerLimits;
	readonly #random: (bytes: number) => Uint8Array;
	readonly #newId: () => string;
	readonly #rooms: Map<string, MucRoom> = new Map();

	constructor(domain: string, limits: ServerLimits, random: (bytes: number) => Uint8Array, newId: () => string) {
		this.domain = domain;
		this.#limits = limits;
		this.#random = random;
		this.#newId = newId;
	}

	get roomCount(): number {
		return this.#rooms.size;
	}

	/** A stanza of a session's to the service, a room or an occupant. */
	receive(session: Session, stanza: Element, to: Jid): void {
		switch (stanza.name) {
			case "presence":
				return this.#presence(session, stanza, to);
			case "message":
				return this.#message(session, stanza, to);
			default:
				return this.#iq(session, stanza, to);
		}
	}

	/** The session is gone: so it is from its rooms. */
	dropSession(session: Session): void {
		for (const jid of [...session.rooms]) {
			const room = this.#rooms.get(jid);
			const occupant = room?.occupant(session);
			session.rooms.delete(jid);
			if (room !== undefined && occupant !== undefined) {
				room.drop(occupant);
				this.#closeIfEmpty(room);
			}
		}
	}

	/** The session is unavailable: it leaves its rooms as if it had said so in each. */
	leaveAll(session: Session): void {
		for (const jid of [...session.rooms]) {
			const room = this.#rooms.get(jid);
			const occupant = room?.occupant(session);
			if (room !== undefined && occupant !== undefined) this.#leave(room, occupant, []);
		}
	}

	shutdown(): void {
		for (const room of this.#rooms.values()) room.shutdown();
		this.#rooms.clear();
	}

	#refuse(session: Session, stanza: Element, condition: StanzaCondition): void {
		const { type } = stanza.attrs;
		if (type === "error" || type === "result") return;
		session.send(errorReply(stanza, condition, session.full));
	}

	#room(to: Jid): MucRoom | undefined {
		return this.#rooms.get(`${to.local}@${to.domain}`);
	}

	#leave(room: MucRoom, occupant: Occupant, status: readonly Node[]): void {
		occupant.session.rooms.delete(room.jid);
		room.leave(occupant, status);
		this.#closeIfEmpty(room);
	}

	#closeIfEmpty(room: MucRoom): void {
		if (room.size === 0) this.#rooms.delete(room.jid);
	}

	#presence(session: Session, stanza: Element, to: Jid): void {
		const { type } = stanza.attrs;
		if (type === "error" || type === "probe") return;
		if (to.local === "") return this.#refuse(session, stanza, "service-unavailable");
		const room = this.#room(to);
		const occupant = room?.occupant(session);
		const jid = `${to.local}@${to.domain}`;
		const status = withoutRoomClaims(stanza.children, jid);
		if (type === "unavailable") {
			if (room !== undefined && occupant !== undefined) this.#leave(room, occupant, status);
			return;
		}
		if (type !== undefined) return this.#refuse(session, stanza, "service-unavailable");
		if (to.resource === "" || Buffer.byteLength(to.resource) > this.#limits.nickBytes) {
			return this.#refuse(session, stanza, "jid-malformed");
		}
		if (Buffer.byteLength(serialise(stanza)) > this.#limits.presenceBytes) {
			return this.#refuse(session, stanza, "policy-violation");
		}
		if (room !== undefined && occupant !== undefined) {
			return this.#presenceOfOccupant(room, occupant, stanza, to.resource, status);
		}
		// Without this element it is an update from a client that believes it is inside.
		if (child(stanza, "x", NS.muc) === undefined) return this.#refuse(session, stanza, "not-acceptable");
		const refusal = this.#whyNotEnter(session, room, to);
		if (refusal !== undefined) return this.#refuse(session, stanza, refusal);
		session.rooms.add(jid);
		(room ?? this.#open(jid)).join(session, to.resource, status);
	}

	#presenceOfOccupant(room: MucRoom, occupant: Occupant, stanza: Element, nick: string, status: Node[]): void {
		const { session } = occupant;
		if (nick !== occupant.nick) {
			if (room.byNick(nick) !== undefined) return this.#refuse(session, stanza, "conflict");
			occupant.status = status;
			return room.changeNick(occupant, nick);
		}
		if (child(stanza, "x", NS.muc) !== undefined) return room.resync(occupant);
		room.changeStatus(occupant, status);
	}

	#whyNotEnter(session: Session, room: MucRoom | undefined, to: Jid): StanzaCondition | undefined {
		if (session.rooms.size >= this.#limits.roomsPerSession) return "resource-constraint";
		if (room === undefined) {
			if (Buffer.byteLength(to.local) > this.#limits.roomNameBytes) return "jid-malformed";
			return this.#rooms.size >= this.#limits.rooms ? "resource-constraint" : undefined;
		}
		if (room.byNick(to.resource) !== undefined) return "conflict";
		return room.size >= this.#limits.occupantsPerRoom ? "service-unavailable" : undefined;
	}

	#open(jid: string): MucRoom {
		const room = new MucRoom(jid, this.#random(32), this.#newId);
		this.#rooms.set(jid, room);
		return room;
	}

	#message(session: Session, stanza: Element, to: Jid): void {
		const room = to.local === "" ? undefined : this.#room(to);
		if (room === undefined) {
			return this.#refuse(session, stanza, to.local === "" ? "service-unavailable" : "item-not-found");
		}
		const occupant = room.occupant(session);
		if (occupant === undefined) return this.#refuse(session, stanza, "not-acceptable");
		const { type } = stanza.attrs;
		if (to.resource !== "") {
			if (type === "groupchat") return this.#refuse(session, stanza, "bad-request");
			const reader = room.byNick(to.resource);
			if (reader === undefined) return this.#refuse(session, stanza, "item-not-found");
			return room.forward(occupant, reader, stanza);
		}
		// Invitations and requests for voice come as other types; rooms here are open to all who know the name.
		if (type !== "groupchat") return this.#refuse(session, stanza, "service-unavailable");
		const subject = child(stanza, "subject", NS.client);
		const isSubject = subject !== undefined && !child(stanza, "body", NS.client) && !child(stanza, "thread", NS.client);
		if (!isSubject) return room.groupchat(occupant, stanza);
		const text = textOf(subject);
		if (Buffer.byteLength(text) > this.#limits.subjectBytes) return this.#refuse(session, stanza, "not-acceptable");
		room.changeSubject(occupant, stanza, text);
	}

	#iq(session: Session, stanza: Element, to: Jid): void {
		const request = iqPayload(stanza);
		const { type } = stanza.attrs;
		if (to.local === "") {
			if (!isRequest(stanza) || request === undefined) return;
			if (to.resource !== "") return this.#refuse(session, stanza, "service-unavailable");
			return this.#answer(session, stanza, answerForService(request, type));
		}
		const room = this.#room(to);
		if (room === undefined) return this.#refuse(session, stanza, "item-not-found");
		const occupant = room.occupant(session);
		if (to.resource !== "") return this.#iqToOccupant(session, stanza, room, occupant, to.resource);
		if (!isRequest(stanza) || request === undefined) return;
		this.#answer(session, stanza, answerForRoom(room, occupant, request, type));
	}

	#iqToOccupant(session: Session, stanza: Element, room: MucRoom, asker: Occupant | undefined, nick: string): void {
		if (asker === undefined) return this.#refuse(session, stanza, "not-acceptable");
		const other = room.byNick(nick);
		if (other === undefined) return this.#refuse(session, stanza, "item-not-found");
		// XEP-0410 section 3.3: a ping to oneself asks whether one is still inside, and the room knows.
		const ping = isRequest(stanza) && iqPayload(stanza)?.ns === NS.ping;
		if (ping && other === asker) return this.#answer(session, stanza, { type: "result" });
		room.forward(asker, other, stanza);
	}

	#answer(session: Session, stanza: Element, answer: IqAnswer): void {
		if (answer.type === "error") return this.#refuse(session, stanza, answer.condition);
		session.send(resultReply(stanza, session.full, answer.payload));
	}
}
