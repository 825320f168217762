import type { NodeRecord } from "./node-store.ts";
import type { Subscribers } from "./subscribers.ts";

/**
 * PEP-1: whether an account may read a node and hear of it. Who may not is answered as if neither the node nor the
 * account were there.
 */
export function mayRead(node: NodeRecord, owner: string, reader: string, subscribers: Subscribers): boolean {
	if (reader === owner) return true;
	if (!subscribers.mayMeet(owner, reader)) return false;
	switch (node.config.accessModel) {
		case "open":
			return true;
		case "presence":
			return subscribers.sees(reader, owner);
		case "whitelist":
			return node.members.includes(reader);
	}
}
