/* Sleeping and waking on the words of seats. */
#include "exports.h"
#include "futex.h"
#include "signal.h"

#include <errno.h>
#include <unistd.h>

enum { BLOCK_WOKEN = 0, BLOCK_TIMED_OUT = 1, BLOCK_SIGNAL = 2 };

#define MS_LIMIT 86400000

napi_value js_wake(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "wake");
  const arena_t *arena = call_arena(&call, 0);
  int seat = call_seat(&call, 1, arena);
  uint32_t bits = (uint32_t)call_integer(&call, 2, INT32_MIN, UINT32_MAX);
  if (!call.failed && bits != 0) futex_wake(seat_bell(arena, seat), bits);
  return NULL;
}

static int sleep_interruptibly(word_t *bell, int32_t value, const struct timespec *deadline) {
  signal_chain();
  signal_sleeper(bell);
  int failed = signal_pending() ? 0 : futex_wait(bell, value, deadline, BELL_BLOCKED);
  signal_sleeper(NULL);
  return failed;
}

/* block(id, seat, value, ms, interruptible). Signals are the main thread's business, whatever is asked for. */
napi_value js_block(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "block");
  const arena_t *arena = call_arena(&call, 0);
  int seat = call_seat(&call, 1, arena);
  int32_t value = (int32_t)call_integer(&call, 2, INT32_MIN, INT32_MAX);
  int64_t ms = call_integer(&call, 3, 0, MS_LIMIT);
  bool interruptible = call_boolean(&call, 4) && gettid() == getpid();
  if (call.failed) return NULL;
  word_t *bell = seat_bell(arena, seat);
  struct timespec deadline = deadline_after((double)ms);
  int failed = interruptible ? sleep_interruptibly(bell, value, &deadline)
                             : futex_wait(bell, value, &deadline, BELL_BLOCKED);
  if (interruptible && signal_pending()) return call_number(&call, BLOCK_SIGNAL);
  return call_number(&call, failed == ETIMEDOUT ? BLOCK_TIMED_OUT : BLOCK_WOKEN);
}

/* awaitWatched(id, seat, pid, ms): until the root's watcher holds a pidfd of `pid` for this seat. */
napi_value js_await_watched(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "awaitWatched");
  const arena_t *arena = call_arena(&call, 0);
  int seat = call_seat(&call, 1, arena);
  int32_t pid = (int32_t)call_integer(&call, 2, 1, INT32_MAX);
  int64_t ms = call_integer(&call, 3, 0, MS_LIMIT);
  if (call.failed) return NULL;
  word_t *watched = seat_watched(arena, seat);
  struct timespec deadline = deadline_after((double)ms);
  for (;;) {
    int32_t now = atomic_load(watched);
    if (now == pid) return call_truth(&call, true);
    if (futex_wait(watched, now, &deadline, BELL_ALL) == ETIMEDOUT) return call_truth(&call, false);
  }
}
