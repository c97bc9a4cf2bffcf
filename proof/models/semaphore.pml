/* A semaphore: permits of the dead are back, nobody has one too many, nobody sleeps beside a free one.
 *
 * Pairs with: packages/shared (semaphore.ts), packages/memory (block.ts). Rules: A2, A4, A7, B9, F35.
 *   row:     permits that a thread holds, under its epoch. Beside the rows their sum. Both change under the block's lock: the
 *            sum first when a permit is taken, the row first when it is given back.
 *   count:   the rows of who is not dead; then the sum. Done when none seems free, and nowhere else.
 *   take:    under the lock: one is free by the sum: own row, sum. Waits: read the bell; mark; look; sleep while the bell is as read.
 *   release: under the lock: own row, sum; ring the marks. Without a permit: one more; ring the marks.
 *   death:   a life is let go; the death is announced; all bells are rung.
 *   seat:    who cleans a dead seat takes its life first, so that its old name looks alive again; moves the epoch; rings all
 *            bells; lets the life go, or is the next on that seat, and begins its row anew.
 * Shows: those who live, and the dead whose life is not let go, hold no more than there are; nobody sleeps while one is free,
 * once all deaths are announced and no seat is being cleaned; the sum is never less than the rows of who is not dead.
 *
 * The sum errs to one side alone, so to count where none seems free is enough. The lock is one step to take, from the dead too
 * (lock.pml opens it up), a ring is one step. A name is an actor's number. Lines of tickets (fair) are left out, and
 * operations that are cut off.
 *
 * check short: NT=2 HEIRS=0 PERMITS=1 OPS=2 SIGNALS=0 KILLS=0
 * check short: NT=2 HEIRS=0 PERMITS=1 OPS=2 SIGNALS=0 KILLS=1
 * check short: NT=2 HEIRS=0 PERMITS=1 OPS=1 SIGNALS=0 KILLS=2
 * check short: NT=2 HEIRS=0 PERMITS=0 OPS=1 SIGNALS=1 KILLS=1
 * check short: NT=2 HEIRS=1 PERMITS=1 OPS=1 SIGNALS=0 KILLS=1
 * check long: NT=2 HEIRS=0 PERMITS=1 OPS=2 SIGNALS=0 KILLS=2
 * check long: NT=2 HEIRS=1 PERMITS=1 OPS=2 SIGNALS=0 KILLS=2
 * mutant: BUG_NO_LOCK NT=2 HEIRS=0 PERMITS=1 OPS=1 SIGNALS=0 KILLS=0
 * mutant: BUG_NOT_ANEW NT=2 HEIRS=0 PERMITS=1 OPS=1 SIGNALS=0 KILLS=1
 * mutant: BUG_COUNT_UNLOCKED NT=2 HEIRS=0 PERMITS=1 OPS=2 SIGNALS=0 KILLS=0
 * mutant: BUG_COUNTS_DEAD NT=2 HEIRS=0 PERMITS=1 OPS=1 SIGNALS=0 KILLS=1
 * mutant: BUG_TAKE_ALIVE NT=2 HEIRS=0 PERMITS=1 OPS=1 SIGNALS=0 KILLS=1
 * mutant: BUG_ROW_STAYS NT=2 HEIRS=1 PERMITS=2 OPS=2 SIGNALS=0 KILLS=1
 * mutant: BUG_MARK_LATE NT=2 HEIRS=0 PERMITS=1 OPS=1 SIGNALS=0 KILLS=0
 * mutant: BUG_SILENT_RELEASE NT=2 HEIRS=0 PERMITS=1 OPS=1 SIGNALS=0 KILLS=0
 * mutant: BUG_SILENT_SIGNAL NT=2 HEIRS=0 PERMITS=0 OPS=1 SIGNALS=1 KILLS=0
 * mutant: BUG_SILENT_DEATH NT=2 HEIRS=0 PERMITS=1 OPS=1 SIGNALS=0 KILLS=1
 * mutant: BUG_SILENT_CLEANING NT=2 HEIRS=0 PERMITS=1 OPS=1 SIGNALS=0 KILLS=1
 */
#define N (NT + HEIRS)        /* actors 0..NT-1 have the seats of the same numbers from the start */
#define REAPER N
#define NOBODY (N + 1)

