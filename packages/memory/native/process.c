/* Other processes, by pidfd: a number may be given to a new process between a look and a signal, a pidfd is not. */
#include "exports.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/* openProcess(pid): a pidfd, close-on-exec; -1 when no process has that number. */
napi_value js_open_process(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "openProcess");
  int pid = (int)call_integer(&call, 0, 1, INT32_MAX);
  if (call.failed) return NULL;
  int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
  /* The last two: the number is a thread's. */
  bool nobody = pidfd < 0 && (errno == ESRCH || errno == EINVAL || errno == ENOENT);
  if (pidfd < 0 && !nobody) return call_system_error(&call, "pidfd_open", errno);
  return call_number(&call, pidfd);
}

/* signalProcess(pidfd, signal): nothing happens when it has ended. */
napi_value js_signal_process(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "signalProcess");
  int pidfd = (int)call_integer(&call, 0, 0, INT32_MAX);
  int number = (int)call_integer(&call, 1, 0, 64);
  if (call.failed) return NULL;
  if (syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0) == 0 || errno == ESRCH) return NULL;
  return call_system_error(&call, "pidfd_send_signal", errno);
}
