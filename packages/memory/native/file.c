/* The file of an arena: anonymous, sealed, allocated in steps. */
#include "exports.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#define FILE_LIMIT (1LL << 46)

napi_value js_page_size(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "pageSize");
  return call_number(&call, (double)sysconf(_SC_PAGESIZE));
}

/* create(bytes): a descriptor. The size is sealed at once: a file that could shrink under a mapping is a SIGBUS. */
napi_value js_create(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "create");
  int64_t bytes = call_integer(&call, 0, 1, FILE_LIMIT);
  if (call.failed) return NULL;
  int fd = memfd_create("troupe", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) return call_system_error(&call, "memfd_create", errno);
  const char *step = "ftruncate";
  int failed = ftruncate(fd, bytes);
  if (!failed) {
    step = "fcntl(F_ADD_SEALS)";
    failed = fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
  }
  if (failed) {
    int number = errno;
    close(fd);
    return call_system_error(&call, step, number);
  }
  return call_number(&call, fd);
}

static napi_value allocate(call_t *call, int mode, const char *system_call) {
  int fd = (int)call_integer(call, 0, 0, INT32_MAX);
  int64_t offset = call_integer(call, 1, 0, FILE_LIMIT);
  int64_t bytes = call_integer(call, 2, 1, FILE_LIMIT);
  if (call->failed) return NULL;
  int failed;
  /* The system call and not posix_fallocate, which writes to every page where the kernel refuses. */
  do failed = fallocate(fd, mode, offset, bytes);
  while (failed && errno == EINTR);
  return failed ? call_system_error(call, system_call, errno) : NULL;
}

napi_value js_reserve(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "reserve");
  return allocate(&call, 0, "fallocate");
}

napi_value js_punch(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "punch");
  return allocate(&call, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, "fallocate(PUNCH_HOLE)");
}

napi_value js_close(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "close");
  int fd = (int)call_integer(&call, 0, 0, INT32_MAX);
  if (!call.failed) close(fd);
  return NULL;
}

napi_value js_close_on_exec(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "closeOnExec");
  int fd = (int)call_integer(&call, 0, 0, INT32_MAX);
  bool on = call_boolean(&call, 1);
  if (call.failed) return NULL;
  int failed = fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0);
  return failed ? call_system_error(&call, "fcntl(F_SETFD)", errno) : NULL;
}
