import type { Carrier } from "@clowder/carrier";
import { httpCarrier } from "@clowder/carrier-http";
import { type LoginWay, windowKeyReader, xmppCarrier } from "@clowder/carrier-xmpp";
import { createSuite } from "@clowder/crypto";
import { noblePrimitives } from "@clowder/crypto/noble";
import { createParticipant, nicknameSkeleton } from "@clowder/mpotr";
import type { Entry } from "./entry.ts";
import { firstReachable } from "./first-reachable.ts";
import { LoginReport } from "./login-report.ts";
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

/** XMPP over WebSocket or, where the network lets none through, the same rooms over plain HTTP. */
function carrierTo(address: ServerAddress, onLogin: (way: LoginWay) => void): Carrier {
	const { domain, websocket, http, windowKey } = address;
	const login = {
		primitives: noblePrimitives,
		...(windowKey === undefined ? {} : { readWindowKey: windowKeyReader(windowKey) }),
	};
	const xmpp = xmppCarrier({ service: websocket, domain, random, login, onLogin });
	if (http === undefined) return xmpp;
	return firstReachable(xmpp, httpCarrier({ service: http, clock: monotonicClock, random }));
}

/** The application on what a browser offers: suite 2 in JavaScript, and a carrier to the page's server. */
export function browserClient(address: ServerAddress): Client {
	const suite = createSuite(2, noblePrimitives);
	return {
		open({ room, nickname, policy, passphrase }, { previews }) {
			const loginReport = new LoginReport();
			return openRoom({
				carrier: carrierTo(address, (way) => loginReport.tell(way)),
				loginReport,
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
			});
		},
	};
}
