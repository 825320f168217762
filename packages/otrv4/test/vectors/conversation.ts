import { hex } from "@clowder/bytes";
import type { DoubleRatchet } from "../../src/ratchet/double-ratchet.ts";
import { decodeMessage, encodeMessage } from "../../src/wire/decode-message.ts";
import type { DataMessage } from "../../src/wire/messages.ts";
import { encodePlaintext, type Tlv } from "../../src/wire/tlv.ts";
import type { Ratchet, Said, SaidMessage, Side } from "../reference/ratchet.ts";
import { bytes, must, recorded, seeded } from "./support.ts";

/** A data message: what goes in, and what comes of it. */
export interface MessageCase {
	readonly by: Side;
	readonly flags: number;
	readonly plaintext: string;
	/** Places in this list of the messages that its sender has opened since its last, in their order. */
	readonly opened: readonly number[];
	/** What its sender draws where it begins a ratchet: an ECDH secret; a DH secret too where the brace key is renewed. */
	readonly draws: readonly string[];
	readonly ratchetId: number;
	readonly messageId: number;
	readonly previousChainMessages: number;
	readonly chainKey: string;
	readonly messageKey: string;
	readonly macKey: string;
	readonly extraSymmetricKey: string;
	readonly message: string;
}

export interface RatchetCase {
	readonly by: Side;
	readonly id: number;
	readonly braceKey: string;
	readonly rootKey: string;
	readonly chainKey: string;
}

interface Step {
	readonly by: Side;
	readonly text: string;
	readonly opened: readonly number[];
	readonly tlvs?: readonly Tlv[];
}

/** Through more than two whole periods of the brace key; three messages come late, one of them after four ratchets. */
const STEPS: readonly Step[] = [
	{ by: "alice", text: "a first message", opened: [] },
	{ by: "alice", text: "comes late", opened: [] },
	{ by: "bob", text: "Où est le chat ?", opened: [0] },
	{ by: "bob", text: "comes very late", opened: [] },
	{ by: "alice", text: "on the roof", opened: [2] },
	{ by: "bob", text: "", opened: [4, 1], tlvs: [{ type: 7, value: Uint8Array.of(0, 0, 0, 66, 1, 2) }] },
	{ by: "alice", text: "a", opened: [5] },
	{ by: "alice", text: "comes late too", opened: [] },
	{ by: "alice", text: "猫", opened: [] },
	{ by: "bob", text: "five", opened: [8, 6] },
	{ by: "alice", text: "six", opened: [9] },
	{ by: "bob", text: "seven", opened: [10] },
	{ by: "alice", text: "eight", opened: [11, 3] },
	{ by: "bob", text: "nine", opened: [12, 7] },
	{ by: "alice", text: "ten", opened: [13] },
	{ by: "bob", text: "", opened: [14], tlvs: [{ type: 1, value: new Uint8Array(0) }] },
];

const PADDING_BYTES = 16;
const IGNORE_UNREADABLE = 1;

/** What the library makes of the steps: what goes in, and the messages. Each is opened by the other side where it says. */
export function talk(
	seed: string,
	ratchets: Readonly<Record<Side, DoubleRatchet>>,
	tags: Readonly<Record<Side, number>>,
): Pick<MessageCase, "by" | "flags" | "plaintext" | "opened" | "draws" | "message">[] {
	const said: ReturnType<typeof talk> = [];
	const draws = { alice: recorded(seeded(`${seed}/messages/alice`)), bob: recorded(seeded(`${seed}/messages/bob`)) };
	for (const { by, text, opened, tlvs = [] } of STEPS) {
		for (const place of opened) {
			const read = must(decodeMessage(bytes(said[place]?.message ?? ""))) as DataMessage;
			const { plaintext } = must(ratchets[by].open(read, 0));
			if (hex(plaintext) !== said[place]?.plaintext) throw new Error(`message ${place} says something else`);
		}
		const flags = text === "" ? IGNORE_UNREADABLE : 0;
		const plaintext = must(encodePlaintext({ text, tlvs, paddingTo: PADDING_BYTES }));
		const receiver = tags[by === "alice" ? "bob" : "alice"];
		const { message } = ratchets[by].seal(draws[by].random, plaintext, flags, tags[by], receiver);
		const encoded = hex(encodeMessage(message));
		said.push({ by, flags, plaintext: hex(plaintext), opened, draws: draws[by].taken(), message: encoded });
	}
	return said;
}

/** What goes into the second computation. */
export function saidOf(cases: readonly Pick<MessageCase, "by" | "flags" | "plaintext" | "opened" | "draws">[]): Said[] {
	return cases.map(({ by, flags, plaintext, opened, draws }) => ({
		...{ by, flags, opened },
		plaintext: bytes(plaintext),
		draws: draws.map(bytes),
	}));
}

/** What the library does not give away, as the second computation has it. */
export function keysOf(message: SaidMessage): Omit<MessageCase, "by" | "flags" | "plaintext" | "opened" | "draws"> {
	const { ratchetId, messageId, previousChainMessages } = message;
	return {
		...{ ratchetId, messageId, previousChainMessages },
		chainKey: hex(message.chainKey),
		messageKey: hex(message.messageKey),
		macKey: hex(message.macKey),
		extraSymmetricKey: hex(message.extraSymmetricKey),
		message: hex(message.bytes),
	};
}

export function ratchetCase({ by, id, braceKey, rootKey, chainKey }: Ratchet): RatchetCase {
	return { by, id, braceKey: hex(braceKey), rootKey: hex(rootKey), chainKey: hex(chainKey) };
}
