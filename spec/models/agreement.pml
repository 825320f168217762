/* Agreement on sessions: what honest participants accept, when they accept it together, is the same.

   Honest participants 0, 1, 2 (2 at choice a newcomer) and a dishonest one, E. The carrier is hostile: a growing set of
   signed SHAREs and CONFIRMs, of which anyone may be shown any, at any time or never. What the fold does to attempts is
   left wholly open: whenever it likes, the carrier lets anyone's attempt of any people open and die. So nothing here
   rests on votes, notices, OPEN, the attempt's number k or the order. E signs whatever suits whom it is shown to.

   An attempt is its people and their key sets (the aid); a session adds the identities, about which a newcomer may have
   been lied to (the sid), and the next key sets in the SHAREs, of which E shows two versions. Key sets of an honest one are
   numbered as they are used up. An attempt in which somebody's present key set is not used by them comes to nothing, so
   participants open those that may come to something, or burn a key set for nothing.

   Checked whenever a session is accepted: each honest one on its list has confirmed exactly it; and it equals every
   session that another honest one has accepted in which an honest participant has the same key set.

   Seeded bugs:
     BUG_LIST    CONFIRM does not cover who is in the attempt
     BUG_AID     CONFIRM covers the aid, but not the identities (the sid)
     BUG_SHARES  CONFIRM does not cover the SHAREs
     BUG_REUSE   a key set is used again after its attempt died
   Must be reachable: REACH_DEEP (all three accept one session and then another), REACH_JOIN (a newcomer is in a session
   with others and E), REACH_MERGE (see README.md: two meet in one session, over different ones in between). */

#define H 3           /* honest participants */
#define E 3
#define KEYS 2        /* key sets of each honest one */
#ifdef BUG_REUSE
#define SLOTS 2       /* how often a key set signs */
#else
#define SLOTS 1
#endif
#define HAS(set, m) (((set) >> (m)) & 1)

/* A session as one number: its list, the key sets of its honest members, whether a newcomer was lied to, E's version. */
#define KEY_BITS(h) (4 + 2 * (h))
#define LIED 1024
#define VERSION 2048
#define listOf(c) ((c) & 15)
#define keyOf(c, h) (((c) >> KEY_BITS(h)) & 3)
#define NONE 0

short share[H * KEYS * SLOTS];   /* the SHARE that a key set signed: for which attempt and identities */
short confirm[H * KEYS * SLOTS]; /* the CONFIRM that it signed: for which session */
bool accepted[H * KEYS * SLOTS]; /* whether its owner accepted that session */
byte own[H];                     /* which key set is the present one of an honest participant */
byte used[H];                    /* how often it was used already */
byte stage[H];                   /* how far an honest participant is in its attempt: */
#define IDLE 0
#define SHARED 1
#define CONFIRMED 2
bool newcomer;                   /* 2 is one, until it is in a session */
#ifdef REACH_MERGE
short base[H];                   /* the session before, 0 at first */
short from[H * KEYS * SLOTS];    /* over which one it was accepted */
#endif

#define at(h, g, s) (((h) * KEYS + (g)) * SLOTS + (s))
#define here(m) at(m, own[m], used[m])

#ifdef BUG_LIST
#define same(a, b) ((b) != NONE)
#else
#ifdef BUG_AID
#define same(a, b) (((a) | LIED) == ((b) | LIED))
#else
#ifdef BUG_SHARES
#define same(a, b) (((a) | VERSION) == ((b) | VERSION))
#else
#define same(a, b) ((a) == (b))
#endif
#endif
#endif

/* Of an honest h on the list of c: its key set signed that. E signs what is wanted. */
#define shared(h, c) (!HAS(listOf(c), h) || same(c, share[at(h, keyOf(c, h), 0)]) || same(c, share[at(h, keyOf(c, h), SLOTS - 1)]))
#define confirmed(h, c) (!HAS(listOf(c), h) || same(c, confirm[at(h, keyOf(c, h), 0)]) || same(c, confirm[at(h, keyOf(c, h), SLOTS - 1)]))
#define didConfirm(h, c) (!HAS(listOf(c), h) || confirm[at(h, keyOf(c, h), 0)] == c || confirm[at(h, keyOf(c, h), SLOTS - 1)] == c)
#define allShared(c) (shared(0, c) && shared(1, c) && shared(2, c))
#define allConfirmed(c) (confirmed(0, c) && confirmed(1, c) && confirmed(2, c))

/* The key set of h that an attempt opened now may use: the next one, if h has used the present one elsewhere. */
#ifdef BUG_REUSE
#define key(h) own[h]
#else
#define key(h) (stage[h] == IDLE -> own[h] : own[h] + 1)
#endif
#define keyLeft(list, h) (!HAS(list, h) || key(h) < KEYS)
#define keyBits(list, h) (HAS(list, h) -> key(h) << KEY_BITS(h) : 0)
#define attempt(list) ((list) | keyBits(list, 0) | keyBits(list, 1) | keyBits(list, 2))
#define ready(m) (stage[m] == IDLE && own[m] < KEYS)
#define member(m) (ready(m) && !((m) == 2 && newcomer))
#define mayOpen(m, list) (member(m) && HAS(list, m) && keyLeft(list, 0) && keyLeft(list, 1) && keyLeft(list, 2))