byte lock;                    /* the holder's number plus one */
byte permits, sum;
byte rowOf[NT], row[NT];      /* by seat: whose row it is, by number plus one, and what it holds */
byte sitter[NT], cleaner[NT]; /* by seat: whose epoch it has; who has its life to clean it, by number plus one */
byte seatOf[N];
bool marked[N], rung[N], asleep[N];
bool finished[N], dead[N], gone[N], counted[N], told[N];
byte kills, signals;
byte mine[N];                 /* ghost: permits that this actor takes itself to hold */

#ifdef BUG_TAKE_ALIVE
#define GONE(i) dead[i]
#else
#define GONE(i) gone[i]
#endif
#define IS_DEAD(i, s) (sitter[s] != (i) || (GONE(i) && cleaner[s] == 0))
#define FREE_LOCK (lock == 0 || IS_DEAD(lock - 1, seatOf[lock - 1]))
#define RING(i) if :: marked[i] -> rung[i] = 1; asleep[i] = 0 :: !marked[i] fi
#define COUNTS(s) (rowOf[s] != 0 && !IS_DEAD(rowOf[s] - 1, s))
#define LIVING(i) ((i) < N && !gone[(i) % N] -> mine[(i) % N] : 0)
#define TAKEN (LIVING(0) + LIVING(1) + LIVING(2) + LIVING(3))
#define LAST (NT - 1)
#define IN_ROW(s) (rowOf[s] != 0 && sitter[s] == rowOf[s] - 1 && !gone[rowOf[s] - 1] -> row[s] : 0)
#define IN_ROWS (IN_ROW(0) + IN_ROW(1) + (NT > 2 -> IN_ROW(LAST) : 0))

inline ring_marks() {
  RING(0);
  RING(1);
#if N > 2
  RING(2);
#endif
#if N > 3
  RING(3);
#endif
  skip
}

#define RING_ALL for (i : 0 .. N - 1) { rung[i] = 1; asleep[i] = 0 } i = 0

inline enter() {
#ifdef BUG_NO_LOCK
  skip
#else
  d_step { FREE_LOCK -> lock = me + 1 }
#endif
}

inline count_anew() {
  do
  :: d_step { i < NT ->
#ifdef BUG_COUNTS_DEAD
       if :: rowOf[i] != 0 -> held = held + row[i] :: else fi;
#else
       if :: COUNTS(i) -> held = held + row[i] :: else fi;
#endif
       i++ }
  :: d_step { i == NT -> i = 0; sum = held; held = 0 } break
  od
}

/* The row is this actor's from its first permit on. */
inline begin_row() {
  if
  :: rowOf[seatOf[me]] != me + 1 ->
     rowOf[seatOf[me]] = 0;
#ifndef BUG_ROW_STAYS
     row[seatOf[me]] = 0;
#endif
     rowOf[seatOf[me]] = me + 1
  :: rowOf[seatOf[me]] == me + 1
  fi
}

inline change_sum(change) {
#ifdef BUG_NO_LOCK
  held = sum;
  d_step { sum = held + (change); held = 0 }
#else
  sum = sum + (change)
#endif
}

inline take() {
  enter();
#ifndef BUG_NOT_ANEW
  if
  :: sum >= permits ->
#ifdef BUG_COUNT_UNLOCKED
     lock = 0;
     count_anew();
     enter()
#else
     count_anew()
#endif
  :: sum < permits
  fi;
#endif
  if
  :: sum < permits ->
     begin_row();
     change_sum(1);
     row[seatOf[me]] = row[seatOf[me]] + 1;
     got = 1
  :: sum >= permits
  fi;
  d_step {
    lock = 0;
    if
    :: got -> mine[me]++; assert(TAKEN <= permits)
    :: else
    fi
  }
}

inline acquire() {
  take();
  do
  :: got -> break
  :: !got ->
     rung[me] = 0;
#ifndef BUG_MARK_LATE
     marked[me] = 1;
#endif
     take();
     if
     :: got -> break
     :: !got
     fi;
#ifdef BUG_MARK_LATE
     marked[me] = 1;
#endif
     if
     :: d_step { !rung[me] -> asleep[me] = 1 }
     :: rung[me]
     :: break                              /* its time is up */
     fi;
     !asleep[me]
  od;
  atomic { marked[me] = 0; got = 0 }
}

