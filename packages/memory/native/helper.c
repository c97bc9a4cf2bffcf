#include "helper.h"
#include "futex.h"
#include "thread.h"

static void call_on_bell(napi_env env, napi_value on_bell, void *context, void *data) {
  (void)data;
  if (env == NULL || on_bell == NULL) return; /* the environment ends; `context` may be gone */
  helper_t *helper = context;
  napi_value undefined, error;
  bool pending = false;
  /* Cleared first: a ring that JavaScript does not see any more brings another call. */
  atomic_store(&helper->pending, false);
  napi_get_undefined(env, &undefined);
  napi_call_function(env, undefined, on_bell, 0, NULL, NULL);
  /* Before version 10 a pending exception would only be warned of. */
  if (napi_is_exception_pending(env, &pending) == napi_ok && pending &&
      napi_get_and_clear_last_exception(env, &error) == napi_ok) {
    napi_fatal_exception(env, error);
  }
}

bool helper_init(call_t *call, helper_t *helper, napi_value on_bell, word_t *bell) {
  napi_env env = call->env;
  napi_valuetype type;
  napi_value name;
  if (napi_typeof(env, on_bell, &type) != napi_ok || type != napi_function) {
    call_wrong(call, "a function is missing");
    return false;
  }
  helper->bell = bell;
  helper->started = false;
  atomic_store(&helper->stop, false);
  atomic_store(&helper->pending, false);
  napi_create_string_utf8(env, "troupe bell", NAPI_AUTO_LENGTH, &name);
  if (napi_create_threadsafe_function(env, on_bell, NULL, name, 0, 1, NULL, NULL, helper, call_on_bell,
                                      &helper->on_bell) != napi_ok) {
    call_wrong(call, "no thread-safe function could be made");
    return false;
  }
  napi_unref_threadsafe_function(env, helper->on_bell);
  return true;
}

static void *listen(void *data) {
  helper_t *helper = data;
  /* Unequal to the bell, whatever it says: rings between JavaScript's last look and our first are not lost. */
  int32_t seen = (atomic_load(helper->bell) & ~BELL_SLEEPERS) - BELL_STEP;
  for (;;) {
    int32_t now = atomic_load(helper->bell);
    if (atomic_load(&helper->stop)) return NULL;
    if ((now & ~BELL_SLEEPERS) == seen) {
      futex_wait(helper->bell, now, NULL, BELL_HELPER);
      continue;
    }
    seen = now & ~BELL_SLEEPERS;
    if (!atomic_exchange(&helper->pending, true)) {
      napi_call_threadsafe_function(helper->on_bell, NULL, napi_tsfn_nonblocking);
    }
  }
}

bool helper_start(call_t *call, helper_t *helper) {
  if (helper->started) return true;
  int failed = thread_start(&helper->thread, "troupe-bell", listen, helper);
  if (failed) call_system_error(call, "pthread_create", failed);
  helper->started = !failed;
  return !failed;
}

void helper_keep(napi_env env, helper_t *helper, bool on) {
  if (on) napi_ref_threadsafe_function(env, helper->on_bell);
  else napi_unref_threadsafe_function(env, helper->on_bell);
}

void helper_stop(helper_t *helper) {
  if (helper->started) {
    /* Stop first, then the bell: the helper reads them the other way round. */
    atomic_store(&helper->stop, true);
    futex_ring(helper->bell);
    pthread_join(helper->thread, NULL);
    helper->started = false;
  }
  napi_release_threadsafe_function(helper->on_bell, napi_tsfn_abort);
  helper->on_bell = NULL;
}
