import { ok, type Result } from "@clowder/bytes";
import { ENCODED_TEXT_MAX_CHARS, FRAGMENTS_MAX } from "../limits.ts";
import { type Refusal, refuse } from "../refusal.ts";
import { isInstanceTag, NO_INSTANCE_TAG, tagText } from "./instance-tag.ts";

const WHAT = "fragment";

/** What the fragments of OTRv4 begin with, and those of the prekey protocol. */
export type FragmentPrefix = "?OTR|" | "?OTRP|";

/** One piece of an encoded message, otrv4.md "Transmitting Fragments". */
export interface Fragment {
	/** Of the message, chosen by its sender: 0 to 2^32 - 1. */
	readonly identifier: number;
	/** At least 0x100; in the prekey protocol 0 too, as its server has no tag. */
	readonly senderTag: number;
	/** At least 0x100, or 0 to whoever receives it. */
	readonly receiverTag: number;
	/** 1 to `total`. */
	readonly index: number;
	readonly total: number;
	/** Never empty. */
	readonly piece: string;
}

const HEXADECIMAL = "([0-9a-fA-F]{1,8})";
const DECIMAL = "(\\d{1,5})";
/** What encoded messages consist of. Without "|" and ",": "you can't fragment a fragment". */
const PIECE = "[A-Za-z0-9+/=?:.]";
const FRAGMENT = new RegExp(`^${HEXADECIMAL}\\|${HEXADECIMAL}\\|${HEXADECIMAL},${DECIMAL},${DECIMAL},(${PIECE}+),$`);
const FRAGMENT_V3 = new RegExp(`^\\?OTR\\|${HEXADECIMAL}\\|${HEXADECIMAL},${DECIMAL},${DECIMAL},${PIECE}+,$`);
const PIECES = new RegExp(`^${PIECE}+$`);

/** Whether a text consists of what encoded messages consist of: nothing else can be broken up. */
export function isFragmentable(text: string): boolean {
	return PIECES.test(text);
}

/** Whether a text claims to be a fragment: "the message should begin with" the prefix. */
export function looksLikeFragment(text: string, prefix: FragmentPrefix = "?OTR|"): boolean {
	return text.startsWith(prefix);
}

/** Whether a text is a fragment of OTRv3, which has no identifier: for another library. */
export function isVersion3Fragment(text: string): boolean {
	return text.length <= ENCODED_TEXT_MAX_CHARS && FRAGMENT_V3.test(text);
}

/** Reads a fragment: numbers with or without leading zeros. */
export function parseFragment(text: string, prefix: FragmentPrefix = "?OTR|"): Result<Fragment, Refusal> {
	if (text.length > ENCODED_TEXT_MAX_CHARS) {
		return refuse("peer", "limit", WHAT, `at most ${ENCODED_TEXT_MAX_CHARS} characters`, `${text.length}`);
	}
	const match = text.startsWith(prefix) ? FRAGMENT.exec(text.slice(prefix.length)) : null;
	if (match === null) {
		const expected = `"${prefix}identifier|sender|receiver,index,total,piece,"`;
		return refuse("peer", "malformed", WHAT, expected, `${text.length} other characters`);
	}
	const [identifier, senderTag, receiverTag] = match.slice(1, 4).map((digits) => Number.parseInt(digits, 16)) as [
		number,
		number,
		number,
	];
	const [index, total] = match.slice(4, 6).map(Number) as [number, number];
	const piece = match[6] as string;
	if (!isInstanceTag(senderTag) && !(prefix === "?OTRP|" && senderTag === NO_INSTANCE_TAG)) {
		return refuse("peer", "instance-tag", WHAT, "a sender's instance tag", tagText(senderTag));
	}
	if (!isInstanceTag(receiverTag) && receiverTag !== NO_INSTANCE_TAG) {
		return refuse("peer", "instance-tag", WHAT, "a receiver's instance tag, or 0", tagText(receiverTag));
	}
	if (total > FRAGMENTS_MAX) {
		return refuse("peer", "limit", WHAT, `at most ${FRAGMENTS_MAX} fragments`, `${total}`);
	}
	if (index === 0 || index > total) {
		return refuse("peer", "malformed", WHAT, "an index from 1 to the total", `${index} of ${total}`);
	}
	return ok({ identifier, senderTag, receiverTag, index, total, piece });
}

/** The fragment as it is sent: all numbers at their full width, so that every header is as long. */
export function writeFragment(fragment: Fragment, prefix: FragmentPrefix = "?OTR|"): string {
	const tags = [fragment.identifier, fragment.senderTag, fragment.receiverTag].map((number) =>
		number.toString(16).padStart(8, "0"),
	);
	const place = [fragment.index, fragment.total].map((number) => `${number}`.padStart(5, "0"));
	return `${prefix}${tags.join("|")},${place.join(",")},${fragment.piece},`;
}