inline give_back() {
  mine[me]--;
  enter();
  row[seatOf[me]] = row[seatOf[me]] - 1;
  change_sum(-1);
  lock = 0;
#ifndef BUG_SILENT_RELEASE
  ring_marks()
#endif
}

inline live() {
  do
  :: ops < OPS -> ops++; acquire()
  :: mine[me] > 0 -> give_back()
  :: d_step { signals < SIGNALS && mine[me] == 0 -> signals++ }
     enter();
     permits++;
     lock = 0;
#ifndef BUG_SILENT_SIGNAL
     ring_marks()
#endif
  :: ops == OPS && mine[me] == 0 -> break
  od;
  finished[me] = 1
}

proctype First(byte me) provided (!dead[me]) {
  byte ops, held, i;
  bool got;
  live()
}

#define INHERIT(s) d_step { sitter[s] < N && gone[sitter[s]] && cleaner[s] == 0 -> cleaner[s] = me + 1; seatOf[me] = s }

proctype Heir(byte me) provided (!dead[me]) {
  byte ops, held, i;
  bool got;
  if
  :: INHERIT(0) :: INHERIT(1)
#if NT > 2
  :: INHERIT(2)
#endif
  fi;
  atomic { sitter[seatOf[me]] = me; cleaner[seatOf[me]] = 0 }
  d_step { RING_ALL }
  live()
}

#define CLEAN(s) d_step { sitter[s] < N && gone[sitter[s]] && cleaner[s] == 0 -> cleaner[s] = REAPER + 1; seat = s }

proctype Reap() {
  byte seat, i;
  do
  :: if
     :: CLEAN(0) :: CLEAN(1)
#if NT > 2
     :: CLEAN(2)
#endif
     fi;
     sitter[seat] = NOBODY;
#ifndef BUG_SILENT_CLEANING
     d_step { RING_ALL }
#endif
     d_step { cleaner[seat] = 0; seat = 0 }
  od
}

#define HAS_SEAT(i) (seatOf[i] != NOBODY)
#define KILL(i) d_step { kills < KILLS && !dead[i] && !finished[i] && HAS_SEAT(i) -> dead[i] = 1; kills++ }
#define LET_GO(i) d_step { dead[i] && !gone[i] -> gone[i] = 1; \
  if :: cleaner[seatOf[i]] == i + 1 -> cleaner[seatOf[i]] = 0 :: else fi }
#define COUNT(i) d_step { gone[i] && !counted[i] -> counted[i] = 1 }
#ifdef BUG_SILENT_DEATH
#define TELL(k) d_step { counted[k] && !told[k] -> told[k] = 1 }
#else
#define TELL(k) d_step { counted[k] && !told[k] -> told[k] = 1; RING_ALL }
#endif

proctype Kill() {
  byte i;
  do
  :: KILL(0) :: LET_GO(0) :: COUNT(0) :: TELL(0)
  :: KILL(1) :: LET_GO(1) :: COUNT(1) :: TELL(1)
#if N > 2
  :: KILL(2) :: LET_GO(2) :: COUNT(2) :: TELL(2)
#endif
#if N > 3
  :: KILL(3) :: LET_GO(3) :: COUNT(3) :: TELL(3)
#endif
  od
}

#define QUIET(i) ((i) >= N || told[(i) % N] || (!dead[(i) % N] && (finished[(i) % N] || asleep[(i) % N] || !HAS_SEAT((i) % N))))
#define CLEAN_ALL (cleaner[0] == 0 && cleaner[1] == 0 && cleaner[LAST] == 0)
#define SLEEPS(i) ((i) < N && asleep[(i) % N] && !dead[(i) % N])

proctype Judge() {
  do
  :: d_step { lock == 0 && sum < IN_ROWS -> assert(false) }
  :: d_step {
       QUIET(0) && QUIET(1) && QUIET(2) && QUIET(3) && CLEAN_ALL ->
       assert(TAKEN >= permits || !(SLEEPS(0) || SLEEPS(1) || SLEEPS(2) || SLEEPS(3))) }
  od
}

init {
  byte i;
  atomic {
    permits = PERMITS;
    for (i : 0 .. N - 1) {
      if
      :: i < NT -> seatOf[i] = i; sitter[i] = i; run First(i)
      :: else -> seatOf[i] = NOBODY; run Heir(i)
      fi
    }
    i = 0;
    run Reap();
    run Kill();
    run Judge()
  }
}
