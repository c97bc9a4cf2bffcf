#include "thread.h"

#include <signal.h>

#define STACK_BYTES (128 * 1024)

int thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *data) {
  pthread_attr_t attributes;
  sigset_t all, before;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK_BYTES);
  /* A new thread inherits the mask of its maker. */
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int failed = pthread_create(thread, &attributes, run, data);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  if (!failed) pthread_setname_np(*thread, name);
  return failed;
}
