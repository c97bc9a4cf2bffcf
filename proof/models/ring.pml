/* The bounded ring of a queue: two locks that name their owner, one store to put, one store to take, bells, and a SIGKILL
 * of any actor at any step.
 *
 * Pairs with: packages/memory (ring, lock, bell). Rules: A2, A5, B9, B10, D22.
 * Shows: no message is torn, doubled, lost or out of its producer's order; nobody sleeps for ever while there is something
 * for it to do; a lock whose owner died is taken over as it is, and nothing has to be repaired.
 *
 * Abstractions. A bell is a counter that only its owner compares, always with the value it read last: one bit, "rung since
 * I read it", says the same. The lock word's owner and its WAITERS bit are two variables that every step handles as one.
 * Between `dead` (no further step) and `gone` (the kernel let the life go), and between that and the ring of all bells
 * (`told`), any amount of time may pass.
 *
 * check short: NP=1 NC=1 NMSG=3 CAP=2 KILLS=2
 * check short: NP=2 NC=1 NMSG=1 CAP=1 KILLS=1
 * check short: NP=1 NC=2 NMSG=1 CAP=1 KILLS=1
 * check long: NP=1 NC=2 NMSG=2 CAP=1 KILLS=1
 * check long: NP=2 NC=2 NMSG=1 CAP=1 KILLS=1
 * mutant: BUG_NO_LOOK NP=1 NC=1 NMSG=1 CAP=1 KILLS=0
 * mutant: BUG_BELL_LATE NP=1 NC=1 NMSG=1 CAP=1 KILLS=0
 * mutant: BUG_NO_RING NP=1 NC=1 NMSG=1 CAP=1 KILLS=0
 * mutant: BUG_COMMIT_FIRST NP=1 NC=1 NMSG=1 CAP=1 KILLS=0
 * mutant: BUG_HEAD_FIRST NP=1 NC=1 NMSG=2 CAP=1 KILLS=0
 * mutant: BUG_NO_TAKEOVER NP=2 NC=1 NMSG=1 CAP=1 KILLS=1
 * mutant: BUG_SILENT_DEATH NP=2 NC=1 NMSG=1 CAP=1 KILLS=1
 * mutant: BUG_TIMEOUT NP=2 NC=1 NMSG=1 CAP=2 KILLS=0
 * mutant: BUG_NO_WAITERS NP=2 NC=1 NMSG=1 CAP=2 KILLS=0
 * mutant: BUG_WAITERS_FIRST NP=2 NC=1 NMSG=1 CAP=2 KILLS=0
 */
#define N (NP + NC)           /* seats 0..NP-1 put, the others take */
#define BIT (1 << me)
#define P 0                   /* the producers' lock */
#define C 1                   /* the consumers' lock */

byte head, tail;              /* positions, counting items */
byte left[CAP], right[CAP];   /* a slot in two halves: torn when they differ */
byte owner[2];                /* 0 free, else seat + 1 */
bool waiters[2];              /* the WAITERS bit of the same word */
byte lockers, putters, getters;   /* one bit a seat */
bool dead[N], gone[N], told[N];   /* killed; life let go; all bells rung for it */
bool rung[N], parked[N], finished[N];
byte kills;

bool accepted[NP * NMSG], taken[NP * NMSG];   /* ghosts: what the outside saw */
byte order[NP];

#define RING_LOWEST d_step { if \
  :: set & 1 -> rung[0] = 1; set = set & 14 \
  :: else -> if :: set & 2 -> rung[1] = 1; set = set & 12 \
  :: else -> if :: set & 4 -> rung[2 % N] = 1; set = set & 8 \
  :: else -> rung[3 % N] = 1; set = 0 fi fi fi }

inline ring(word) {
  if
  :: word == 0
  :: d_step { word != 0 -> set = word }
     do :: set != 0 -> RING_LOWEST :: set == 0 -> break od
  fi
}

inline read_bell() { rung[me] = 0 }

inline park() {               /* block(value): sleeps only while the bell still has the value read before the mark */
  parked[me] = 1
}
inline sleep() { d_step { rung[me] -> parked[me] = 0 } }

