import type { ArrivalKeys } from "./arrival-keys.ts";
import { type DelayHost, delayed } from "./delay.ts";
import type { Flight, InFlight } from "./in-flight.ts";
import type { IqService } from "./iq-service.ts";
import type { ServerLimits } from "./limits.ts";
import { NS } from "./namespaces.ts";
import type { Session } from "./session.ts";
import type { Storage } from "./storage/storage.ts";
import { child, childElements, type Element, serialise } from "./xml.ts";
import { parseFrame } from "./xml-parser.ts";

/** Messages that wait, by account and key of arrival. */
export const WAITING = "offline";

/** How much waits for one account. */
interface Queue {
	messages: number;
	bytes: number;
}

/** What offline messages need of the server around them. */
export interface OfflineHost extends DelayHost {
	readonly limits: ServerLimits;
	readonly storage: Storage;
	readonly keys: ArrivalKeys;
	readonly inFlight: InFlight;
}

/** Messages for accounts that are not there (XEP-0160). */
export class OfflineMessages implements IqService {
	readonly serverFeatures: readonly string[] = [NS.offline];
	readonly accountFeatures: readonly string[] = [];
	readonly #host: OfflineHost;
	/** Of accounts for which messages wait, as far as they were looked at. */
	readonly #queues: Map<string, Queue> = new Map();

	constructor(host: OfflineHost) {
		this.#host = host;
	}

	/** There is nothing to ask it; it is listed for its feature. */
	answer(): undefined {
		return undefined;
	}

	/**
	 * OFFLINE-1, OFFLINE-2: false where there are too many already, or the disk does not take it. What was in flight keeps its
	 * place, and is not kept twice.
	 */
	keep(username: string, message: Element, flight?: Flight): boolean {
		if (flight?.isOver === true) return true;
		const { limits, storage, keys } = this.#host;
		const text = flight?.text ?? serialise(delayed(message, this.#host));
		const bytes = Buffer.byteLength(text);
		const queue = this.#queue(username);
		if (queue.messages >= limits.offlineMessages || queue.bytes + bytes > limits.offlineBytes) return false;
		if (flight === undefined) storage.put(username, WAITING, keys.next(username), text);
		if (flight === undefined ? !storage.commit() : !flight.moveTo(WAITING)) return false;
		queue.messages += 1;
		queue.bytes += bytes;
		return true;
	}

	/**
	 * OFFLINE-3: hands over what waits, in the order in which it came; it is deleted after that, or in flight (FLIGHT-1).
	 */
	handOver(session: Session): void {
		const { storage, limits, inFlight } = this.#host;
		const { username } = session;
		const waiting = storage.entries(username, WAITING);
		const flights: Flight[] = [];
		// What was added to it since is beyond the size of a stanza; it was within when it came.
		const readLimits = { ...limits, stanzaBytes: Number.MAX_SAFE_INTEGER };
		for (const [key, text] of waiting) {
			const message = parseFrame(text, readLimits);
			const flight = message.ok && session.acknowledges ? inFlight.flight(username, key) : undefined;
			if (message.ok && !session.send(message.value, flight)) break;
			if (flight === undefined) storage.delete(username, WAITING, key);
			else {
				flight.takeFrom(WAITING, text);
				flight.release();
				flights.push(flight);
			}
		}
		if (!storage.commit()) for (const flight of flights) flight.abandoned();
		this.#queues.delete(username);
	}

	/** FLIGHT-4: once, before anyone comes. */
	recover(): void {
		this.#host.inFlight.recover(WAITING);
		this.#queues.clear();
	}

	/** What is kept was changed beside this. */
	changed(username: string): void {
		this.#queues.delete(username);
		this.#host.keys.forget(username);
	}

	#queue(username: string): Queue {
		const known = this.#queues.get(username);
		if (known !== undefined) return known;
		const waiting = this.#host.storage.entries(username, WAITING);
		const queue = {
			messages: waiting.length,
			bytes: waiting.reduce((sum, [, text]) => sum + Buffer.byteLength(text), 0),
		};
		this.#queues.set(username, queue);
		return queue;
	}
}

/** OFFLINE-4: whether a message is for later too (XEP-0160 section 3, XEP-0334 section 4). */
export function isForLater(message: Element): boolean {
	const { type = "normal" } = message.attrs;
	if (type !== "chat" && type !== "normal") return false;
	if (child(message, "no-store", NS.hints)) return false;
	// That somebody was typing is of no use later.
	return childElements(message).some(
		({ name, ns }) => ns !== NS.chatStates && ns !== NS.delay && !(ns === NS.client && name === "thread"),
	);
}
