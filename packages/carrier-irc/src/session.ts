import { utf8 } from "@clowder/bytes";
import { type CarrierError, type CarrierEvent, checkText, type Handle } from "@clowder/carrier";
import { Channel } from "./channel.ts";
import {
	ADDRESS_MAX_BYTES,
	HOST_MAX_BYTES,
	type IrcPace,
	type IrcTiming,
	NICK_LENGTHS,
	TEXT_IN_LINE_MAX_BYTES,
} from "./limits.ts";
import { isNick, type Line, LineReader, parseLine, writeLine } from "./line.ts";
import { Outbox } from "./outbox.ts";
import { Registration } from "./registration.ts";
import { readText } from "./text-in-line.ts";

export interface SessionOptions {
	readonly channel: string;
	/** What `entered` says of the place. */
	readonly binding: string;
	readonly needsEcho: boolean;
	readonly random: (length: number) => Uint8Array;
	readonly pace: IrcPace;
	readonly timing: IrcTiming;
}

/** Why a session is over. Where it is not final, another connection may do better. */
export interface Ending {
	readonly reason: CarrierError;
	readonly isFinal: boolean;
}

/** What a session wants: to be carried out after each call. */
export interface Effects {
	readonly lines: readonly Uint8Array[];
	readonly events: readonly CarrierEvent[];
	readonly ending: Ending | undefined;
	/** When to call `wake`, if nothing comes before. */
	readonly wakeMs: number | undefined;
}

type Phase = "registering" | "joining" | "inside" | "over";

/** What a channel answers to who wants to enter (RFC 2812 section 5.2). */
const JOIN_REFUSALS: ReadonlyMap<string, string> = new Map([
	["403", "no-such-channel"],
	["405", "too-many-channels"],
	["437", "unavailable"],
	["471", "full"],
	["473", "invite-only"],
	["474", "banned"],
	["475", "key"],
	["476", "bad-channel"],
	["477", "registered-only"],
	["479", "bad-channel"],
	["489", "secure-only"],
]);

const KEEP_ALIVE_TOKEN = "k";

/** One connection to a server and the channel on it, without I/O: lines and the time in, lines and events out. */
export class IrcSession {
	readonly #options: SessionOptions;
	readonly #reader: LineReader = new LineReader();
	readonly #registration: Registration;
	readonly #outbox: Outbox;
	#phase: Phase = "registering";
	#channel: Channel = new Channel();
	#self: Handle = "";
	#lines: Uint8Array[] = [];
	#events: CarrierEvent[] = [];
	#ending: Ending | undefined;
	/** When silence is too long: a probe, or, once that is out, the end. */
	#silenceMs: number;
	#isProbed = false;

	constructor(options: SessionOptions, nowMs: number) {
		this.#options = options;
		this.#registration = new Registration(options);
		this.#outbox = new Outbox(options.channel, options.needsEcho, options.pace, nowMs);
		this.#silenceMs = nowMs + options.timing.pingEveryMs;
		this.#lines.push(...this.#registration.start());
	}

	get backlog(): number {
		return this.#outbox.backlog;
	}

	get hasRoom(): boolean {
		return this.#outbox.hasRoom;
	}

	/** Hands over a text that `checkText` has passed. */
	say(text: string): void {
		this.#outbox.push(text);
	}

