/* The addon: system calls, and no policy. Node-API 8, plain C; one binary for every Node. It is linked so that it is
 * never unloaded, since a thread of ours may still run in it when the last environment ends. */
#include "exports.h"
#include "seat.h"

static const export_t functions[] = {
    {"pageSize", js_page_size},
    {"create", js_create},
    {"reserve", js_reserve},
    {"punch", js_punch},
    {"close", js_close},
    {"closeOnExec", js_close_on_exec},
    {"overlay", js_overlay},
    {"blank", js_blank},
    {"open", js_open},
    {"ringAll", js_ring_all},
    {"initLives", js_init_lives},
    {"lifeTry", js_life_try},
    {"lifeDrop", js_life_drop},
    {"lifeHeld", js_life_held},
    {"lifeOwner", js_life_owner},
    {"enter", js_enter},
    {"leave", js_leave},
    {"hear", js_hear},
    {"listen", js_listen},
    {"wake", js_wake},
    {"block", js_block},
    {"awaitWatched", js_await_watched},
    {"endDeaf", js_end_deaf},
    {"sweepHere", js_sweep_here},
    {"takeSignal", js_take_signal},
    {"guardStart", js_guard_start},
    {"register", js_register},
    {"guardJoin", js_guard_join},
    {"keepChild", js_keep_child},
    {"forgetChild", js_forget_child},
    {"openProcess", js_open_process},
    {"signalProcess", js_signal_process},
    {"publish", js_publish},
    {"lockFile", js_lock_file},
};

NAPI_MODULE_INIT() {
  if (seat_init(env) != napi_ok) {
    napi_throw_error(env, "ENOMEM", "the addon has no memory for its thread");
    return NULL;
  }
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    napi_value function;
    const export_t *one = &functions[i];
    if (napi_create_function(env, one->name, NAPI_AUTO_LENGTH, one->function, NULL, &function) != napi_ok ||
        napi_set_named_property(env, exports, one->name, function) != napi_ok) {
      return NULL;
    }
  }
  return exports;
}
