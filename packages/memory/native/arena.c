#include "arena.h"
#include "exports.h"
#include "futex.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARENAS 4096

/* Filled under the lock, read without it: an entry never changes once its count is visible. */
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static arena_t *table[ARENAS];
static atomic_int table_count;

arena_t *call_arena(call_t *call, int index) {
  int64_t id = call_integer(call, index, 0, ARENAS - 1);
  if (call->failed) return NULL;
  if (id < atomic_load(&table_count)) return table[id];
  call_wrong(call, "no such arena in this process");
  return NULL;
}

int call_seat(call_t *call, int index, const arena_t *arena) {
  return (int)call_integer(call, index, 0, call->failed ? 0 : arena->geometry.seats - 1);
}

static geometry_t read_geometry(call_t *call, int index) {
  return (geometry_t){
      .control_bytes = call_field(call, index, "controlBytes"),
      .seats = call_field(call, index, "seats"),
      .life_bytes = call_field(call, index, "lifeBytes"),
      .seats_offset = call_field(call, index, "seatsOffset"),
      .seat_bytes = call_field(call, index, "seatBytes"),
      .deaths = call_field(call, index, "deaths"),
      .bell = call_field(call, index, "bell"),
      .state = call_field(call, index, "state"),
      .pid = call_field(call, index, "pid"),
      .watched = call_field(call, index, "watched"),
  };
}

static bool word_fits(int64_t offset, int64_t end) { return (offset & 3) == 0 && offset + 4 <= end; }

static bool geometry_fits(const geometry_t *at) {
  int64_t end = at->control_bytes;
  /* The bounds come first, so that no product below can overflow. */
  if (end < 1 || end > 1 << 30 || at->seats < 1 || at->seats > 1 << 16) return false;
  if (at->life_bytes < (int64_t)sizeof(pthread_mutex_t) || at->life_bytes > 4096 || at->life_bytes & 7) return false;
  if (at->seat_bytes < 4 || at->seat_bytes > 1 << 16 || at->seat_bytes & 3 || at->seats_offset & 3) return false;
  if (at->seats * at->life_bytes > at->seats_offset) return false;
  if (at->seats_offset > end || at->seats_offset + at->seats * at->seat_bytes > end) return false;
  return word_fits(at->deaths, end) && word_fits(at->bell, at->seat_bytes) && word_fits(at->state, at->seat_bytes) &&
         word_fits(at->pid, at->seat_bytes) && word_fits(at->watched, at->seat_bytes);
}

/* The id of the file's entry, made if need be; an errno below zero. Under the lock. */
static int find_or_map(int fd, const struct stat *file, const geometry_t *geometry) {
  int count = atomic_load(&table_count);
  for (int id = 0; id < count; id++) {
    /* The mapping keeps the file, so its number is not given to another while the entry stands. */
    if (table[id]->device != file->st_dev || table[id]->inode != file->st_ino) continue;
    return memcmp(&table[id]->geometry, geometry, sizeof *geometry) == 0 ? id : -EEXIST;
  }
  if (count == ARENAS) return -ENFILE;
  arena_t *arena = malloc(sizeof *arena);
  if (arena == NULL) return -ENOMEM;
  size_t bytes = (size_t)geometry->control_bytes;
  char *base = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (base == MAP_FAILED) {
    int number = errno;
    free(arena);
    return -number;
  }
  madvise(base, bytes, MADV_DONTDUMP);
  *arena = (arena_t){.device = file->st_dev, .inode = file->st_ino, .base = base, .geometry = *geometry};
  table[count] = arena;
  atomic_store(&table_count, count + 1);
  return count;
}

/* open(fd, geometry): the arena's id in this process. */
napi_value js_open(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "open");
  int fd = (int)call_integer(&call, 0, 0, INT32_MAX);
  geometry_t geometry = read_geometry(&call, 1);
  if (call.failed) return NULL;
  struct stat file;
  if (fstat(fd, &file)) return call_system_error(&call, "fstat", errno);
  if (!geometry_fits(&geometry) || geometry.control_bytes > file.st_size) {
    call_wrong(&call, "the geometry does not fit the file");
    return NULL;
  }
  pthread_mutex_lock(&table_lock);
  int id = find_or_map(fd, &file, &geometry);
  pthread_mutex_unlock(&table_lock);
  return id < 0 ? call_system_error(&call, "mmap", -id) : call_number(&call, id);
}

void ring_all(const arena_t *arena) {
  for (int seat = 0; seat < arena->geometry.seats; seat++) {
    if (atomic_load(seat_state(arena, seat)) != SEAT_FREE) futex_ring(seat_bell(arena, seat));
  }
}

void announce_death(const arena_t *arena) {
  atomic_fetch_add((word_t *)(arena->base + arena->geometry.deaths), 1);
  ring_all(arena);
}

napi_value js_ring_all(napi_env env, napi_callback_info info) {
  call_t call = call_begin(env, info, "ringAll");
  arena_t *arena = call_arena(&call, 0);
  if (!call.failed) ring_all(arena);
  return NULL;
}
