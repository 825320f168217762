import type { Writer } from "@clowder/bytes";
import { AGREEMENT } from "./bodies-agreement.ts";
import { JOINING } from "./bodies-joining.ts";
import { SESSION } from "./bodies-session.ts";
import type { BodyCodec, Codecs } from "./fields.ts";
import type { Message, MessageType } from "./messages.ts";

/** The table of all messages: codes and tags are the wire's (spec section 4). */
export const BODIES: Codecs<MessageType> = { ...JOINING, ...AGREEMENT, ...SESSION };

/** Type by code. */
export const TYPE_BY_CODE: ReadonlyMap<number, MessageType> = new Map(
	(Object.keys(BODIES) as MessageType[]).map((type) => [BODIES[type].code, type]),
);

/** Writes a message's body. */
export function writeBody(w: Writer, message: Message): void {
	// The table pairs each type with its own codec; the checker cannot follow that through a union.
	(BODIES[message.type] as BodyCodec<Message>).write(w, message);
}
