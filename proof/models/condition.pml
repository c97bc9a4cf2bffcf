/* A condition: a notification reaches somebody who lives, whoever dies or gives up meanwhile.
 *
 * Pairs with: packages/shared (condition.ts). Rules: B9, F34, F35.
 *   row:     waiting, notified: of each thread. They change under the block's lock, and under the user's but where it says so.
 *   wait:    under the user's lock: pass on; waiting; mark; let the lock go. Look: notified; else pass on, and look. Else sleep.
 *            Then take the user's lock again, and only there use the notification up.
 *   pass on: without the user's lock: the notification of a dead row goes to a living one that waits, that row first; nobody
 *            waits: it is over.
 *   give up: (timeout, abort) takes the user's lock too; who finds itself notified nevertheless notifies another.
 *   end:     of an actor whose thread lives on: without the user's lock; who is notified notifies another, that row first.
 *   notify:  under the user's lock: a living row that waits and is not notified; let the lock go; ring the marks.
 *   death:   announced by ringing all bells.
 * Shows: nobody who lives sleeps on while a notification lies in its own row or in a dead one's, or went with a dead one
 * that had not come back from its wait.
 *
 * The user's lock is one step to take, from the dead too (lock.pml opens it up); a ring is one step.
 *
 * check short: NT=2 NOTES=1 KILLS=1
 * check short: NT=2 NOTES=2 KILLS=1
 * check long: NT=2 NOTES=2 KILLS=2
 * check long: NT=3 NOTES=1 KILLS=1
 * check long: NT=3 NOTES=1 KILLS=2
 * mutant: BUG_NO_TAKE_OVER NT=2 NOTES=1 KILLS=1
 * mutant: BUG_USED_EARLY NT=2 NOTES=1 KILLS=1
 * mutant: BUG_NOT_PASSED_ON NT=2 NOTES=1 KILLS=0
 * mutant: BUG_END_KEEPS NT=2 NOTES=1 KILLS=0
 * mutant: BUG_SILENT_DEATH NT=2 NOTES=1 KILLS=1
 * mutant: BUG_MARK_LATE NT=2 NOTES=1 KILLS=0
 */
#define N (NT + 1)
byte lock;                    /* the holder's number plus one */
bool waiting[NT], notified[NT], marked[NT], rung[NT], asleep[NT], finished[N];
bool dead[N], gone[N], told[N];
byte taking;                  /* the block's lock: the holder's number plus one */
byte kills;
byte lost;                    /* ghost: notifications that went with a dead one on its way back */
bool using[NT];               /* ghost: it used its notification up, and is not back yet */

#define FREE(l) (l == 0 || gone[(l - 1) % N])
#define TAKE_LOCK atomic { FREE(lock) -> lock = me + 1 }
#define RING(i) if :: marked[i] -> rung[i] = 1; asleep[i] = 0 :: !marked[i] fi

inline ring_marks() {
  RING(0); RING(1);
#if NT > 2
  RING(2)
#endif
}

#define WAITS(i) (waiting[i] && !notified[i] && !gone[i])

#define TAKE_BLOCK d_step { FREE(taking) -> taking = me + 1 }

/* Under the block's lock. */
inline notify() {
  if
  :: d_step { WAITS(0) -> notified[0] = 1 }
  :: d_step { WAITS(1) -> notified[1] = 1 }
#if NT > 2
  :: d_step { WAITS(2) -> notified[2] = 1 }
#endif
  :: !WAITS(0) && !WAITS(1) && !WAITS(NT - 1)
  fi
}

#define DEAD_ROW(i) (gone[i] && notified[i])

inline pass_on() {
  skip;
#ifndef BUG_NO_TAKE_OVER
  if
  :: DEAD_ROW(0) -> from = 0
  :: DEAD_ROW(1) -> from = 1
#if NT > 2
  :: DEAD_ROW(2) -> from = 2
#endif
  :: !DEAD_ROW(0) && !DEAD_ROW(1) && !DEAD_ROW(NT - 1) -> from = NT
  fi;
  if
  :: from < NT ->
     TAKE_BLOCK
     if
     :: DEAD_ROW(from) ->
        notify();
        notified[from] = 0;
     :: !DEAD_ROW(from)
     fi;
     taking = 0;
     ring_marks()
  :: from == NT
  fi;
  from = 0
#endif
}