inline open(m, list) {
	share[here(m)] = attempt(list); stage[m] = SHARED
}

/* Takes part in what h has opened; a newcomer knows of it from somebody who may lie about the identities. */
#define offers(h, m, lie) (HAS(listOf(share[here(h)]), m) && keyOf(share[here(h)], m) == own[m] && ((share[here(h)] & LIED) == 0) && ((lie) == 0 || newcomer))
#define mayFollow(m, h, lie) ((m) != (h) && ready(m) && stage[h] != IDLE && offers(h, m, lie))

inline follow(m, h, lie) {
	share[here(m)] = share[here(h)] | (lie); stage[m] = SHARED
}

/* Nothing depends on what used-up key sets signed, unless somebody is in an attempt with them, or a session stands. */
#define needs(j, h, g) (stage[j] != IDLE && HAS(listOf(share[here(j)]), h) && keyOf(share[here(j)], h) == (g))
#define needed(h, g) (needs(0, h, g) || needs(1, h, g) || needs(2, h, g))

inline forget(h, g) {
	if
	:: g < own[h] && !needed(h, g) ->
		share[at(h, g, 0)] = NONE;
		if :: !accepted[at(h, g, 0)] -> confirm[at(h, g, 0)] = NONE :: else fi
	:: else
	fi
}

inline finish(m) {
	stage[m] = IDLE;
#ifdef BUG_REUSE
	if :: used[m] + 1 < SLOTS && !accepted[here(m)] -> used[m]++ :: else -> own[m]++; used[m] = 0 fi
#else
	own[m]++;
	forget(0, 0); forget(0, 1); forget(1, 0); forget(1, 1); forget(2, 0); forget(2, 1)
#endif
}

/* A key set of an honest one is in both, but they differ. */
#define both(a, b, h) (HAS(listOf(a), h) && HAS(listOf(b), h) && keyOf(a, h) == keyOf(b, h))
#define clash(a, b) ((a) != (b) && (both(a, b, 0) || both(a, b, 1) || both(a, b, 2)))

inline accept(m) {
	c = confirm[here(m)];
	assert(didConfirm(0, c) && didConfirm(1, c) && didConfirm(2, c));
	i = 0;
	do
	:: i < H * KEYS * SLOTS ->
		assert(!accepted[i] || !clash(c, confirm[i]));
#ifdef REACH_MERGE
		assert(!(accepted[i] && confirm[i] == c && from[i] != base[m] && !(m == 2 && newcomer)));
#endif
		i++
	:: else -> break
	od;
	accepted[here(m)] = true;
#ifdef REACH_MERGE
	from[here(m)] = base[m]; base[m] = c;
#endif
#ifdef REACH_DEEP
	assert(!(listOf(c) == 7 && accepted[0] && accepted[1] && accepted[2] && accepted[3] && accepted[4] && accepted[5]));
#endif
#ifdef REACH_JOIN
	assert(!(m == 2 && newcomer && listOf(c) == 15 && accepted[0] && accepted[2]));
#endif
	if :: m == 2 -> newcomer = false :: else fi;
	finish(m);
	i = 0; c = 0
}

proctype participant(byte m) {
	byte i;
	short c;
end:	do
	:: d_step { mayOpen(m, 3) -> open(m, 3) }
	:: d_step { mayOpen(m, 5) -> open(m, 5) }
	:: d_step { mayOpen(m, 6) -> open(m, 6) }
	:: d_step { mayOpen(m, 7) -> open(m, 7) }
	:: d_step { mayOpen(m, 11) -> open(m, 11) }
	:: d_step { mayOpen(m, 13) -> open(m, 13) }
	:: d_step { mayOpen(m, 14) -> open(m, 14) }
	:: d_step { mayOpen(m, 15) -> open(m, 15) }
	:: d_step { mayFollow(m, 0, 0) -> follow(m, 0, 0) }
	:: d_step { mayFollow(m, 1, 0) -> follow(m, 1, 0) }
	:: d_step { mayFollow(m, 2, 0) -> follow(m, 2, 0) }
	:: d_step { m == 2 && mayFollow(m, 0, LIED) -> follow(m, 0, LIED) }
	:: d_step { m == 2 && mayFollow(m, 1, LIED) -> follow(m, 1, LIED) }
	/* The attempt dies; its key set is burnt. */
	:: d_step { stage[m] != IDLE -> finish(m) }
	/* All SHAREs are there; E's in one version or the other. */
	:: d_step { stage[m] == SHARED && allShared(share[here(m)]) -> confirm[here(m)] = share[here(m)]; stage[m] = CONFIRMED }
	:: d_step { stage[m] == SHARED && HAS(listOf(share[here(m)]), E) && allShared(share[here(m)]) ->
			confirm[here(m)] = share[here(m)] | VERSION; stage[m] = CONFIRMED }
	:: d_step { stage[m] == CONFIRMED && allConfirmed(confirm[here(m)]) -> accept(m) }
	od
}

init {
	atomic {
		if :: newcomer = true :: newcomer = false fi;
		run participant(0);
		run participant(1);
		run participant(2)
	}
}
