import { compare, encode } from "@clowder/bytes";
import {
	accept,
	answer,
	checkRing,
	confirm,
	type Offer,
	offer,
	ringOfAuthR,
	verifyAuthR,
	verifyIdentity,
	withdrawOffer,
} from "../dake/interactive.ts";
import { refuse } from "../refusal.ts";
import { tagText } from "../wire/instance-tag.ts";
import type { AuthIMessage, AuthRMessage, IdentityMessage } from "../wire/messages.ts";
import { write } from "./desk.ts";
import { event, join, NOTHING, type Outcome, refused } from "./events.ts";
import type { Instance } from "./instance.ts";
import type { Room } from "./room.ts";

const TIE_BREAK_BYTES = 32;

/** Sends an Identity message: to one device, or to whichever answers. */
export function sendIdentity(room: Room, instance: Instance | undefined, nowMs: number): Outcome {
	const { context, account } = room.desk;
	const made = offer(context, account.ourselves(nowMs), instance?.tag ?? 0);
	if (instance === undefined) room.offerToAll(made, nowMs);
	else instance.waitForAuthR(made, nowMs);
	return { send: write(room.desk, made.message), events: [] };
}

/** "Receiving an Identity Message". */
export function receiveIdentity(room: Room, message: IdentityMessage, nowMs: number): Outcome {
	const { context } = room.desk;
	const known = room.instances.get(message.senderTag);
	const again = known?.answered(message);
	if (again !== undefined) return { send: write(room.desk, again.message), events: [] };
	const their = verifyIdentity(context, message, Math.floor(nowMs / 1000));
	if (!their.ok) return refused(their.error);
	const ourselves = room.desk.account.ourselves(nowMs);
	const ring = ringOfAuthR(their.value.profile, ourselves.profile, their.value.ephemerals.ecdh);
	const checked = checkRing("Identity message", ring);
	if (!checked.ok) return refused(checked.error);
	const ours = offerTo(room, known);
	if (ours !== undefined && isHigher(room, ours.message, message)) {
		// "Ignore the incoming Identity message, but resend your Identity message": the other side gives way.
		return { send: write(room.desk, ours.message), events: [] };
	}
	const instance = room.instance(message.senderTag, nowMs);
	if (!instance.ok) return refused(instance.error);
	const made = answer(context, ourselves, message, their.value);
	instance.value.waitForAuthI(made, room.offer, nowMs);
	return { send: write(room.desk, made.message), events: [] };
}

/** Our own offer that this device may be answering, or crossing. */
function offerTo(room: Room, instance: Instance | undefined): Offer | undefined {
	if (instance?.dake.name === "waiting-auth-r") return instance.dake.offer;
	const gaveWay = instance?.dake.name === "waiting-auth-i" && instance.dake.beaten === room.offer;
	return gaveWay ? undefined : room.offer;
}

/** Whose hash of `B` is higher, as 32-byte unsigned big-endian numbers. The hash is otr4j's: of the MPI. */
function isHigher({ desk }: Room, ours: IdentityMessage, theirs: IdentityMessage): boolean {
	const hashOf = ({ b }: IdentityMessage): Uint8Array =>
		desk.context.primitives.shake256([encode((w) => w.variable(b))], TIE_BREAK_BYTES);
	return compare(hashOf(ours), hashOf(theirs)) > 0;
}

/** "Receiving an Auth-R Message". */
export function receiveAuthR(room: Room, message: AuthRMessage, nowMs: number): Outcome {
	const { context } = room.desk;
	const known = room.instances.get(message.senderTag);
	const open = offerTo(room, known);
	const asked = open ?? room.spentOffer;
	if (asked === undefined) return outOfTurn("Auth-R message", message.senderTag);
	const their = verifyAuthR(context, asked, message, Math.floor(nowMs / 1000));
	if (!their.ok) return refused(their.error);
	const instance = room.instance(message.senderTag, nowMs);
	if (!instance.ok) return refused(instance.error);
	// Another device answered what was for whichever came first: it gets an offer of its own, for keys are used once.
	if (open === undefined) return room.wasAsked(message.senderTag) ? NOTHING : sendIdentity(room, instance.value, nowMs);
	const confirmed = confirm(context, open, message, their.value);
	if (open === room.offer) {
		room.spendOffer(message.senderTag);
		instance.value.stopDake();
	}
	const established = room.establish(instance.value, confirmed.established, false, nowMs);
	return join({ send: write(room.desk, confirmed.message), events: [] }, established);
}

/** "Receiving an Auth-I Message". */
export function receiveAuthI(room: Room, message: AuthIMessage, nowMs: number): Outcome {
	const instance = room.instances.get(message.senderTag);
	if (instance?.dake.name !== "waiting-auth-i") return outOfTurn("Auth-I message", message.senderTag);
	const { answer: sent, beaten } = instance.dake;
	const accepted = accept(room.desk.context, sent, message);
	if (!accepted.ok) return refused(accepted.error);
	if (beaten !== undefined && beaten === room.offer) {
		withdrawOffer(beaten);
		room.spendOffer(message.senderTag);
	}
	return room.establish(instance, accepted.value, false, nowMs);
}

function outOfTurn(what: string, senderTag: number): Outcome {
	const error = refuse(
		"carrier",
		"state",
		what,
		"an answer to a message of ours",
		`one of ${tagText(senderTag)}`,
	).error;
	return event({ kind: "refused", refusal: error });
}
