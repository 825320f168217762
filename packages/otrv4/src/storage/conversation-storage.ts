import { decode, encode, fromUtf8, ok, type Reader, type Result, utf8, type Writer } from "@clowder/bytes";
import type { EncryptedSession, FinishedSession, SessionContent } from "../conversation/encrypted-session.ts";
import type { Instance } from "../conversation/instance.ts";
import { CLIENT_PROFILE_MAX_BYTES, ENCRYPTED_MESSAGE_MAX_BYTES, INSTANCES_MAX, QUEUE_MAX } from "../limits.ts";
import type { Room } from "../conversation/room.ts";
import { decodeClientProfile, type VerifiedClientProfile, verifyClientProfile } from "../profile/client-profile.ts";
import { FINGERPRINT_BYTES } from "../profile/fingerprint.ts";
import { DoubleRatchet } from "../ratchet/double-ratchet.ts";
import type { Refusal } from "../refusal.ts";
import { damaged } from "./account-storage.ts";
import {
	readNumber,
	readOptional,
	readSecret,
	readVersion,
	writeNumber,
	writeOptional,
	writeVersion,
} from "./fields.ts";
import { readRatchet, writeRatchet } from "./ratchet-storage.ts";

const WHAT = "stored conversation";
const SSID_BYTES = 8;
const FINISHED = ["peer", "expiration"] as const;
const HALVES = ["first", "second"] as const;

/** All sessions of a conversation and what waits to be sent. DAKEs and SMPs under way are left out: they start anew. */
export function storeRoom(room: Room): Uint8Array {
	const kept = [...room.instances.values()].filter(({ session }) => session !== undefined);
	return encode((w) => {
		writeVersion(w);
		w.list(kept, writeInstance);
		w.list(room.queue, (each, text) => each.variable(utf8(text)));
	});
}

/** Puts what was stored into a new room. Refuses, as the caller's, what is damaged; then the room is as it was. */
export function restoreRoom(room: Room, stored: Uint8Array, nowMs: number): Result<undefined, Refusal> {
	const read = decode(stored, (r) => {
		readVersion(r);
		const instances = r.list(INSTANCES_MAX, (each) => readInstance(room, each));
		const queue = r.list(QUEUE_MAX, (each) => {
			const text = fromUtf8(each.variable(ENCRYPTED_MESSAGE_MAX_BYTES));
			return text.ok ? text.value : each.refuse("UTF-8", "other bytes");
		});
		return { instances, queue };
	});
	if (!read.ok) return damaged(WHAT, read.error);
	for (const restore of read.value.instances) restore(nowMs);
	room.queue = read.value.queue;
	return ok(undefined);
}

function writeInstance(w: Writer, { tag, session, lastReceivedMs }: Instance): void {
	w.u32(tag);
	writeNumber(w, lastReceivedMs);
	if (session?.state === "finished") {
		w.u8(FINISHED.indexOf(session.by)).fixed(session.fingerprint, FINGERPRINT_BYTES);
	} else {
		w.u8(FINISHED.length);
		writeSession(w, (session as EncryptedSession).content());
	}
}

function readInstance(room: Room, r: Reader): (nowMs: number) => void {
	const tag = r.u32();
	const lastReceivedMs = readNumber(r);
	const state = r.u8();
	const by = FINISHED[state];
	if (by === undefined && state !== FINISHED.length) r.refuse("a state", `${state}`);
	const finished: FinishedSession | undefined =
		by === undefined
			? undefined
			: { state: "finished", by, fingerprint: readSecret<"Fingerprint">(r, FINGERPRINT_BYTES) };
	const content = finished === undefined ? readSession(room, r, tag) : undefined;
	return (nowMs) => {
		const instance = room.instance(tag, nowMs);
		if (!instance.ok) return;
		instance.value.lastReceivedMs = lastReceivedMs;
		if (content !== undefined) room.resume(instance.value, content);
		else instance.value.session = finished;
	};
}

function writeSession(w: Writer, content: SessionContent): void {
	const { established, offline, lastSentMs, rotatedMs } = content;
	w.variable(established.theirProfile.profile.bytes).fixed(established.ssid, SSID_BYTES);
	w.u8(HALVES.indexOf(established.ourHalf)).u8(offline ? 1 : 0);
	writeNumber(w, lastSentMs);
	writeOptional(w, rotatedMs, writeNumber);
	writeRatchet(w, established.ratchet.content());
}

function readSession(room: Room, r: Reader, theirTag: number): SessionContent {
	const { primitives } = room.desk.context;
	const theirProfile = readPeerProfile(room, r, theirTag);
	const ssid = readSecret<"SSID">(r, SSID_BYTES);
	const ourHalf = r.flag() ? "second" : "first";
	const offline = r.flag();
	const lastSentMs = readNumber(r);
	const rotatedMs = readOptional(r, readNumber);
	const ratchet = DoubleRatchet.restore(primitives, readRatchet(primitives, r));
	return { established: { ratchet, ssid, theirProfile, theirTag, ourHalf }, offline, lastSentMs, rotatedMs };
}

/** The profile with which the session was established, which may have expired since. */
function readPeerProfile({ desk }: Room, r: Reader, senderTag: number): VerifiedClientProfile {
	const { primitives, mode } = desk.context;
	const profile = decodeClientProfile(r.variable(CLIENT_PROFILE_MAX_BYTES));
	if (!profile.ok) return r.refuse(profile.error.expected, profile.error.got);
	const expected = { senderTag, nowSeconds: 0, graceSeconds: Number.POSITIVE_INFINITY, mode };
	const checked = verifyClientProfile(primitives, profile.value, expected);
	return checked.ok ? checked.value : r.refuse(checked.error.expected, checked.error.got);
}
