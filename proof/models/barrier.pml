/* A barrier: all of a generation, or none; whoever dies, it is broken for all who wait and who come, until it is reset.
 *
 * Pairs with: packages/shared (barrier.ts, barrier-rounds.ts), packages/memory (block.ts, reaper.ts, seats.ts). Rules: A2, A7, B9, F35.
 *   arrive:  under the block's lock: broken? The generation is full: come again when it is over. Else one more in the own row,
 *            of the generation that the row names.
 *   last:    runs the action, with no lock; under the lock: still this generation, and not broken: one store ends it as passed and
 *            begins the next; ring the marks.
 *   wait:    read the bell; mark; look: how did the own generation end? It is open, and broken: under the lock it
 *            is open still: the flag, and it is told. Sleep while the bell is as read.
 *   give up: (timeout, abort, an action that throws, after an error too) under the lock: the own generation is open: the flag.
 *   broken:  the flag; a holder that is dead; lost is not what it was at the last reset. In this order.
 *   reset:   until no dead holder is left; under the lock: read lost; a dead holder: all over again. Arrivals: one store ends
 *            the generation as reset; what was lost; no flag; ring the marks.
 *   death:   a life is let go, and all bells are rung. Who cleans the seat says that the name is dead; takes the life; counts the
 *            holder as lost; clears its bit; moves the epoch; rings all bells; lets the life go. Or leaves off in between.
 * Shows: a generation passes only when all of it arrived and nobody of it was told that it broke, or left it; of one that passed
 * nobody is told so; nobody is told that it is broken without a cause since the last reset; nobody sleeps beside a broken one,
 * one that is full, or one that somebody was told is broken, once all deaths are announced and no seat is being cleaned.
 *
 * Each actor holds the block; one resets at a time. The lock is one step to take, from the dead too (lock.pml opens it up), a ring is one step. A name
 * is an actor's number: seats have no heirs here. Generations do not come again, and none is forgotten. In which order the dead
 * and the lost are looked for makes no difference that it shows: a death is announced again when its seat was cleaned.
 *
 * check short: NT=2 PARTIES=2 ROUNDS=2 RESETS=0 BREAKS=0 KILLS=0 DROPS=0
 * check short: NT=2 PARTIES=2 ROUNDS=1 RESETS=0 BREAKS=1 KILLS=1 DROPS=0
 * check short: NT=2 PARTIES=2 ROUNDS=1 RESETS=1 BREAKS=0 KILLS=1 DROPS=0
 * check short: NT=3 PARTIES=2 ROUNDS=1 RESETS=0 BREAKS=0 KILLS=0 DROPS=0
 * check long: NT=2 PARTIES=2 ROUNDS=2 RESETS=1 BREAKS=1 KILLS=0 DROPS=0
 * check long: NT=3 PARTIES=2 ROUNDS=1 RESETS=1 BREAKS=0 KILLS=0 DROPS=0
 * check long: NT=3 PARTIES=2 ROUNDS=1 RESETS=0 BREAKS=0 KILLS=1 DROPS=0
 * check long: NT=3 PARTIES=2 ROUNDS=1 RESETS=1 BREAKS=0 KILLS=1 DROPS=1
 * mutant: BUG_NO_LOCK NT=2 PARTIES=2 ROUNDS=1 RESETS=0 BREAKS=0 KILLS=0 DROPS=0
 * mutant: BUG_TOLD_UNLOCKED NT=2 PARTIES=2 ROUNDS=1 RESETS=0 BREAKS=1 KILLS=0 DROPS=0
 * mutant: BUG_ADVANCE_ANY NT=3 PARTIES=2 ROUNDS=2 RESETS=1 BREAKS=0 KILLS=0 DROPS=0
 * mutant: BUG_ADVANCE_BROKEN NT=2 PARTIES=2 ROUNDS=1 RESETS=0 BREAKS=1 KILLS=0 DROPS=0
 * mutant: BUG_BREAK_UNLOCKED NT=2 PARTIES=2 ROUNDS=2 RESETS=1 BREAKS=1 KILLS=0 DROPS=0
 * mutant: BUG_COME_BROKEN NT=2 PARTIES=2 ROUNDS=1 RESETS=0 BREAKS=1 KILLS=0 DROPS=0
 * mutant: BUG_TWO_STORES NT=2 PARTIES=2 ROUNDS=1 RESETS=1 BREAKS=0 KILLS=0 DROPS=0
 * mutant: BUG_OVERFULL NT=3 PARTIES=2 ROUNDS=1 RESETS=0 BREAKS=0 KILLS=0 DROPS=0
 * mutant: BUG_BLIND NT=2 PARTIES=2 ROUNDS=1 RESETS=1 BREAKS=0 KILLS=1 DROPS=0
 * mutant: BUG_CLEAR_FIRST NT=2 PARTIES=2 ROUNDS=1 RESETS=1 BREAKS=0 KILLS=1 DROPS=0
 * mutant: BUG_NOT_SETTLED NT=2 PARTIES=2 ROUNDS=1 RESETS=1 BREAKS=0 KILLS=1 DROPS=0
 * mutant: BUG_SETTLED_OUTSIDE NT=3 PARTIES=2 ROUNDS=1 RESETS=1 BREAKS=0 KILLS=1 DROPS=0
 * mutant: BUG_LOST_LATE NT=3 PARTIES=2 ROUNDS=1 RESETS=1 BREAKS=0 KILLS=1 DROPS=0
 * mutant: BUG_MARK_LATE NT=2 PARTIES=2 ROUNDS=1 RESETS=0 BREAKS=0 KILLS=0 DROPS=0
 * mutant: BUG_SILENT_ADVANCE NT=2 PARTIES=2 ROUNDS=1 RESETS=0 BREAKS=0 KILLS=0 DROPS=0
 * mutant: BUG_SILENT_BREAK NT=2 PARTIES=2 ROUNDS=1 RESETS=0 BREAKS=1 KILLS=0 DROPS=0
 * mutant: BUG_SILENT_RESET NT=2 PARTIES=2 ROUNDS=1 RESETS=1 BREAKS=0 KILLS=0 DROPS=0
 * mutant: BUG_SILENT_DEATH NT=2 PARTIES=2 ROUNDS=1 RESETS=0 BREAKS=0 KILLS=1 DROPS=0
 */
