/* Ends of a connection, also in flight, and how a getter finds out that nothing can come any more.
 *
 * Pairs with: packages/memory (ends, ring). Rules: E29 to E33, C19.
 *   end word:   names its holder. Sent: it names the sender until the receiver, under the consumers' lock and before the
 *               head store, takes it from whatever name but CLOSED to its own.
 *   normal end: closes the ends that it owns; then passes those in flight from its name to ROOT; then lets its life go.
 *   kill:       whoever meets a dead name CASes it to CLOSED.
 *   ended:      walk the ends, then the positions once more; both again under the producers' lock, and `closed` stored
 *               there. A put and the making of a new end look at `closed` under the same lock.
 * Shows: once a getter said "ended" no message is accepted and none is left; a getter never waits for ends that nobody can
 * hold any more; an end that a living receiver took is not closed under it; without kills it always arrives open.
 *
 * Parties 0 and 1 pass the end of queue D to and fro through queue T, and put messages into D while they own it. Getters
 * take from D. With MINT=1 one more actor, which has only a handle of D, makes itself a new end. Drain stands for the one
 * who frees T when both parties are gone. Waiting for a lock is one step (ring.pml opens it up).
 *
 * JUDGE_OUTSIDE is the shorter rule: walk the ends without the lock, store `closed` under it, and say "ended" once `closed`
 * is found before the positions are found equal. It loses nothing either, but refuses a put under an end that was made
 * between the walk and the store: the mutant JUDGE_OUTSIDE with MINT=1.
 *
 * check short: NG=1 MINT=0 OPS=3 KILLS=0
 * check short: NG=1 MINT=0 OPS=2 KILLS=1
 * check short: NG=1 MINT=1 OPS=1 KILLS=0
 * check short: NG=2 MINT=0 OPS=1 KILLS=0
 * check short: JUDGE_OUTSIDE NG=1 MINT=0 OPS=2 KILLS=1
 * check long: NG=1 MINT=0 OPS=2 KILLS=2
 * check long: NG=1 MINT=1 OPS=1 KILLS=1
 * check long: NG=2 MINT=0 OPS=1 KILLS=1
 * mutant: BUG_TAKE_AFTER NG=1 MINT=0 OPS=2 KILLS=1
 * mutant: BUG_POSITIONS_FIRST NG=1 MINT=0 OPS=1 KILLS=0
 * mutant: BUG_CLOSED_WITHOUT_LOCK NG=1 MINT=1 OPS=1 KILLS=0
 * mutant: JUDGE_OUTSIDE NG=1 MINT=1 OPS=1 KILLS=0
 * mutant: BUG_MINT_UNLOOKED NG=1 MINT=1 OPS=1 KILLS=0
 * mutant: BUG_NO_PASS NG=1 MINT=0 OPS=2 KILLS=0
 * mutant: BUG_PASS_FIRST NG=1 MINT=0 OPS=2 KILLS=0
 * mutant: BUG_CLOSE_SILENT NG=1 MINT=0 OPS=1 KILLS=0
 * mutant: BUG_SILENT_DEATH NG=1 MINT=0 OPS=1 KILLS=1
 * mutant: BUG_DRAIN_KEEPS NG=1 MINT=0 OPS=1 KILLS=1
 */
#define FIRST_GETTER 2
#define MINTER (2 + NG)
#define N (2 + NG + MINT)
#define NAME (me + 1)
#define ROOT 50
#define CLOSED 51

byte end[2];                  /* 0 travels, 1 is the minter's */
bool carried;                 /* T holds a message that carries end 0 */
byte taker;                   /* T's consumers' lock */
byte putter;                  /* D's producers' lock */
bool closed;                  /* D's mark */
byte lying;                   /* D's tail - head: only their being equal matters here */
bool dead[N], gone[N], told[N], finished[N];
bool rung[N], parked[N], marked[N], ended[N];
bool drained;
byte kills;

inline lock(word) { atomic { word == 0 || gone[(word - 1) % N] -> word = NAME } }

