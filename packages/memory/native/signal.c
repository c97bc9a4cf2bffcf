#include "signal.h"
#include "exports.h"
#include "futex.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

static const int signals[] = {SIGINT, SIGTERM};
static struct sigaction chained[2];
static atomic_int came;
static _Atomic(word_t *) sleeper;
static atomic_bool ends_deaf;
/* When the first signal that was not taken came; 0 when there is none. */
static _Atomic int64_t since;
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "a lock in a signal handler may be held by whom it interrupted");
/* A terminal and a program between may both pass one Ctrl-C on: so soon after, it is the same. */
static const int64_t SAME_NS = 1000000000;

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* As if nobody had listened. All signals are blocked in here: it takes effect when the handler returns. */
static void end_process(int number) {
  struct sigaction deadly = {.sa_handler = SIG_DFL};
  sigaction(number, &deadly, NULL);
  raise(number);
}

/* Flag, then bell. The sleeper writes `sleeper`, then reads the flag, then sleeps on a value of the bell that it
 * read earlier: one of the two stores is seen. Moving the bell, and not only waking, covers the moment between. */
static void on_signal(int number, siginfo_t *info, void *context) {
  int saved = errno;
  int before = atomic_exchange(&came, number);
  int64_t now = now_ns(), first = 0;
  bool is_first = atomic_compare_exchange_strong(&since, &first, now);
  /* Whoever computes without end sees no signal: a second one ends the process. */
  if (!is_first && before != 0 && atomic_load(&ends_deaf) && now - first > SAME_NS) {
    end_process(number);
    errno = saved;
    return;
  }
  const struct sigaction *next = &chained[number == SIGINT ? 0 : 1];
  if (next->sa_flags & SA_SIGINFO) next->sa_sigaction(number, info, context);
  else next->sa_handler(number);
  word_t *bell = atomic_load(&sleeper);
  if (bell != NULL) futex_ring(bell);
  errno = saved;
}

void signal_chain(void) {
  if (gettid() != getpid()) return;
  for (int i = 0; i < 2; i++) {
    struct sigaction now;
    if (sigaction(signals[i], NULL, &now)) continue;
    bool plain = (now.sa_flags & SA_SIGINFO) == 0;
    if (plain && (now.sa_handler == SIG_DFL || now.sa_handler == SIG_IGN)) continue;
    if (!plain && now.sa_sigaction == on_signal) continue;
    /* Node's own handler, which ends the process, is set to run once: there is nobody to make room for. */
    if (now.sa_flags & SA_RESETHAND) continue;
    chained[i] = now;
    struct sigaction ours = now;
    ours.sa_sigaction = on_signal;
    ours.sa_flags |= SA_SIGINFO | SA_RESTART;
    sigaction(signals[i], &ours, NULL);
  }
}

void signal_sleeper(word_t *bell) { atomic_store(&sleeper, bell); }

void signal_end_deaf(bool on) {
  if (gettid() == getpid()) atomic_store(&ends_deaf, on);
}

int signal_pending(void) { return atomic_load(&came); }

/* endDeaf(): from now on a signal that comes a second after one that nobody took ends the process. */
napi_value js_end_deaf(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
  signal_end_deaf(true);
  return NULL;
}

napi_value js_take_signal(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "takeSignal");
  signal_chain();
  int was = atomic_exchange(&came, 0);
  atomic_store(&since, 0);
  return call_number(&call, was);
}
