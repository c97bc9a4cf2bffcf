/* A user's lock: who holds it when its holders die, and who is told.
 *
 * Pairs with: packages/shared (lock-word.ts, guard.ts). Rules: A2, A5, B9, B10, F34.
 *   word:    the owner's name, WAITERS, DIED.
 *   take:    free: CAS to the own name; DIED there is told and goes. The owner is dead: CAS to the own name, and told.
 *   wait:    read the bell; mark the object; look; under a living owner say WAITERS by CAS; sleep while the bell is as read.
 *   release: exchange to free; was WAITERS there: ring every mark. An actor that ends while its thread lives on leaves DIED.
 *   death:   a life is let go; the death is announced; all bells are rung.
 * Shows: one holder at a time; each death of a holder is told to the next holder, and to one; nobody sleeps beside a lock
 * that is free or a dead one's, once all deaths are announced.
 *
 * A name is the thread's number plus one (seats.pml opens names up), a ring is one step (bell.pml opens it up).
 *
 * check short: NT=2 OPS=2 KILLS=0
 * check short: NT=2 OPS=2 KILLS=2
 * check short: NT=3 OPS=1 KILLS=1
 * check short: NT=3 OPS=1 KILLS=2
 * check long: NT=3 OPS=2 KILLS=2
 * mutant: BUG_NO_LOOK NT=2 OPS=1 KILLS=0
 * mutant: BUG_MARK_LATE NT=2 OPS=1 KILLS=0
 * mutant: BUG_SILENT_DEATH NT=2 OPS=1 KILLS=1
 * mutant: BUG_SILENT_RELEASE NT=2 OPS=1 KILLS=0
 * mutant: BUG_STORE_OVER_DEAD NT=3 OPS=1 KILLS=1
 * mutant: BUG_TAKE_ALIVE NT=2 OPS=1 KILLS=1
 * mutant: BUG_DIED_UNTOLD NT=2 OPS=2 KILLS=0
 * mutant: BUG_TOLD_TWICE NT=2 OPS=2 KILLS=0
 */
byte owner; bool waiters, died;
bool marked[NT], rung[NT], asleep[NT];
bool dead[NT], gone[NT], told[NT], finished[NT];
byte kills;
byte inside;                  /* ghost: who is between take and release, by number plus one; the dead leave it */
bool owed;                    /* ghost: a holder died, or ended with the lock, and nobody was told yet */

#define RING(i) if :: marked[i] -> rung[i] = 1; asleep[i] = 0 :: !marked[i] fi
#define IS_DEAD(o) ((o) != 0 && gone[((o) - 1) % NT])

/* The CAS that took the lock. `was` says what is told. */
inline entered() {
  assert(inside == 0);
  inside = me + 1;
  assert(was == owed);
  owed = 0
}

inline try() {
  if
#if defined(BUG_DIED_UNTOLD)
  :: d_step { owner == 0 -> owner = me + 1; was = 0; died = 0; got = 1; entered() }
#elif defined(BUG_TOLD_TWICE)
  :: d_step { owner == 0 -> owner = me + 1; was = died; got = 1; entered() }
#else
  :: d_step { owner == 0 -> owner = me + 1; was = died; died = 0; got = 1; entered() }
#endif
#if defined(BUG_STORE_OVER_DEAD)
  :: IS_DEAD(owner) -> d_step { owner = me + 1; was = 1; died = 0; got = 1; entered() }
#elif defined(BUG_TAKE_ALIVE)
  :: d_step { owner != 0 && owner != me + 1 && dead[owner - 1] -> owner = me + 1; was = 0; died = 0; got = 1; entered() }
#else
  :: d_step { IS_DEAD(owner) -> owner = me + 1; was = 1; died = 0; got = 1; entered() }
#endif
  :: owner != 0 && !IS_DEAD(owner)
  fi
}

inline release(leaves) {
  d_step {
    assert(owner == me + 1 && inside == me + 1);
    inside = 0; owner = 0; was = waiters; waiters = 0;
#ifdef BUG_TOLD_TWICE
    died = died || leaves;
#else
    died = leaves;
#endif
    if :: leaves -> owed = 1 :: !leaves fi
  }
#ifndef BUG_SILENT_RELEASE
  if
  :: was -> RING(0); RING(1);
#if NT > 2
     RING(2)
#endif
  :: !was
  fi
#endif
}

proctype Thread(byte me) provided (!dead[me]) {
  byte ops;
  bool got, was;
  do
  :: ops < OPS ->
     ops++;
     try();
     do
     :: got -> break
     :: !got ->
        rung[me] = 0;
#ifndef BUG_MARK_LATE
        marked[me] = 1;
#endif
#ifndef BUG_NO_LOOK
        try();
#endif
        if
        :: got -> break
        :: !got ->
#ifdef BUG_NO_LOOK
           waiters = 1;
#else
           /* Says it under the owner that it saw alive; else it looks again. */
           if
           :: d_step { owner != 0 && !IS_DEAD(owner) -> waiters = 1 }
           :: !(owner != 0 && !IS_DEAD(owner)) -> goto again
           fi;
#endif
#ifdef BUG_MARK_LATE
           marked[me] = 1;
#endif
           if
           :: d_step { !rung[me] -> asleep[me] = 1 }
           :: rung[me]
           fi;
           !asleep[me]
        fi;
again:  skip
     od;
     marked[me] = 0;
     got = 0;
     if
     :: release(0)
     :: release(1)
     fi
  :: ops == OPS -> break
  od;
  finished[me] = 1
}

#define KILL(i) d_step { kills < KILLS && !dead[i] && !finished[i] -> dead[i] = 1; kills++; \
  if :: inside == i + 1 -> inside = 0; owed = 1 :: else fi }
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
#if NT > 2
  :: KILL(2) :: LET_GO(2) :: TELL(2)
#endif
  od
}

#define QUIET(i) (told[(i) % NT] || finished[(i) % NT] || asleep[(i) % NT])
#define SLEEPS(i) (asleep[(i) % NT] && !dead[(i) % NT])

/* Everybody sleeps, has ended, or is dead and announced: then nobody sleeps. */
proctype Judge() {
  do
  :: d_step {
       QUIET(0) && QUIET(1) && QUIET(NT - 1) && !(dead[0] && !told[0]) && !(dead[1] && !told[1]) &&
       !(dead[NT - 1] && !told[NT - 1]) -> assert(!SLEEPS(0) && !SLEEPS(1) && !SLEEPS(NT - 1)) }
  od
}

init {
  byte i;
  atomic {
    for (i : 0 .. NT - 1) { run Thread(i) }
    run Kill();
    run Judge()
  }
}
