/* Lives: robust mutexes between processes, one a seat. The kernel marks the life of a thread that ends holding
 * it; a hook that ends a thread in order lets it go. */
#include "arena.h"
#include "exports.h"

#include <errno.h>
#include <stddef.h>

/* `life_owner` reads the word of the futex, which the kernel writes at a death. */
_Static_assert(offsetof(pthread_mutex_t, __data.__lock) == 0, "the lock word of a mutex comes first");

enum { LIFE_BUSY = 0, LIFE_TAKEN = 1, LIFE_TAKEN_AFTER_DEATH = 2 };

/* initLives(id): by whoever made the file, before anybody else knows it. */
napi_value js_init_lives(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "initLives");
  arena_t *arena = call_arena(&call, 0);
  if (call.failed) return NULL;
  pthread_mutexattr_t kind;
  pthread_mutexattr_init(&kind);
  pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
  int failed = 0;
  for (int seat = 0; seat < arena->geometry.seats && !failed; seat++) {
    failed = pthread_mutex_init(seat_life(arena, seat), &kind);
  }
  pthread_mutexattr_destroy(&kind);
  return failed ? call_system_error(&call, "pthread_mutex_init", failed) : NULL;
}

/* lifeTry(id, seat): for the calling thread, until it lets go or ends. */
napi_value js_life_try(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "lifeTry");
  arena_t *arena = call_arena(&call, 0);
  int seat = call_seat(&call, 1, arena);
  if (call.failed) return NULL;
  pthread_mutex_t *life = seat_life(arena, seat);
  int failed = pthread_mutex_trylock(life);
  if (failed == EBUSY) return call_number(&call, LIFE_BUSY);
  if (failed == EOWNERDEAD) {
    /* A death in between marks the life again, so nothing can be lost here. */
    pthread_mutex_consistent(life);
    return call_number(&call, LIFE_TAKEN_AFTER_DEATH);
  }
  return failed ? call_system_error(&call, "pthread_mutex_trylock", failed) : call_number(&call, LIFE_TAKEN);
}

napi_value js_life_drop(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "lifeDrop");
  arena_t *arena = call_arena(&call, 0);
  int seat = call_seat(&call, 1, arena);
  if (call.failed) return NULL;
  int failed = pthread_mutex_unlock(seat_life(arena, seat));
  return failed ? call_system_error(&call, "pthread_mutex_unlock", failed) : NULL;
}

napi_value js_life_held(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "lifeHeld");
  arena_t *arena = call_arena(&call, 0);
  int seat = call_seat(&call, 1, arena);
  if (call.failed) return NULL;
  return call_truth(&call, life_owner(arena, seat) != 0);
}

/* lifeOwner(id, seat): the kernel's number of the thread that holds the life; 0 when nobody does. The kernel takes it
 * out before the number may be given to another. */
napi_value js_life_owner(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "lifeOwner");
  arena_t *arena = call_arena(&call, 0);
  int seat = call_seat(&call, 1, arena);
  if (call.failed) return NULL;
  return call_number(&call, life_owner(arena, seat));
}
