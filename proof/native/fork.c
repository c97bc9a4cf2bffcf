/* For the proof alone: forks a Node process, and maps notes that outlive whoever writes them. Loaded twice: as an
 * addon, and before everything else (LD_PRELOAD), because V8 says of its memory that no child shall have it. */
#define NAPI_VERSION 8
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <node_api.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef int (*madvise_t)(void *, size_t, int);

int madvise(void *address, size_t bytes, int advice) {
  static madvise_t next;
  if (advice == MADV_DONTFORK) return 0;
  if (next == NULL) next = (madvise_t)dlsym(RTLD_NEXT, "madvise");
  return next(address, bytes, advice);
}

static double number_at(napi_env env, napi_callback_info info, size_t index) {
  napi_value arguments[2];
  size_t count = 2;
  double value = 0;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  if (index < count) napi_get_value_double(env, arguments[index], &value);
  return value;
}

static napi_value give(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

/* fork(): 0 in the child, its pid in the parent. Children are reaped by the kernel. */
static napi_value js_fork(napi_env env, napi_callback_info info) {
  (void)info;
  signal(SIGCHLD, SIG_IGN);
  return give(env, fork());
}

/* pid(): Node remembers the parent's. */
static napi_value js_pid(napi_env env, napi_callback_info info) {
  (void)info;
  return give(env, getpid());
}

/* sleep(microseconds) */
static napi_value js_sleep(napi_env env, napi_callback_info info) {
  int64_t left = (int64_t)(number_at(env, info, 0) * 1000);
  struct timespec time = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
  nanosleep(&time, NULL);
  return NULL;
}

/* map(fd, bytes): the file as an ArrayBuffer, shared with everybody who maps it. */
static napi_value js_map(napi_env env, napi_callback_info info) {
  int fd = (int)number_at(env, info, 0);
  size_t bytes = (size_t)number_at(env, info, 1);
  void *address = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  napi_value result = NULL;
  if (address == MAP_FAILED) napi_throw_error(env, NULL, "mmap failed");
  else napi_create_external_arraybuffer(env, address, bytes, NULL, NULL, &result);
  return result;
}

NAPI_MODULE_INIT() {
  struct { const char *name; napi_callback work; } all[] = {
      {"fork", js_fork}, {"pid", js_pid}, {"sleep", js_sleep}, {"map", js_map}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    napi_value function;
    napi_create_function(env, all[i].name, NAPI_AUTO_LENGTH, all[i].work, NULL, &function);
    napi_set_named_property(env, exports, all[i].name, function);
  }
  return exports;
}
