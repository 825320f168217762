import type { IqService } from "./iq-service.ts";
import type { ServerLimits } from "./limits.ts";
import { NS } from "./namespaces.ts";
import type { Session } from "./session.ts";
import type { Storage } from "./storage/storage.ts";
import { child, childElements, type Element, element, serialise } from "./xml.ts";
import { parseFrame } from "./xml-parser.ts";

const COLLECTION = "offline";
/** Keys are numbers of as many digits, so that they are in the order of arrival. */
const KEY_DIGITS = 16;

/** How much waits for one account, and the number of the next. */
interface Queue {
	messages: number;
	bytes: number;
	next: number;
}

/** What offline messages need of the server around them. */
export interface OfflineHost {
	readonly domain: string;
	readonly limits: ServerLimits;
	readonly storage: Storage;
	readonly wallTime: () => number;
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

	/** OFFLINE-1, OFFLINE-2: false where there are too many already, or the disk does not take it. */
	keep(username: string, message: Element): boolean {
		const { limits, storage } = this.#host;
		const text = serialise(this.#delayed(message));
		const bytes = Buffer.byteLength(text);
		const queue = this.#queue(username);
		if (queue.messages >= limits.offlineMessages || queue.bytes + bytes > limits.offlineBytes) return false;
		storage.put(username, COLLECTION, `${queue.next}`.padStart(KEY_DIGITS, "0"), text);
		if (!storage.commit()) return false;
		queue.messages += 1;
		queue.bytes += bytes;
		queue.next += 1;
		return true;
	}

	/** OFFLINE-3: hands over what waits, in the order in which it came; it is deleted after that. */
	handOver(session: Session): void {
		const { storage, limits } = this.#host;
		const waiting = storage.entries(session.username, COLLECTION);
		// What was added to it since is beyond the size of a stanza; it was within when it came.
		const readLimits = { ...limits, stanzaBytes: Number.MAX_SAFE_INTEGER };
		for (const [key, text] of waiting) {
			const message = parseFrame(text, readLimits);
			if (message.ok && !session.send(message.value)) break;
			storage.delete(session.username, COLLECTION, key);
		}
		storage.commit();
		this.changed(session.username);
	}

	/** What is kept was changed beside this. */
	changed(username: string): void {
		this.#queues.delete(username);
	}

	#queue(username: string): Queue {
		const known = this.#queues.get(username);
		if (known !== undefined) return known;
		const waiting = this.#host.storage.entries(username, COLLECTION);
		const queue = {
			messages: waiting.length,
			bytes: waiting.reduce((sum, [, text]) => sum + Buffer.byteLength(text), 0),
			next: Number(waiting.at(-1)?.[0] ?? -1) + 1,
		};
		this.#queues.set(username, queue);
		return queue;
	}

	/** XEP-0203: when it came. One that was kept before keeps the time of then. */
	#delayed(message: Element): Element {
		if (isDelayedBy(message, this.#host.domain)) return message;
		const stamp = new Date(this.#host.wallTime()).toISOString();
		const delay = element("delay", NS.delay, { from: this.#host.domain, stamp });
		return { ...message, children: [...message.children, delay] };
	}
}

export function isDelayedBy(message: Element, domain: string): boolean {
	return childElements(message).some((node) => isDelay(node) && node.attrs["from"]?.toLowerCase() === domain);
}

export function isDelay(node: Element): boolean {
	return node.ns === NS.delay && node.name === "delay";
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
