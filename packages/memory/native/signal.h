/* SIGINT and SIGTERM while the main thread sleeps in `block`: JavaScript's handlers need the event loop, so the
 * block has to end. */
#ifndef TROUPE_SIGNAL_H
#define TROUPE_SIGNAL_H

#include "arena.h"

/* Puts our handler in front of libuv's where JavaScript listens for a signal. In the main thread, else nothing. */
void signal_chain(void);
/* The bell that the main thread is about to sleep on; NULL when it is back. */
void signal_sleeper(word_t *bell);
/* Whether a signal that comes a second after one that was not taken ends the process. In the main thread, else nothing. */
void signal_end_deaf(bool on);
/* The signal that has come and was not taken; 0 if none. */
int signal_pending(void);

#endif
