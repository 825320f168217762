import type { Reader, Writer } from "@clowder/bytes";
import { KEM_PUBLIC_KEY_BYTES, type Suite } from "@clowder/crypto";
import { IDENTITY_BYTES } from "../identity.ts";
import {
	orRefuse,
	readDhKey,
	readKemKey,
	readKeySetByHash,
	readKeySetInFull,
	writeKeySetByHash,
	writeKeySetInFull,
} from "../key-set.ts";
import { type Aid, type Mac, type MessageHash, NAME_BYTES } from "../labels.ts";
import { MAX_DEAD_ATTEMPTS, MAX_PARTICIPANTS, MAX_PENDING, MAX_VOTE_LISTS, RELAYED_BYTES } from "../limits.ts";
import { readParameters, writeParameters } from "../parameters.ts";
import {
	type Codecs,
	name32,
	readBox,
	readEncrypted,
	readHandle,
	readReason,
	readSeats,
	sorted,
	writeBox,
	writeEncrypted,
	writeHandle,
	writeReason,
} from "./fields.ts";
import type { DenyReason, State, StateJoin, StateMember, StateVotes } from "./messages.ts";

const DENY_REASONS: readonly DenyReason[] = [
	"name-taken",
	"name-invalid",
	"bad-authenticator",
	"already-here",
	"not-admitted",
	"wrong-passphrase",
];

function writeMac(w: Writer, mac: Mac | undefined): void {
	w.u8(mac === undefined ? 0 : 1);
	if (mac !== undefined) w.fixed(mac, NAME_BYTES);
}

function readMac(r: Reader): Mac | undefined {
	return r.flag() ? name32<Mac>(r) : undefined;
}

function writeStateMember(w: Writer, member: StateMember): void {
	w.fixed(member.v.bytes, 32).u32(member.number + 1);
	writeHandle(w, member.handle);
	writeKeySetByHash(w, member.next);
	w.u8(member.removed ? 1 : 0).u8(member.left ? 1 : 0);
}

function readStateMember(suite: Suite, r: Reader): StateMember {
	return {
		v: orRefuse(r, suite.primitives.parseVerifyKey(r.fixed(32))),
		number: r.u32() - 1,
		handle: readHandle(r),
		next: readKeySetByHash(suite, r),
		removed: r.flag(),
		left: r.flag(),
	};
}

function writeStateJoin(w: Writer, join: StateJoin): void {
	w.fixed(join.join, NAME_BYTES).u32(join.number + 1);
	writeHandle(w, join.handle);
	writeKeySetByHash(w, join.keySet);
	w.u8(join.introduced ? 1 : 0).u8(join.left ? 1 : 0);
	w.fixed(join.approvals, join.approvals.length).fixed(join.denials, join.denials.length);
}

function readStateJoin(suite: Suite, r: Reader, members: number): StateJoin {
	return {
		join: name32<MessageHash>(r),
		number: r.u32() - 1,
		handle: readHandle(r),
		keySet: readKeySetByHash(suite, r),
		introduced: r.flag(),
		left: r.flag(),
		approvals: readSeats(r, members),
		denials: readSeats(r, members),
	};
}

function writeStateVotes(w: Writer, { drop, voters, late }: StateVotes): void {
	w.list(drop, (x, { place, owes }) => writeReason(x.u16(place), owes));
	w.fixed(voters, voters.length).fixed(late, late.length);
}

function readStateVotes(r: Reader, members: number, pending: number): StateVotes {
	let after = 0;
	const drop = r.list(members + pending, (x) => {
		const place = x.u16();
		if (place < after || place >= members + pending) x.refuse("places of the list, ascending", `${place}`);
		after = place + 1;
		return { place, owes: readReason(x) };
	});
	return { drop, voters: readSeats(r, members), late: readSeats(r, members) };
}

/** The lists of a STATE that later ones count on. */
function readLists(suite: Suite, r: Reader): Pick<State, "members" | "pending" | "dead" | "votes"> {
	const members = r.list(MAX_PARTICIPANTS, (x) => readStateMember(suite, x));
	const pending = r.list(MAX_PENDING, (x) => readStateJoin(suite, x, members.length));
	const dead = r.list(MAX_DEAD_ATTEMPTS, (x) => ({
		aid: name32<Aid>(x),
		unshared: x.list(MAX_PARTICIPANTS, (y) => orRefuse(y, suite.primitives.parseVerifyKey(y.fixed(32)))),
	}));
	const votes = r.list(MAX_VOTE_LISTS, (x) => readStateVotes(x, members.length, pending.length));
	return { members, pending, dead, votes };
}

type JoiningType =
	| "FOUND"
	| "KNOCK"
	| "STATE"
	| "JOIN"
	| "INTRODUCE"
	| "DENY"
	| "APPROVE"
	| "OPEN"
	| "ROSTER"
	| "COPY"
	| "WHISPER"
	| "PAKE"
	| "RETURN";

