/* One bell: how a ring reaches a thread that sleeps in a futex, without a system call when nobody sleeps.
 *
 * Pairs with: packages/memory (waiting, seats, native futex). Rules: A5, B9, B10.
 *   word:  a count, and a bit by which its owner says that it sleeps.
 *   sleep: set the bit, which reads the word too; mark the object; look; futex_wait(word, value), which compares and falls
 *          asleep as one step. Whoever looks again sets the bit again. Leaving clears it.
 *   ring:  count on and take the bit out, by one CAS; was the bit set: futex_wake.
 *   death: the watcher counts on and wakes whether the bit is set or not, because a ringer that was killed between its CAS
 *          and its wake took the bit with it.
 * Shows: no ring is lost to a thread that is about to sleep, and a ringer killed between any two steps leaves no sleeper
 * behind. What the other models call one step, "ring", is these.
 *
 * The count runs modulo 8, which is more than the rings that can fall between one read and its wait here.
 *
 * check short: NR=2 KILLS=0
 * check short: NR=2 KILLS=1
 * check short: NR=2 KILLS=2
 * check long: NR=3 KILLS=2
 * mutant: BUG_WAKE_BEFORE_COUNT NR=1 KILLS=0
 * mutant: BUG_SAY_LATE NR=1 KILLS=0
 * mutant: BUG_SAY_ONCE NR=2 KILLS=0
 * mutant: BUG_NO_COMPARE NR=1 KILLS=0
 * mutant: BUG_NO_LOOK NR=1 KILLS=0
 * mutant: BUG_SILENT_DEATH NR=1 KILLS=1
 * mutant: BUG_DEATH_WAKES_BY_BIT NR=1 KILLS=1
 */
byte count;                   /* the bell's word ... */
bool says;                    /* ... and its bit */
bool asleep;                  /* the kernel's queue */
bool marked;                  /* the sleeper's mark at the object */
byte ready;
bool dead[NR], gone[NR], told[NR], finished[NR];   /* ringers; nobody kills the sleeper here */
byte kills;

#define WAKE_IF(bit) if :: bit -> bit = 0; asleep = 0 :: !bit fi

inline ring() {
#ifdef BUG_WAKE_BEFORE_COUNT
  was = says;
  WAKE_IF(was);
  atomic { says = 0; count = (count + 1) & 7 }
#else
  atomic { was = says; says = 0; count = (count + 1) & 7 }
  WAKE_IF(was)
#endif
}

proctype Ring(byte me) provided (!dead[me]) {
  bool was;
  ready++;                                              /* commit */
  if
  :: marked -> ring()
  :: !marked
  fi;
  finished[me] = 1
}

/* Takes whatever comes, for ever. */
proctype Sleep() {
  byte value;
  bool again;
  do
  :: d_step { ready > 0 -> ready-- }
  :: ready == 0 ->
     do
#if defined(BUG_SAY_ONCE)
     :: atomic { if :: !again -> says = 1; again = 1 :: again fi; value = count }
#elif defined(BUG_SAY_LATE)
     :: true
#else
     :: d_step { says = 1; value = count }
#endif
        marked = 1;
#ifndef BUG_NO_LOOK
        if
        :: ready > 0 -> break
        :: ready == 0
        fi;
#endif
#ifdef BUG_SAY_LATE
        atomic { says = 1; value = count }
#endif
        if                                              /* futex_wait */
#if defined(BUG_NO_COMPARE)
        :: asleep = 1
#elif defined(BUG_SAY_ONCE)
        :: d_step { count == value -> asleep = 1 }
        :: count != value
#else
        :: d_step { count == value && says -> asleep = 1 }
        :: !(count == value && says)
#endif
        fi;
        !asleep
     od;
     marked = 0;
     atomic { says = 0; value = 0; again = 0 }
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
#if NR > 2
  :: KILL(2) :: LET_GO(2)
#endif
  od
}

proctype Watch() {
  byte whose;
  bool was;
  do
  :: if
     :: HEAR(0)
#if NR > 1
     :: HEAR(1)
#endif
#if NR > 2
     :: HEAR(2)
#endif
     fi;
#if defined(BUG_DEATH_WAKES_BY_BIT)
     ring();
#elif !defined(BUG_SILENT_DEATH)
     count = (count + 1) & 7;
     asleep = 0;
#endif
     atomic { told[whose] = 1; whose = 0 }
  od
}

#define STILL(i) (told[(i) % NR] || finished[(i) % NR])

proctype Judge() {
  do
  :: d_step { asleep && STILL(0) && STILL(1) && STILL(2) -> assert(ready == 0) }
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