#if defined(BUG_TIMEOUT)
#define SEEMS_DEAD(seat) true
#define SEEMS_ALIVE(seat) (!gone[seat])
#elif defined(BUG_NO_TAKEOVER)
#define SEEMS_ALIVE(seat) true
#else
#define SEEMS_DEAD(seat) gone[seat]
#define SEEMS_ALIVE(seat) (!gone[seat])
#endif

#ifdef BUG_NO_WAITERS
#define SAY_WAITING(L) skip
#else
#define SAY_WAITING(L) waiters[L] = 1
#endif

/* CAS 0 -> me; else judge the owner; else mark, look again and leave the WAITERS bit, block.
 * Used once in each proctype: it holds a label. */
inline acquire(L) {
  do
  :: d_step { owner[L] == 0 -> owner[L] = me + 1; waiters[L] = 0 } goto owned
  :: d_step { owner[L] != 0 -> seen = owner[L]; mark = waiters[L] }
     if
#ifndef BUG_NO_TAKEOVER
     :: SEEMS_DEAD(seen - 1) ->                    /* CAS of the whole word: the WAITERS bit stays */
        if
        :: d_step { owner[L] == seen && waiters[L] == mark -> owner[L] = me + 1; seen = 0; mark = 0 } goto owned
        :: d_step { owner[L] != seen || waiters[L] != mark -> seen = 0; mark = 0 }
        fi
#endif
     :: SEEMS_ALIVE(seen - 1) ->
        read_bell();
#ifndef BUG_WAITERS_FIRST
        d_step { lockers = lockers | BIT; listed = 1 }
#endif
        seen = 0; mark = 0;
        if                                         /* look again: the word, its owner's life, and say under it that one waits */
        :: owner[L] == 0
        :: d_step { owner[L] != 0 -> seen = owner[L]; mark = waiters[L] }
           if
#ifndef BUG_NO_TAKEOVER
           :: d_step { gone[seen - 1] -> seen = 0; mark = 0 }
#endif
           :: SEEMS_ALIVE(seen - 1) ->
              if
#ifndef BUG_WAITERS_FIRST
              :: d_step { mark -> seen = 0; mark = 0; park() } sleep()
              :: d_step { !mark && owner[L] == seen && !waiters[L] -> SAY_WAITING(L); seen = 0; park() } sleep()
#else
              :: d_step { mark -> seen = 0; mark = 0 } d_step { lockers = lockers | BIT; listed = 1; park() } sleep()
              :: d_step { !mark && owner[L] == seen && !waiters[L] -> SAY_WAITING(L); seen = 0 }
                 d_step { lockers = lockers | BIT; listed = 1; park() } sleep()
#endif
              :: d_step { !mark && !(owner[L] == seen && !waiters[L]) -> seen = 0 }
              fi
           fi
        fi
     fi
  od;
owned:
  if
  :: d_step { listed -> lockers = lockers & ~BIT; listed = 0 }
  :: !listed
  fi
}

inline release(L) {           /* exchange(0); the bit asks for the lockers' bells */
  d_step { mark = waiters[L]; owner[L] = 0; waiters[L] = 0 }
  if
  :: d_step { mark -> mark = 0 } ring(lockers)
  :: !mark
  fi
}

proctype Put(byte me) provided (!dead[me]) {
  byte message, t, h, seen, set;
  bool mark, listed, waits;
  do
  :: message < NMSG ->
     acquire(P);
     d_step { t = tail; h = head }
     if
     :: t - h == CAP ->
        d_step { t = 0; h = 0 }
        release(P);
        read_bell();
        d_step { putters = putters | BIT; waits = 1 }
        t = tail;
        if                                      /* look again */
        :: d_step { t - head < CAP -> t = 0 }
        :: d_step { t - head >= CAP -> t = 0; park() } sleep()
        fi
     :: t - h < CAP ->
        h = 0;
#ifdef BUG_COMMIT_FIRST
        d_step { tail = t + 1; accepted[me * NMSG + message] = 1 }
#endif
        left[t % CAP] = me * NMSG + message + 1;
        right[t % CAP] = me * NMSG + message + 1;
#ifndef BUG_COMMIT_FIRST
        d_step { tail = t + 1; accepted[me * NMSG + message] = 1; t = 0 }
#endif
        release(P);
#ifndef BUG_NO_RING
        ring(getters);
#endif
        if
        :: d_step { waits -> putters = putters & ~BIT; waits = 0; message++ }
        :: d_step { !waits -> message++ }
        fi
     fi
  :: message == NMSG -> break
  od;
  finished[me] = 1
}

