/* One bell: how a ring reaches a thread that sleeps in a futex, without a system call when it does not.
 *
 * Pairs with: packages/memory (bell, native wait and wake). Rules: A5, B9, B10.
 *   sleep: read the bell; look; raise `parked`; futex_wait(bell, value read), which compares and falls asleep as one step;
 *          lower `parked`.
 *   ring:  bell + 1; if `parked`: futex_wake.
 *   death: the watcher rings every bell in the same way.
 * Shows: a ringer killed between its commit, its count and its wake leaves no sleeper behind; and no ring is lost to a
 * thread that is just about to sleep. What the other models call one step, "ring", is these three.
 *
 * The bell counts modulo 8, which is more than the rings that can fall between one read and its wait here.
 *
 * check short: NR=2 KILLS=0
 * check short: NR=2 KILLS=1
 * check short: NR=2 KILLS=2
 * mutant: BUG_PARKED_READ_FIRST NR=1 KILLS=0
 * mutant: BUG_PARKED_LATE NR=1 KILLS=0
 * mutant: BUG_NO_COMPARE NR=1 KILLS=0
 * mutant: BUG_BELL_READ_LATE NR=1 KILLS=0
 * mutant: BUG_WAKE_ONLY NR=1 KILLS=0
 * mutant: BUG_SILENT_DEATH NR=1 KILLS=1
 * mutant: BUG_DEATH_COUNTS_ONLY NR=1 KILLS=1
 */
#define N (NR + 1)            /* ringers 0..NR-1, then the sleeper, which nobody kills here */

byte bell;
bool parked, asleep;          /* the seat's word; the kernel's queue */
bool marked;                  /* the sleeper's bit in the waiters of the object */
byte ready;
bool dead[NR], gone[NR], told[NR], finished[NR];
byte kills;

inline wake() {
  if
  :: parked -> asleep = 0
  :: !parked
  fi
}

inline ring() {
#if defined(BUG_PARKED_READ_FIRST)
  sleeper = parked;
  bell = (bell + 1) & 7;
  if :: sleeper -> asleep = 0 :: !sleeper fi
#elif defined(BUG_WAKE_ONLY)
  wake()
#else
  bell = (bell + 1) & 7;
  wake()
#endif
}

proctype Ring(byte me) provided (!dead[me]) {
  bool sleeper;
  ready++;
  if
  :: marked -> ring()
  :: !marked
  fi;
  finished[me] = 1
}

/* Takes whatever comes, for ever. */
proctype Sleep() {
  byte value;
  do
  :: d_step { ready > 0 -> ready-- }
  :: ready == 0 ->
#ifndef BUG_BELL_READ_LATE
     value = bell;
#endif
     marked = 1;
     if
     :: ready > 0 -> marked = 0
     :: ready == 0 ->
#ifdef BUG_BELL_READ_LATE
        value = bell;
#endif
#ifndef BUG_PARKED_LATE
        parked = 1;
#endif
        if                                              /* futex_wait */
#ifdef BUG_NO_COMPARE
        :: asleep = 1
#else
        :: d_step { bell == value -> asleep = 1 }
        :: bell != value
#endif
        fi;
#ifdef BUG_PARKED_LATE
        parked = 1;
#endif
        !asleep;
        parked = 0;
        marked = 0
     fi;
     value = 0
  od
}

#define KILL(i) d_step { kills < KILLS && !dead[i] && !finished[i] -> dead[i] = 1; kills++ }
#define LET_GO(i) d_step { dead[i] && !gone[i] -> gone[i] = 1 }
#define HEAR(i) d_step { gone[i] && !told[i] -> whose = i }

proctype Kill() {
  do
  :: KILL(0) :: LET_GO(0)
#if NR > 1
  :: KILL(1) :: LET_GO(1)
#endif
  od
}

proctype Watch() {
  byte whose;
  bool sleeper;
  do
  :: if
     :: HEAR(0)
#if NR > 1
     :: HEAR(1)
#endif
     fi;
#if defined(BUG_DEATH_COUNTS_ONLY)
     bell = (bell + 1) & 7;
#elif !defined(BUG_SILENT_DEATH)
     ring();
#endif
     atomic { told[whose] = 1; whose = 0 }
  od
}

#define STILL(i) (told[(i) % NR] || finished[(i) % NR])

proctype Judge() {
  do
  :: d_step { asleep && STILL(0) && STILL(1) -> assert(ready == 0) }
  od
}

init {
  byte i;
  atomic {
    for (i : 0 .. NR - 1) { run Ring(i) }
    i = 0;
    run Sleep(); run Kill(); run Watch(); run Judge()
  }
}
