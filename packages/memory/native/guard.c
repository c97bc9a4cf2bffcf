#include "guard.h"
#include "exports.h"
#include "seat.h"
#include "thread.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define EVENTS_AT_ONCE 32

static void read_message(guard_t *guard) {
  registration_t who;
  ssize_t bytes = recv(guard->near, &who, sizeof who, MSG_DONTWAIT);
  /* Nobody holds a far end any more. The event would come again and again. */
  if (bytes == 0) epoll_ctl(guard->events, EPOLL_CTL_DEL, guard->near, NULL);
  if (bytes != sizeof who || who.pid < 1) return;
  if (who.seat < 0 || who.seat >= guard->arena->geometry.seats) return;
  watch_add(guard, who);
}

static void *watch(void *data) {
  guard_t *guard = data;
  struct epoll_event events[EVENTS_AT_ONCE];
  for (;;) {
    int count = epoll_wait(guard->events, events, EVENTS_AT_ONCE, -1);
    for (int i = 0; i < count; i++) {
      uint32_t what = events[i].data.u32;
      if (what == EVENT_STOP) return NULL;
      if (what == EVENT_MESSAGE) read_message(guard);
      else watch_look(guard, (int)what);
    }
  }
}

static void close_all(guard_t *guard) {
  /* The near end first: that is what the children wait for. */
  int fds[] = {guard->near, guard->far, guard->events, guard->stop};
  for (int i = 0; i < 4; i++)
    if (fds[i] >= 0) close(fds[i]);
  for (int i = 0; i < WATCHES; i++)
    if (guard->watches[i].pidfd >= 0) close(guard->watches[i].pidfd);
  free(guard);
}

/* The control part stays mapped, which keeps the file: without this its pages would stay too. */
static void empty_file(const guard_t *guard) {
  off_t from = guard->arena->geometry.control_bytes;
  struct stat file;
  if (fstat(guard->file, &file) == 0 && file.st_size > from) {
    fallocate(guard->file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, from, file.st_size - from);
  }
  close(guard->file);
}

void guard_stop(guard_t *guard, bool ended) {
  eventfd_write(guard->stop, 1);
  pthread_join(guard->thread, NULL);
  if (ended && guard->file >= 0) empty_file(guard);
  close_all(guard);
}

static bool listen_to(guard_t *guard, int fd, uint32_t what) {
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = what};
  return epoll_ctl(guard->events, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* NULL, or the system call that failed. */
static const char *open_all(guard_t *guard) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) return "socketpair";
  guard->near = pair[0];
  guard->far = pair[1];
  guard->events = epoll_create1(EPOLL_CLOEXEC);
  if (guard->events < 0) return "epoll_create1";
  guard->stop = eventfd(0, EFD_CLOEXEC);
  if (guard->stop < 0) return "eventfd";
  if (!listen_to(guard, guard->stop, EVENT_STOP) || !listen_to(guard, guard->near, EVENT_MESSAGE)) return "epoll_ctl";
  errno = thread_start(&guard->thread, "troupe-watcher", watch, guard);
  return errno ? "pthread_create" : NULL;
}

/* guardStart(id, file): the children's end. It stays ours to close, which the clean-up hook and `leave` do. */
napi_value js_guard_start(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "guardStart");
  const arena_t *arena = call_arena(&call, 0);
  int file = (int)call_integer(&call, 1, -1, INT32_MAX);
  if (call.failed) return NULL;
  seat_t *own = call_own(&call);
  if (own->guard != NULL) return call_system_error(&call, "a second guard in one thread", EALREADY);
  guard_t *guard = malloc(sizeof *guard);
  if (guard == NULL) return call_system_error(&call, "malloc", ENOMEM);
  guard->arena = arena;
  guard->file = file;
  guard->near = guard->far = guard->events = guard->stop = -1;
  for (int i = 0; i < WATCHES; i++) guard->watches[i].pidfd = -1;
  const char *failed = open_all(guard);
  if (failed != NULL) {
    int number = errno;
    close_all(guard);
    return call_system_error(&call, failed, number);
  }
  own->guard = guard;
  seat_hook(&call, own);
  return call_number(&call, guard->far);
}

/* register(fd, pid, seat): from any process that has the children's end. */
napi_value js_register(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "register");
  int fd = (int)call_integer(&call, 0, 0, INT32_MAX);
  registration_t who;
  who.pid = (int32_t)call_integer(&call, 1, 1, INT32_MAX);
  who.seat = (int32_t)call_integer(&call, 2, 0, INT32_MAX);
  if (call.failed) return NULL;
  ssize_t sent;
  do sent = send(fd, &who, sizeof who, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? call_system_error(&call, "send", errno) : NULL;
}
