/* Arguments of a call from JavaScript, and the errors that go back. */
#ifndef TROUPE_CALL_H
#define TROUPE_CALL_H

#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CALL_ARGUMENTS 6

/* One call. The first failure throws and sets `failed`; later reads then do nothing, so that a function may
 * read all its arguments and look once. */
typedef struct {
  napi_env env;
  const char *name;
  napi_value at[CALL_ARGUMENTS];
  bool failed;
} call_t;

typedef napi_value (*call_function_t)(napi_env env, napi_callback_info info);

typedef struct {
  const char *name;
  call_function_t function;
} export_t;

call_t call_begin(napi_env env, napi_callback_info info, const char *name);
int64_t call_integer(call_t *call, int index, int64_t low, int64_t high);
bool call_boolean(call_t *call, int index);
/* An integer property of the object at `index`. */
int64_t call_field(call_t *call, int index, const char *name);
/* Where the bytes of the Uint8Array at `index` begin; shared memory included. */
void *call_bytes(call_t *call, int index);
/* The text at `index`, which must fit `size` bytes with its end; no NUL in it. */
void call_text(call_t *call, int index, char *text, size_t size);
void call_wrong(call_t *call, const char *what);
/* Throws an Error whose `code` is the name of `number` (an errno) and whose message names the system call. */
napi_value call_system_error(call_t *call, const char *system_call, int number);

napi_value call_number(call_t *call, double value);
napi_value call_truth(call_t *call, bool value);

#endif
