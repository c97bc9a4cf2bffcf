/* The watcher's list of processes. Only its thread touches it. */
#include "futex.h"
#include "guard.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A reserved seat whose process died before it took the life has nobody else to say so. Words are changed only
 * while they still name this process: the seat may have been given on. */
static void announce(const arena_t *arena, registration_t who) {
  if (atomic_load(seat_pid(arena, who.seat)) == who.pid) {
    int32_t reserved = SEAT_RESERVED;
    atomic_compare_exchange_strong(seat_state(arena, who.seat), &reserved, SEAT_DEAD_RESERVED);
  }
  int32_t pid = who.pid;
  atomic_compare_exchange_strong(seat_watched(arena, who.seat), &pid, 0);
  announce_death(arena);
}

static bool is_dead(int pidfd) {
  struct pollfd look = {.fd = pidfd, .events = POLLIN};
  return poll(&look, 1, 0) > 0;
}

/* Looks once more: an event may be older than what stands in its place now. */
bool watch_look(guard_t *guard, int index) {
  watch_t *watch = &guard->watches[index];
  if (watch->pidfd < 0 || !is_dead(watch->pidfd)) return false;
  /* Closing takes it out of epoll. */
  close(watch->pidfd);
  watch->pidfd = -1;
  announce(guard->arena, watch->who);
  return true;
}

/* The watch of `who`, or a free place, or -1. A number that was given to a new process does not count. */
static int find_place(guard_t *guard, registration_t who) {
  int vacant = -1;
  for (int i = 0; i < WATCHES; i++) {
    watch_t *watch = &guard->watches[i];
    if (watch->pidfd >= 0 && watch->who.pid == who.pid && watch->who.seat == who.seat) {
      if (!watch_look(guard, i)) return i;
    }
    if (watch->pidfd < 0 && vacant < 0) vacant = i;
  }
  return vacant;
}

/* When no pidfd can be had, `watched` stays as it is and the process's own wait tells it. */
void watch_add(guard_t *guard, registration_t who) {
  int index = find_place(guard, who);
  if (index < 0) return;
  watch_t *watch = &guard->watches[index];
  if (watch->pidfd < 0) {
    int pidfd = (int)syscall(SYS_pidfd_open, who.pid, 0);
    if (pidfd < 0) {
      if (errno == ESRCH) announce(guard->arena, who);
      return;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)index};
    if (epoll_ctl(guard->events, EPOLL_CTL_ADD, pidfd, &event)) {
      close(pidfd);
      return;
    }
    *watch = (watch_t){.who = who, .pidfd = pidfd};
  }
  word_t *watched = seat_watched(guard->arena, who.seat);
  atomic_store(watched, who.pid);
  futex_wake(watched, BELL_ALL);
}
