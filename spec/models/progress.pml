/* Progress: whoever crashes, in whatever phase of an agreement, is out of the session in the end, and no stream of
   newcomers that come and vanish holds that up (spec/protocol.md; packages/mpotr/src/fold/opening.ts, votes.ts, phases.ts).

   Members 0, 1, 2; seat 3 is for newcomers, one after another without end, of which each may vanish in any phase, or come
   in, and crash later. 1 and 2 may crash at any time, for good; 0 does not. The carrier is honest and keeps one order;
   the fold over it is the state below, the same for all. Pieces of an attempt are on their way for any time; what is on
   its way when its author crashes is placed or lost. Timeouts end after everything on its way has come.

   Checked, weakly fair to each process: evicted (1 gets out of the session once it has crashed, with newcomers without
   end); calm (with GHOSTS newcomers, nothing runs in the end and nobody who crashed is in the session; with one newcomer, 2
   does not crash).

   Seeded bugs:
     BUG_GHOSTS    after a removal of a newcomer the next attempt takes in those who came meanwhile, also when a member's
                   removal is due
     BUG_MAJORITY  only more than half of all can take someone out
     BUG_NEWCOMER  late votes count only where a member is named
     BUG_BURN      a SHARE of a dead attempt is void, so nobody learns that its key set is used up
   Must be reachable: REACH_ALONE (0 is alone in a session), REACH_LATE_SHARE, REACH_NEWCOMER (seat 3 is in a session). */

#define N 4
#define SEAT 3
#define HAS(set, m) (((set) >> (m)) & 1)
#define BIT(m) (1 << (m))
#define SIZE(set) (HAS(set, 0) + HAS(set, 1) + HAS(set, 2) + HAS(set, 3))

/* Agreed on: */
byte session = 7;   /* L */
byte removed;
byte list;          /* M of the running attempt; 0: none */
bool pending;       /* a newcomer in seat 3 waits, introduced */
bool roster;        /* the newcomer of the attempt has its ROSTER */
byte offers, shares, confirms;
byte drop[N];       /* each member's newest vote: whom it names */
byte late;          /* whose newest vote is late */

byte crashed;
/* What is on its way from each; SHAREs of a dead attempt change what they are. */
#define NONE 0
#define ROSTER 1
#define OFFER 2
#define SHARE 3
#define CONFIRM 4
#define OLD_SHARE 5
byte flight[N];
byte burnt;         /* who sent a SHARE with its present key set */
#ifdef GHOSTS
byte ghosts;
#endif

#define present (session & ~removed)
#define here (present | list | (pending -> BIT(SEAT) : 0))
#define live(m) (!HAS(crashed, m))
#define complete(set) ((set) == list)

#define needsRoster (HAS(list & ~session, SEAT) && !roster)
#define owes(m, set) (HAS(list, m) && !HAS(set, m))
#define idle(m) (live(m) && flight[m] == NONE)
#define owesRoster(m) (needsRoster && HAS(present, m))
#define owesOffer(m) (owes(m, offers) && !needsRoster && !HAS(burnt, m))
#define owesShare(m) (owes(m, shares) && complete(offers) && !HAS(burnt, m))
#define owesConfirm(m) (owes(m, confirms) && list != 0 && complete(shares))

/* After its timeouts, and all that was on its way. */
#define silent(m) (HAS(here & crashed, m) && flight[m] == NONE)
#define silents (silent(0) * 1 + silent(1) * 2 + silent(2) * 4 + silent(3) * 8)

inline forgetVotes() {
	drop[0] = 0; drop[1] = 0; drop[2] = 0; drop[3] = 0; late = 0
}

inline begin(set) {
	list = set; roster = false; offers = 0; shares = 0; confirms = 0;
	if :: HAS(list & ~session, SEAT) -> pending = false :: else fi
}

/* What m had on its way for the attempt that dies. */
inline outlive(m) {
	if
	:: flight[m] == SHARE -> flight[m] = OLD_SHARE
	:: flight[m] != SHARE && flight[m] != OLD_SHARE -> flight[m] = NONE
	:: else
	fi
}

/* The attempt dies: who has a SHARE in it goes on with the next key set; its newcomer waits again. */
inline kill() {
	burnt = burnt & ~shares;
	outlive(0); outlive(1); outlive(2); outlive(3);
	if :: HAS(list & ~session, SEAT) -> pending = true :: else fi;
	list = 0; roster = false; offers = 0; shares = 0; confirms = 0
}

inline activate() {
	session = list; removed = 0; pending = false; burnt = 0;
	flight[0] = NONE; flight[1] = NONE; flight[2] = NONE; flight[3] = NONE;
	list = 0; roster = false; offers = 0; shares = 0; confirms = 0;
	forgetVotes();
#ifdef REACH_ALONE
	assert(session != 1);
#endif
#ifdef REACH_NEWCOMER
	assert(!HAS(session, SEAT));
#endif
	skip
}

/* Whether the newcomer of the attempt is among those who are out. */
#define touched(out) (HAS(list & ~session & (out), SEAT))

