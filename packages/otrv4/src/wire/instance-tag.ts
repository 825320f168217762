import { ok, type Result } from "@clowder/bytes";
import { type Random, randomU32 } from "../random.ts";
import { type Refusal, refuse } from "../refusal.ts";

/** "The smallest valid instance tag", otrv4.md "Instance Tags". */
export const MIN_INSTANCE_TAG = 0x100;
/** Of a receiver who is not known yet. */
export const NO_INSTANCE_TAG = 0;
const LIMIT: number = 2 ** 32;

/** A tag that a client can have: 0x100 to 2^32 - 1. */
export function isInstanceTag(tag: number): boolean {
	return Number.isInteger(tag) && tag >= MIN_INSTANCE_TAG && tag < LIMIT;
}

/** A tag for a client that has none, to be kept by it. */
export function newInstanceTag(random: Random): number {
	for (;;) {
		const tag = randomU32(random);
		if (isInstanceTag(tag)) return tag;
	}
}

/** "0x00000100", as tags are written in refusals. */
export function tagText(tag: number): string {
	return `0x${tag.toString(16).padStart(8, "0")}`;
}

/** Whose a message may be: from a client, and to one, or to any where `anyReceiver`. */
export function checkTags(
	what: string,
	tags: { readonly senderTag: number; readonly receiverTag: number },
	anyReceiver: boolean,
): Result<undefined, Refusal> {
	const least = `of at least ${tagText(MIN_INSTANCE_TAG)}`;
	if (!isInstanceTag(tags.senderTag)) {
		return refuse("peer", "instance-tag", what, `a sender's tag ${least}`, tagText(tags.senderTag));
	}
	if (isInstanceTag(tags.receiverTag) || (anyReceiver && tags.receiverTag === NO_INSTANCE_TAG)) return ok(undefined);
	const expected = `a receiver's tag ${anyReceiver ? "of 0 or " : ""}${least}`;
	return refuse("peer", "instance-tag", what, expected, tagText(tags.receiverTag));
}

/** Whether a message is for the client with `ownTag`: it names that tag, or none. Whose it is otherwise is no fault. */
export function checkReceiver(what: string, receiverTag: number, ownTag: number): Result<undefined, Refusal> {
	if (receiverTag === NO_INSTANCE_TAG || receiverTag === ownTag) return ok(undefined);
	return refuse("carrier", "instance-tag", what, `our own tag ${tagText(ownTag)}`, tagText(receiverTag));
}
