import { base64, err, ok, type Result } from "@clowder/bytes";
import { type Channels, type LoginHost, loginHost } from "@clowder/login";
import { Accounts } from "./accounts.ts";
import { Connection, type Wire } from "./connection.ts";
import type { Element } from "./xml.ts";
import type { Framing } from "./framing.ts";
import type { Jid } from "./jid.ts";
import { EXPIRE_ACCOUNTS_MS, type ServerLimits } from "./limits.ts";
import { Meter } from "./meter.ts";
import { MucService } from "./muc-service.ts";
import { limitKey, PerMinute } from "./rate.ts";
import { Router } from "./router.ts";
import { type Session, Sessions } from "./session.ts";
import type { Storage } from "./storage/storage.ts";
import { Bindings } from "./stream-management/bindings.ts";
import { UploadService } from "./upload/upload-service.ts";

export interface CoreOptions {
	readonly domain: string;
	readonly limits: ServerLimits;
	readonly random: (bytes: number) => Uint8Array;
	/** What is kept beyond connections; it stays the caller's to close. */
	readonly storage: Storage;
	/** Milliseconds since 1970. */
	readonly wallTime: () => number;
	/** The moment of making it, by the clock of the `now` that all methods are given. */
	readonly startedAt: number;
	readonly meter?: Meter;
}

/** Why no connection was made: too many, of all or of this address. */
export type ConnectRefusal = "too-many-connections" | "too-many-from-address";

/** What counts as a connection: a stream, an occupant over HTTP, or a session that waits for its client to come back. */
export interface Peer {
	/** Looks at its deadlines. */
	tick(now: number): void;
	/** The server ends: says so, where there is a way to, and lets go. */
	fail(condition: "system-shutdown", now: number): void;
	/** Is gone, and out of its rooms. */
	drop(now: number): void;
}

/** Counts, for logs and tests. */
export interface CoreCounts {
	readonly connections: number;
	readonly sessions: number;
	readonly accounts: number;
	readonly rooms: number;
}

/** The whole server without sockets and clocks: connections with their wires go in, text comes out of the wires. */
export class ServerCore {
	readonly domain: string;
	readonly mucDomain: string;
	readonly meter: Meter;
	readonly #loginHost: LoginHost;
	readonly #limits: ServerLimits;
	readonly #random: (bytes: number) => Uint8Array;
	readonly #storage: Storage;
	readonly #accounts: Accounts;
	readonly #sessions: Sessions = new Sessions();
	readonly #muc: MucService;
	/** Gives slots once it serves. */
	readonly uploads: UploadService = new UploadService();
	readonly #router: Router;
	readonly #bindings: Bindings;
	readonly #connections: Map<Peer, string> = new Map();
	readonly #perAddress: Map<string, number> = new Map();
	readonly #connectRate: PerMinute;
	readonly #registerRate: PerMinute;
	readonly #authRate: PerMinute;
	#onEmpty: (() => void) | undefined;
	/** When accounts that nobody uses are looked for next. */
	#expireAt: number;
	/** SERVER-11: connections whose readers are too slow. They end after the stanza at hand has gone to everyone else. */
	readonly #overflowed: Set<Peer> = new Set();

