/* The functions that JavaScript sees; `src/native.ts` says what each does. */
#ifndef TROUPE_EXPORTS_H
#define TROUPE_EXPORTS_H

#include "call.h"

#define EXPORTED(function) napi_value function(napi_env env, napi_callback_info info)

EXPORTED(js_page_size);
EXPORTED(js_create);
EXPORTED(js_reserve);
EXPORTED(js_punch);
EXPORTED(js_close);
EXPORTED(js_close_on_exec);
EXPORTED(js_overlay);
EXPORTED(js_blank);
EXPORTED(js_open);
EXPORTED(js_ring_all);
EXPORTED(js_init_lives);
EXPORTED(js_life_try);
EXPORTED(js_life_drop);
EXPORTED(js_life_held);
EXPORTED(js_life_owner);
EXPORTED(js_enter);
EXPORTED(js_leave);
EXPORTED(js_hear);
EXPORTED(js_listen);
EXPORTED(js_wake);
EXPORTED(js_block);
EXPORTED(js_await_watched);
EXPORTED(js_end_deaf);
EXPORTED(js_sweep_here);
EXPORTED(js_take_signal);
EXPORTED(js_guard_start);
EXPORTED(js_register);
EXPORTED(js_guard_join);
EXPORTED(js_keep_child);
EXPORTED(js_forget_child);
EXPORTED(js_open_process);
EXPORTED(js_signal_process);
EXPORTED(js_publish);
EXPORTED(js_lock_file);

#endif
