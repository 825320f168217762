import { type MessageHash, NAME_BYTES, type TranscriptDigest } from "../labels.ts";
import { MAX_MESSAGE_BYTES, MAX_PARTICIPANTS, MAX_REPLY_MESSAGES } from "../limits.ts";
import {
	type Codecs,
	name32,
	readDropped,
	readEncrypted,
	readHandle,
	seatBytes,
	writeDropped,
	writeEncrypted,
	writeHandle,
} from "./fields.ts";

type SessionType = "MESSAGE" | "LEAVE" | "GONE" | "CLOSE" | "VOTE" | "PUBLISH" | "RECEIVED" | "ASK" | "REPLY";

/** In a session, and at its end. */
export const SESSION: Codecs<SessionType> = {
	MESSAGE: {
		code: 14,
		tag: "Message",
		write: (w, m) => writeEncrypted(w, m.content),
		read: (_suite, r) => ({ type: "MESSAGE", content: readEncrypted(r) }),
	},
	LEAVE: {
		code: 15,
		tag: "Leave",
		write: (w, m) => w.u32(m.entries).fixed(m.digest, NAME_BYTES),
		read: (_suite, r) => ({ type: "LEAVE", entries: r.u32(), digest: name32<TranscriptDigest>(r) }),
	},
	GONE: {
		code: 16,
		tag: "Gone",
		write: (w, m) => w.fixed(m.v, 32),
		read: (_suite, r) => ({ type: "GONE", v: r.fixed(32) }),
	},
	CLOSE: {
		code: 17,
		tag: "Close",
		write: (w, m) => w.u32(m.entries).fixed(m.digest, NAME_BYTES),
		read: (_suite, r) => ({ type: "CLOSE", entries: r.u32(), digest: name32<TranscriptDigest>(r) }),
	},
	VOTE: {
		code: 18,
		tag: "Vote",
		write: (w, m) => {
			writeDropped(w, m.drop);
			w.u8(m.late ? 1 : 0);
		},
		read: (_suite, r) => ({ type: "VOTE", drop: readDropped(r), late: r.flag() }),
	},
	PUBLISH: {
		code: 19,
		tag: "Publish",
		write: (w, m) => w.fixed(m.seed, 32),
		read: (_suite, r) => ({ type: "PUBLISH", seed: r.fixed(32) }),
	},
	RECEIVED: {
		code: 20,
		tag: "Received",
		write: (w, m) => w.variable(m.of),
		read: (_suite, r) => ({ type: "RECEIVED", of: r.variable(seatBytes(MAX_PARTICIPANTS)) }),
	},
	ASK: {
		code: 25,
		tag: "Ask",
		write: (w, m) => w.u32(m.have),
		read: (_suite, r) => ({ type: "ASK", have: r.u32() }),
	},
	REPLY: {
		code: 26,
		tag: "Reply",
		write: (w, m) => {
			w.fixed(m.ask, NAME_BYTES)
				.u32(m.have)
				.u8(m.more ? 1 : 0);
			w.list(m.messages, (x, { handle, whole }) => {
				writeHandle(x, handle);
				x.variable(whole);
			});
		},
		read: (_suite, r) => ({
			type: "REPLY",
			ask: name32<MessageHash>(r),
			have: r.u32(),
			more: r.flag(),
			messages: r.list(MAX_REPLY_MESSAGES, (x) => ({ handle: readHandle(x), whole: x.variable(MAX_MESSAGE_BYTES) })),
		}),
	},
};
