import { equal, ok, type Result } from "@clowder/bytes";
import { checkRing, ringOfAuthR } from "../dake/interactive.ts";
import { acceptOffline, authenticateOffline } from "../dake/non-interactive.ts";
import type { VerifiedEnsemble } from "../prekey-server/ensemble.ts";
import { refuse, type Refusal } from "../refusal.ts";
import type { NonInteractiveAuthMessage } from "../wire/messages.ts";
import { checkText, write } from "./desk.ts";
import { event, join, NOTHING, type Outcome, refused } from "./events.ts";
import type { Instance } from "./instance.ts";
import type { Room } from "./room.ts";

const WHAT = "Non-Interactive-Auth message";

/** "Sending a Data Message to an offline participant", to each of the devices that the ensembles are of. */
export function sendOffline(
	room: Room,
	ensembles: readonly VerifiedEnsemble[],
	text: string,
	nowMs: number,
): Result<Outcome, Refusal> {
	const { context, account } = room.desk;
	if (context.mode === "interactive-only") {
		return refuse("caller", "mode", WHAT, "a mode with offline conversations", context.mode);
	}
	const [first] = ensembles;
	if (first === undefined) return refuse("caller", "no-prekey", WHAT, "a prekey ensemble", "none");
	const tags = new Set(ensembles.map(({ clientProfile }) => clientProfile.profile.instanceTag));
	if (tags.size < ensembles.length) {
		return refuse("caller", "instance-tag", WHAT, "one prekey ensemble for each device", "several for one");
	}
	const ourselves = account.ourselves(nowMs);
	for (const { clientProfile, prekeyMessage } of ensembles) {
		const ring = checkRing("Prekey Ensemble", ringOfAuthR(clientProfile, ourselves.profile, prekeyMessage.y));
		if (!ring.ok) return ring;
	}
	// All that can be refused is refused before anything is done: a session that was begun must be told of.
	const sendable = checkText(room.desk, text);
	if (!sendable.ok) return sendable;
	const fitting = room.roomFor(tags);
	if (!fitting.ok) return fitting;
	const outcomes: Outcome[] = [];
	for (const ensemble of ensembles) {
		const instance = room.instance(ensemble.clientProfile.profile.instanceTag, nowMs);
		if (!instance.ok) return instance;
		outcomes.push(leaveOnline(instance.value, nowMs));
		const { message, established } = authenticateOffline(context, ourselves, ensemble);
		instance.value.stopDake();
		const sent = room.establish(instance.value, established, true, nowMs);
		const said = instance.value.encrypted?.send(text, nowMs);
		if (said?.ok === false) return said;
		outcomes.push({ send: write(room.desk, message), events: [] }, sent, said?.value ?? NOTHING);
	}
	return ok(join(...outcomes));
}

/** "Starting an offline conversation after an online one": a Disconnected message first, and a word of what it costs. */
function leaveOnline(instance: Instance, nowMs: number): Outcome {
	const session = instance.encrypted;
	if (session === undefined) return NOTHING;
	const { offline, instance: tag } = session.peer;
	const ended = session.end(nowMs);
	const left = ended.ok ? ended.value : NOTHING;
	return offline ? left : join(left, event({ kind: "deniability-weakened", instance: tag }));
}

/**
 * "Receiving a Non-Interactive-Auth Message". In `FINISHED` the text ignores it, though a peer who goes over from an online
 * conversation to an offline one sends the end of the one and this, one after the other. So it is taken from the peer with
 * whom that conversation was, and from nobody else: what is being typed goes to nobody new.
 */
export function receiveOffline(room: Room, message: NonInteractiveAuthMessage, nowMs: number): Outcome {
	const { context, account } = room.desk;
	if (context.mode === "interactive-only") {
		return refused(refuse("incompatible", "mode", WHAT, "an interactive DAKE", `one in ${context.mode} mode`).error);
	}
	const prekey = account.prekeys.find(message.prekeyIdentifier);
	if (prekey === undefined) {
		return refused(refuse("carrier", "no-prekey", WHAT, "a prekey message of ours", "one used, or unknown").error);
	}
	const established = acceptOffline(context, message, prekey, account.published(nowMs), Math.floor(nowMs / 1000));
	if (!established.ok) return refused(established.error);
	const finished = room.instances.get(message.senderTag)?.session;
	if (finished?.state === "finished" && !equal(finished.fingerprint, established.value.theirProfile.fingerprint)) {
		account.prekeys.delete(message.prekeyIdentifier);
		established.value.ratchet.erase();
		const expected = "whoever the conversation was with that is finished, until it is closed";
		return refused(refuse("carrier", "state", WHAT, expected, "somebody else").error);
	}
	const instance = room.instance(message.senderTag, nowMs);
	// The prekey is used, whether there is room for another device or not.
	account.prekeys.delete(message.prekeyIdentifier);
	if (!instance.ok) {
		established.value.ratchet.erase();
		return refused(instance.error);
	}
	instance.value.stopDake();
	return room.establish(instance.value, established.value, true, nowMs);
}
