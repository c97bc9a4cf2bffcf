/**
 * The one file that says byte offsets. Magic and version stand in the first two words of the arena; a
 * place that finds others does not join.
 *
 *   file of the arena
 *   ┌──────────┬────────┬───────────┬───────────┬──────────┬─────────────┬──────────────────────────┐
 *   │ lives    │ header │ seats     │ backed    │ page map │ descriptors │ pages                    │
 *   │ 64 KiB   │ 4 KiB  │ 256 KiB   │ a bit a   │ 8 bytes  │ 1 KiB each  │ runs of rings, buffers,  │
 *   │ C only   │        │ 256 B each│ page      │ a page   │             │ large messages           │
 *   └──────────┴────────┴───────────┴───────────┴──────────┴─────────────┴──────────────────────────┘
 *              ^ JavaScript sees from here: its offset 0
 *
 * Words that different sides write lie on lines of 128 bytes of their own (32 words).
 */

export const MAGIC = 0x54_52_50_45
export const VERSION = 1

/** Lives: robust mutexes, mapped by the addon alone, in front of what JavaScript sees. */
export const LIFE_BYTES = 64
export const LIVES_BYTES = 65_536

/** A name has ten bits for its seat, and none is zero. */
export const SEATS = 1023

// ── header, in words ────────────────────────────────────────────────────────────────────────────
export const H_MAGIC = 0
export const H_VERSION = 1
export const H_PAGE_BYTES = 2
export const H_PAGES = 3
/** Random 64 bits: a handle of another system is told by them. */
export const H_ID = 4
/** Pages that may be used: the quota. */
export const H_QUOTA = 6
/** Name of the root's seat. */
export const H_ROOT = 7
/** Zero; 1 once a thread of the system makes a segment; 2 when its root ends and none may be made. */
export const H_SEGMENTS = 8
/** Bumped by every announced death, by the hook or the watcher in C, before all bells are rung. */
export const H_DEATHS = 32
/** Where the search for the next seat begins. */
export const H_SEAT_CURSOR = 64
/** Seats below this were taken at least once. */
export const H_SEAT_HIGH = 65
/** The allocator's lock and what it guards. */
export const H_ALLOCATOR = 96
export const H_DESCRIPTOR_CURSOR = 97
/** Descriptors below this are backed by memory. */
export const H_DESCRIPTOR_HIGH = 98
/** No page below this is free; always the start of a run or a free page. */
export const H_PAGE_HINT = 99
/** Pages in runs. Counted again when the allocator's lock is taken over from a dead owner. */
export const H_PAGES_USED = 100
/** Pages at or above this were never part of a run. */
export const H_PAGE_HIGH = 101
/** Waiters for the allocator's lock: bits, then their summary. */
export const H_LOCKERS = 128
export const H_LOCKERS_SUMMARY = 160
export const HEADER_BYTES = 4096

// ── seats, in words ─────────────────────────────────────────────────────────────────────────────
export const SEATS_OFFSET: number = HEADER_BYTES
export const SEAT_BYTES = 256
export const SEAT_WORDS = 64
export const S_EPOCH = 0
/** One of `FREE`, `LIVE`, `RESERVED`, `LOST`; C writes it too. */
export const S_STATE = 1
/** Process id that a reserved seat waits for; zero for a thread. */
export const S_PID = 2
/** Process id that the watcher holds a pidfd of. */
export const S_WATCHED = 3
/** Set by who asks the thread to stop: its blocks end. */
export const S_STOP = 4
/** Name of who reserved the seat. */
export const S_RESERVER = 5
/** The seat was taken since it was last cleaned. */
export const S_DIRTY = 6
/** Process of the thread that holds the seat. */
export const S_PROCESS = 7
/** Buffers of their own that the thread has mapped. Word 8 is the life, without the addon. */
export const S_MAPPINGS = 9
/** The last epoch whose thread is known to be dead: said before its life is taken by who cleans up after it. */
export const S_DEAD = 11
/** The bell: a futex word. Its low bits say who sleeps on it, the rest counts rings. */
export const S_BELL = 32

export const FREE = 0
export const LIVE = 1
/** Waits for the thread of a place that was started; alive while its process or its reserver is. */
export const RESERVED = 2
/** Was reserved, and its process died before it came. */
export const LOST = 3

/** Bit of a bell: its thread sleeps in the addon, or is about to. */
export const BLOCKED = 1
/** Bit of a bell: its thread's helper listens for the event loop. */
export const LISTENING = 2
export const SLEEPERS: number = BLOCKED | LISTENING

// ── page map, in words, two a page ──────────────────────────────────────────────────────────────
/** Owner of the run that starts here: zero free, a name, or `OWNED_BY | descriptor`. */
export const P_OWNER = 0
/** Pages of the run that starts here. */
export const P_LENGTH = 1
/** Marks an owner that is a descriptor; names have bit 31 clear. */
export const OWNED_BY: number = 0x8000_0000 | 0

