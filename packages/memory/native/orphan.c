/* The end of a child process whose root is gone. A thread of its own sees to it, since JavaScript may be busy. */
#include "exports.h"
#include "thread.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <unistd.h>

#define ORPHAN_EXIT_CODE 113

static atomic_bool joined;

/* Nobody writes to the children, so only the hang-up can be seen, and that comes without being asked for. */
static bool root_gone(int fd, int timeout) {
  struct pollfd look = {.fd = fd};
  return poll(&look, 1, timeout) > 0;
}

static void *wait_for_root(void *data) {
  int fd = (int)(intptr_t)data;
  while (!root_gone(fd, -1)) continue;
  _exit(ORPHAN_EXIT_CODE);
}

/* guardJoin(fd): once a process; ends it at once if the root is gone already. */
napi_value js_guard_join(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "guardJoin");
  int fd = (int)call_integer(&call, 0, 0, INT32_MAX);
  if (call.failed || atomic_exchange(&joined, true)) return NULL;
  /* A descriptor of our own, which JavaScript cannot close. */
  int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (own < 0) {
    atomic_store(&joined, false);
    return call_system_error(&call, "fcntl(F_DUPFD_CLOEXEC)", errno);
  }
  if (root_gone(own, 0)) _exit(ORPHAN_EXIT_CODE);
  pthread_t thread;
  int failed = thread_start(&thread, "troupe-orphan", wait_for_root, (void *)(intptr_t)own);
  if (failed) {
    atomic_store(&joined, false);
    close(own);
    return call_system_error(&call, "pthread_create", failed);
  }
  pthread_detach(thread);
  return NULL;
}
