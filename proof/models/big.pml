/* Messages larger than the ring: a run of pages whose owner word names who has to free it.
 *
 * Pairs with: packages/memory (big messages, page map, reaper). Rules: D25.
 *   put:  take a free run by CAS; write the payload; under the producers' lock write the slot position into the run's
 *         record, then the slot, then store the tail. No room: wait, or give up and free the run.
 *   get:  under the consumers' lock CAS the run's owner, whoever it is, to the own name, then store the head; copy out
 *         after the lock; free.
 *   reap: for each run that the dead name owns: under the consumers' lock, is its position in [head, tail) and does that
 *         slot name it: leave it to who takes the message; else free it by CAS.
 * Shows: an accepted message is read whole by whoever takes it, its run never freed or used anew before; and after the
 * reaper's walk no run is left that is neither free, nor a living actor's, nor in the queue.
 * A record may be stale (its run's former use) or never have been committed: hence the look at the slot, after the tail.
 *
 * check short: NP=1 NC=1 NR=1 NMSG=2 RUNS=2 KILLS=2
 * check short: NP=2 NC=1 NR=1 NMSG=1 RUNS=2 KILLS=1
 * check short: NP=1 NC=2 NR=1 NMSG=1 RUNS=2 KILLS=2
 * check short: NP=1 NC=1 NR=2 NMSG=1 RUNS=2 KILLS=2
 * check short: REAP_UNLOCKED NP=1 NC=1 NR=1 NMSG=2 RUNS=2 KILLS=2
 * check short: CAP=2 NP=2 NC=1 NR=1 NMSG=1 RUNS=2 KILLS=1
 * check long: NP=2 NC=1 NR=1 NMSG=2 RUNS=2 KILLS=2
 * check long: NP=2 NC=2 NR=1 NMSG=1 RUNS=2 KILLS=2
 * check long: REAP_UNLOCKED NP=2 NC=1 NR=1 NMSG=1 RUNS=2 KILLS=2
 * mutant: BUG_OWNER_LATE NP=1 NC=1 NR=1 NMSG=1 RUNS=2 KILLS=1
 * mutant: BUG_REAP_STORE REAP_UNLOCKED NP=1 NC=1 NR=1 NMSG=1 RUNS=2 KILLS=1
 * mutant: BUG_POSITION_LATE NP=1 NC=1 NR=1 NMSG=2 RUNS=2 KILLS=1
 * mutant: BUG_RANGE_ONLY NP=2 NC=1 NR=1 NMSG=1 RUNS=2 KILLS=1
 * mutant: BUG_SLOT_BEFORE_TAIL NP=2 NC=1 NR=1 NMSG=1 RUNS=2 KILLS=1
 * mutant: BUG_REAP_ALL NP=1 NC=1 NR=1 NMSG=1 RUNS=2 KILLS=1
 * mutant: BUG_NO_REAPER NP=1 NC=1 NR=1 NMSG=1 RUNS=2 KILLS=1
 */
#ifndef CAP
#define CAP 1
#endif
#define N (NP + NC + NR)
#define NAME (me + 1)
#define P 0
#define C 1

byte head, tail;
byte slot[CAP];               /* run + 1 */
byte owner[2];                /* the two locks */
byte run_owner[RUNS];         /* the page map: 0 free */
byte record[RUNS];            /* the run's own note of its slot position; kept when the run is freed */
byte payload[RUNS];
bool dead[N], gone[N], reaped[N], finished[N];
byte sent[CAP];               /* ghost: the payload of the message in a slot */
byte kills;

inline lock(L) { atomic { owner[L] == 0 || gone[(owner[L] - 1) % N] -> owner[L] = NAME } }

#define ALLOCATE(i) d_step { run_owner[i] == 0 -> run_owner[i] = NAME; r = i }

proctype Put(byte me) provided (!dead[me]) {
  byte message, r;
  do
  :: message < NMSG ->
     if
     :: ALLOCATE(0)
#if RUNS > 1
     :: ALLOCATE(1)
#endif
     fi;
     payload[r] = 1 + me * NMSG + message;
     do
     :: lock(P);
        if
        :: tail - head < CAP ->
#ifndef BUG_POSITION_LATE
           record[r] = tail;
#endif
           slot[tail % CAP] = r + 1;
           d_step { sent[tail % CAP] = 1 + me * NMSG + message; tail++ }
#ifdef BUG_POSITION_LATE
           record[r] = tail - 1;
#endif
           atomic { owner[P] = 0; r = 0 } break
        :: tail - head == CAP ->
           owner[P] = 0;
           if
           :: tail - head < CAP
           :: d_step { run_owner[r] = 0; r = 0 } break   /* gives up */
           fi
        fi
     od;
     message++
  :: message == NMSG -> break
  od;
  finished[me] = 1
}