	constructor({ domain, limits, random, storage, wallTime, startedAt, meter = new Meter(() => {}) }: CoreOptions) {
		this.meter = meter;
		this.domain = domain;
		this.mucDomain = `conference.${domain}`;
		const host = loginHost(domain);
		if (!host.ok) throw new RangeError("the domain of an XMPP server is a domain name");
		this.#loginHost = host.value;
		this.#limits = limits;
		this.#random = random;
		this.#storage = storage;
		this.#expireAt = startedAt;
		this.#accounts = new Accounts({ limits, random, storage, wallTime, startedAt });
		const newId = (): string => this.#newId();
		this.#muc = new MucService(this.mucDomain, limits, random, newId);
		this.#router = new Router({
			domain,
			limits,
			accounts: this.#accounts,
			sessions: this.#sessions,
			muc: this.#muc,
			storage,
			uploads: this.uploads,
			newId,
			wallTime,
		});
		this.#bindings = this.#newBindings();
		this.#connectRate = new PerMinute(limits.connectionsPerAddressPerMinute);
		this.#registerRate = new PerMinute(limits.registrationsPerAddressPerMinute, () =>
			meter.refused("too-many-registrations"),
		);
		this.#authRate = new PerMinute(limits.authFailuresPerAddressPerMinute);
	}

	get counts(): CoreCounts {
		return {
			connections: this.#connections.size,
			sessions: this.#sessions.size,
			accounts: this.#accounts.size,
			rooms: this.#muc.roomCount,
		};
	}

	#newBindings(): Bindings {
		return new Bindings({
			domain: this.domain,
			limits: this.#limits,
			random: this.#random,
			newId: () => this.#newId(),
			accounts: this.#accounts,
			sessions: this.#sessions,
			takeIn: (peer, address) => this.takeIn(peer, address),
			takeOut: (peer) => this.#forget(peer),
			overflowed: (peer) => this.#overflowed.add(peer),
			ended: (session, unacked) => {
				this.#router.sessionEnded(session);
				this.#router.undelivered(session, unacked);
			},
		});
	}

	/** Letters, digits, `-` and `_`: safe wherever an id goes. */
	#newId(): string {
		return base64(this.#random(15)).replaceAll("+", "-").replaceAll("/", "_");
	}

	/** Whether one more connection from this address is let in; ask before `connect`. */
	admits(address: string, now: number): Result<void, ConnectRefusal> {
		const key = limitKey(address);
		if (this.#connections.size >= this.#limits.connections) return err("too-many-connections");
		if ((this.#perAddress.get(key) ?? 0) >= this.#limits.connectionsPerAddress) return err("too-many-from-address");
		return this.#connectRate.allow(key, now) ? ok(undefined) : err("too-many-from-address");
	}

	connect(wire: Wire, address: string, framing: Framing, now: number, channels: Channels = {}): Connection {
		const key = limitKey(address);
		const connection: Connection = new Connection(
			wire,
			framing,
			{
				domain: this.domain,
				loginHost: this.#loginHost,
				channels,
				limits: this.#limits,
				accounts: this.#accounts,
				random: this.#random,
				newId: () => this.#newId(),
				allowRegistration: (at) => this.#registerRate.allow(key, at),
				allowAuthentication: (at) => this.#authRate.admits(key, at),
				authenticationFailed: (at) => {
					this.meter.refused("failed-login");
					this.#authRate.allow(key, at);
				},
				bind: (username, wanted, at) => {
					const bound = this.#bindings.bind(connection, address, { username, wanted }, at);
					if (bound.ok) bound.value.session.pageOrigin = wire.pageOrigin;
					return bound;
				},
				enable: (request) => this.#bindings.enable(request),
				resume: (username, request, at) => this.#bindings.resume(connection, address, { ...request, username }, at),
				commit: () => this.#storage.commit(),
				route: (session, stanza, at) =>
					this.#router.route(session, stanza, { now: at, allowRegistration: () => this.#registerRate.allow(key, at) }),
				release: (binding, how, at) => this.#bindings.release(binding, connection, how, at),
			},
			(slow) => this.#overflowed.add(slow),
			now,
		);
		this.takeIn(connection, address);
		return connection;
	}

	/** Counts a peer from now until it is `disconnected`; ask `admits` before. */
	takeIn(peer: Peer, address: string): void {
		const key = limitKey(address);
		this.#connections.set(peer, key);
		this.#perAddress.set(key, (this.#perAddress.get(key) ?? 0) + 1);
	}

	/** A stanza to the rooms, of a session without a stream. */
	receiveForRoom(session: Session, stanza: Element, to: Jid, now: number): void {
		this.meter.stanzasIn += 1;
		this.#muc.receive(session, stanza, to);
		this.#dropOverflowed(now);
	}

	/** A session without a stream is gone. */
	leaveRooms(session: Session): void {
		this.#muc.dropSession(session);
	}

	/** SERVER-11: a peer whose reader is too slow; it ends after the stanza at hand has gone to everyone else. */
	overflowed(peer: Peer): void {
		this.#overflowed.add(peer);
	}

	receive(connection: Connection, text: string, now: number): void {
		this.meter.stanzasIn += connection.receive(text, now);
		this.#dropOverflowed(now);
	}

	refuse(connection: Connection, condition: Parameters<Connection["refuse"]>[0], detail: string, now: number): void {
		connection.refuse(condition, detail, now);
		this.#dropOverflowed(now);
	}

	/** The transport closed. */
	disconnected(connection: Peer, now: number): void {
		this.#forget(connection);
		connection.drop(now);
		this.#dropOverflowed(now);
	}

	tick(now: number): void {
		for (const connection of [...this.#connections.keys()]) connection.tick(now);
		if (now >= this.#expireAt) {
			this.#expireAt = now + EXPIRE_ACCOUNTS_MS;
			this.#accounts.expire(now);
		}
		this.#storage.commit();
		this.#dropOverflowed(now);
	}

	/** Tells everyone that it is over; their transports close once they have heard. */
	shutdown(now: number): void {
		this.#muc.shutdown();
		for (const connection of [...this.#connections.keys()]) connection.fail("system-shutdown", now);
		this.#dropOverflowed(now);
	}

	dropAll(now: number): void {
		for (const connection of [...this.#connections.keys()]) this.disconnected(connection, now);
	}

	/** Calls back once, when no connection is left. */
	whenEmpty(callback: () => void): void {
		this.#onEmpty = callback;
		this.#reportIfEmpty();
	}

	#reportIfEmpty(): void {
		if (this.#connections.size > 0) return;
		this.#onEmpty?.();
		this.#onEmpty = undefined;
	}

	#forget(connection: Peer): void {
		const key = this.#connections.get(connection);
		if (key === undefined) return;
		this.#connections.delete(connection);
		const left = (this.#perAddress.get(key) ?? 1) - 1;
		if (left === 0) this.#perAddress.delete(key);
		else this.#perAddress.set(key, left);
		this.#reportIfEmpty();
	}

	/** Dropping one tells its rooms, which may show another to be too slow. */
	#dropOverflowed(now: number): void {
		for (const connection of this.#overflowed) {
			this.#overflowed.delete(connection);
			this.meter.refused("slow-reader");
			this.#forget(connection);
			connection.drop(now);
		}
	}
}
