/* Names, lives and epochs: a lock names its owner by (seat, epoch), seats of the dead are taken anew, and nobody waits for
 * a name that nobody bears.
 *
 * Pairs with: packages/memory (seats, lock, bell). Rules: A2, A4, A5, A8.
 *   dead name: the seat's life is not held, or its epoch moved on (two reads, in either order).
 *   heir:      take the life; clear what the seat left; move the epoch; ring all bells; only then appear.
 * Shows: one living owner at a time, and whoever wants the lock gets it, whatever is killed when.
 * The ring after the epoch is for the slow waiter: it read the dead owner's name and its bell after the death was
 * announced, found the life held again (by the heir) under the old epoch, and parked.
 *
 * check short: NA=2 HEIRS=1 KILLS=1
 * check short: NA=2 HEIRS=1 KILLS=2
 * check short: NA=3 HEIRS=0 KILLS=1
 * check long: NA=3 HEIRS=1 KILLS=1
 * check long: NA=2 HEIRS=2 KILLS=2
 * mutant: BUG_NO_RING_ALL NA=2 HEIRS=1 KILLS=1
 * mutant: BUG_RING_BEFORE_EPOCH NA=2 HEIRS=1 KILLS=1
 * mutant: BUG_EPOCH_STAYS NA=2 HEIRS=1 KILLS=1
 * mutant: BUG_LIFE_ONLY NA=2 HEIRS=1 KILLS=1
 * mutant: BUG_EPOCH_ONLY NA=2 HEIRS=0 KILLS=1
 * mutant: BUG_SILENT_DEATH NA=2 HEIRS=0 KILLS=1
 */
#define N (NA + HEIRS)        /* actors 0..NA-1 have the seats of the same numbers from the start */
#define NAME (seat + 1 + 4 * epoch[seat])
#define SEAT_OF(name) (((name) & 3) - 1)
#define EPOCH_OF(name) ((name) >> 2)
#define BIT (1 << seat)

byte owner;                   /* the lock word without its WAITERS bit: 0 or a name */
bool waiters;                 /* that bit */
byte lockers;
byte epoch[NA], bearer[NA];   /* bearer: a ghost, the actor that holds the life */
bool held[NA], rung[NA];      /* by seat */
bool parked[N], finished[N], dead[N], gone[N], told[N], inside[N];   /* by actor */
byte kills;

#define RING_LOWEST d_step { if \
  :: set & 1 -> rung[0] = 1; set = set & 6 \
  :: else -> if :: set & 2 -> rung[1] = 1; set = set & 4 \
  :: else -> rung[2 % NA] = 1; set = 0 fi fi }

/* Leaves `alive` as the judgement on `seen`. */
inline judge() {
#ifdef BUG_LIFE_ONLY
  alive = held[SEAT_OF(seen)]
#elif defined(BUG_EPOCH_ONLY)
  alive = (epoch[SEAT_OF(seen)] == EPOCH_OF(seen))
#else
  if
  :: alive = held[SEAT_OF(seen)];
     if
     :: alive -> alive = (epoch[SEAT_OF(seen)] == EPOCH_OF(seen))
     :: !alive
     fi
  :: alive = (epoch[SEAT_OF(seen)] == EPOCH_OF(seen));
     if
     :: alive -> alive = held[SEAT_OF(seen)]
     :: !alive
     fi
  fi
#endif
}

inline sleep() { d_step { rung[seat] -> parked[me] = 0 } }

inline use_lock() {
  do
  :: d_step { owner == 0 -> owner = NAME; waiters = 0; seen = 0; mark = 0; inside[me] = 1 } break
  :: d_step { owner != 0 -> seen = owner; mark = waiters }
     judge();
     if
     :: !alive ->
        if
        :: d_step { owner == seen && waiters == mark -> owner = NAME; seen = 0; mark = 0; inside[me] = 1 } break
        :: d_step { owner != seen || waiters != mark -> seen = 0; mark = 0 }
        fi
     :: alive ->
        rung[seat] = 0;
        d_step { lockers = lockers | BIT; alive = 0; seen = 0; mark = 0 }
        if                                              /* look again: the word, the name, and say under it that one waits */
        :: owner == 0
        :: d_step { owner != 0 -> seen = owner; mark = waiters }
           judge();
           if
           :: d_step { alive && mark -> alive = 0; seen = 0; mark = 0; parked[me] = 1 } sleep()
           :: d_step { alive && !mark && owner == seen && !waiters -> waiters = 1; alive = 0; seen = 0; parked[me] = 1 } sleep()
           :: d_step { alive && !mark && !(owner == seen && !waiters) -> alive = 0; seen = 0 }
           :: d_step { !alive -> seen = 0; mark = 0 }
           fi
        fi
     fi
  od;
  lockers = lockers & ~BIT;
  atomic { mark = waiters; owner = 0; waiters = 0; inside[me] = 0 }
  if
  :: mark ->
     set = lockers;
     do :: set != 0 -> RING_LOWEST :: set == 0 -> break od
  :: !mark
  fi
}