inline ring_getters() {
#ifndef BUG_CLOSE_SILENT
  if
  :: d_step { marked[2] -> rung[2] = 1 }
  :: !marked[2]
  fi;
#if NG > 1
  if
  :: atomic { marked[3] -> rung[3] = 1 }
  :: !marked[3]
  fi
#endif
#else
  skip
#endif
}

#define SOMEBODY_ENDED (ended[2] || (NG > 1 && ended[3 % N]))

inline put() {
  lock(putter);
  if
  :: closed -> assert(false)                           /* under an open end no put is refused */
  :: !closed -> d_step { assert(!SOMEBODY_ENDED); lying++ }
  fi;
  putter = 0;
  ring_getters()
}

/* Under T's consumers' lock. */
inline take_end() {
  do
  :: d_step { end[0] == CLOSED -> assert(kills > 0) } break
  :: d_step { end[0] != CLOSED -> seen = end[0] }
     if
     :: d_step { end[0] == seen -> end[0] = NAME; owned = 1; seen = 0 } break
     :: d_step { end[0] != seen -> seen = 0 }
     fi
  od
}

inline receive() {
  lock(taker);
  if
  :: carried ->
#ifdef BUG_TAKE_AFTER
     carried = 0;
     take_end();
#else
     take_end();
     carried = 0;
#endif
  :: !carried
  fi;
  taker = 0
}

inline close_own() {
  if
  :: owned ->
     owned = 0;
     atomic { assert(end[0] == NAME); end[0] = CLOSED }
     ring_getters()
  :: !owned
  fi
}

inline pass_on() {
#ifndef BUG_NO_PASS
  if
  :: flown -> flown = 0; if :: d_step { end[0] == NAME -> end[0] = ROOT } :: end[0] != NAME fi
  :: !flown
  fi
#else
  flown = 0
#endif
}

proctype Party(byte me; bool owned) provided (!dead[me]) {
  byte ops, seen;
  bool flown;
  do
  :: d_step { ops < OPS && owned -> ops++; assert(end[0] == NAME) } put()
  :: d_step { ops < OPS && owned -> ops++; assert(end[0] == NAME); owned = 0; flown = 1 } carried = 1
  :: d_step { ops < OPS && carried -> ops++ } receive()
  :: break
  od;
#ifdef BUG_PASS_FIRST
  if
  :: flown -> flown = 0; if :: d_step { end[0] == NAME -> end[0] = ROOT } :: end[0] != NAME fi
  :: !flown
  fi;
  if
  :: owned -> owned = 0; if :: d_step { end[0] == NAME -> end[0] = CLOSED } :: end[0] != NAME fi; ring_getters()
  :: !owned
  fi;
#else
  close_own();
  pass_on();
#endif
  finished[me] = 1
}

/* producer(): a new end of D for one who has a handle of D. */
proctype Mint(byte me) provided (!dead[me]) {
  lock(putter);
  if
#ifdef BUG_MINT_UNLOOKED
  :: end[1] = NAME
#else
  :: closed -> putter = 0; goto refused
  :: !closed -> end[1] = NAME
#endif
  fi;
  putter = 0;
  put();
  end[1] = CLOSED;
  ring_getters();
refused:
  finished[me] = 1
}

/* Leaves `over`: every end is closed. */
inline walk() {
  over = 1; e = 0;
  do
  :: e < 1 + MINT ->
     seen = end[e];
     if
     :: d_step { seen == CLOSED -> seen = 0; e++ }
     :: d_step { seen == ROOT -> seen = 0; e++; over = 0 }
     :: d_step { seen < ROOT && !gone[(seen - 1) % N] -> seen = 0; e++; over = 0 }
     :: seen < ROOT && gone[(seen - 1) % N] ->
        if
        :: d_step { end[e] == seen -> end[e] = CLOSED; seen = 0; e++ }
        :: d_step { end[e] != seen -> seen = 0 }       /* walks this end again */
        fi
     fi
  :: e == 1 + MINT -> e = 0; break
  od
}

inline sleep() { d_step { rung[me] -> parked[me] = 0 } }

