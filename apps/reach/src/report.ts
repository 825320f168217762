import type { CarrierError } from "@clowder/carrier";
import type { LoginWay } from "@clowder/carrier-xmpp";
import { isOnion } from "@clowder/socks";
import type { ReachOptions } from "./options.ts";
import type { Reached } from "./reach.ts";

const WAYS: Readonly<Record<LoginWay, string>> = {
	key: "by a key of its own, deniably, without an account",
	registered: "with an account that was made for it, and removed again",
	anonymous: "with a name that the server gave (anonymous)",
	account: "with an account of one's own",
};

const SECURE: ReadonlySet<string> = new Set(["wss:", "ircs:", "https:"]);
const COLUMN = 14;

/** What came of it, for people to read, a line each. */
export function report(options: ReachOptions, reached: Reached): readonly string[] {
	const { failed, heard, enterMs, shortMs, longMs, longBytes } = reached;
	const lines = [options.server.href];
	const say = (what: string, words: string): void => void lines.push(`  ${what.padEnd(COLUMN)} ${words}`);
	if (options.proxy !== undefined) say("way", "through the SOCKS proxy, which was given the name and looked it up");
	if (failed === undefined || heard.login !== undefined || enterMs !== undefined) say("line", lineOf(options.server));
	const { facts, login } = heard;
	if (facts !== undefined) {
		const offered = [...facts.mechanisms, ...(facts.registration ? ["registration of accounts"] : [])];
		say("login offered", offered.join(", "));
	}
	if (login !== undefined) say("login taken", WAYS[login]);
	if (facts !== undefined) {
		say("rooms", facts.rooms);
		say("lost lines", facts.resumption ? "are resumed (XEP-0198)" : "cost a new entrance: no XEP-0198");
	}
	if (enterMs !== undefined) say("entered", `in ${Math.round(enterMs)} ms`);
	if (shortMs !== undefined) say("a short text", `came back in ${Math.round(shortMs)} ms`);
	if (longMs !== undefined) say("a long text", `of ${longBytes} bytes came back in ${Math.round(longMs)} ms`);
	lines.push(failed === undefined ? "Rooms work here." : `No room works here: ${inWords(failed)}.`);
	return lines;
}

function lineOf({ protocol, hostname }: URL): string {
	if (SECURE.has(protocol)) return "TLS, with a certificate that is in order";
	if (isOnion(hostname)) return "encrypted by the onion service";
	return "not encrypted, on this machine";
}

/** Who is to blame, and what for. */
function inWords(reason: CarrierError): string {
	switch (reason.kind) {
		case "unreachable":
			return `it is not reached (${reason.detail})`;
		case "refused":
			return `it refuses (${reason.condition}: ${reason.detail})`;
		case "protocol":
			return `it breaks the protocol: expected ${reason.expected}, got ${reason.got}`;
		case "usage":
			return reason.detail;
	}
}
