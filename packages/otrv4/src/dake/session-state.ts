import { compare, encode, utf8, type Bytes } from "@clowder/bytes";
import type { Reading } from "../interoperability.ts";

/** What one side of a conversation puts into `phi`. */
export interface PhiSide {
	readonly instanceTag: number;
	readonly firstEcdh: Bytes<"POINT">;
	readonly firstDh: Bytes<"MPI">;
	/** The name that the network gives this side, such as the bare JID. */
	readonly address: string;
}

/**
 * `phi`, the shared session state ("Shared Session State"): the instance tags in numerical order, the first ephemeral keys
 * of the sender of the message and those of its receiver, and `phi'`, the two addresses in lexicographic order of their
 * UTF-8 and whatever else the application asks both sides to agree on. otr4j sorts nothing: the sender first.
 */
export function sharedSessionState(
	reading: Reading,
	sender: PhiSide,
	receiver: PhiSide,
	agreed: readonly Uint8Array[] = [],
): Uint8Array {
	const tags = [sender.instanceTag, receiver.instanceTag];
	const addresses = [utf8(sender.address), utf8(receiver.address)];
	if (reading === "specification") {
		tags.sort((a, b) => a - b);
		addresses.sort(compare);
	}
	return encode((w) => {
		for (const tag of tags) w.u32(tag);
		for (const side of [sender, receiver]) w.fixed(side.firstEcdh, side.firstEcdh.length).variable(side.firstDh);
		for (const address of addresses) w.variable(address);
		for (const each of agreed) w.variable(each);
	});
}
