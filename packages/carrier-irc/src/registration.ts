import type { CarrierError } from "@clowder/carrier";
import { NICK_LENGTHS, NICK_TRIES_MAX_COUNT } from "./limits.ts";
import { type Line, writeLine } from "./line.ts";

const ECHO = "echo-message";
const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const CHARACTERS = `${LETTERS}0123456789`;
/** Says nothing about who it is; servers want one. */
const USER = "c";

/** What servers answer to a nick, or to us (RFC 2812 section 5.2). */
const NICK_TAKEN: ReadonlySet<string> = new Set(["433", "436", "437"]);
const NICK_BAD = "432";
const REFUSALS: ReadonlyMap<string, string> = new Map([
	["463", "no-permission"],
	["464", "password"],
	["465", "banned"],
]);

export interface RegistrationOptions {
	/** Whether our own texts have to come back (IRCv3 echo-message). */
	readonly needsEcho: boolean;
	readonly random: (length: number) => Uint8Array;
}

/** What a line means on the way in: lines to answer, our nick once we are registered, or why we are not. */
export interface Step {
	readonly lines?: readonly Uint8Array[];
	readonly nick?: string;
	readonly refused?: CarrierError;
}

/** Registration of a connection (RFC 2812 section 3.1), under a random nick (IRC-3). */
export class Registration {
	readonly #options: RegistrationOptions;
	#nick = "";
	#length = 0;
	#tries = 0;
	#offered = "";

	constructor(options: RegistrationOptions) {
		this.#options = options;
	}

	start(): readonly Uint8Array[] {
		const capabilities = this.#options.needsEcho ? [writeLine(["CAP", "LS", "302"])] : [];
		return [...capabilities, this.#newNick(), writeLine(["USER", USER, "0", "*"], USER)];
	}

	receive(line: Line): Step {
		const { command, params } = line;
		if (command === "001") return { nick: params[0] ?? this.#nick };
		if (command === "CAP") return this.#onCapabilities(line);
		if (NICK_TAKEN.has(command)) return this.#tryAgain(command);
		if (command === NICK_BAD) {
			this.#length++;
			return this.#tryAgain(command);
		}
		const condition = REFUSALS.get(command);
		if (condition !== undefined) return refused(condition, params.at(-1) ?? "");
		return command === "421" && this.#options.needsEcho && params[1] === "CAP" ? noEcho() : {};
	}

	#onCapabilities({ params }: Line): Step {
		const [, verb = "", ...rest] = params;
		const names = rest.at(-1) ?? "";
		if (verb === "LS") {
			// Only whether it is among them matters, so nothing grows with what a server lists.
			if (names.split(" ").some((name) => name.split("=", 1)[0] === ECHO)) this.#offered = ECHO;
			if (rest[0] === "*" && rest.length > 1) return {};
			return this.#offered === "" ? noEcho() : { lines: [writeLine(["CAP", "REQ"], ECHO)] };
		}
		if (verb === "NAK") return noEcho();
		return verb === "ACK" ? { lines: [writeLine(["CAP", "END"])] } : {};
	}

	#tryAgain(command: string): Step {
		if (++this.#tries >= NICK_TRIES_MAX_COUNT || NICK_LENGTHS[this.#length] === undefined) {
			return refused("nick", `no nick of ours was taken, at last by ${command}`);
		}
		return { lines: [this.#newNick()] };
	}

	#newNick(): Uint8Array {
		const length = NICK_LENGTHS[this.#length] ?? 0;
		this.#nick = this.#draw(LETTERS);
		while (this.#nick.length < length) this.#nick += this.#draw(CHARACTERS);
		return writeLine(["NICK", this.#nick]);
	}

	/** One of `characters`, each as likely. */
	#draw(characters: string): string {
		const limit = 256 - (256 % characters.length);
		for (;;) {
			const [byte = 0] = this.#options.random(1);
			if (byte < limit) return characters[byte % characters.length] as string;
		}
	}
}

function noEcho(): Step {
	return refused("echo-message", "a server with IRCv3 echo-message expected, or the sequence in its place");
}

function refused(condition: string, detail: string): Step {
	return { refused: { kind: "refused", condition, detail } };
}
