/* What the addon knows of a JavaScript thread: the seat it holds, its helper, and the guard if it is a root. Lives
 * in the addon's instance data, one a thread. */
#ifndef TROUPE_SEAT_H
#define TROUPE_SEAT_H

#include "child.h"
#include "guard.h"
#include "helper.h"

typedef struct {
  const arena_t *arena; /* NULL while no seat is held */
  int seat;
  helper_t helper;
  guard_t *guard; /* NULL unless this thread is a root */
  bool hooked;
  child_t *children; /* processes whose end its event loop was not told of */
  bool parent;       /* the hook for them is there */
} seat_t;

/* Makes the instance data. */
napi_status seat_init(napi_env env);
seat_t *call_own(call_t *call);
/* Has the clean-up hook run before those of everything made until now. */
void seat_hook(call_t *call, seat_t *own);

#endif
