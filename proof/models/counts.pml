/* Who frees an object: one count (threads that hold it + handles in messages), one hold bit a seat.
 *
 * Pairs with: packages/memory (descriptor, holds, reaper). Rules: C18, C19, A4.
 *   send:    count +1; commit. A put that fails: -1.
 *   receive: take the message; set the own hold bit; was it set already: -1.
 *   give up: clear the bit; was it set: -1.
 *   reap:    take the dead seat's life; for each object clear the bit, was it set: -1; let the life go.
 *   zero:    names itself in the descriptor; takes the messages out as a receiver would; frees. Who finds that name dead
 *            puts its own there and goes on.
 * Shows: never freed while a living holder's bit is set, while a message that carries it can be delivered, or between a
 * take and its bit; freed once; without kills freed in the end. A kill may leave a count too high, never too low.
 *
 * The queue Q is itself counted. Its messages carry X. Takes and puts are one step each (ring.pml opens them up); a name is
 * the actor's number (seats.pml opens names up).
 *
 * check short: NA=2 HEIRS=0 REAPERS=1 OPS=3 KILLS=0
 * check short: NA=2 HEIRS=0 REAPERS=1 OPS=2 KILLS=1
 * check short: NA=2 HEIRS=0 REAPERS=2 OPS=2 KILLS=2
 * check short: NA=2 HEIRS=1 REAPERS=1 OPS=1 KILLS=2
 * check long: NA=2 HEIRS=1 REAPERS=2 OPS=2 KILLS=2
 * check long: NA=3 HEIRS=0 REAPERS=1 OPS=2 KILLS=2
 * mutant: BUG_COUNT_AFTER NA=2 HEIRS=0 REAPERS=1 OPS=2 KILLS=0
 * mutant: BUG_LESS_BEFORE_HOLD NA=2 HEIRS=0 REAPERS=1 OPS=2 KILLS=0
 * mutant: BUG_HOLD_BEFORE_TAKE NA=2 HEIRS=0 REAPERS=1 OPS=2 KILLS=1
 * mutant: BUG_REAP_LESS_FIRST NA=2 HEIRS=0 REAPERS=2 OPS=1 KILLS=2
 * mutant: BUG_REAP_WITHOUT_LIFE NA=2 HEIRS=1 REAPERS=1 OPS=1 KILLS=1
 * mutant: BUG_NO_DRAIN NA=2 HEIRS=0 REAPERS=1 OPS=1 KILLS=0
 * mutant: BUG_NO_GO_ON NA=2 HEIRS=0 REAPERS=1 OPS=1 KILLS=1
 */
#define Q 0
#define X 1
#define ROOM 2
#define FIRST_REAPER (NA + HEIRS)
#define N (NA + HEIRS + REAPERS)
#define BIT (1 << seat)
#define LIVE 0
#define FREED 100

byte count[2], hold[2], state[2];   /* state: LIVE, the name (actor + 1) of who frees it, FREED */
byte messages;                      /* in Q, each carrying X */
bool held[NA]; byte bearer[NA];     /* lives, by seat */
bool finished[N], dead[N], gone[N];
byte mine[N];                       /* ghost: what this actor takes itself to hold: 1 Q, 2 X, 4 X just out of a message */
byte kills;

#define HOLDS(i, what) ((i) < N && (mine[(i) % N] & (what)) && !dead[(i) % N])
#define NOBODY(what) (!HOLDS(0, what) && !HOLDS(1, what) && !HOLDS(2, what))

inline free_x() {
  d_step { assert(NOBODY(6) && messages == 0 && state[X] == me + 1); state[X] = FREED }
}

inline less_x() {
  d_step { assert(count[X] > 0); count[X]--; zero = (count[X] == 0) }
  if
  :: zero -> zero = 0; d_step { assert(state[X] == LIVE); state[X] = me + 1 } free_x()
  :: !zero
  fi
}

inline free_q() {
#ifndef BUG_NO_DRAIN
  do
  :: d_step { messages > 0 -> messages-- } less_x()
  :: messages == 0 -> break
  od;
#endif
  atomic { assert(NOBODY(1) && messages == 0 && state[Q] == me + 1); state[Q] = FREED }
}

inline less_q() {
  d_step { assert(count[Q] > 0); count[Q]--; zero = (count[Q] == 0) }
  if
  :: zero -> zero = 0; d_step { assert(state[Q] == LIVE); state[Q] = me + 1 } free_q()
  :: !zero
  fi
}

inline clear_x() { atomic { was = ((hold[X] & BIT) != 0); hold[X] = hold[X] & ~BIT } if :: was -> was = 0; less_x() :: !was fi }
inline clear_q() { atomic { was = ((hold[Q] & BIT) != 0); hold[Q] = hold[Q] & ~BIT } if :: was -> was = 0; less_q() :: !was fi }

inline send() {
  assert(state[X] == LIVE && state[Q] == LIVE);
#ifdef BUG_COUNT_AFTER
  if
  :: d_step { messages < ROOM -> messages++ } count[X]++
  :: messages == ROOM
  fi
#else
  count[X]++;
  if
  :: d_step { messages < ROOM -> messages++ }
  :: messages == ROOM -> less_x()
  fi
#endif
}

