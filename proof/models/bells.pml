/* The waiters of one side of an object: one bit a seat in group words, and a summary word with one bit a group.
 *
 * Pairs with: packages/memory (waiters, bell, seats). Rules: A4, A5, B9, B10.
 *   mark:  read the own bell; or the group bit in; or the summary bit in; look; block.
 *   leave: and the group bit out; was it the last of its group: and the summary bit out, read the group again, and if
 *          somebody is there: or the summary bit in again and ring those.
 *   wake:  commit; is the summary set: ring every set bit of every set group.
 *   heir:  who takes the seat of the dead anew leaves for it, then rings all bells, and only then appears.
 * Shows: whoever is killed between which steps ever, nobody sleeps for ever while something is ready.
 * A leaver that is killed after it took the summary bit out leaves a marked group without its summary bit. The ring of all
 * bells at its death mends that, because every further look sets both bits again.
 *
 * Abstractions: a bell is one bit, "rung since its owner read it" (see ring.pml; bell.pml opens it up). `ready` counts
 * what can be taken by one CAS; who sleeps may also give up (timeout, abort).
 *
 * check short: NW=2 NG=1 NT=2 HEIRS=0 KILLS=2
 * check short: NW=3 NG=1 NT=1 HEIRS=0 KILLS=0
 * check long: NW=2 NG=1 NT=1 HEIRS=1 KILLS=1
 * check long: NW=3 NG=1 NT=1 HEIRS=0 KILLS=1
 * check long: NW=3 NG=2 NT=1 HEIRS=0 KILLS=1
 * check long: NW=2 NG=1 NT=2 HEIRS=1 KILLS=2
 * mutant: BUG_NO_LOOK NW=2 NG=1 NT=1 HEIRS=0 KILLS=0
 * mutant: BUG_NO_RING NW=2 NG=1 NT=1 HEIRS=0 KILLS=0
 * mutant: BUG_NO_RESTORE NW=2 NG=1 NT=1 HEIRS=0 KILLS=0
 * mutant: BUG_RESTORE_SILENT NW=2 NG=1 NT=1 HEIRS=0 KILLS=0
 * mutant: BUG_SUMMARY_FIRST NW=2 NG=1 NT=1 HEIRS=0 KILLS=0
 * mutant: BUG_SILENT_DEATH NW=2 NG=1 NT=1 HEIRS=0 KILLS=1
 * mutant: BUG_MARK_ONCE NW=2 NG=1 NT=1 HEIRS=0 KILLS=1
 */
#define WAKER NW              /* actors 0..NW-1 wait on the seats of the same numbers; then the waker; then the heirs */
#define N (NW + 1 + HEIRS)
#define GROUP (seat % NG)
#define BIT (1 << seat)

byte ready;
byte group[NG], summary;
bool rung[NW];                /* by seat; the waker has none here: it never blocks */
bool parked[N], finished[N], dead[N], gone[N], told[N], inherited[N];   /* by actor */
byte kills;

#define RING_LOWEST d_step { if \
  :: set & 1 -> rung[0] = 1; set = set & 6 \
  :: else -> if :: set & 2 -> rung[1] = 1; set = set & 4 \
  :: else -> rung[2 % NW] = 1; set = 0 fi fi }

inline ring_set() { do :: set != 0 -> RING_LOWEST :: set == 0 -> break od }

inline mark() {
#ifdef BUG_MARK_ONCE
  if
  :: marked
  :: !marked -> group[GROUP] = group[GROUP] | BIT; atomic { summary = summary | (1 << GROUP); marked = 1 }
  fi
#elif defined(BUG_SUMMARY_FIRST)
  summary = summary | (1 << GROUP);
  atomic { group[GROUP] = group[GROUP] | BIT; marked = 1 }
#else
  group[GROUP] = group[GROUP] | BIT;
  atomic { summary = summary | (1 << GROUP); marked = 1 }
#endif
}

inline leave() {
  atomic { marked = 0; group[GROUP] = group[GROUP] & ~BIT; set = group[GROUP] }
  if
  :: set != 0 -> set = 0
  :: set == 0 ->
     summary = summary & ~(1 << GROUP);
#ifndef BUG_NO_RESTORE
     set = group[GROUP];
     if
     :: set == 0
     :: set != 0 ->
        summary = summary | (1 << GROUP);
#ifdef BUG_RESTORE_SILENT
        set = 0
#else
        ring_set()
#endif
     fi
#endif
  fi
}

