/* Publication: no signing key of a session is out while an honest client still accepts its owner's messages under it.

   Three members of an old session, a hostile carrier (a growing set: whatever was sent may be shown to anyone, at any
   time or never), and at choice one dishonest member. Each member goes over to a new session, leaves, or stays behind
   because nobody tells it. Time is ages in ticks that stop growing where nothing depends on them any more, so that runs
   are of any length. The carrier shows every acknowledgement at once: showing one later only ages it.

   Seeded bugs:
     BUG_BOTH      publishes once all who are in BOTH sessions have closed, whoever else has not
     BUG_HURRY     publishes one timeout after activation
     BUG_ANSWERED  a client freezes only when nobody at all answers it
     BUG_SLEEP     freezing is measured by a clock that stops in sleep
     BUG_LEAVER    who left publishes when one other member has placed the LEAVE
     BUG_RESEND    who has closed still takes what is sent again
   Must be reachable: REACH_EARLY (all publish by CLOSE alone), REACH_LATE (by time), REACH_LEAVER. */

#define N 3
#ifndef TIMEOUT
#define TIMEOUT 2 /* in ticks; anything may happen between two of them */
#endif
#define TWICE (2 * TIMEOUT)
#define HAS(set, m) (((set) >> (m)) & 1)

#define RUNNING 0 /* sends and accepts under the old session */
#define FROZEN 1  /* does neither any more, for good */
#define CLOSED 2  /* is in the new session; its CLOSE is sent */
#define LEFT 3    /* its LEAVE is sent */

byte state[N];
byte evil;      /* the set of dishonest members */
byte list[N];   /* the new session for which a member has confirmed; 0: none */
byte ack[9];    /* ack[p * N + q]: age of q's newest message that p has acknowledged */
byte since[N];  /* age of p's activation by a clock that may stop in sleep: it can only be late */
byte covers[N]; /* covers[q]: whose LEAVE stands in q's order */
byte published; /* whose keys are out */
#ifdef REACH_EARLY
byte early;     /* who published by CLOSE alone */
#endif

#define honest(m) (!HAS(evil, m))
#define age(p, q) ack[(p) * N + (q)]
#define old(p, q) ((p) != (q) && honest(p) && age(p, q) > TIMEOUT)

#ifdef BUG_ANSWERED
#define silent(p, q) ((p) == (q) || old(p, q))
#define freezes(q) (silent(0, q) && silent(1, q) && silent(2, q))
#else
#define freezes(q) (old(0, q) || old(1, q) || old(2, q))
#endif

#ifdef BUG_RESEND
#define takes(q) (state[q] == RUNNING || state[q] == CLOSED)
#else
#define takes(q) (state[q] == RUNNING)
#endif

/* q would accept a message under the old session that p's key signed. */
#define accepts(q, p) ((p) != (q) && honest(q) && takes(q) && !HAS(covers[q], p))
#define deceived(p) (HAS(published, p) && (accepts(0, p) || accepts(1, p) || accepts(2, p)))

/* q has said itself that it accepts nothing more: by CLOSE, or by LEAVE. A dishonest one says so at any time. */
#ifdef BUG_BOTH
#define ended(p, q) (!honest(q) || state[q] >= CLOSED || !HAS(list[p], q))
#else
#define ended(p, q) (!honest(q) || state[q] >= CLOSED)
#endif
#ifdef BUG_HURRY
#define ENOUGH TIMEOUT
#else
#define ENOUGH TWICE
#endif

#define placedLeave(q, p) (!honest(q) || HAS(covers[q], p))
#ifdef BUG_LEAVER
#define leaveKnown(p) ((p != 0 && placedLeave(0, p)) || (p != 1 && placedLeave(1, p)) || (p != 2 && placedLeave(2, p)))
#else
#define leaveKnown(p) ((p == 0 || placedLeave(0, p)) && (p == 1 || placedLeave(1, p)) && (p == 2 || placedLeave(2, p)))
#endif

/* The new session of p can be activated: all honest ones of its list have confirmed that list (see agreement.pml). */
#define confirmed(p, q) (!HAS(list[p], q) || !honest(q) || list[q] == list[p])
#define allConfirmed(p) (list[p] != 0 && confirmed(p, 0) && confirmed(p, 1) && confirmed(p, 2))

#define mayList(m, set) (state[m] <= FROZEN && list[m] == 0 && HAS(set, m))
#define hears(m, q) (m != q && state[m] == RUNNING && honest(q) && state[q] == RUNNING && age(m, q) != 0)
#define mayPublish(m) (state[m] >= CLOSED && !HAS(published, m))