inline receive() {
  if
  :: messages == 0
#if defined(BUG_LESS_BEFORE_HOLD)
  :: d_step { messages > 0 -> messages--; mine[me] = mine[me] | 4 }
     less_x();
     atomic { was = ((hold[X] & BIT) != 0); hold[X] = hold[X] | BIT; mine[me] = 3 }
     if :: was -> was = 0 :: !was -> count[X]++ fi
#elif defined(BUG_HOLD_BEFORE_TAKE)
  :: messages > 0 ->
     atomic { was = ((hold[X] & BIT) != 0); hold[X] = hold[X] | BIT; mine[me] = 3 }
     if
     :: d_step { messages > 0 -> messages-- } if :: was -> was = 0; less_x() :: !was fi
     :: messages == 0 -> if :: was -> was = 0 :: !was -> atomic { hold[X] = hold[X] & ~BIT; mine[me] = 1 } fi
     fi
#else
  :: d_step { messages > 0 -> messages--; mine[me] = mine[me] | 4 }
     d_step { was = ((hold[X] & BIT) != 0); hold[X] = hold[X] | BIT; mine[me] = 3 }
     if :: was -> was = 0; less_x() :: !was fi
#endif
  fi
}

#define HAS_X (mine[me] & 2)

inline live() {
  do
  :: d_step { ops < OPS && HAS_X -> ops++ } send()
  :: d_step { ops < OPS -> ops++ } receive()
  :: d_step { HAS_X -> mine[me] = 1 } clear_x()
  :: break
  od;
  if :: HAS_X -> mine[me] = 1; clear_x() :: !HAS_X fi;
  mine[me] = 0;
  clear_q();
  finished[me] = 1
}

proctype First(byte me; byte seat) provided (!dead[me]) {
  byte ops;
  bool zero, was;
  live()
}

#define INHERIT(i) d_step { !held[i] -> held[i] = 1; bearer[i] = me; seat = i }

proctype Heir(byte me) provided (!dead[me]) {
  byte ops, seat;
  bool zero, was;
  if
  :: INHERIT(0) :: INHERIT(1)
#if NA > 2
  :: INHERIT(2)
#endif
  fi;
  clear_x();
  clear_q();
  atomic { hold[Q] = hold[Q] | BIT; mine[me] = 1 }  /* Q came in its arguments: that message's count is the bit's now */
  live()
}

#define GO_ON(o, i) d_step { gone[i] && state[o] == i + 1 -> state[o] = me + 1 }
#ifdef BUG_REAP_WITHOUT_LIFE
#define REAP(i) d_step { !held[i] && hold[Q] + hold[X] != 0 -> seat = i }
#else
#define REAP(i) d_step { !held[i] && ((hold[Q] | hold[X]) & (1 << i)) -> held[i] = 1; bearer[i] = me; seat = i }
#endif

proctype Reap(byte me) provided (!dead[me]) {
  byte seat;
  bool zero, was;
  do
  :: if
     :: REAP(0) :: REAP(1)
#if NA > 2
     :: REAP(2)
#endif
     fi;
#ifdef BUG_REAP_LESS_FIRST
     if :: hold[X] & BIT -> less_x(); hold[X] = hold[X] & ~BIT :: !(hold[X] & BIT) fi;
     if :: hold[Q] & BIT -> less_q(); hold[Q] = hold[Q] & ~BIT :: !(hold[Q] & BIT) fi;
#else
     clear_x();
     clear_q();
#endif
#ifndef BUG_REAP_WITHOUT_LIFE
     held[seat] = 0;
#endif
     seat = 0
#ifndef BUG_NO_GO_ON
  :: GO_ON(X, 0) free_x() :: GO_ON(X, 1) free_x() :: GO_ON(X, 2) free_x()
  :: GO_ON(Q, 0) free_q() :: GO_ON(Q, 1) free_q() :: GO_ON(Q, 2) free_q()
#if N > 3
  :: GO_ON(X, 3) free_x() :: GO_ON(Q, 3) free_q()
#endif
#endif
  od
}

#define BEARS(i, s) (bearer[(s) % NA] == i && held[(s) % NA])
#define KILL(i) d_step { kills < KILLS && !dead[i] && !finished[i] -> dead[i] = 1; kills++ }
#define LET_GO(i) d_step { dead[i] && !gone[i] -> gone[i] = 1; if \
  :: BEARS(i, 0) -> held[0] = 0 :: BEARS(i, 1) -> held[1] = 0 :: NA > 2 && BEARS(i, 2) -> held[2 % NA] = 0 :: else fi }

proctype Kill() {
  do
  :: KILL(0) :: LET_GO(0) :: KILL(1) :: LET_GO(1) :: KILL(2) :: LET_GO(2)
#if N > 3
  :: KILL(3) :: LET_GO(3)
#endif
  od
}

#define NAMES_DEAD(o) (state[o] != LIVE && state[o] != FREED && gone[(state[o] - 1) % N])

proctype Judge() {
  do
  :: d_step { kills == 0 && finished[0] && finished[1] && (NA < 3 || finished[2]) && HEIRS == 0 ->
       assert(state[Q] == FREED && state[X] == FREED && count[Q] == 0 && count[X] == 0) }
  :: d_step { timeout -> assert(dead[N - 1] || !(NAMES_DEAD(Q) || NAMES_DEAD(X))) }
  od
}

init {
  byte i;
  atomic {
    for (i : 0 .. NA - 1) { held[i] = 1; bearer[i] = i; hold[Q] = hold[Q] | (1 << i); mine[i] = 1; run First(i, i) }
    count[Q] = NA + HEIRS; hold[X] = 1; count[X] = 1; mine[0] = 3;
    for (i : NA .. N - 1) { if :: i < FIRST_REAPER -> run Heir(i) :: else -> run Reap(i) fi }
    i = 0;
    run Kill(); run Judge()
  }
}
