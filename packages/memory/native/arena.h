/* The control part of an arena (lives and seats) as C sees it: a mapping of its own, made once per process and
 * arena and never undone. V8 unmaps its buffers before a thread's end reaches the kernel; this one stays, so the
 * kernel finds the lives of the dead and helper threads find their bells. */
#ifndef TROUPE_ARENA_H
#define TROUPE_ARENA_H

#include "call.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

/* What a seat's state word says. */
enum { SEAT_FREE = 0, SEAT_LIVE = 1, SEAT_RESERVED = 2, SEAT_DEAD_RESERVED = 3 };

/* Where things are: offsets of the file, and the last four of a seat. Told by JavaScript, the one owner of the
 * layout. */
typedef struct {
  int64_t control_bytes, seats, life_bytes, seats_offset, seat_bytes, deaths;
  int64_t bell, state, pid, watched;
} geometry_t;

typedef struct {
  dev_t device;
  ino_t inode;
  char *base;
  geometry_t geometry;
} arena_t;

typedef _Atomic int32_t word_t;

static inline word_t *seat_word(const arena_t *arena, int seat, int64_t offset) {
  const geometry_t *at = &arena->geometry;
  return (word_t *)(arena->base + at->seats_offset + seat * at->seat_bytes + offset);
}
static inline word_t *seat_bell(const arena_t *arena, int seat) {
  return seat_word(arena, seat, arena->geometry.bell);
}
static inline word_t *seat_state(const arena_t *arena, int seat) {
  return seat_word(arena, seat, arena->geometry.state);
}
static inline word_t *seat_pid(const arena_t *arena, int seat) {
  return seat_word(arena, seat, arena->geometry.pid);
}
static inline word_t *seat_watched(const arena_t *arena, int seat) {
  return seat_word(arena, seat, arena->geometry.watched);
}
static inline pthread_mutex_t *seat_life(const arena_t *arena, int seat) {
  return (pthread_mutex_t *)(arena->base + seat * arena->geometry.life_bytes);
}
/* The thread id in a life's word; 0 when it is free or marked by a death. */
static inline int32_t life_owner(const arena_t *arena, int seat) {
  return atomic_load((word_t *)seat_life(arena, seat)) & 0x3fffffff;
}

/* The arena whose id is argument `index`; throws when there is none. */
arena_t *call_arena(call_t *call, int index);
/* The seat number at `index`, checked against the arena. */
int call_seat(call_t *call, int index, const arena_t *arena);

/* Counts one death and rings every bell: what whoever announces a death does, last. */
void announce_death(const arena_t *arena);
void ring_all(const arena_t *arena);

#endif