#define GENERATIONS 12
#define OPEN 0
#define PASSED 1
#define RESET 2

byte lock;                    /* the holder's number plus one */
byte gen, ended[GENERATIONS]; /* one word: the generation under way, and how those before ended */
bool flag;
byte lost, lostAtReset;
byte holds;                   /* a bit each */
byte rowGen[NT], row[NT];
bool cleaning[NT], moved[NT], known[NT];   /* somebody has the dead one's life; the epoch moved; the name was said to be dead */
bool marked[NT], rung[NT], asleep[NT];
bool finished[NT], dead[NT], gone[NT], told[NT];
byte mine[NT];                /* the generation that it waits for */
byte kills, breaks, resets, drops;
byte came[GENERATIONS];       /* ghost: arrivals */
bool left[GENERATIONS];       /* ghost: somebody of it was told that it broke, or broke it */
bool cause, since;            /* ghosts: a death or a break since the last reset began to settle; since the reset under way did */
bool owed;                    /* ghost: a death since the last reset read what was lost */
bool toldBroken;              /* ghost: somebody was told so since the last reset */

/* Who looks for dead holders knows who was said to be dead; a lock's owner that is being cleaned seems alive. */
#define IS_DEAD(i) (moved[i] || known[i] || (gone[i] && !cleaning[i]))
#define FREE_LOCK (lock == 0 || moved[lock - 1] || (gone[lock - 1] && !cleaning[lock - 1]))
#define RING(i) if :: marked[i] -> rung[i] = 1; asleep[i] = 0 :: !marked[i] fi
#define RING_ALL for (i : 0 .. NT - 1) { rung[i] = 1; asleep[i] = 0 } i = 0
#define LAST (NT - 1)
#define IN_ROW(i) (rowGen[i] == gen -> row[i] : 0)
#define ARRIVED (IN_ROW(0) + IN_ROW(1) + (NT > 2 -> IN_ROW(LAST) : 0))

inline ring_marks() {
  RING(0);
  RING(1);
#if NT > 2
  RING(2);
#endif
  skip
}

#define ENTER atomic { FREE_LOCK -> lock = me + 1 }
#define LEAVE lock = 0
#define BREAK d_step { flag = 1; cause = 1; since = 1 }

/* The bits are one word, and are judged one by one. */
inline look_for_dead() {
  d_step { bits = holds; i = 0; is = 0 }
  do
  :: d_step { i < NT && !is -> is = ((bits & (1 << i)) && IS_DEAD(i)); i++ }
  :: i == NT || is -> break
  od;
  atomic { bits = 0; i = 0 }
}

inline look_for_lost() {
  count = lost;
  atomic { is = (count != lostAtReset); count = 0 }
}

inline is_broken() {
  if
  :: flag -> is = 1
  :: !flag ->
     look_for_dead();
     if :: !is -> look_for_lost() :: is fi
  fi
}

#define GHOST_TOLD assert(cause); toldBroken = 1