inline sleep() {
  if
  :: d_step { rung[seat] -> parked[me] = 0 }
  :: d_step { !rung[seat] -> parked[me] = 0 } break     /* gives up: the break leaves the caller's loop */
  fi
}

inline take_or_give_up() {
  do
  :: d_step { ready > 0 -> ready-- } break             /* CAS */
  :: ready == 0 ->
     rung[seat] = 0;
     mark();
#ifndef BUG_NO_LOOK
     if
     :: ready > 0
     :: d_step { ready == 0 -> parked[me] = 1 } sleep()
     fi
#else
     parked[me] = 1; sleep()
#endif
  od;
  if
  :: marked -> leave()
  :: !marked
  fi;
  finished[me] = 1
}

proctype Wait(byte me; byte seat) provided (!dead[me]) {
  byte set;
  bool marked;
  take_or_give_up()
}

#define INHERIT(i) d_step { gone[i] && !inherited[i] -> inherited[i] = 1; seat = i }

proctype Heir(byte me) provided (!dead[me]) {
  byte set, seat, i;
  bool marked;
  if
  :: INHERIT(0) :: INHERIT(1)
#if NW > 2
  :: INHERIT(2)
#endif
  fi;
  leave();                                              /* clears what the seat left; its life is held from here on */
  do :: d_step { i < NW -> rung[i] = 1; i++ } :: i == NW -> break od;
  take_or_give_up()
}

proctype Wake(byte me) provided (!dead[me]) {
  byte set, groups, round;
  do
  :: round < NT ->
     ready++;
#ifndef BUG_NO_RING
     groups = summary;
     do
     :: d_step { groups & 1 -> set = group[0]; groups = groups & 2 } ring_set()
#if NG > 1
     :: d_step { !(groups & 1) && groups != 0 -> set = group[1]; groups = 0 } ring_set()
#endif
     :: groups == 0 -> break
     od;
#endif
     round++
  :: round == NT -> break
  od;
  finished[me] = 1
}

#define KILL(i) d_step { kills < KILLS && !dead[i] && !finished[i] -> dead[i] = 1; parked[i] = 0; kills++ }
#define LET_GO(i) d_step { dead[i] && !gone[i] -> gone[i] = 1 }
#define HEAR(i) d_step { gone[i] && !told[i] -> whose = i }

proctype Kill() {
  do
  :: KILL(0) :: LET_GO(0) :: KILL(1) :: LET_GO(1) :: KILL(2) :: LET_GO(2)
#if N > 3
  :: KILL(3) :: LET_GO(3)
#endif
  od
}

proctype Watch() {
  byte whose, i;
  do
  :: if
     :: HEAR(0) :: HEAR(1) :: HEAR(2)
#if N > 3
     :: HEAR(3)
#endif
     fi;
#ifndef BUG_SILENT_DEATH
     do :: d_step { i < NW -> rung[i] = 1; i++ } :: i == NW -> break od;
#endif
     atomic { told[whose] = 1; whose = 0; i = 0 }
  od
}

/* An heir that found no seat is still as well: nobody waits for it. */
#define ASLEEP(i, s) (parked[i] && !rung[s])
#define STILL(i) (told[i] || finished[i])
#define HEIR_STILL (HEIRS == 0 || STILL(N - 1) || parked[N - 1] || !(inherited[0] || inherited[1] || inherited[2 % NW]))
#define HEIR_ASLEEP (HEIRS > 0 && parked[N - 1] && !heir_rung)
#define heir_rung ((inherited[0] && rung[0]) || (inherited[1] && rung[1]) || (inherited[2 % NW] && rung[2 % NW]))

proctype Judge() {
  do
  :: d_step { (STILL(0) || ASLEEP(0, 0)) && (STILL(1) || ASLEEP(1, 1)) && (NW < 3 || STILL(2) || ASLEEP(2, 2)) &&
              STILL(WAKER) && HEIR_STILL && !(HEIRS > 0 && parked[N - 1] && heir_rung) ->
       assert(ready == 0 || !(ASLEEP(0, 0) || ASLEEP(1, 1) || (NW > 2 && ASLEEP(2, 2)) || HEIR_ASLEEP)) }
  od
}

init {
  byte i;
  atomic {
    for (i : 0 .. NW - 1) { run Wait(i, i) }
    run Wake(WAKER);
#if HEIRS > 0
    run Heir(N - 1);
#endif
    i = 0;
    run Kill(); run Watch(); run Judge()
  }
}
