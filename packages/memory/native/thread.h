/* Threads of our own: small, and deaf to signals, which belong to JavaScript's threads. */
#ifndef TROUPE_THREAD_H
#define TROUPE_THREAD_H

#include <pthread.h>

/* 0 or an errno. */
int thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *data);

#endif
