import { randomBytes } from "node:crypto";
import { equal } from "@clowder/bytes";
import { checkEntry, monotonicClock, openRoom, readServerConfig } from "@clowder/client";
import { xmppCarrier } from "@clowder/carrier-xmpp";
import { createSuite, type SigningKey } from "@clowder/crypto";
import { nodePrimitives } from "@clowder/crypto/node";
import { createParticipant, nicknameSkeleton, type ParticipantApi, type ParticipantOptions } from "@clowder/mpotr";
import { type Message, parseMessage, signMessage } from "@clowder/mpotr/testing";

/** What is sent in place of a message. */
export type Change = (message: Message) => Message;

/** As in the page, so that both are in one room. */
const SUITE = createSuite(2, nodePrimitives);

/**
 * Somebody without a window: the same client on the same server, who changes what it is about to send and signs that with its
 * own keys.
 */
export class Cheater {
	/** How it cheats from now on; not at all unless this is set. */
	how: Change | undefined;
	/** Messages that were changed. */
	changed = 0;
	readonly #drawn: Uint8Array[] = [];
	#binding = "";
	readonly #leave: () => Promise<void>;

	/** On its way into a room on the server of the page at `url`. */
	constructor(url: string, config: unknown, room: string, nickname: string) {
		const server = readServerConfig(config, url);
		const entry = checkEntry({ room, nickname, policy: "open", passphrase: "" });
		if (server === undefined || !entry.ok) throw new Error("there is no such room");
		const random = (length: number): Uint8Array => {
			const bytes = Uint8Array.from(randomBytes(length));
			this.#drawn.push(bytes.slice());
			return bytes;
		};
		const store = openRoom({
			carrier: xmppCarrier({ service: server.websocket, domain: server.domain, random }),
			suite: SUITE,
			clock: monotonicClock,
			random,
			room: entry.value.room,
			nickname: entry.value.nickname,
			createParticipant: (options) => this.#participant(options),
			skeleton: nicknameSkeleton,
		});
		this.#leave = async () => {
			await store.leave(true);
		};
	}

	leave(): Promise<void> {
		return this.#leave();
	}

	#participant(options: ParticipantOptions): ParticipantApi {
		const participant = createParticipant(options);
		const receive = participant.receive.bind(participant);
		const takeTexts = participant.takeTexts.bind(participant);
		participant.receive = (input, now) => {
			if (input.type === "entered") this.#binding = input.binding;
			receive(input, now);
		};
		participant.takeTexts = () => takeTexts().map((text) => this.#change(text));
		return participant;
	}

	#change(text: string): string {
		const parsed = this.how === undefined ? undefined : parseMessage(SUITE, text);
		if (this.how === undefined || parsed?.ok !== true) return text;
		const { message, header } = parsed.value;
		const changed = this.how(message);
		if (changed === message) return text;
		this.changed += 1;
		const key = this.#signingKey(header.v);
		return signMessage(SUITE, this.#binding, key, header.context, header.number, changed).text;
	}

	/** A key is found again among the random bytes that it was made of. */
	#signingKey(v: Uint8Array): SigningKey {
		for (const seed of this.#drawn) {
			if (seed.length !== 32) continue;
			const key = SUITE.primitives.signingKey(seed);
			if (equal(key.verifyKey.bytes, v)) return key;
		}
		throw new Error("the cheater's key is not among what it drew");
	}
}

/** The same bytes with one bit of another value. */
export function flipped<Bytes extends Uint8Array>(bytes: Bytes): Bytes {
	const copy = bytes.slice();
	copy[0] = (copy[0] ?? 0) ^ 1;
	return copy as Bytes;
}
