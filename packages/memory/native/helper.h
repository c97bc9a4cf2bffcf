/* A thread's helper: sleeps on the thread's bell and wakes its event loop. */
#ifndef TROUPE_HELPER_H
#define TROUPE_HELPER_H

#include "arena.h"

typedef struct {
  napi_threadsafe_function on_bell;
  word_t *bell;
  pthread_t thread;
  bool started;
  atomic_bool stop;
  /* Set by the helper, cleared before JavaScript looks: at most one call is on its way. */
  atomic_bool pending;
} helper_t;

bool helper_init(call_t *call, helper_t *helper, napi_value on_bell, word_t *bell);
bool helper_start(call_t *call, helper_t *helper);
void helper_keep(napi_env env, helper_t *helper, bool on);
/* Joins the thread, then lets the thread-safe function go. In this order: the thread calls it. */
void helper_stop(helper_t *helper);

#endif