// ── descriptors, in words ───────────────────────────────────────────────────────────────────────
export const DESCRIPTOR_BYTES = 1024
export const DESCRIPTOR_WORDS = 256
/** Zero free, `MADE`, or the name of who makes or frees it. */
export const D_STATE = 0
/** Moves on at every freeing: a handle names (index, generation). */
export const D_GENERATION = 1
export const D_KIND = 2
/** Threads that hold it plus handles in messages. */
export const D_COUNT = 3
export const D_RUN = 4
export const D_RUN_PAGES = 5
/** Slots of the ring, a power of two. */
export const D_SLOTS = 6
/** Bytes of the ring's payload area, a power of two. */
export const D_CAPACITY = 7
/** What its items may cost in all: 16 bytes and the payload each. */
export const D_BYTES = 8
/** Items that it may hold. */
export const D_MAXSIZE = 9
/** 1 when rows of (taken, done) a seat lie in the run. */
export const D_ROWS = 10
/** The other direction of a pipe, plus one. */
export const D_PEER = 11
/** End words in use. */
export const D_ENDS = 12
/** A bit a seat that holds the object. */
export const D_HOLDS = 32
/** A bit a seat whose thread waits for an item, for room, for a lock. */
export const D_GETTERS = 64
export const D_PUTTERS = 96
export const D_LOCKERS = 128
/** The producers' line: lock, commit position, and what the lock guards besides. */
export const D_PRODUCERS = 160
export const D_TAIL = 161
export const D_SEEN_HEAD = 162
export const D_SEEN_START = 163
/** The consumers' line. */
export const D_CONSUMERS = 192
export const D_HEAD = 193
export const D_SEEN_TAIL = 194
/** Read by both sides at every operation, seldom written. A bit a group of 32 seats. */
export const D_GETTERS_SUMMARY = 224
export const D_PUTTERS_SUMMARY = 225
export const D_LOCKERS_SUMMARY = 226
/** 1 when no more is accepted. */
export const D_CLOSED = 227
/** Name of the putter whose message needs an empty ring. */
export const D_NEXT = 228

/** Of a block: holders that died, or ended by an error, while they held it. */
export const D_LOST = 13
/** Of a block: what its words mean, as the package above says. */
export const D_TYPE = 14
/** Of a block: the lock of what is done to it as a whole. */
export const D_BLOCK_LOCK = 15
/** Of a block: words that are its package's own, on two lines. */
export const D_BLOCK = 160
export const BLOCK_WORDS = 64

/** `D_KIND` of the second direction of a pipe. */
export const PIPE_BACK = 3

/** `D_STATE` of an object in use. Names have bit 30 clear. */
export const MADE = 0x4000_0000

// ── slots of a ring, in words ───────────────────────────────────────────────────────────────────
/** Tag of the message in the low byte, then flags. */
export const SLOT_TAG = 0
/** Running total of the payload bytes before this item. */
export const SLOT_START = 1
/** Inline: two words of value. Bytes: length. Large: page of the run. */
export const SLOT_A = 2
/** Large: length in bytes. */
export const SLOT_B = 3
export const SLOT_WORDS = 4
export const SLOT_BYTES = 16
/** The payload lies in the ring's bytes. */
export const IN_BYTES = 0x100
/** The payload lies in a run of its own. */
export const LARGE = 0x200
/** The payload begins with a table of links. */
export const HAS_LINKS = 0x400

// ── rows of a joinable ring, in words, one row a seat ───────────────────────────────────────────
export const ROW_WORDS = 4
export const ROW_EPOCH = 0
export const ROW_TAKEN = 1
export const ROW_DONE = 2
export const ROWS_BYTES: number = 16_384

// ── head of a large message's run, in words ─────────────────────────────────────────────────────
export const L_DESCRIPTOR = 0
export const L_GENERATION = 1
export const L_POSITION = 2
export const L_LENGTH = 3
export const LARGE_HEAD_BYTES = 64

/** Where the parts of an arena of `bytes` lie. The same numbers everywhere follow from (bytes, page). */
export interface Geometry {
  readonly bytes: number
  readonly pageBytes: number
  readonly pages: number
  readonly backedOffset: number
  readonly mapOffset: number
  readonly descriptorsOffset: number
  readonly descriptors: number
  readonly firstPage: number
}

const roundUp = (value: number, step: number): number => Math.ceil(value / step) * step

/** Computes the geometry of an arena of `bytes` with pages of `pageBytes`. */
export function geometry(bytes: number, pageBytes: number): Geometry {
  const pages = Math.floor(bytes / pageBytes)
  const step = Math.max(65_536, pageBytes)
  const backedOffset = roundUp(SEATS_OFFSET + (SEATS + 1) * SEAT_BYTES, step)
  const mapOffset = roundUp(backedOffset + Math.ceil(pages / 8), step)
  const descriptorsOffset = roundUp(mapOffset + pages * 8, step)
  const descriptors = Math.min(65_536, Math.floor(bytes / 65_536))
  const end = descriptorsOffset + descriptors * DESCRIPTOR_BYTES
  const firstPage = Math.ceil(end / pageBytes)
  return {
    bytes,
    pageBytes,
    pages,
    backedOffset,
    mapOffset,
    descriptorsOffset,
    descriptors,
    firstPage,
  }
}

const NAME_SEAT = 0x3ff

/** The name of the holder of `seat` in `epoch`: 30 bits, never zero. */
export const nameOf = (seat: number, epoch: number): number => (seat + 1) | (epoch << 10)
/** The seat of a name. */
export const seatOf = (name: number): number => (name & NAME_SEAT) - 1
/** The epoch of a name. */
export const epochOf = (name: number): number => (name >>> 10) & LAST_EPOCH
/** A seat that reached it is retired. */
export const LAST_EPOCH = 0xf_ffff
/** The bits of a lock word that are a name. */
export const NAME_BITS = 0x3fff_ffff
