/* Every look and wait is by a pidfd, opened while the process could not be reaped yet: once the event loop reaped
 * it, its number may be that of a process that another loop waits for, and the pidfd is nobody's. */
#include "child.h"
#include "exports.h"
#include "seat.h"
#include "thread.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Young for the headers of old systems: kernel 5.4. */
#define BY_PIDFD ((idtype_t)3)

/* Frees the rest of the list. Waits for each, in turn: a process without its starter ends soon. */
static void *wait_for_all(void *data) {
  for (child_t *child = data, *next; child != NULL; child = next) {
    siginfo_t how;
    while (waitid(BY_PIDFD, (id_t)child->pidfd, &how, WEXITED) != 0 && errno == EINTR) continue;
    close(child->pidfd);
    next = child->next;
    free(child);
  }
  return NULL;
}

/* The thread ends, and with it the event loop that waited for its processes: it runs no more. */
static void on_cleanup(void *data) {
  seat_t *own = data;
  child_t *children = own->children;
  pthread_t thread;
  own->children = NULL;
  if (children != NULL && thread_start(&thread, "troupe-reaper", wait_for_all, children) == 0) pthread_detach(thread);
}

/* keepChild(name, pid): at once after it was started, before the event loop runs again. */
napi_value js_keep_child(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "keepChild");
  int64_t name = call_integer(&call, 0, 0, INT32_MAX);
  int pid = (int)call_integer(&call, 1, 1, INT32_MAX);
  /* With the main thread its process ends. */
  if (call.failed || gettid() == getpid()) return NULL;
  seat_t *own = call_own(&call);
  child_t *child = malloc(sizeof *child);
  if (child == NULL) return call_system_error(&call, "malloc", ENOMEM);
  *child = (child_t){.next = own->children, .name = name, .pidfd = (int)syscall(SYS_pidfd_open, pid, 0)};
  /* Without it a zombie may stay, which is no reason to fail. */
  if (child->pidfd < 0) {
    free(child);
    return NULL;
  }
  if (!own->parent) own->parent = napi_add_env_cleanup_hook(env, on_cleanup, own) == napi_ok;
  own->children = child;
  return NULL;
}

/* forgetChild(name): the event loop was told of its end. */
napi_value js_forget_child(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "forgetChild");
  int64_t name = call_integer(&call, 0, 0, INT32_MAX);
  if (call.failed) return NULL;
  for (child_t **at = &call_own(&call)->children; *at != NULL; at = &(*at)->next) {
    child_t *child = *at;
    if (child->name != name) continue;
    *at = child->next;
    close(child->pidfd);
    free(child);
    return NULL;
  }
  return NULL;
}
