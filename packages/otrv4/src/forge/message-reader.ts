import { ok, type Result } from "@clowder/bytes";
import { type Refusal, refuse } from "../refusal.ts";
import { Assembler } from "../wire/fragment.ts";
import { checkReceiver } from "../wire/instance-tag.ts";
import type { OtrMessage, PrekeyMessage } from "../wire/messages.ts";
import { parse } from "./parse.ts";

const WHAT = "text of the peer";

/** Reads what comes to one device, whole or in fragments. */
export class MessageReader {
	readonly #ownTag: number;
	readonly #assembler: Assembler;

	constructor(ownTag: number) {
		this.#ownTag = ownTag;
		this.#assembler = new Assembler(ownTag);
	}

	/** The message, once it is whole; `undefined` while fragments are missing. */
	read(text: string, nowMs: number): Result<Exclude<OtrMessage, PrekeyMessage> | undefined, Refusal> {
		const parsed = parse(text);
		if (!parsed.ok) return parsed;
		if (parsed.value.kind !== "fragment") return this.#take(text);
		const whole = this.#assembler.receive(parsed.value.fragment, nowMs);
		if (!whole.ok) return whole;
		return whole.value === undefined ? ok(undefined) : this.#take(whole.value);
	}

	#take(text: string): Result<Exclude<OtrMessage, PrekeyMessage>, Refusal> {
		const parsed = parse(text);
		if (!parsed.ok) return parsed;
		if (parsed.value.kind !== "encoded" || parsed.value.message.type === "prekey") {
			return refuse("peer", "malformed", WHAT, "an encoded message to somebody", parsed.value.kind);
		}
		const { message } = parsed.value;
		if (message.senderTag === this.#ownTag) {
			return refuse("carrier", "reflected", WHAT, "a message of another device", "our own");
		}
		const ours = checkReceiver(WHAT, message.receiverTag, this.#ownTag);
		return ours.ok ? ok(message) : ours;
	}
}
