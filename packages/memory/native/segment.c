/* Files that get their name when they are whole, and locks that say whether anybody lives who has one open. */
#include "exports.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

/* publish(fd, path): a file that was opened without a name gets one; EEXIST when that is taken. */
napi_value js_publish(napi_env env, napi_callback_info info) {
  char path[PATH_MAX];
  char file[32];
  call_t call = call_begin(env, info, "publish");
  int fd = (int)call_integer(&call, 0, 0, INT32_MAX);
  call_text(&call, 1, path, sizeof path);
  if (call.failed) return NULL;
  snprintf(file, sizeof file, "/proc/self/fd/%d", fd);
  int failed = linkat(AT_FDCWD, file, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
  return failed ? call_system_error(&call, "linkat", errno) : NULL;
}

/* lockFile(fd): whether nobody else has it locked; then it is this open file's, until its last descriptor is closed,
 * those that children inherited too. */
napi_value js_lock_file(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "lockFile");
  int fd = (int)call_integer(&call, 0, 0, INT32_MAX);
  if (call.failed) return NULL;
  int failed;
  do failed = flock(fd, LOCK_EX | LOCK_NB);
  while (failed && errno == EINTR);
  if (failed && errno != EWOULDBLOCK) return call_system_error(&call, "flock", errno);
  return call_truth(&call, !failed);
}