/* Nothing depends any more on how old the acknowledgements are that q got. */
inline forget(q) {
	if :: !takes(q) -> age(0, q) = 0; age(1, q) = 0; age(2, q) = 0 :: else fi
}

inline publish(m) {
	published = published | (1 << m); since[m] = 0
}

proctype member(byte m) {
end:	do
	/* Acknowledges what another has sent so far. */
	:: d_step { hears(m, 0) -> age(m, 0) = 0 }
	:: d_step { hears(m, 1) -> age(m, 1) = 0 }
	:: d_step { hears(m, 2) -> age(m, 2) = 0 }
	/* Confirms a list with itself in it, as the carrier and the others made it; that attempt may die again. */
	:: d_step { mayList(m, 1) -> list[m] = 1 }
	:: d_step { mayList(m, 2) -> list[m] = 2 }
	:: d_step { mayList(m, 3) -> list[m] = 3 }
	:: d_step { mayList(m, 4) -> list[m] = 4 }
	:: d_step { mayList(m, 5) -> list[m] = 5 }
	:: d_step { mayList(m, 6) -> list[m] = 6 }
	:: d_step { mayList(m, 7) -> list[m] = 7 }
	:: d_step { state[m] <= FROZEN && list[m] != 0 -> list[m] = 0 }
	:: d_step { state[m] <= FROZEN && allConfirmed(m) -> state[m] = CLOSED; since[m] = 0; covers[m] = 0; forget(m) }
	:: d_step { state[m] == RUNNING -> state[m] = LEFT; list[m] = 0; covers[m] = 0; forget(m) }
	/* Is shown the LEAVE of another. */
	:: d_step { state[m] == RUNNING && state[0] == LEFT && !HAS(covers[m], 0) -> covers[m] = covers[m] | 1 }
	:: d_step { state[m] == RUNNING && state[1] == LEFT && !HAS(covers[m], 1) -> covers[m] = covers[m] | 2 }
	:: d_step { state[m] == RUNNING && state[2] == LEFT && !HAS(covers[m], 2) -> covers[m] = covers[m] | 4 }
	/* Publishes: by what the others said, by time, or after its own LEAVE. */
	:: d_step { mayPublish(m) && state[m] == CLOSED && ended(m, 0) && ended(m, 1) && ended(m, 2) ->
			publish(m);
#ifdef REACH_EARLY
			early = early | (1 << m)
#endif
		}
	:: d_step { mayPublish(m) && state[m] == CLOSED && since[m] >= ENOUGH -> publish(m) }
	:: d_step { mayPublish(m) && state[m] == LEFT && leaveKnown(m) -> publish(m) }
	od
}

inline grow(p, q) {
	if :: p != q && honest(p) && takes(q) && age(p, q) <= TIMEOUT -> age(p, q)++ :: else fi
}

/* A tick for q. It looks at its clock before it looks at what came, so freezing is never late. */
inline tick(q) {
#ifdef BUG_SLEEP
	if
	:: true -> grow(0, q); grow(1, q); grow(2, q)
	:: state[q] == RUNNING -> skip /* sleeps */
	fi;
#else
	grow(0, q); grow(1, q); grow(2, q);
#endif
	if :: state[q] == RUNNING && freezes(q) -> state[q] = FROZEN; covers[q] = 0; forget(q) :: else fi;
	if
	:: state[q] == CLOSED && !HAS(published, q) && since[q] < TWICE -> since[q]++
	:: true /* sleeps */
	fi
}

proctype clock() {
end:	do
	:: atomic { true -> tick(0); tick(1); if :: honest(2) -> tick(2) :: else fi }
	od
}

proctype checker() {
end:	do
	:: atomic { deceived(0) || deceived(1) || deceived(2) -> assert(false) }
#ifdef REACH_EARLY
	:: atomic { early == 7 -> assert(false) }
#endif
#ifdef REACH_LATE
	:: atomic { HAS(published, 0) && state[0] == CLOSED && state[1] == FROZEN -> assert(false) }
#endif
#ifdef REACH_LEAVER
	:: atomic { HAS(published, 1) && state[1] == LEFT && state[0] == RUNNING -> assert(false) }
#endif
	od
}

init {
	atomic {
		if :: evil = 0 :: evil = 4 fi;
		run checker();
		run clock();
		run member(0);
		run member(1);
		if :: evil == 0 -> run member(2) :: else fi
	}
}