/* Leaves `mine`, `here` when it arrived in it, `isLast`; or `over`. */
inline arrive() {
#ifndef BUG_NO_LOCK
  ENTER
#endif
#ifdef BUG_COME_BROKEN
  is = 0;
#else
  is_broken();
#endif
  if
  :: is -> d_step { GHOST_TOLD; is = 0; lock = 0 } over = 1
  :: !is ->
     d_step { mine[me] = gen; count = ARRIVED }
     if
#ifndef BUG_OVERFULL
     :: count >= PARTIES -> count = 0
     :: count < PARTIES ->
#else
     :: true ->
#endif
        if
        :: rowGen[me] != mine[me] -> row[me] = 0; rowGen[me] = mine[me]
        :: rowGen[me] == mine[me]
        fi;
        d_step { assert(!left[mine[me]]); row[me]++; came[mine[me]]++; isLast = (count + 1 == PARTIES); here = 1; count = 0 }
     fi;
#ifndef BUG_NO_LOCK
     LEAVE
#endif
  fi
}

#define ZERO_ROWS for (i : 0 .. NT - 1) { row[i] = 0 } i = 0

inline advance(how) {
#ifdef BUG_TWO_STORES
  gen++;
  d_step { ended[gen - 1] = how; ZERO_ROWS }
#else
  d_step { ended[gen] = how; gen++ }
  d_step { ZERO_ROWS }
#endif
}

inline break_open() {
#ifdef BUG_BREAK_UNLOCKED
  if
  :: gen == mine[me] -> BREAK left[mine[me]] = 1; ring_marks()
  :: gen != mine[me]
  fi
#else
  ENTER
  if
  :: gen == mine[me] ->
     d_step { flag = 1; cause = 1; since = 1; left[mine[me]] = 1 }
     LEAVE;
#ifndef BUG_SILENT_BREAK
     ring_marks()
#endif
  :: gen != mine[me] -> LEAVE
  fi
#endif
}

inline trip() {
  if
  :: breaks < BREAKS -> breaks++; break_open()          /* the action throws */
  :: true ->
     ENTER
     if
#ifndef BUG_ADVANCE_ANY
     :: gen != mine[me] -> LEAVE
     :: gen == mine[me] ->
#else
     :: true ->
#endif
#ifndef BUG_ADVANCE_BROKEN
        is_broken();
#endif
        if
        :: is -> d_step { GHOST_TOLD; left[mine[me]] = 1; is = 0; lock = 0 }
        :: !is ->
           d_step { assert(came[gen] == PARTIES && !left[gen]) }
           advance(PASSED);
           LEAVE;
#ifndef BUG_SILENT_ADVANCE
           ring_marks()
#endif
        fi
     fi
  fi;
  over = 1
}

#define HOW (gen == mine[me] -> OPEN : (ended[mine[me]] == RESET -> RESET : PASSED))

/* Leaves `over`. */
inline look() {
  d_step { how = HOW }
  if
  :: how == OPEN ->
     is_broken();
     if
     :: !is
     :: is && !here -> d_step { toldBroken = 1; over = 1 }
#ifdef BUG_TOLD_UNLOCKED
     :: is && here -> d_step { assert(ended[mine[me]] != PASSED); toldBroken = 1; left[mine[me]] = 1; over = 1 } break_open()
#else
     :: is && here ->
        ENTER
        if
        :: gen == mine[me] ->
           d_step { GHOST_TOLD; flag = 1; cause = 1; since = 1; left[mine[me]] = 1; lock = 0; over = 1 }
           ring_marks()
        :: gen != mine[me] -> d_step { lock = 0; rung[me] = 1 }     /* looks again */
        fi
#endif
     fi
  :: how != OPEN && !here -> arrive(); if :: isLast -> trip() :: !isLast fi
  :: how == PASSED && here -> d_step { assert(ended[mine[me]] == PASSED); over = 1 }
  :: how == RESET && here -> over = 1
  fi;
  atomic { is = 0; how = 0 }
}

inline wait() {
  arrive();
  if :: isLast -> trip() :: !isLast fi;
  do
  :: over -> break
  :: !over ->
     rung[me] = 0;
#ifndef BUG_MARK_LATE
     marked[me] = 1;
#endif
     look();
     if
     :: over -> break
     :: !over
     fi;
#ifdef BUG_MARK_LATE
     marked[me] = 1;
#endif
     if
     :: d_step { !rung[me] -> asleep[me] = 1 }
     :: rung[me]
     :: d_step { breaks < BREAKS -> breaks++; over = 1 } /* its time is up */
        if :: here -> break_open() :: !here fi
     fi;
     !asleep[me]
  od;
  atomic { marked[me] = 0; over = 0; here = 0; isLast = 0 }
}

