/* Eviction of the silent by votes (spec/protocol.md, VOTE; packages/mpotr/src/fold/votes.ts).

   Four members who all owe one message. The carrier is honest: one order, in time. At any moment it may be cut into two
   halves, each with an order of its own from there on. Each member may fall asleep once, and wake up or not (which is what a crash is). At choice one is dishonest:
   it speaks on both sides, votes as it likes, and always says that it has waited longer. Who is awake has read
   everything; who woke up has read nothing since it fell asleep, until its own message has come back.

   Checked: where a majority fires, it drops nobody who has sent what it owed; the halves of a clean cut do not both
   evict by majority, and the lists that two majorities keep always share someone; no honest member votes itself away
   from one who was awake beside it all the time, nor does a majority.

   Seeded bugs:
     BUG_HALF   half of all is enough
     BUG_FEW    late votes of all who would be kept put the others out, in everybody's view, instead of splitting
     BUG_WAKE   who wakes up votes before its own message has come back
     BUG_STALE  a vote stays when what it waited for is placed
   Must be reachable: REACH_MAJORITY, REACH_SPLIT (the last of four goes on alone), REACH_HALVES (both halves go on). */

#define N 4
#define ALL 15
#define EVIL 3
#define HAS(set, m) (((set) >> (m)) & 1)
#define BIT(m) (1 << (m))
#define SIZE(set) (HAS(set, 0) + HAS(set, 1) + HAS(set, 2) + HAS(set, 3))

byte evil;      /* the set of dishonest members */
byte phase;     /* 0: before the deadline; 1: after it; 2: after a further timeout */
byte half;      /* who will be on side 1 */
bool cut;       /* the carrier is in two halves */
bool dirty;     /* a vote stood when it was cut */
byte asleep, slept;
byte behind;    /* who woke up and has read nothing since it fell asleep */
/* of each side's order: */
byte said[2];   /* whose owed message is placed */
byte keep[8];   /* keep[side * 4 + m]: m's newest vote; 0: none */
byte late[2];   /* whose newest vote says that it waited longer */
byte fired[2];  /* 0, or how members were dropped: */
#define BY_MAJORITY 1
#define BY_SPLIT 2
byte kept[2];   /* whom the votes that fired would keep */

#define sideOf(m) (cut && HAS(half, m) -> 1 : 0)
#define vote(s, m) keep[(s) * N + (m)]
#define names(s, m, set) (vote(s, m) == (set))
#define count(s, set) (names(s, 0, set) + names(s, 1, set) + names(s, 2, set) + names(s, 3, set))
#define lateFor(s, m, set) (!HAS(set, m) || (names(s, m, set) && HAS(late[s], m)))
#define allLate(s, set) (lateFor(s, 0, set) && lateFor(s, 1, set) && lateFor(s, 2, set) && lateFor(s, 3, set))
#ifdef BUG_HALF
#define enough(n) (2 * (n) >= N)
#else
#define enough(n) (2 * (n) > N)
#endif

#define honest(m) (!HAS(evil, m))
#define present(m) (!HAS(asleep, m))
/* Was awake all the time, reads side s, and so has sent what it owed in time. */
#define wide(m, s) (honest(m) && !HAS(slept, m) && sideOf(m) == (s) && HAS(said[s], m))
/* Someone of `set` was awake on side s. */
#define someWide(set, s) ((HAS(set, 0) && wide(0, s)) || (HAS(set, 1) && wide(1, s)) || (HAS(set, 2) && wide(2, s)) || (HAS(set, 3) && wide(3, s)))
/* Someone honest of `set` reads side s. */
#define reads(set, s, m) (HAS(set, m) && honest(m) && sideOf(m) == (s))
#define someReads(set, s) (reads(set, s, 0) || reads(set, s, 1) || reads(set, s, 2) || reads(set, s, 3))

inline fire(s, set, how) {
	fired[s] = how; kept[s] = set;
	assert(how != BY_MAJORITY || ((ALL & ~set) & said[s]) == 0);
	assert(how != BY_MAJORITY || !someWide(ALL & ~set, s));
	assert(how != BY_SPLIT || !someReads(set, s) || !someWide(ALL & ~set, s));
#ifdef BUG_FEW
	/* The fold is one for all, so those who are dropped drop themselves. */
	assert(how != BY_SPLIT || !someWide(ALL & ~set, s));
#endif
	assert(!(fired[0] == BY_MAJORITY && fired[1] == BY_MAJORITY && !dirty));
	assert(!(fired[0] == BY_MAJORITY && fired[1] == BY_MAJORITY && (kept[0] & kept[1]) == 0));
	/* Nothing depends on this side's votes any more. */
	said[s] = 0; late[s] = 0; vote(s, 0) = 0; vote(s, 1) = 0; vote(s, 2) = 0; vote(s, 3) = 0
}

inline placeVote(s, m, set, isLate) {
	vote(s, m) = set;
	late[s] = (isLate -> late[s] | BIT(m) : late[s] & ~BIT(m));
	if
	:: enough(count(s, set)) -> fire(s, set, BY_MAJORITY)
	:: else -> if :: allLate(s, set) -> fire(s, set, BY_SPLIT) :: else fi
	fi
}

/* Votes that would drop m die when m's owed message is placed. */
inline placeOwed(s, m) {
	said[s] = said[s] | BIT(m);
#ifndef BUG_STALE
	if :: !HAS(vote(s, 0), m) -> vote(s, 0) = 0; late[s] = late[s] & ~1 :: else fi;
	if :: !HAS(vote(s, 1), m) -> vote(s, 1) = 0; late[s] = late[s] & ~2 :: else fi;
	if :: !HAS(vote(s, 2), m) -> vote(s, 2) = 0; late[s] = late[s] & ~4 :: else fi;
	if :: !HAS(vote(s, 3), m) -> vote(s, 3) = 0; late[s] = late[s] & ~8 :: else fi
#endif
}