inline take_run() {
  do
  :: atomic { seen = run_owner[r]; assert(seen != 0) }
     if
     :: atomic { run_owner[r] == seen -> run_owner[r] = NAME; seen = 0 } break
     :: atomic { run_owner[r] != seen -> seen = 0 }
     fi
  od
}

proctype Get(byte me) provided (!dead[me]) {
  byte r, seen, expected;
  do
  :: tail != head ->
     lock(C);
     if
     :: tail == head -> owner[C] = 0
     :: tail != head ->
        d_step { r = slot[head % CAP] - 1; expected = sent[head % CAP] }
#ifdef BUG_OWNER_LATE
        head++;
        take_run();
#else
        take_run();
        head++;
#endif
        owner[C] = 0;
        atomic { assert(run_owner[r] == NAME && payload[r] == expected); expected = 0 }    /* copies out */
        atomic { assert(run_owner[r] == NAME); run_owner[r] = 0; r = 0 }
     fi
  od
}

#define WALK(i) d_step { gone[i] && !reaped[i] -> whose = i }

proctype Reap(byte me) provided (!dead[me]) {
  byte whose, r, t;
  bool mine;
  do
  :: if
     :: WALK(0) :: WALK(1) :: WALK(2)
#if N > 3
     :: WALK(3)
#endif
#if N > 4
     :: WALK(4)
#endif
     fi;
     do
     :: r < RUNS && run_owner[r % RUNS] != whose + 1 -> r++
     :: r < RUNS && run_owner[r % RUNS] == whose + 1 ->
#ifndef REAP_UNLOCKED
        lock(C);
#endif
#if defined(BUG_REAP_ALL)
        mine = 0;
#elif defined(BUG_SLOT_BEFORE_TAIL)
        mine = (slot[record[r] % CAP] == r + 1);
        mine = (mine && record[r] >= head && record[r] < tail);
#else
        t = tail;                                        /* first the tail, then the slot */
        mine = (record[r] >= head && record[r] < t);
#ifndef BUG_RANGE_ONLY
        if :: mine -> mine = (slot[record[r] % CAP] == r + 1) :: !mine fi;
#endif
        t = 0;
#endif
        if
        :: mine -> mine = 0
#ifdef BUG_REAP_STORE
        :: !mine -> run_owner[r] = 0
#else
        :: !mine -> if :: d_step { run_owner[r] == whose + 1 -> run_owner[r] = 0 } :: run_owner[r] != whose + 1 fi
#endif
        fi;
#ifndef REAP_UNLOCKED
        owner[C] = 0;
#endif
        r++
     :: r == RUNS -> break
     od;
     atomic { reaped[whose] = 1; whose = 0; r = 0 }
  od
}

#define KILL(i) d_step { kills < KILLS && !dead[i] && !finished[i] -> dead[i] = 1; kills++ }
#define LET_GO(i) d_step { dead[i] && !gone[i] -> gone[i] = 1 }

proctype Kill() {
  do
  :: KILL(0) :: LET_GO(0) :: KILL(1) :: LET_GO(1) :: KILL(2) :: LET_GO(2)
#if N > 3
  :: KILL(3) :: LET_GO(3)
#endif
#if N > 4
  :: KILL(4) :: LET_GO(4)
#endif
  :: d_step { kills < KILLS -> kills = KILLS }           /* no more kills: lets everything come to rest */
  od
}

#define IN_QUEUE(r) ((head < tail && slot[head % CAP] == (r) + 1) || (head + 1 < tail && slot[(head + 1) % CAP] == (r) + 1))
#define SETTLED(r) ((r) >= RUNS || run_owner[(r) % RUNS] == 0 || IN_QUEUE(r))

proctype Judge() {
  do
  :: d_step { timeout ->
       assert(dead[N - 1] || (SETTLED(0) && SETTLED(1)));
       assert(head == tail || (dead[NP] && dead[NP + NC - 1])) }
  od
}

init {
  byte i;
  atomic {
    for (i : 0 .. N - 1) {
      if :: i < NP -> run Put(i) :: i >= NP && i < NP + NC -> run Get(i) :: else ->
#ifndef BUG_NO_REAPER
        run Reap(i)
#else
        skip
#endif
      fi
    }
    i = 0;
    run Kill(); run Judge()
  }
}
