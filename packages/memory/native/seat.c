#include "seat.h"
#include "exports.h"
#include "signal.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* Ends the thread's part in the arena, in this order: nothing of ours runs any more, then the life is free, then
 * everybody is told. Whoever is told finds the life free. */
static void part(seat_t *own, bool ended) {
  const arena_t *arena = own->arena;
  if (arena != NULL) {
    signal_end_deaf(false);
    helper_stop(&own->helper);
  }
  if (own->guard != NULL) {
    guard_stop(own->guard, ended);
    own->guard = NULL;
  }
  if (arena == NULL) return;
  own->arena = NULL;
  atomic_store(seat_state(arena, own->seat), SEAT_FREE);
  pthread_mutex_unlock(seat_life(arena, own->seat));
  announce_death(arena);
}

static void on_cleanup(void *data) {
  seat_t *own = data;
  own->hooked = false;
  part(own, true);
}

static void free_own(napi_env env, void *data, void *hint) {
  (void)env, (void)hint;
  free(data);
}

napi_status seat_init(napi_env env) {
  seat_t *own = calloc(1, sizeof *own);
  return own == NULL ? napi_generic_failure : napi_set_instance_data(env, own, free_own, NULL);
}

seat_t *call_own(call_t *call) {
  void *own = NULL;
  napi_get_instance_data(call->env, &own);
  return own;
}

void seat_hook(call_t *call, seat_t *own) {
  /* Hooks run last in, first out: ours must come before the one of the thread-safe function. */
  if (own->hooked) napi_remove_env_cleanup_hook(call->env, on_cleanup, own);
  own->hooked = napi_add_env_cleanup_hook(call->env, on_cleanup, own) == napi_ok;
}

/* enter(id, seat, onBell): the calling thread, which has taken the seat's life, holds the seat. */
napi_value js_enter(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "enter");
  const arena_t *arena = call_arena(&call, 0);
  int seat = call_seat(&call, 1, arena);
  if (call.failed) return NULL;
  seat_t *own = call_own(&call);
  if (own->arena != NULL) return call_system_error(&call, "a second seat in one thread", EALREADY);
  if (life_owner(arena, seat) != gettid()) return call_system_error(&call, "a seat without its life", EPERM);
  if (!helper_init(&call, &own->helper, call.at[2], seat_bell(arena, seat))) return NULL;
  seat_hook(&call, own);
  own->arena = arena;
  own->seat = seat;
  /* Early, since a signal that comes before our handler stands cannot be seen. */
  signal_chain();
  return NULL;
}

/* leave(id): what the hook would do, now. Once; also ends the guard of a root without a seat. */
napi_value js_leave(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "leave");
  const arena_t *arena = call_arena(&call, 0);
  if (call.failed) return NULL;
  seat_t *own = call_own(&call);
  if (own->arena != NULL && own->arena != arena) return NULL;
  if (own->hooked) napi_remove_env_cleanup_hook(env, on_cleanup, own);
  own->hooked = false;
  part(own, false);
  return NULL;
}

static seat_t *seated(call_t *call) {
  seat_t *own = call_own(call);
  if (own->arena != NULL) return own;
  call_system_error(call, "hearing without a seat", EPERM);
  return NULL;
}

/* hear(on): whether a ring of the own bell keeps the event loop alive. */
napi_value js_hear(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "hear");
  bool on = call_boolean(&call, 0);
  if (call.failed) return NULL;
  seat_t *own = seated(&call);
  if (own == NULL || (on && !helper_start(&call, &own->helper))) return NULL;
  helper_keep(env, &own->helper, on);
  return NULL;
}

napi_value js_listen(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "listen");
  seat_t *own = seated(&call);
  if (own != NULL) helper_start(&call, &own->helper);
  return NULL;
}