inline takeOut(out) {
	members = out & session;
	touches = touched(out);
	same = HAS(list & ~session, SEAT) && !touches;
	removed = removed | members;
	if :: members != 0 || touches -> kill() :: else fi;
	if :: HAS(out & ~session, SEAT) -> pending = false; flight[SEAT] = NONE; burnt = burnt & ~BIT(SEAT) :: else fi;
	if :: HAS(members, SEAT) -> flight[SEAT] = NONE; burnt = burnt & ~BIT(SEAT) :: else fi;
	if
	:: (members != 0 || (touches && removed != 0)) && present != 0 ->
#ifdef BUG_GHOSTS
		/* The next comes at once, and is taken along. */
		if :: touches -> pending = true; crashed = crashed & ~BIT(SEAT) :: else fi;
		if :: pending -> begin(present | BIT(SEAT)) :: else -> begin(present) fi
#else
		if :: same -> begin(present | BIT(SEAT)) :: else -> begin(present) fi
#endif
	:: else
	fi;
	forgetVotes();
	members = 0; touches = false; same = false
}

#define names(m, set) (HAS(present, m) && drop[m] == (set))
#define count(set) (names(0, set) + names(1, set) + names(2, set) + names(3, set))
#define lateOr(m, set) (!HAS(present & ~(set), m) || (names(m, set) && HAS(late, m)))
#define allLate(set) (lateOr(0, set) && lateOr(1, set) && lateOr(2, set) && lateOr(3, set))
#ifdef BUG_MAJORITY
#define fires(set) (2 * count(set) > SIZE(session))
#else
#ifdef BUG_NEWCOMER
#define fires(set) (2 * count(set) > SIZE(session) || (((set) & session) != 0 && allLate(set)))
#else
#define fires(set) (2 * count(set) > SIZE(session) || allLate(set))
#endif
#endif

inline vote(m, isLate) {
	drop[m] = silents;
	late = (isLate -> late | BIT(m) : late & ~BIT(m));
	if :: fires(drop[m]) -> out = drop[m]; takeOut(out); out = 0 :: else fi
}

#define mayVote(m) (live(m) && HAS(present, m) && silents != 0)

proctype voter(byte m) {
	byte out, members;
	bool touches, same;
end:	do
	:: d_step { mayVote(m) && drop[m] != silents -> vote(m, false) }
	:: d_step { mayVote(m) && drop[m] == silents && !HAS(late, m) -> vote(m, true) }
	od
}

inline placeOldShare(m) {
	if
	:: HAS(list, m) ->
		/* It kills the attempt that uses the same key set; the next opens here. */
		same = HAS(list & ~session, SEAT);
		kill();
		if :: same -> begin(present | BIT(SEAT)) :: else -> begin(present) fi;
		same = false
	:: else
	fi;
	burnt = burnt & ~BIT(m)
}

/* What m sends, and its placing. */
proctype sender(byte m) {
	byte type;
	bool same;
end:	do
	:: d_step { idle(m) && owesRoster(m) -> flight[m] = ROSTER }
	:: d_step { idle(m) && owesOffer(m) -> flight[m] = OFFER }
	:: d_step { idle(m) && owesShare(m) -> flight[m] = SHARE; burnt = burnt | BIT(m) }
	:: d_step { idle(m) && owesConfirm(m) -> flight[m] = CONFIRM }
	:: d_step { idle(m) && HAS(present, m) && list == 0 && pending -> begin(present | BIT(SEAT)) }
	:: d_step { flight[m] != NONE ->
			type = flight[m];
			flight[m] = NONE;
			if
			:: type == ROSTER -> roster = true
			:: type == OFFER && owes(m, offers) -> offers = offers | BIT(m)
			:: type == SHARE && owes(m, shares) -> shares = shares | BIT(m)
			:: type == CONFIRM && owes(m, confirms) ->
				confirms = confirms | BIT(m);
				if :: complete(confirms) -> activate() :: else fi
			:: type == OLD_SHARE ->
#ifdef REACH_LATE_SHARE
				assert(!HAS(list, m));
#endif
#ifndef BUG_BURN
				placeOldShare(m)
#else
				skip
#endif
			:: else
			fi;
			type = NONE }
	od
}

/* Crashes, and newcomers: any number of them, or none. */
proctype fate() {
end:	do
	:: true -> skip
	:: d_step { live(1) -> crashed = crashed | 2 }
	:: d_step { live(1) -> crashed = crashed | 2; flight[1] = NONE }
#if !defined(GHOSTS) || GHOSTS == 0
	:: d_step { live(2) -> crashed = crashed | 4 }
	:: d_step { live(2) -> crashed = crashed | 4; flight[2] = NONE }
#endif
	:: d_step { live(SEAT) && HAS(here, SEAT) -> crashed = crashed | 8 }
	:: d_step { live(SEAT) && HAS(here, SEAT) -> crashed = crashed | 8; flight[SEAT] = NONE }
	:: d_step { !HAS(here | session, SEAT) &&
#ifdef GHOSTS
			ghosts < GHOSTS &&
#endif
			flight[SEAT] == NONE ->
#ifdef GHOSTS
			ghosts++;
#endif
			pending = true; crashed = crashed & ~BIT(SEAT) }
	od
}

init {
	atomic {
		run fate();
		run sender(0); run sender(1); run sender(2); run sender(3);
		run voter(0); run voter(1); run voter(2); run voter(3)
	}
}

#define gone1 (!HAS(session, 1))
#define crashed1 (HAS(crashed, 1))
#define quiet (list == 0 && !pending && (session & crashed) == 0)
#ifdef GHOSTS
ltl calm { <> [] quiet }
#else
ltl evicted { [] (crashed1 -> <> gone1) }
#endif
