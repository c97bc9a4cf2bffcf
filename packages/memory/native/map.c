/* Puts other memory under a buffer that V8 reserved. Nothing here knows how long the reservation is (a growable
 * buffer shows less than it reserved), so the caller answers for `bytes`. */
#include "exports.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAP_LIMIT (1LL << 46)

static bool aligned(call_t *call, const void *address, int64_t offset) {
  uintptr_t mask = (uintptr_t)sysconf(_SC_PAGESIZE) - 1;
  if (call->failed) return false;
  if ((((uintptr_t)address | (uintptr_t)offset) & mask) == 0) return true;
  call_wrong(call, "the view and the offset must lie on page borders");
  return false;
}

/* overlay(view, fd, offset, bytes). Kept out of core dumps: a dump would allocate the whole arena, and the lives
 * of the dead would stay held until it is written. */
napi_value js_overlay(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "overlay");
  void *address = call_bytes(&call, 0);
  int fd = (int)call_integer(&call, 1, 0, INT32_MAX);
  int64_t offset = call_integer(&call, 2, 0, MAP_LIMIT);
  int64_t bytes = call_integer(&call, 3, 1, MAP_LIMIT);
  if (!aligned(&call, address, offset)) return NULL;
  int access = PROT_READ | PROT_WRITE;
  if (mmap(address, (size_t)bytes, access, MAP_SHARED | MAP_FIXED, fd, offset) == MAP_FAILED) {
    return call_system_error(&call, "mmap", errno);
  }
  if (madvise(address, (size_t)bytes, MADV_DONTDUMP)) return call_system_error(&call, "madvise", errno);
  return NULL;
}

/* blank(view, bytes): zero pages that belong to no file. */
napi_value js_blank(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "blank");
  void *address = call_bytes(&call, 0);
  int64_t bytes = call_integer(&call, 1, 1, MAP_LIMIT);
  if (!aligned(&call, address, 0)) return NULL;
  int access = PROT_READ | PROT_WRITE;
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE;
  if (mmap(address, (size_t)bytes, access, flags, -1, 0) == MAP_FAILED) {
    return call_system_error(&call, "mmap", errno);
  }
  return NULL;
}
