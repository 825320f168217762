import { counted, countedText, type Hex, number } from "./second-method.ts";

/** Bodies of messages, written a second time from the fields in `wire.json`. */
type Fields = Record<string, any>;

const flag = (value: unknown): Hex => number(value ? 1 : 0, 1);
const list = (items: readonly any[], write: (item: any) => Hex): Hex =>
	number(items.length, 2) + items.map(write).join("");
const whole = (item: Hex): Hex => item;

function keySet(keys: Fields, kem: "hash" | "key"): Hex {
	return keys.y + keys.b + keys.v + (keys.ek?.[kem] ?? "") + (keys.bek?.[kem] ?? "");
}

function parameters(fields: Fields): Hex {
	return (
		number(fields.suite, 1) +
		number(["open", "any", "majority", "all"].indexOf(fields.policy), 1) +
		flag(fields.passphrase) +
		number(fields.timeoutSeconds, 2) +
		countedText(fields.binding)
	);
}

function optional(value: Hex | null): Hex {
	return value === null ? "00" : `01${value}`;
}

function box(fields: Fields): Hex {
	return fields.ephemeral + optional(fields.kemCiphertext) + counted(fields.ciphertext) + fields.mac;
}

function content(fields: Fields): Hex {
	return number(fields.index, 4) + fields.iv + counted(fields.ciphertext) + fields.mac;
}

function member(fields: Fields): Hex {
	return (
		fields.v +
		number(fields.number + 1, 4) +
		countedText(fields.handle) +
		keySet(fields.next, "hash") +
		flag(fields.removed) +
		flag(fields.left)
	);
}

function pending(fields: Fields): Hex {
	return (
		fields.join +
		number(fields.number + 1, 4) +
		countedText(fields.handle) +
		keySet(fields.keySet, "hash") +
		flag(fields.introduced) +
		flag(fields.left) +
		fields.approvals +
		fields.denials
	);
}

function state(m: Fields): Hex {
	return (
		m.at +
		number(m.k, 2) +
		parameters(m.parameters) +
		list(m.members, member) +
		list(m.pending, pending) +
		list(m.dead, (dead) => dead.aid + list(dead.unshared, whole)) +
		list(m.votes, votes) +
		number(m.failures, 2) +
		list(m.answers, whole) +
		m.sponsorBox.b +
		(m.sponsorBox.bek?.key ?? "")
	);
}

const REASONS: readonly string[] = [
	"name-taken",
	"name-invalid",
	"bad-authenticator",
	"already-here",
	"not-admitted",
	"wrong-passphrase",
];
const OWED: readonly string[] = [
	"heartbeat",
	"roster",
	"key",
	"offer",
	"share",
	"ok",
	"confirm",
	"reveal",
	"vote",
	"diverged",
];

function owes(reason: string): Hex {
	return number(OWED.indexOf(reason), 1);
}

function votes(item: Fields): Hex {
	return list(item.drop, (drop) => number(drop.place, 2) + owes(drop.owes)) + item.voters + item.late;
}

function revealed(fields: Fields): Hex {
	return fields.x + optional(fields.kemSeed) + optional(fields.coins);
}

function evidence(fields: Fields): Hex {
	if (fields.kind === "share") return `00${fields.accused}${fields.d}`;
	return `01${counted(fields.first)}${counted(fields.second)}`;
}

/** Tag in the text, code in the bytes, and body of each type. */
export const SECOND_BODIES: Readonly<Record<string, readonly [tag: string, code: number, body: (m: Fields) => Hex]>> = {
	FOUND: ["Found", 1, (m) => parameters(m.parameters) + keySet(m.keySet, "key")],
	KNOCK: ["Knock", 2, (m) => keySet(m.keySet, "hash")],
	STATE: ["State", 3, state],
	JOIN: [
		"Join",
		4,
		(m) =>
			keySet(m.keySet, "key") +
			m.commitment +
			m.sponsor +
			box(m.sealed) +
			optional(m.passphrase) +
			list(m.authenticators, whole),
	],
	INTRODUCE: ["Introduce", 5, (m) => m.join + content(m.content)],
	DENY: ["Deny", 6, (m) => m.join + number(REASONS.indexOf(m.reason), 1)],
	OPEN: ["Open", 7, (m) => number(m.k, 2) + list(m.joins, whole) + flag(m.rekey)],
	ROSTER: [
		"Roster",
		8,
		(m) => m.aid + list(m.boxes, (item) => item.newcomer + box(item.box)) + counted(m.ciphertext) + m.mac,
	],
	EK: ["Key", 9, (m) => m.key],
	OFFER: ["Offer", 10, (m) => optional(m.kemCiphertext) + m.list],
	SHARE: [
		"Share",
		11,
		(m) => optional(m.ring && m.ring.z + m.ring.cL + m.ring.cR) + list(m.confirmations, whole) + keySet(m.next, "key"),
	],
	OK: ["Ok", 12, () => ""],
	CONFIRM: ["Confirm", 13, (m) => m.mac],
	MESSAGE: ["Message", 14, (m) => content(m.content)],
	LEAVE: ["Leave", 15, (m) => number(m.entries, 4) + m.digest],
	GONE: ["Gone", 16, (m) => m.v],
	CLOSE: ["Close", 17, (m) => number(m.entries, 4) + m.digest],
	VOTE: ["Vote", 18, (m) => list(m.drop, (drop) => drop.v + owes(drop.owes)) + flag(m.late)],
	PUBLISH: ["Publish", 19, (m) => m.seed],
	RECEIVED: ["Received", 20, (m) => counted(m.of)],
	COMPLAIN: ["Complain", 21, (m) => m.accused + revealed(m.revealed)],
	REVEAL: ["Reveal", 22, (m) => m.peer + revealed(m.revealed)],
	FAULT: ["Fault", 23, (m) => evidence(m.evidence)],
	APPROVE: ["Approve", 24, (m) => m.join],
	ASK: ["Ask", 25, (m) => number(m.have, 4)],
	REPLY: [
		"Reply",
		26,
		(m) =>
			m.ask +
			number(m.have, 4) +
			(m.more ? "01" : "00") +
			list(m.messages, (item) => countedText(item.handle) + counted(item.whole)),
	],
	COPY: ["Copy", 27, (m) => list(m.boxes, (item) => item.newcomer + box(item.box))],
	WHISPER: ["Whisper", 28, (m) => m.sponsor + box(m.box)],
	PAKE: ["Pake", 29, (m) => m.peer + m.share + optional(m.confirm)],
	RETURN: ["Return", 30, (m) => m.v],
};