proctype First(byte me; byte seat) provided (!dead[me]) {
  byte seen, set;
  bool mark, alive;
  use_lock();
  finished[me] = 1
}

#define INHERIT(i) d_step { !held[i] -> held[i] = 1; bearer[i] = me; seat = i }

proctype Heir(byte me) provided (!dead[me]) {
  byte seen, set, seat, i;
  bool mark, alive;
  if
  :: INHERIT(0) :: INHERIT(1)
#if NA > 2
  :: INHERIT(2)
#endif
  fi;
  lockers = lockers & ~BIT;                             /* clears what the seat left */
#ifdef BUG_RING_BEFORE_EPOCH
  do :: d_step { i < NA -> rung[i] = 1; i++ } :: i == NA -> break od;
#endif
#ifndef BUG_EPOCH_STAYS
  epoch[seat]++;
#endif
#if !defined(BUG_NO_RING_ALL) && !defined(BUG_RING_BEFORE_EPOCH)
  do :: d_step { i < NA -> rung[i] = 1; i++ } :: i == NA -> break od;
#endif
  if
  :: use_lock()
  :: skip                                               /* never touches this lock: nobody may count on it */
  fi;
  finished[me] = 1
}

#define KILL(i) d_step { kills < KILLS && !dead[i] && !finished[i] -> dead[i] = 1; parked[i] = 0; inside[i] = 0; kills++ }
#define BEARS(i, s) (bearer[(s) % NA] == i && held[(s) % NA])
#define LET_GO(i) d_step { dead[i] && !gone[i] -> gone[i] = 1; if \
  :: BEARS(i, 0) -> held[0] = 0 :: BEARS(i, 1) -> held[1] = 0 :: NA > 2 && BEARS(i, 2) -> held[2 % NA] = 0 :: else fi }
#define HEAR(i) d_step { gone[i] && !told[i] -> whose = i }

proctype Kill() {
  do
  :: KILL(0) :: LET_GO(0) :: KILL(1) :: LET_GO(1)
#if N > 2
  :: KILL(2) :: LET_GO(2)
#endif
#if N > 3
  :: KILL(3) :: LET_GO(3)
#endif
  od
}

proctype Watch() {
  byte whose, i;
  do
  :: if
     :: HEAR(0) :: HEAR(1)
#if N > 2
     :: HEAR(2)
#endif
#if N > 3
     :: HEAR(3)
#endif
     fi;
#ifndef BUG_SILENT_DEATH
     do :: d_step { i < NA -> rung[i] = 1; i++ } :: i == NA -> break od;
#endif
     atomic { told[whose] = 1; whose = 0; i = 0 }
  od
}

/* An heir that has no seat waits for nothing. */
#define HAS_SEAT(i) ((i) < NA || BEARS(i, 0) || BEARS(i, 1) || (NA > 2 && BEARS(i, 2)))
#define BELL(i) ((BEARS(i, 0) && rung[0]) || (BEARS(i, 1) && rung[1]) || (NA > 2 && BEARS(i, 2) && rung[2 % NA]))
#define ASLEEP(i) (parked[(i) % N] && !BELL(i))
#define STILL(i) ((i) >= N || told[(i) % N] || finished[(i) % N] || ASLEEP(i) || !(dead[(i) % N] || HAS_SEAT(i)))
#define INSIDE(i) ((i) < N && inside[(i) % N])

proctype Judge() {
  do
  :: d_step { STILL(0) && STILL(1) && STILL(2) && STILL(3) ->
       assert(!(ASLEEP(0) || ASLEEP(1) || (N > 2 && ASLEEP(2)) || (N > 3 && ASLEEP(3)))) }
  :: d_step { INSIDE(0) + INSIDE(1) + INSIDE(2) + INSIDE(3) > 1 -> assert(false) }
  od
}

init {
  byte i;
  atomic {
    for (i : 0 .. NA - 1) { held[i] = 1; epoch[i] = 1; bearer[i] = i; run First(i, i) }
    for (i : NA .. N - 1) { run Heir(i) }
    i = 0;
    run Kill(); run Watch(); run Judge()
  }
}
