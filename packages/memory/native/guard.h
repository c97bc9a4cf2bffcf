/* The root's guard: a socket pair whose far end the children inherit, and a watcher thread that holds a pidfd of
 * every process that registered. It announces the deaths of processes; the closing of the near end tells the
 * children that the root is gone. */
#ifndef TROUPE_GUARD_H
#define TROUPE_GUARD_H

#include "arena.h"

/* A child's message: this process will hold this seat. */
typedef struct {
  int32_t pid;
  int32_t seat;
} registration_t;

typedef struct {
  registration_t who;
  int pidfd; /* below 0: the place is free */
} watch_t;

#define WATCHES 2048

typedef struct {
  const arena_t *arena;
  pthread_t thread;
  int near, far; /* ends of the socket pair: ours, and the children's */
  int events;    /* epoll */
  int stop;      /* eventfd */
  int file;      /* of the arena; ours to close when the thread that made it ends. -1: somebody else's */
  watch_t watches[WATCHES];
} guard_t;

/* Values of epoll's data that are not the number of a watch. */
enum { EVENT_STOP = WATCHES, EVENT_MESSAGE };

/* `ended`: the thread is over, and with it all threads that it started: the arena's memory goes back. */
void guard_stop(guard_t *guard, bool ended);
void watch_add(guard_t *guard, registration_t who);
/* Announces the death of the watched process, if it is dead. */
bool watch_look(guard_t *guard, int index);

#endif