/** Coming in: from finding the room to the list of an attempt, and what is written on the way. */
export const JOINING: Codecs<JoiningType> = {
	FOUND: {
		code: 1,
		tag: "Found",
		write: (w, m) => {
			writeParameters(w, m.parameters);
			writeKeySetInFull(w, m.keySet);
		},
		read: (suite, r) => ({
			type: "FOUND",
			parameters: readParameters(suite, r),
			keySet: readKeySetInFull(suite, r),
		}),
	},
	KNOCK: {
		code: 2,
		tag: "Knock",
		write: (w, m) => writeKeySetByHash(w, m.keySet),
		read: (suite, r) => ({ type: "KNOCK", keySet: readKeySetByHash(suite, r) }),
	},
	STATE: {
		code: 3,
		tag: "State",
		write: (w, m) => {
			w.fixed(m.at, NAME_BYTES).u16(m.k);
			writeParameters(w, m.parameters);
			w.list(m.members, writeStateMember).list(m.pending, writeStateJoin);
			w.list(m.dead, (x, dead) => x.fixed(dead.aid, NAME_BYTES).list(dead.unshared, (y, v) => y.fixed(v.bytes, 32)));
			w.list(m.votes, writeStateVotes)
				.u16(m.failures)
				.list(m.answers, (x, knock) => x.fixed(knock, NAME_BYTES));
			w.fixed(m.sponsorBox.b.bytes, 32);
			if (m.sponsorBox.bek?.key) w.fixed(m.sponsorBox.bek.key.bytes, KEM_PUBLIC_KEY_BYTES);
		},
		read: (suite, r) => ({
			type: "STATE",
			at: name32<MessageHash>(r),
			k: r.u16(),
			parameters: readParameters(suite, r),
			...readLists(suite, r),
			failures: r.u16(),
			answers: r.list(MAX_PENDING, (x) => name32<MessageHash>(x)),
			sponsorBox: {
				b: readDhKey(suite, r),
				bek: readKemKey(suite, r),
			},
		}),
	},
	JOIN: {
		code: 4,
		tag: "Join",
		write: (w, m) => {
			writeKeySetInFull(w, m.keySet);
			w.fixed(m.commitment, NAME_BYTES).fixed(m.sponsor, 32);
			writeBox(w, m.sealed);
			writeMac(w, m.passphrase);
			w.list(m.authenticators, (x, a) => x.fixed(a, NAME_BYTES));
		},
		read: (suite, r) => ({
			type: "JOIN",
			keySet: readKeySetInFull(suite, r),
			commitment: name32(r),
			sponsor: r.fixed(32),
			sealed: readBox(suite, r, IDENTITY_BYTES),
			passphrase: readMac(r),
			authenticators: r.list(MAX_PARTICIPANTS, (x) => name32<Mac>(x)),
		}),
	},
	INTRODUCE: {
		code: 5,
		tag: "Introduce",
		write: (w, m) => {
			w.fixed(m.join, NAME_BYTES);
			writeEncrypted(w, m.content);
		},
		read: (_suite, r) => ({ type: "INTRODUCE", join: name32<MessageHash>(r), content: readEncrypted(r) }),
	},
	DENY: {
		code: 6,
		tag: "Deny",
		write: (w, m) => w.fixed(m.join, NAME_BYTES).u8(DENY_REASONS.indexOf(m.reason)),
		read: (_suite, r) => {
			const join = name32<MessageHash>(r);
			const code = r.u8();
			return { type: "DENY", join, reason: DENY_REASONS[code] ?? r.refuse("a known reason", `${code}`) };
		},
	},
	OPEN: {
		code: 7,
		tag: "Open",
		write: (w, m) =>
			w
				.u16(m.k)
				.list(m.joins, (x, join) => x.fixed(join, NAME_BYTES))
				.u8(m.rekey ? 1 : 0),
		read: (_suite, r) => ({
			type: "OPEN",
			k: r.u16(),
			joins: r.list(MAX_PENDING, (x) => name32<MessageHash>(x)),
			rekey: r.flag(),
		}),
	},
	ROSTER: {
		code: 8,
		tag: "Roster",
		write: (w, m) => {
			w.fixed(m.aid, NAME_BYTES).list(m.boxes, (x, { newcomer, box }) => writeBox(x.fixed(newcomer, 32), box));
			w.variable(m.ciphertext).fixed(m.mac, NAME_BYTES);
		},
		read: (suite, r) => ({
			type: "ROSTER",
			aid: name32<Aid>(r),
			boxes: r.list(MAX_PENDING, (x) => ({ newcomer: x.fixed(32), box: readBox(suite, x, 32) })),
			ciphertext: r.variable(MAX_PARTICIPANTS * IDENTITY_BYTES),
			mac: name32<Mac>(r),
		}),
	},
	APPROVE: {
		code: 24,
		tag: "Approve",
		write: (w, m) => w.fixed(m.join, NAME_BYTES),
		read: (_suite, r) => ({ type: "APPROVE", join: name32<MessageHash>(r) }),
	},
	COPY: {
		code: 27,
		tag: "Copy",
		write: (w, m) => w.list(m.boxes, (x, { newcomer, box }) => writeBox(x.fixed(newcomer, 32), box)),
		read: (suite, r) => ({
			type: "COPY",
			boxes: sorted(
				r,
				r.list(MAX_PENDING, (x) => ({ newcomer: x.fixed(32), box: readBox(suite, x, RELAYED_BYTES) })),
				({ newcomer }) => newcomer,
			),
		}),
	},
	WHISPER: {
		code: 28,
		tag: "Whisper",
		write: (w, m) => writeBox(w.fixed(m.sponsor, 32), m.box),
		read: (suite, r) => ({ type: "WHISPER", sponsor: r.fixed(32), box: readBox(suite, r, RELAYED_BYTES) }),
	},
	PAKE: {
		code: 29,
		tag: "Pake",
		write: (w, m) => writeMac(w.fixed(m.peer, 32).fixed(m.share, 32), m.confirm),
		read: (_suite, r) => ({ type: "PAKE", peer: r.fixed(32), share: r.fixed(32), confirm: readMac(r) }),
	},
	RETURN: {
		code: 30,
		tag: "Return",
		write: (w, m) => w.fixed(m.v, 32),
		read: (_suite, r) => ({ type: "RETURN", v: r.fixed(32) }),
	},
};