proctype Wait(byte me) provided (!dead[me]) {
  byte from;
  bool some;
  TAKE_LOCK
  pass_on();
  waiting[me] = 1;
#ifndef BUG_MARK_LATE
  marked[me] = 1;
#endif
  lock = 0;
  do
  :: rung[me] = 0;
     if
     :: notified[me] -> break
     :: !notified[me] ->
        pass_on();
        if
        :: notified[me] -> break
        :: !notified[me]
        fi
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
#ifdef BUG_USED_EARLY
  if :: atomic { notified[me] -> notified[me] = 0; using[me] = 1 } :: !notified[me] fi;
#endif
  if
  :: TAKE_LOCK some = 1
  :: some = 0                              /* its actor ends */
  fi;
  TAKE_BLOCK
  waiting[me] = 0;
  if
  :: notified[me] ->
     if
     :: some -> from = 1                   /* it was why it came back: it is used up */
#ifndef BUG_NOT_PASSED_ON
     :: some -> notify()                   /* it came back by itself */
#else
     :: some -> lost++
#endif
#ifndef BUG_END_KEEPS
     :: !some -> notify()
#else
     :: !some -> lost++
#endif
     fi;
     notified[me] = 0
  :: !notified[me]
  fi;
  taking = 0;
  if
  :: from == 0 -> ring_marks()
  :: from != 0
  fi;
  atomic { marked[me] = 0; using[me] = 0; if :: some -> lock = 0 :: !some fi; finished[me] = 1 }
}

proctype Notify(byte me) provided (!dead[me]) {
  byte notes;
  do
  :: notes < NOTES ->
     notes++;
     TAKE_LOCK
     TAKE_BLOCK
     notify();
     taking = 0;
     lock = 0;
     ring_marks()
  :: notes == NOTES -> break
  od;
  finished[me] = 1
}

#define KILL(i) d_step { kills < KILLS && !dead[i] && !finished[i] -> dead[i] = 1; kills++; \
  if :: i < NT && using[(i) % NT] -> lost++ :: else fi }
#define LET_GO(i) d_step { dead[i] && !gone[i] -> gone[i] = 1 }
#if defined(BUG_SILENT_DEATH)
#define TELL(i) d_step { gone[i] && !told[i] -> told[i] = 1 }
#else
#define TELL(i) d_step { gone[i] && !told[i] -> told[i] = 1; rung[0] = 1; asleep[0] = 0; rung[1] = 1; asleep[1] = 0; \
  rung[NT - 1] = 1; asleep[NT - 1] = 0 }
#endif

proctype Kill() {
  do
  :: KILL(0) :: LET_GO(0) :: TELL(0)
  :: KILL(1) :: LET_GO(1) :: TELL(1)
  :: KILL(2) :: LET_GO(2) :: TELL(2)
#if NT > 2
  :: KILL(3) :: LET_GO(3) :: TELL(3)
#endif
  od
}

#define QUIET(i) (told[i] || finished[i] || ((i) < NT && asleep[(i) % NT]))
#define ALL_TOLD (!(dead[0] && !told[0]) && !(dead[1] && !told[1]) && !(dead[2] && !told[2]) && !(dead[N - 1] && !told[N - 1]))
#define ANY_DEAD_ROW (DEAD_ROW(0) || DEAD_ROW(1) || DEAD_ROW(NT - 1))
#define SLEEPS(i) (asleep[i] && !dead[i])

proctype Judge() {
  do
  :: d_step {
       QUIET(0) && QUIET(1) && QUIET(2) && QUIET(N - 1) && ALL_TOLD ->
       assert(!(SLEEPS(0) && notified[0]) && !(SLEEPS(1) && notified[1]) && !(SLEEPS(NT - 1) && notified[NT - 1]));
       assert(!((SLEEPS(0) || SLEEPS(1) || SLEEPS(NT - 1)) && (ANY_DEAD_ROW || lost > 0))) }
  od
}

init {
  byte i;
  atomic {
    for (i : 0 .. NT - 1) { run Wait(i) }
    run Notify(NT);
    run Kill();
    run Judge()
  }
}
