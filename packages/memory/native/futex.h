/* Futexes between processes: never the PRIVATE flag, which would tell apart the mappings of one word. */
#ifndef TROUPE_FUTEX_H
#define TROUPE_FUTEX_H

#include "arena.h"

#include <time.h>

/* Who sleeps on a bell: a JavaScript thread inside `block`, or a thread's helper. */
#define BELL_BLOCKED 1u
#define BELL_HELPER 2u
#define BELL_ALL 0xffffffffu
/* The low bits of a bell say who sleeps on it; the rest counts rings. */
#define BELL_SLEEPERS 3
#define BELL_STEP 4

struct timespec deadline_after(double ms);
/* Sleeps while `word` holds `value`. 0 or an errno: EAGAIN (another value), ETIMEDOUT, EINTR. `deadline` is
 * absolute, on the monotonic clock; NULL waits for ever. */
int futex_wait(word_t *word, int32_t value, const struct timespec *deadline, uint32_t bits);
void futex_wake(word_t *word, uint32_t bits);
/* Moves a bell and wakes all its sleepers. Safe in a signal handler. */
void futex_ring(word_t *bell);

#endif
