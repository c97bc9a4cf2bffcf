/* The processes that a worker thread started. Its event loop waits for them; when the thread ends first, nobody
 * would, and each would stay a zombie of this process. */
#ifndef TROUPE_CHILD_H
#define TROUPE_CHILD_H

#include <stdint.h>

typedef struct child {
  struct child *next;
  int64_t name; /* of its seat */
  int pidfd;
} child_t;

#endif