proctype Get(byte me) provided (!dead[me]) {
  byte t, h, a, b, seen, set;
  bool mark, listed, waits;
  do
  :: acquire(C);
     d_step { h = head; t = tail }
     if
     :: t == h ->
        d_step { t = 0; h = 0 }
        release(C);
#ifdef BUG_BELL_LATE
        atomic { getters = getters | BIT; waits = 1 }
        h = head;
        if
        :: d_step { tail != h -> h = 0 }
        :: tail == h -> read_bell(); h = 0; park(); sleep()
        fi
#else
        read_bell();
        d_step { getters = getters | BIT; waits = 1 }
#ifdef BUG_NO_LOOK
        park(); sleep()
#else
        h = head;
        if
        :: d_step { tail != h -> h = 0 }
        :: d_step { tail == h -> h = 0; park() } sleep()
        fi
#endif
#endif
     :: t != h ->
        t = 0;
#ifdef BUG_HEAD_FIRST
        head = h + 1;
#endif
        a = left[h % CAP];
        b = right[h % CAP];
        d_step {
          assert(a == b && a > 0);
          assert(accepted[a - 1] && !taken[a - 1]);
          assert(order[(a - 1) / NMSG] == (a - 1) % NMSG);      /* its producer's next one: no gap, none twice */
          order[(a - 1) / NMSG] = (a - 1) % NMSG + 1;
          taken[a - 1] = 1;
          head = h + 1;
          a = 0; b = 0; h = 0
        }
        release(C);
        ring(putters);
        if
        :: d_step { waits -> getters = getters & ~BIT; waits = 0 }
        :: !waits
        fi
     fi
  od
}

#define KILL(i) d_step { kills < KILLS && !dead[i] && !finished[i] -> dead[i] = 1; parked[i] = 0; kills++ }
#define LET_GO(i) d_step { dead[i] && !gone[i] -> gone[i] = 1 }
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

proctype Watch() {            /* announces a death: rings every seat, one after another */
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
     do :: d_step { i < N -> rung[i] = 1; i++ } :: d_step { i == N -> i = 0 } break od;
#endif
     atomic { told[whose] = 1; whose = 0 }
  od
}

#define STILL(i) (i >= N || told[i % N] || finished[i % N] || (parked[i % N] && !rung[i % N]))
#define ALIVE(i) (i < N && !dead[i % N])

#define EMPTY (head == tail)
#define FULL (tail - head == CAP)
#define HANDED_ON(message) (message >= NP * NMSG || !accepted[(message) % (NP * NMSG)] || taken[(message) % (NP * NMSG)])
#define SERVED(i) (i >= NP || dead[i] || finished[i])

proctype Judge() {            /* when nobody can move, and every death was announced */
  do
  :: d_step { STILL(0) && STILL(1) && STILL(2) && STILL(3) && (ALIVE(NP) || ALIVE(NP + 1) || ALIVE(NP + 2)) ->
       assert(EMPTY); assert(SERVED(0) && SERVED(1));
       assert(HANDED_ON(0) && HANDED_ON(1) && HANDED_ON(2) && HANDED_ON(3)) }
  :: d_step { STILL(0) && STILL(1) && STILL(2) && STILL(3) && !(ALIVE(NP) || ALIVE(NP + 1) || ALIVE(NP + 2)) ->
       assert(FULL || (SERVED(0) && SERVED(1))) }
  od
}

init {
  byte i;
  atomic {
    for (i : 0 .. N - 1) { if :: i < NP -> run Put(i) :: else -> run Get(i) fi }
    i = 0;
    run Kill(); run Watch(); run Judge()
  }
}
