/* A flag of V8, set while it runs: on the command line it would make the starter's code cache worthless (V8 compares
 * flags), and node:v8 takes a starting process 4 ms to load. The name is that of V8's public
 * `V8::SetFlagsFromString(const char*)`; a Node without it goes without the flag. */
#include "exports.h"

#include <dlfcn.h>

napi_value js_sweep_here(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
  void (*set_flags)(const char *);
  *(void **)&set_flags = dlsym(RTLD_DEFAULT, "_ZN2v82V818SetFlagsFromStringEPKc");
  if (set_flags != NULL) set_flags("--no-concurrent-array-buffer-sweeping");
  return NULL;
}
