#include "call.h"

#include <stdio.h>
#include <string.h>

#define SAFE_INTEGER 9007199254740991LL

call_t call_begin(napi_env env, napi_callback_info info, const char *name) {
  call_t call = {.env = env, .name = name};
  size_t count = CALL_ARGUMENTS;
  /* Places without an argument are filled with undefined, which every reader below refuses. */
  if (napi_get_cb_info(env, info, &count, call.at, NULL, NULL) != napi_ok) {
    call_wrong(&call, "cannot be called like this");
  }
  return call;
}

void call_wrong(call_t *call, const char *what) {
  if (call->failed) return;
  call->failed = true;
  char message[160];
  snprintf(message, sizeof message, "%s: %s", call->name, what);
  napi_throw_type_error(call->env, "ERR_INVALID_ARG_TYPE", message);
}

static int64_t checked(call_t *call, napi_value value, const char *what, int64_t low, int64_t high) {
  int64_t result;
  char message[120];
  if (napi_get_value_int64(call->env, value, &result) != napi_ok) {
    snprintf(message, sizeof message, "%s must be a number", what);
    call_wrong(call, message);
    return low;
  }
  if (result < low || result > high) {
    snprintf(message, sizeof message, "%s is out of range", what);
    call_wrong(call, message);
    return low;
  }
  return result;
}

int64_t call_integer(call_t *call, int index, int64_t low, int64_t high) {
  if (call->failed) return low;
  char what[24];
  snprintf(what, sizeof what, "argument %d", index + 1);
  return checked(call, call->at[index], what, low, high);
}

bool call_boolean(call_t *call, int index) {
  bool result = false;
  if (call->failed) return false;
  if (napi_get_value_bool(call->env, call->at[index], &result) != napi_ok) {
    call_wrong(call, "a boolean is missing");
  }
  return result;
}

int64_t call_field(call_t *call, int index, const char *name) {
  napi_value value;
  if (call->failed) return 0;
  if (napi_get_named_property(call->env, call->at[index], name, &value) != napi_ok) {
    /* A getter that threw, or undefined in place of the object: replace whatever is pending. */
    napi_value pending;
    napi_get_and_clear_last_exception(call->env, &pending);
    call_wrong(call, "an object is missing");
    return 0;
  }
  return checked(call, value, name, 0, SAFE_INTEGER);
}

void *call_bytes(call_t *call, int index) {
  napi_typedarray_type type;
  void *data = NULL;
  if (call->failed) return NULL;
  napi_status status = napi_get_typedarray_info(call->env, call->at[index], &type, NULL, &data, NULL, NULL);
  if (status != napi_ok || type != napi_uint8_array || data == NULL) {
    call_wrong(call, "a Uint8Array is missing");
    return NULL;
  }
  return data;
}

void call_text(call_t *call, int index, char *text, size_t size) {
  size_t length = 0;
  if (call->failed) return;
  /* What does not fit is cut off: a text that fills all is taken for one. */
  napi_status status = napi_get_value_string_utf8(call->env, call->at[index], text, size, &length);
  if (status != napi_ok || length + 1 >= size || strlen(text) != length) call_wrong(call, "a text is missing");
}

napi_value call_system_error(call_t *call, const char *system_call, int number) {
  char message[160];
  const char *code = strerrorname_np(number);
  call->failed = true;
  snprintf(message, sizeof message, "%s: %s failed: %s", call->name, system_call, strerrordesc_np(number));
  napi_throw_error(call->env, code == NULL ? "EUNKNOWN" : code, message);
  return NULL;
}

napi_value call_number(call_t *call, double value) {
  napi_value result = NULL;
  napi_create_double(call->env, value, &result);
  return result;
}

napi_value call_truth(call_t *call, bool value) {
  napi_value result = NULL;
  napi_get_boolean(call->env, value, &result);
  return result;
}