proctype Get(byte me) provided (!dead[me]) {
  byte e, seen;
  bool over, bare;
  do
  :: d_step { lying > 0 -> lying-- }
  :: lying == 0 ->
     rung[me] = 0;
     marked[me] = 1;
     if
     :: closed ->
        if :: lying == 0 -> break :: lying > 0 fi
     :: !closed ->
#ifdef BUG_POSITIONS_FIRST
        bare = (lying == 0);
        walk();
#elif defined(JUDGE_OUTSIDE)
        walk();
        bare = (over || lying == 0);
#else
        walk();
        bare = (lying == 0);
#endif
        if
        :: d_step { !bare -> over = 0 }
        :: bare && !over -> atomic { bare = 0; parked[me] = 1 } sleep()
        :: bare && over ->
           bare = 0;
#ifdef BUG_CLOSED_WITHOUT_LOCK
           closed = 1;
#else
           lock(putter);
#if !defined(JUDGE_OUTSIDE) && !defined(BUG_POSITIONS_FIRST)
           walk();
           if
           :: over && lying == 0 -> closed = 1
           :: d_step { !over || lying > 0 -> over = 0 }
           fi;
#else
           closed = 1;
#ifdef JUDGE_OUTSIDE
           over = 0;                                    /* the positions are looked at after the mark, above */
#endif
#endif
           putter = 0;
#endif
           if :: over -> break :: !over fi
        fi
     fi
  od;
  atomic { assert(lying == 0); ended[me] = 1; over = 0 }
  marked[me] = 0;
  finished[me] = 1
}

/* Frees T once nobody holds it: takes its message out as a receiver would, closes the end, drops the rest. */
proctype Drain() {
  byte seen;
  (gone[0] && gone[1]);
  if
  :: carried ->
#ifndef BUG_DRAIN_KEEPS
     do
     :: end[0] == CLOSED -> break
     :: d_step { end[0] != CLOSED -> seen = end[0] }
        if
        :: d_step { end[0] == seen -> end[0] = CLOSED; seen = 0 } break
        :: d_step { end[0] != seen -> seen = 0 }
        fi
     od;
#endif
     carried = 0;
     ring_getters()
  :: !carried
  fi;
  drained = 1
}

#define KILL(i) d_step { kills < KILLS && !dead[i] && !finished[i] -> dead[i] = 1; parked[i] = 0; kills++ }
#define LET_GO(i) d_step { (dead[i] || (i < FIRST_GETTER && finished[i])) && !gone[i] -> gone[i] = 1 }
#define HEAR(i) d_step { gone[i] && !told[i] -> whose = i }

proctype Kill() {
  do
  :: KILL(0) :: LET_GO(0) :: KILL(1) :: LET_GO(1) :: KILL(2) :: LET_GO(2)
#if N > 3
  :: KILL(3) :: LET_GO(3)
#endif
#if N > 4
  :: KILL(4) :: LET_GO(4)
#endif
  od
}

proctype Watch() {
  byte whose;
  do
  :: if
     :: HEAR(0) :: HEAR(1) :: HEAR(2)
#if N > 3
     :: HEAR(3)
#endif
#if N > 4
     :: HEAR(4)
#endif
     fi;
#ifndef BUG_SILENT_DEATH
     rung[2] = 1;
#if NG > 1
     rung[3] = 1;
#endif
#endif
     atomic { told[whose] = 1; whose = 0 }
  od
}

#define ASLEEP(i) (parked[(i) % N] && !rung[(i) % N])
#define STILL(i) ((i) >= N || told[(i) % N] || (finished[(i) % N] && (i) >= FIRST_GETTER) || ASLEEP(i))

proctype Judge() {
  do
  :: d_step { drained && STILL(0) && STILL(1) && STILL(2) && STILL(3) && STILL(4) ->
       assert(!ASLEEP(2) && (NG < 2 || !ASLEEP(3)));
       assert(dead[2] || (NG > 1 && dead[3 % N]) || lying == 0) }
  od
}

init {
  byte i;
  atomic {
    end[0] = 1; end[1] = CLOSED;
    run Party(0, true); run Party(1, false);
    for (i : FIRST_GETTER .. MINTER - 1) { run Get(i) }
#if MINT
    run Mint(MINTER);
#endif
    i = 0;
    run Drain(); run Kill(); run Watch(); run Judge()
  }
}
