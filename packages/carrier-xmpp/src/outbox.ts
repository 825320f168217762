import { textBytes } from "@clowder/carrier";
import { IN_FLIGHT_MAX_BYTES, OUTBOX_MAX_BYTES, STANZA_OVERHEAD_BYTES } from "./limits.ts";

interface Item {
	readonly text: string;
	readonly bytes: number;
	/** Of its stanza, once it is sent. */
	readonly id: string;
}

/** What a code point becomes in XML: its UTF-8 bytes, or a reference. */
export function xmlWeight(codePoint: number): number {
	if (codePoint === 0x26) return "&amp;".length;
	if (codePoint === 0x3c || codePoint === 0x3e) return "&lt;".length;
	if (codePoint < 0x80) return 1;
	if (codePoint < 0x800) return 2;
	return codePoint < 0x10000 ? 3 : 4;
}

/**
 * Texts on their way to the room. As the room sends everyone's texts to everyone, one's own come back: only so much is
 * sent as may be under way at a time, which keeps pace with any server's shaper without knowing its rate (XMPP-6).
 */
export class Outbox {
	readonly #write: (id: string, text: string) => void;
	readonly #newId: () => string;
	readonly #waiting: Item[] = [];
	readonly #inFlight: Item[] = [];
	#waitingBytes = 0;
	#inFlightBytes = 0;
	#textBytes = 0;
	#isFlowing = false;

	constructor(newId: () => string, write: (id: string, text: string) => void) {
		this.#newId = newId;
		this.#write = write;
	}

	/** UTF-8 bytes of the texts that have not come back. */
	get backlog(): number {
		return this.#textBytes;
	}

	get hasRoom(): boolean {
		return this.#waitingBytes < OUTBOX_MAX_BYTES;
	}

	push(text: string): void {
		let weight = STANZA_OVERHEAD_BYTES;
		for (const character of text) weight += xmlWeight(character.codePointAt(0) as number);
		this.#waiting.push({ text, bytes: weight, id: this.#newId() });
		this.#waitingBytes += weight;
		this.#textBytes += textBytes(text);
		this.#pump();
	}

	/** An own text has come back. Rooms keep the order and mostly the id: all that was sent before it is through. */
	echoed(id: string | undefined): void {
		const index = this.#inFlight.findIndex((item) => item.id === id);
		this.#settle(this.#inFlight.splice(0, Math.max(index, 0) + 1));
	}

	/** An own text was refused. */
	bounced(id: string | undefined): void {
		const index = this.#inFlight.findIndex((item) => item.id === id);
		if (index !== -1) this.#settle(this.#inFlight.splice(index, 1));
	}

	flow(): void {
		this.#isFlowing = true;
		this.#pump();
	}

	/** Holds back what is handed over from now on. */
	stop(): void {
		this.#isFlowing = false;
	}

	/** Forgets everything: it belongs to a presence that is over. */
	clear(): void {
		this.#waiting.length = 0;
		this.#inFlight.length = 0;
		this.#waitingBytes = 0;
		this.#inFlightBytes = 0;
		this.#textBytes = 0;
	}

	#settle(items: readonly Item[]): void {
		for (const item of items) {
			this.#inFlightBytes -= item.bytes;
			this.#textBytes -= textBytes(item.text);
		}
		this.#pump();
	}

	#pump(): void {
		while (this.#isFlowing) {
			const [item] = this.#waiting;
			if (item === undefined || this.#inFlightBytes + item.bytes > IN_FLIGHT_MAX_BYTES) return;
			this.#waiting.shift();
			this.#waitingBytes -= item.bytes;
			this.#inFlight.push(item);
			this.#inFlightBytes += item.bytes;
			this.#write(item.id, item.text);
		}
	}
}
