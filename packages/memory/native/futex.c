#include "futex.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

struct timespec deadline_after(double ms) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  int64_t nanoseconds = at.tv_nsec + (int64_t)(ms * 1e6);
  at.tv_sec += nanoseconds / 1000000000;
  at.tv_nsec = nanoseconds % 1000000000;
  return at;
}

int futex_wait(word_t *word, int32_t value, const struct timespec *deadline, uint32_t bits) {
  long failed = syscall(SYS_futex, word, FUTEX_WAIT_BITSET, value, deadline, NULL, bits);
  return failed ? errno : 0;
}

void futex_wake(word_t *word, uint32_t bits) {
  syscall(SYS_futex, word, FUTEX_WAKE_BITSET, INT_MAX, NULL, NULL, bits);
}

void futex_ring(word_t *bell) {
  atomic_fetch_add(bell, BELL_STEP);
  futex_wake(bell, BELL_ALL);
}
