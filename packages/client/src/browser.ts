import { xmppCarrier } from "@clowder/carrier-xmpp";
import { createSuite } from "@clowder/crypto";
import { noblePrimitives } from "@clowder/crypto/noble";
import { createParticipant, nicknameSkeleton } from "@clowder/mpotr";
import type { Entry } from "./entry.ts";
import { monotonicClock } from "./monotonic-clock.ts";
import { openRoom } from "./room/open-room.ts";
import type { RoomStore } from "./room/store.ts";
import type { ServerAddress } from "./server-address.ts";

/** Opens rooms on one server. */
export interface Client {
	/** `previews`: whether texts are shared with those on the way in; `setPreviews` of the store changes it. */
	open(entry: Entry, settings: { readonly previews: boolean }): RoomStore;
}

/** `getRandomValues` gives no more at once. */
const RANDOM_BYTES_MAX = 65_536;

function random(length: number): Uint8Array {
	const bytes = new Uint8Array(length);
	for (let at = 0; at < length; at += RANDOM_BYTES_MAX) {
		crypto.getRandomValues(bytes.subarray(at, at + RANDOM_BYTES_MAX));
	}
	return bytes;
}

/** The application on what a browser offers: suite 2 in JavaScript, XMPP over WebSocket. */
export function browserClient({ domain, websocket }: ServerAddress): Client {
	const suite = createSuite(2, noblePrimitives);
	return {
		open: ({ room, nickname, policy, passphrase }, { previews }) =>
			openRoom({
				carrier: xmppCarrier({ service: websocket, domain, random }),
				suite,
				clock: monotonicClock,
				random,
				room,
				nickname,
				policy,
				passphrase,
				previews,
				createParticipant,
				skeleton: nicknameSkeleton,
			}),
	};
}
