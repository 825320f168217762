import type { EncryptedSession } from "./encrypted-session.ts";
import type { Instance } from "./instance.ts";

/**
 * To which of the peer's devices a text goes: `best` to the one session that began online and was heard of last, `recent`
 * to the one heard of last, `synchronise` to all, each under its own keys.
 */
export type Delivery = "best" | "recent" | "synchronise";

/** The sessions that a text goes to. None where there is no encrypted session. */
export function recipients(instances: readonly Instance[], delivery: Delivery): readonly EncryptedSession[] {
	const encrypted = instances.filter((instance) => instance.encrypted !== undefined);
	const latestFirst = encrypted.sort((a, b) => b.lastReceivedMs - a.lastReceivedMs);
	const sessions = latestFirst.map((instance) => instance.encrypted as EncryptedSession);
	switch (delivery) {
		case "synchronise":
			return sessions;
		case "recent":
			return sessions.slice(0, 1);
		case "best": {
			const online = sessions.filter(({ peer }) => !peer.offline);
			return (online.length > 0 ? online : sessions).slice(0, 1);
		}
	}
}
