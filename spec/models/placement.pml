/* Exactly once: a text typed at any moment by someone who stays is placed once, over any activations, and in the order
   of typing (spec/protocol.md OUTBOX-1; packages/mpotr/src/participant/send.ts).

   One writer, two texts, up to three activations and two removals that are due before one. The carrier is honest: one
   order, nothing lost; but it may carry anything again (it was cut off in the middle, or it replays), and everything may be
   on its way for any time. The writer reads the order later than it is made.

   Seeded bugs:
     BUG_LOST       what is on its way at an activation counts as sent
     BUG_BASE       a text of the session before is still placed
     BUG_IMPATIENT  what has not come back in time is sent again in the same session
     BUG_REPLAY     numbers of messages are not checked
   Must be reachable: REACH_TWICE_SENT (a text is on its way when a session begins, and is sent anew), REACH_WAIT (a text
   is typed while a removal is due, and waits). */

#define TEXTS 2
#define SESSIONS 4
#define NOTHING 255

/* Kinds of entries in the order, as the writer reads them. */
mtype = { TEXT, DUE, ACTIVE };

/* text, session, number */
chan up = [4] of { byte, byte, byte };
/* kind, text, whether it was valid at its place */
chan down = [6] of { mtype, byte, bool };

byte placed[TEXTS];     /* how often each text stands in the transcript */

/* The order's fold, the same for all. */
byte session;
byte last;              /* the writer's last number in this session */
bool due;               /* a removal: someone who left still has the keys */
byte dues;

/* The writer. */
byte mine;              /* the session it has read of */
bool waits;             /* it has read that a removal is due */
byte number;            /* of its last message in that session */
byte state[TEXTS];
#define UNTYPED 0
#define WAITING 1
#define SENT 2
#define KNOWN_PLACED 3
byte sentIn[TEXTS], sentAs[TEXTS];

#ifdef BUG_BASE
#define ofSession(s) true
#else
#define ofSession(s) ((s) == session)
#endif
#ifdef BUG_REPLAY
#define isNew(n) true
#else
#define isNew(n) ((n) > last)
#endif

inline place(text, s, n) {
	if
	:: ofSession(s) && isNew(n) ->
		last = n;
		placed[text]++;
		assert(placed[text] == 1);
		assert(text == 0 || placed[0] == 1);
		down!TEXT(text, true)
	:: else -> down!TEXT(text, false)
	fi
}

proctype carrier() {
	byte id, s, n;
end:	do
	:: atomic { nfull(down) && nempty(up) -> up?id(s, n); place(id, s, n); id = 0; s = 0; n = 0 }
	od
}

proctype replayer() {
end:	do
	:: atomic { placed[0] > 0 && len(down) < 2 -> place(0, sentIn[0], sentAs[0]) }
	od
}

proctype others() {
end:	do
	:: atomic { nfull(down) && !due && dues < 2 && session + 1 < SESSIONS -> due = true; dues++; down!DUE(NOTHING, true) }
	:: atomic { nfull(down) && session + 1 < SESSIONS -> session++; last = 0; due = false; down!ACTIVE(NOTHING, true) }
	od
}

#define isNext(text) (state[text] == WAITING && ((text) == 0 || state[0] >= SENT))
#define sends(text) (isNext(text) && !waits && nfull(up))

inline send(text) {
	number++;
	state[text] = SENT; sentIn[text] = mine; sentAs[text] = number;
	up!text(mine, number)
}

inline begin() {
	mine++; number = 0; waits = false;
#ifdef BUG_LOST
	skip
#else
#ifdef REACH_TWICE_SENT
	assert(state[0] != SENT);
#endif
	if :: state[0] == SENT -> state[0] = WAITING :: else fi;
	if :: state[1] == SENT -> state[1] = WAITING :: else fi
#endif
}

proctype reader() {
	mtype kind;
	byte text;
	bool valid;
end:	do
	:: atomic { down?kind, text, valid ->
			if
			:: kind == ACTIVE -> begin()
			:: kind == DUE -> waits = true
			:: kind == TEXT && valid -> state[text] = KNOWN_PLACED
			:: else
			fi;
			kind = 0; text = 0; valid = false }
	od
}

proctype sender() {
end:	do
	:: atomic { sends(0) -> send(0) }
	:: atomic { sends(1) -> send(1) }
#ifdef BUG_IMPATIENT
	:: atomic { state[0] == SENT && !waits && number < 2 && nfull(up) -> send(0) }
#endif
	od
}

proctype person() {
	state[0] = WAITING;
#ifdef REACH_WAIT
	assert(!waits);
#endif
	state[1] = WAITING
}

init { atomic { run carrier(); run replayer(); run others(); run reader(); run sender(); run person() } }

ltl settled { <> (placed[0] == 1 && placed[1] == 1 && state[0] == KNOWN_PLACED && state[1] == KNOWN_PLACED) }
