import { accountableKey, isEquivocation } from "../fold/equivocation.ts";
import { isCounted } from "../fold/counting.ts";
import { type KeyName, keyName } from "../fold/state.ts";
import { MAX_EVIDENCE, MAX_MESSAGE_BYTES, MAX_WITNESSED_CHARACTERS } from "../limits.ts";
import { NO_CONTEXT, type VerifiedMessage, wholeMessage } from "../wire/envelope.ts";
import { dropOldest } from "./desk.ts";
import type { Duty } from "./duties.ts";
import { equal, hex } from "@clowder/bytes";
import type { Room } from "./room.ts";

/** Of a FAULT, beside the two messages that it quotes. */
const FAULT_BYTES = 256;

/** Two statements of one author in one place, both signed. */
interface Evidence {
	readonly first: VerifiedMessage;
	readonly second: VerifiedMessage;
}

/** What we saw people sign, so that we notice when one says two things in one place (design section 8, equivocation). */
export class Witness {
	/** By author and number; the oldest first. */
	readonly #seen: Map<string, VerifiedMessage> = new Map();
	#characters = 0;
	/** By author: one is enough. */
	readonly evidence: Map<KeyName, Evidence> = new Map();

	/** Notes a verified message, wherever it came from: from the carrier, or quoted by somebody. */
	note(message: VerifiedMessage): void {
		const { header } = message;
		// A KNOCK is of no one who could be convicted, and costs its author nothing.
		if (equal(header.context, NO_CONTEXT) || !isCounted(message.message.type)) return;
		const author = keyName(header.v);
		const place = `${author}:${header.number}`;
		const before = this.#seen.get(place);
		if (before === undefined) {
			this.#seen.set(place, message);
			this.#characters += message.textLength;
			this.#forgetOldest();
		} else if (isEquivocation(before, message) && !this.evidence.has(author)) {
			this.evidence.set(author, { first: before, second: message });
			dropOldest(this.evidence, MAX_EVIDENCE);
		}
	}

	#forgetOldest(): void {
		for (const [place, message] of this.#seen) {
			if (this.#characters <= MAX_WITNESSED_CHARACTERS) return;
			this.#seen.delete(place);
			this.#characters -= message.textLength;
		}
	}
}

/** FAULT against whoever said two things in one place, by the first in rank, the others after a back-off (rule EQUIV-3). */
export function witnessDuties(room: Room): readonly Duty[] {
	const { session, fold, suite, witness } = room;
	if (session === undefined || !room.inside) return [];
	return [...witness.evidence].flatMap(([author, evidence]) => {
		if (accountableKey(fold, evidence.first.header.v) === undefined || author === session.ownKey) return [];
		const [first, second] = [wholeMessage(suite, evidence.first), wholeMessage(suite, evidence.second)];
		if (first.length + second.length + FAULT_BYTES > MAX_MESSAGE_BYTES) return [];
		return {
			key: `equivocation:${author}:${hex(evidence.second.hash)}`,
			delayMs: () => room.backOff(evidence.first.hash),
			run: () => {
				const message = { type: "FAULT", evidence: { kind: "equivocation", first, second } } as const;
				room.desk.post(session.own.e, session.aid, message);
			},
		};
	});
}
