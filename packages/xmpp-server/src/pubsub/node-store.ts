import { err, ok, type Result } from "@clowder/bytes";
import type { Storage } from "../storage/storage.ts";
import { type Element, serialise } from "../xml.ts";
import { parseFrame } from "../xml-parser.ts";
import type { PubsubLimits } from "./limits.ts";
import type { NodeConfig } from "./node-config.ts";

/** What is kept of a node beside the items' payloads. */
export interface NodeRecord {
	readonly config: NodeConfig;
	/** Accounts that its owner lets in, where the access model asks. */
	readonly members: readonly string[];
	/** The oldest first. */
	readonly items: readonly ItemEntry[];
}

export interface ItemEntry {
	readonly id: string;
	/** What it counts for, in UTF-8 bytes. */
	readonly bytes: number;
}

const NODES = "pubsub";
/** What all of an account's nodes count for, in a document of its own: it is looked at whenever something is published. */
const BYTES = "pubsub-bytes";
const ALL = "all";
/** Each node of an account has a collection for its payloads, by item id. */
const itemsOf = (node: string): string => `pubsub:${node}`;
/** What was written once was within the limits of a stanza; escapes may have made it longer. */
const ANY = { stanzaBytes: Number.POSITIVE_INFINITY, stanzaDepth: 1_000, attributesPerElement: 1_000 };

/** The nodes of all accounts and their items, within the limits on bytes (PEP-8). */
export class NodeStore {
	readonly #storage: Storage;
	readonly #limits: PubsubLimits;
	#totalBytes = 0;

	constructor(storage: Storage, limits: PubsubLimits) {
		this.#storage = storage;
		this.#limits = limits;
		for (const account of storage.owners(BYTES)) this.#totalBytes += this.bytesOf(account);
	}

	names(account: string): readonly string[] {
		return this.#storage.entries(account, NODES).map(([name]) => name);
	}

	node(account: string, name: string): NodeRecord | undefined {
		const document = this.#storage.get(account, NODES, name);
		return document === undefined ? undefined : (JSON.parse(document) as NodeRecord);
	}

	bytesOf(account: string): number {
		return Number(this.#storage.get(account, BYTES, ALL) ?? 0);
	}

	payload(account: string, name: string, id: string): Element | undefined {
		const text = this.#storage.get(account, itemsOf(name), id);
		const payload = text === undefined ? undefined : parseFrame(text, ANY);
		return payload?.ok ? payload.value : undefined;
	}

	/** Makes a node, or changes what is kept of it; items that it names no more are gone. Commits; "full" where the disk is, too. */
	write(account: string, name: string, next: NodeRecord): Result<void, "full"> {
		return this.#write(account, name, next, undefined);
	}

	/** The same with one more item, the newest, in place of one with its id; the oldest give way. Commits. */
	publish(account: string, name: string, node: NodeRecord, id: string, payload: Element): Result<void, "full"> {
		const text = serialise(payload);
		const entry = { id, bytes: Buffer.byteLength(text) + Buffer.byteLength(id) };
		const items = [...node.items.filter((item) => item.id !== id), entry].slice(-node.config.maxItems);
		return this.#write(account, name, { ...node, items }, { id, text });
	}

	/** Commits. False: the disk does not take it, and the node stays. */
	remove(account: string, name: string): boolean {
		const node = this.node(account, name);
		if (node === undefined) return true;
		const less = -nodeBytes(name, node);
		for (const { id } of node.items) this.#storage.delete(account, itemsOf(name), id);
		this.#storage.delete(account, NODES, name);
		return this.#committed(account, less);
	}

	/** The account is no more, so that who takes its name next finds nothing. */
	forget(account: string): void {
		for (const name of this.names(account)) this.remove(account, name);
	}

	#write(
		account: string,
		name: string,
		next: NodeRecord,
		item: { readonly id: string; readonly text: string } | undefined,
	): Result<void, "full"> {
		const before = this.node(account, name);
		const more = nodeBytes(name, next) - (before === undefined ? 0 : nodeBytes(name, before));
		if (more > 0 && !this.#hasRoom(account, more)) return err("full");
		const kept = new Set(next.items.map(({ id }) => id));
		for (const { id } of before?.items ?? []) {
			if (!kept.has(id)) this.#storage.delete(account, itemsOf(name), id);
		}
		this.#storage.put(account, NODES, name, JSON.stringify(next));
		if (item !== undefined) this.#storage.put(account, itemsOf(name), item.id, item.text);
		return this.#committed(account, more) ? ok(undefined) : err("full");
	}

	/** PEP-5: whoever is told that it is kept can rely on it; what is not kept does not count. */
	#committed(account: string, more: number): boolean {
		const bytes = this.bytesOf(account) + more;
		if (bytes === 0) this.#storage.delete(account, BYTES, ALL);
		else this.#storage.put(account, BYTES, ALL, String(bytes));
		if (!this.#storage.commit()) return false;
		this.#totalBytes += more;
		return true;
	}

	#hasRoom(account: string, more: number): boolean {
		if (this.#totalBytes + more > this.#limits.pubsubBytes) return false;
		return this.bytesOf(account) + more <= this.#limits.pubsubBytesPerAccount;
	}
}

function nodeBytes(name: string, { items, members }: NodeRecord): number {
	const parts = [name, ...members].map((part) => Buffer.byteLength(part));
	return [...parts, ...items.map(({ bytes }) => bytes)].reduce((sum, bytes) => sum + bytes, 0);
}