inline reset() {
  do
  :: since = 0;
#ifndef BUG_NOT_SETTLED
     do
     :: look_for_dead();
        if :: !is -> break :: is fi
     od;
#endif
     ENTER
     d_step { known_lost = lost; owed = 0 }
#if !defined(BUG_NOT_SETTLED) && !defined(BUG_SETTLED_OUTSIDE)
     look_for_dead();
#endif
     if
     :: is -> LEAVE
     :: !is -> break
     fi
  od;
  if
  :: ARRIVED > 0 -> advance(RESET)
  :: ARRIVED == 0
  fi;
#ifdef BUG_LOST_LATE
  known_lost = lost;
#endif
  lostAtReset = known_lost;
  d_step { flag = 0; cause = since; toldBroken = 0; known_lost = 0 }
  LEAVE;
#ifndef BUG_SILENT_RESET
  ring_marks()
#endif
}

proctype Party(byte me) provided (!dead[me]) {
  byte rounds, count, bits, i, how, known_lost;
  bool is, over, here, isLast;
  do
  :: rounds < ROUNDS -> rounds++; wait()
  :: d_step { resets < RESETS -> resets++ } reset()
  :: d_step { breaks < BREAKS -> breaks++ }             /* abort() */
     BREAK
#ifndef BUG_SILENT_BREAK
     ring_marks()
#endif
  :: rounds == ROUNDS -> break
  od;
  finished[me] = 1
}

#define CLEAN(i) d_step { gone[i] && !moved[i] -> seat = i }
#define BIT (1 << seat)
#define DROP :: d_step { drops < DROPS -> drops++; RING_ALL; cleaning[seat] = 0; seat = NT }

proctype Reap() {
  byte seat, i;
  seat = NT;
  do
  :: seat == NT ->
     if
     :: CLEAN(0) :: CLEAN(1)
#if NT > 2
     :: CLEAN(2)
#endif
     fi;
#ifndef BUG_BLIND
     known[seat] = 1;
#endif
     cleaning[seat] = 1
#ifdef BUG_CLEAR_FIRST
  :: d_step { seat < NT && (holds & BIT) -> holds = holds & ~BIT }
     lost++
#else
  :: seat < NT && (holds & BIT) ->
     lost++;
     if
     :: holds = holds & ~BIT
     DROP
     fi
#endif
  :: seat < NT && !(holds & BIT) ->
     moved[seat] = 1;
     d_step { RING_ALL; cleaning[seat] = 0; seat = NT }
  od
}

#define KILL(i) d_step { kills < KILLS && !dead[i] && !finished[i] -> dead[i] = 1; kills++ }
#define LET_GO(i) d_step { dead[i] && !gone[i] -> gone[i] = 1; cause = 1; since = 1; owed = 1 }
#ifdef BUG_SILENT_DEATH
#define TELL(k) d_step { gone[k] && !told[k] -> told[k] = 1 }
#else
#define TELL(k) d_step { gone[k] && !told[k] -> told[k] = 1; RING_ALL }
#endif

proctype Kill() {
  byte i;
  do
  :: KILL(0) :: LET_GO(0) :: TELL(0)
  :: KILL(1) :: LET_GO(1) :: TELL(1)
#if NT > 2
  :: KILL(2) :: LET_GO(2) :: TELL(2)
#endif
  od
}

#define QUIET(i) (told[i] || (!dead[i] && (finished[i] || asleep[i])))
#define SLEEPS(i) (asleep[i] && !dead[i])
#define RIGHT(i) (!SLEEPS(i) || mine[i] == gen)
#define CLEAN_ALL (!cleaning[0] && !cleaning[1] && !cleaning[LAST])
#define DEAD_HOLDER(i) (gone[i] && (holds & (1 << i)))

proctype Judge() {
  do
  :: d_step {
       QUIET(0) && QUIET(1) && QUIET(LAST) && CLEAN_ALL && (SLEEPS(0) || SLEEPS(1) || SLEEPS(LAST)) ->
       assert(!owed && !toldBroken && !flag && lost == lostAtReset && ARRIVED > 0 && ARRIVED < PARTIES);
       assert(RIGHT(0) && RIGHT(1) && RIGHT(LAST) && !DEAD_HOLDER(0) && !DEAD_HOLDER(1) && !DEAD_HOLDER(LAST)) }
  od
}

init {
  byte i;
  atomic {
    for (i : 0 .. NT - 1) { holds = holds | (1 << i); run Party(i) }
    i = 0;
    run Reap();
    run Kill();
    run Judge()
  }
}