	receive(bytes: Uint8Array, nowMs: number): void {
		if (this.#phase === "over") return;
		this.#silenceMs = nowMs + this.#options.timing.pingEveryMs;
		this.#isProbed = false;
		const lines = this.#reader.receive(bytes);
		if (!lines.ok) return this.#end({ kind: "protocol", expected: "lines of IRC", got: lines.error }, false);
		for (const each of lines.value) {
			const line = parseLine(each);
			if (line !== undefined) this.#onLine(line);
			if (this.#ending !== undefined) return undefined;
		}
		return undefined;
	}

	/** The time that `take` named has come. */
	wake(nowMs: number): void {
		if (this.#phase === "over" || nowMs < this.#silenceMs) return undefined;
		const { pingTimeoutMs } = this.#options.timing;
		if (this.#isProbed) return this.#end({ kind: "unreachable", detail: "the server does not answer" }, false);
		this.#isProbed = true;
		this.#silenceMs = nowMs + pingTimeoutMs;
		this.#lines.push(writeLine(["PING", KEEP_ALIVE_TOKEN]));
		return undefined;
	}

	/** Says goodbye. Nothing is told after it. */
	leave(): void {
		if (this.#phase === "over") return;
		this.#phase = "over";
		this.#lines.push(writeLine(["QUIT"]));
	}

	take(nowMs: number): Effects {
		// What cannot wait for the pace, texts make up for.
		for (const _ of this.#lines) this.#outbox.owe(nowMs);
		if (this.#phase === "inside") this.#lines.push(...this.#outbox.take(nowMs));
		const { dueMs = this.#silenceMs } = this.#outbox;
		const effects = {
			lines: this.#lines,
			events: this.#events,
			ending: this.#ending,
			wakeMs: this.#phase === "over" ? undefined : Math.min(this.#silenceMs, dueMs),
		};
		this.#lines = [];
		this.#events = [];
		return effects;
	}

	#onLine(line: Line): void {
		const { command, params } = line;
		if (command === "PING") {
			this.#lines.push(writeLine(["PONG"], cut(params.at(-1) ?? "")));
			return undefined;
		}
		if (command === "PONG") return this.#outbox.ponged(params.at(-1) ?? "");
		if (command === "ERROR") {
			return this.#end({ kind: "refused", condition: "error", detail: params.at(-1) ?? "" }, false);
		}
		if (this.#phase === "registering") return this.#onRegistering(line);
		// Services and operators rename people; a handle does not change, so this presence is over.
		if (command === "NICK" && line.nick === this.#self) {
			return this.#end({ kind: "refused", condition: "renamed", detail: "the server gave us another nick" }, false);
		}
		return this.#phase === "joining" ? this.#onJoining(line) : this.#onInside(line);
	}

	#onRegistering(line: Line): void {
		const { lines = [], nick, refused } = this.#registration.receive(line);
		this.#lines.push(...lines);
		if (refused !== undefined) this.#end(refused, true);
		if (nick === undefined) return;
		if (!isNick(nick) || nick.length > (NICK_LENGTHS[0] ?? 0)) {
			return this.#end({ kind: "protocol", expected: "the nick that was asked for", got: "another" }, true);
		}
		this.#self = nick;
		this.#phase = "joining";
		this.#lines.push(writeLine(["JOIN", this.#options.channel]));
	}

	#onJoining(line: Line): void {
		const { command, params, nick, source } = line;
		if (command === "JOIN" && this.#isOurs(params[0]) && nick === this.#self) {
			if (utf8(source).length > ADDRESS_MAX_BYTES) this.#onLongAddress(source);
		} else if (command === "353" && this.#isOurs(params.at(-2))) {
			this.#channel.addNames(params.at(-1) ?? "", this.#self);
		} else if (command === "366" && this.#isOurs(params[1])) {
			return this.#onEntered();
		} else if (JOIN_REFUSALS.has(command) && this.#isOurs(params[1])) {
			const condition = JOIN_REFUSALS.get(command) ?? "";
			return this.#end({ kind: "refused", condition, detail: params.at(-1) ?? "" }, true);
		} else {
			this.#onPresence(line);
		}
		return this.#checkOverflow();
	}

	#onEntered(): void {
		const { channel, binding } = this.#options;
		const occupants = this.#channel.handles;
		this.#phase = "inside";
		// Who founds a channel is its operator: nobody speaks into it from outside, and no list shows it.
		if (occupants.length === 0) this.#lines.push(writeLine(["MODE", channel, "+ns"]));
		this.#outbox.open();
		this.#events = [{ type: "entered", self: this.#self, occupants, binding }];
	}

	#onInside(line: Line): void {
		const { command, params } = line;
		if (command === "PRIVMSG" && this.#isOurs(params[0])) return this.#onSaid(line);
		if (command === "404" && this.#isOurs(params[1])) {
			this.#outbox.bounced();
			const reason = `the channel did not pass our text on: ${params.at(-1) ?? ""}`;
			this.#events.push({ type: "refused", from: this.#self, reason });
			return undefined;
		}
		// RPL_HOSTHIDDEN: others see us at another host from now on.
		if (command === "396" && utf8(params[1] ?? "").length > HOST_MAX_BYTES) return this.#onLongAddress(params[1] ?? "");
		this.#onPresence(line);
		return this.#checkOverflow();
	}

	#onSaid({ nick, params, isUtf8 }: Line): void {
		const from = nick;
		const text = readText(params[1] ?? "");
		if (from === this.#self && this.#options.needsEcho) this.#outbox.echoed(text.ok ? text.value : undefined);
		else if (!this.#channel.has(from)) {
			this.#events.push({ type: "refused", from, reason: "a text of someone in the channel expected" });
			return undefined;
		}
		const fit = text.ok ? checkText(text.value, TEXT_IN_LINE_MAX_BYTES) : text;
		if (!isUtf8) this.#events.push({ type: "refused", from, reason: "a text in UTF-8 expected" });
		else if (!text.ok) this.#events.push({ type: "refused", from, reason: text.error });
		else if (!fit.ok)
			this.#events.push({ type: "refused", from, reason: "a text without control characters expected" });
		else this.#events.push({ type: "text", from, text: text.value });
		return undefined;
	}

	/** JOIN, PART, QUIT, KICK and NICK (IRC-8). A netsplit is many of them. */
	#onPresence({ command, nick, params }: Line): void {
		const here = this.#isOurs(params[0]);
		if (command === "JOIN" && here && nick !== this.#self) this.#tell(this.#channel.add(nick));
		else if (command === "QUIT") this.#tell(this.#channel.remove(nick));
		else if (command === "NICK") {
			const left = this.#channel.remove(nick);
			if (left.length > 0) this.#tell([...left, ...this.#channel.add(params[0] ?? "")]);
		} else if (here && (command === "PART" || command === "KICK")) {
			const gone = command === "PART" ? nick : (params[1] ?? "");
			if (gone !== this.#self) return this.#tell(this.#channel.remove(gone));
			const condition = command === "PART" ? "removed" : "kicked";
			return this.#end({ kind: "refused", condition, detail: "put out of the channel" }, true);
		}
		return undefined;
	}

	#tell(events: readonly CarrierEvent[]): void {
		if (this.#phase === "inside") this.#events.push(...events);
	}

	#onLongAddress(address: string): void {
		const got = `${utf8(address).length} bytes`;
		this.#end({ kind: "protocol", expected: `an address of at most ${ADDRESS_MAX_BYTES} bytes`, got }, true);
	}

	#checkOverflow(): void {
		const { overflow } = this.#channel;
		if (overflow !== undefined) this.#end(overflow, true);
	}

	/** Servers may write a channel's name with the case that whoever made it chose. */
	#isOurs(channel: string | undefined): boolean {
		return channel?.toLowerCase() === this.#options.channel;
	}

	#end(reason: CarrierError, isFinal: boolean): void {
		if (this.#phase === "over") return;
		this.#phase = "over";
		this.#ending = { reason, isFinal };
	}
}

/** What a PONG returns of a long or strange PING: as much as goes into a line. */
function cut(token: string): string {
	return token.slice(0, 100);
}