#define acts(m) (present(m) && honest(m) && fired[sideOf(m)] == 0)
#define silentTo(s) (ALL & ~said[s])
#define mayVote(m, s) (acts(m) && s == sideOf(m) && !HAS(behind, m) && HAS(said[s], m) && silentTo(s) != 0)
/* A further timeout after it first named this list. */
#define waited(m, s) (phase == 2 && names(s, m, said[s]) && !HAS(late[s], m))

proctype member(byte m) {
	byte s;
end:	do
	/* What is owed; when one wakes up, its coming back means that all before it has been read. */
	:: d_step { acts(m) && (!HAS(said[sideOf(m)], m) || HAS(behind, m)) ->
			s = sideOf(m); placeOwed(s, m); behind = behind & ~BIT(m); s = 0 }
	:: d_step { phase >= 1 && mayVote(m, sideOf(m)) && !names(sideOf(m), m, said[sideOf(m)]) ->
			s = sideOf(m); placeVote(s, m, said[s], false); s = 0 }
	:: d_step { mayVote(m, sideOf(m)) && waited(m, sideOf(m)) -> s = sideOf(m); placeVote(s, m, said[s], true); s = 0 }
#ifdef BUG_WAKE
	:: d_step { phase == 2 && acts(m) && HAS(behind, m) -> s = sideOf(m); placeVote(s, m, BIT(m), true); s = 0 }
#endif
	:: d_step { acts(m) && !HAS(slept, m) -> asleep = asleep | BIT(m); slept = slept | BIT(m) }
	:: d_step { HAS(asleep, m) && fired[sideOf(m)] == 0 -> asleep = asleep & ~BIT(m); behind = behind | BIT(m) }
	od
}

/* One who speaks on both sides and says what it likes, about everyone but itself. A vote that makes nothing fire can as
   well be cast later, so it votes where that fires: with some who voted, or for itself alone. */
#define joined(s, set) ((set) != 0 && HAS(set, EVIL) && (enough(count(s, set) + 1) || allOthersLate(s, set)))
#define allOthersLate(s, set) (lateFor(s, 0, set) && lateFor(s, 1, set) && lateFor(s, 2, set))
#define isSide(s) (fired[s] == 0 && (s == 0 || cut))

inline joinVote(s, set) {
	if :: enough(count(s, set) + 1) -> fire(s, set, BY_MAJORITY) :: else -> fire(s, set, BY_SPLIT) fi
}

proctype insider() {
	byte set;
end:	do
	:: d_step { isSide(0) && !HAS(said[0], EVIL) -> placeOwed(0, EVIL) }
	:: d_step { isSide(1) && !HAS(said[1], EVIL) -> placeOwed(1, EVIL) }
	:: d_step { isSide(0) -> fire(0, BIT(EVIL), BY_SPLIT) }
	:: d_step { isSide(1) -> fire(1, BIT(EVIL), BY_SPLIT) }
	:: d_step { isSide(0) && joined(0, vote(0, 0)) -> set = vote(0, 0); joinVote(0, set); set = 0 }
	:: d_step { isSide(0) && joined(0, vote(0, 1)) -> set = vote(0, 1); joinVote(0, set); set = 0 }
	:: d_step { isSide(0) && joined(0, vote(0, 2)) -> set = vote(0, 2); joinVote(0, set); set = 0 }
	:: d_step { isSide(1) && joined(1, vote(1, 0)) -> set = vote(1, 0); joinVote(1, set); set = 0 }
	:: d_step { isSide(1) && joined(1, vote(1, 1)) -> set = vote(1, 1); joinVote(1, set); set = 0 }
	:: d_step { isSide(1) && joined(1, vote(1, 2)) -> set = vote(1, 2); joinVote(1, set); set = 0 }
	od
}

#define inTime(m) (!honest(m) || !present(m) || HAS(behind, m) || HAS(said[sideOf(m)], m))

proctype carrier() {
end:	do
	:: d_step { phase == 0 && inTime(0) && inTime(1) && inTime(2) && inTime(3) -> phase = 1 }
	:: d_step { phase == 1 -> phase = 2 }
	:: d_step { !cut && half != 0 && fired[0] == 0 ->
			cut = true;
			dirty = (keep[0] || keep[1] || keep[2] || keep[3]);
			said[1] = said[0]; late[1] = late[0];
			keep[4] = keep[0]; keep[5] = keep[1]; keep[6] = keep[2]; keep[7] = keep[3] }
#ifdef REACH_MAJORITY
	:: atomic { fired[0] == BY_MAJORITY && phase == 1 -> assert(false) }
#endif
#ifdef REACH_SPLIT
	:: atomic { evil == 0 && !cut && fired[0] == BY_SPLIT && kept[0] == 1 && !HAS(slept, 0) -> assert(false) }
#endif
#ifdef REACH_HALVES
	:: atomic { evil == 0 && slept == 0 && fired[0] == BY_SPLIT && fired[1] == BY_SPLIT -> assert(false) }
#endif
	od
}

init {
	atomic {
		run carrier();
		run member(0);
		run member(1);
		run member(2);
		/* Up to symmetry: two, one or nobody apart from the rest. */
		if
		:: evil = 8; run insider(); if :: half = 2 :: half = 0 fi
		:: run member(3); if :: half = 6 :: half = 2 :: half = 0 fi
		fi
	}
}
