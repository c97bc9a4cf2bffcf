/**
 * Blocks: objects whose words a package above gives their meaning: values, locks, barriers. A block has 64
 * words, one side for its waiters, and if asked for a row of words for each seat.
 *
 * A row belongs to the thread on its seat. Its first word is the thread's epoch, stored last of a row that is
 * begun; under another epoch, or when its thread is dead, the row reads as absent. So what the dead had counts
 * no more, without anybody sweeping (rule A7).
 *
 * A holder that dies is first known to be dead with its hold bit set, then counted in `lost`, and then its bit is cleared
 * (rule F35): who looks for dead holders first and reads `lost` afterwards misses none. A thread that ends as it
 * should gives its blocks up before.
 */
import { add, load, store } from '#atomics'
import { CorruptError } from './errors.js'
import {
  BLOCK_WORDS,
  D_BLOCK,
  D_BLOCK_LOCK,
  D_GETTERS,
  D_GETTERS_SUMMARY,
  D_HOLDS,
  D_KIND,
  D_LOCKERS,
  D_LOCKERS_SUMMARY,
  D_LOST,
  D_RUN,
  D_RUN_PAGES,
  D_TYPE,
  DESCRIPTOR_BYTES,
  epochOf,
  NAME_BITS,
  nameOf,
  OWNED_BY,
  S_PROCESS,
  SEAT_WORDS,
  seatOf,
  SEATS,
} from './layout.js'
import { acquire, type LockPlace, release } from './lock.js'
import { type Handle, makeObject, wordsOf } from './objects.js'
import { BLOCK } from './open.js'
import { retryWhenFull, takeRun } from './pages.js'
import { SideMark, SideMarks } from './ring-waits.js'
import { isDead, isKnownDead, seatsUsed, sitterOf } from './seats.js'
import { type Self, self } from './thread.js'
import { ringMarked } from './waiters.js'
import { onHear } from './waiting.js'
import { openObject } from './wrappers.js'

/** The block whose lock this thread takes or has; found by the event loop, the work was cut off (rule B16). */
let busy: Block | undefined

function begin(block: Block): void {
  busy = block
}

onHear(() => {
  const block = busy
  busy = undefined
  block?.recover()
})

/** First word of a row: the epoch of the thread that it belongs to. */
const ROW_EPOCH = 0

/** What a block is made of. */
export interface BlockOptions {
  /** What its words mean: a number of the package above. */
  readonly type: number
  /** Words of each seat's row, its epoch included; 0 for none. */
  readonly rowWords?: number
  /** Writes its words while only its maker knows it. */
  readonly fill?: (words: Int32Array) => void
}

/** Makes a block, held by this thread. */
export function makeBlock({ type, rowWords = 0, fill }: BlockOptions): Handle {
  const me = self()
  const { arena } = me
  return retryWhenFull(() =>
    makeObject(arena, me.name, me.seat, BLOCK, (index, words) => {
      store(words, D_TYPE, type | (rowWords << 16))
      if (rowWords > 0) takeRows(me, index, words, rowWords)
      fill?.(words.subarray(D_BLOCK, D_BLOCK + BLOCK_WORDS))
    }),
  )
}

function takeRows({ arena, name }: Self, index: number, words: Int32Array, rowWords: number): void {
  const { pageBytes } = arena.shape
  const bytes = SEATS * rowWords * 4
  const pages = Math.ceil(bytes / pageBytes)
  const run = takeRun(arena, name, pages, OWNED_BY | index, (page) => {
    store(words, D_RUN, page)
    store(words, D_RUN_PAGES, pages)
  })
  new Int32Array(arena.buffer, run * pageBytes, bytes / 4).fill(0)
}

/** Opens the block for one more wrapper of this thread, which holds it already. */
export function openBlock(handle: Handle, type: number): Block {
  return openObject(handle, () => new Block(self(), handle, type))
}

export class Block {
  readonly handle: Handle
  /** What its words mean. */
  readonly type: number
  readonly self: Self
  /** The words of its package. */
  readonly words: Int32Array
  /** Where the words lie in the arena's buffer. */
  readonly offset: number
  readonly #descriptor: Int32Array
  readonly #marks: SideMarks
  readonly #lock: LockPlace
  readonly #rows: Int32Array | undefined
  readonly #rowWords: number

  constructor(me: Self, handle: Handle, type: number) {
    const { arena } = me
    const descriptor = wordsOf(arena, handle)
    const said = load(descriptor, D_TYPE)
    if (load(descriptor, D_KIND) !== BLOCK || (said & 0xffff) !== type) {
      throw new CorruptError(`object ${handle.index} is not a block of type ${type}`)
    }
    this.self = me
    this.handle = handle
    this.type = type
    this.#descriptor = descriptor
    this.offset = arena.shape.descriptorsOffset + handle.index * DESCRIPTOR_BYTES + D_BLOCK * 4
    this.words = new Int32Array(arena.buffer, this.offset, BLOCK_WORDS)
    this.#marks = new SideMarks({ arena, words: descriptor }, D_LOCKERS, D_LOCKERS_SUMMARY)
    // A side of its own: its waiters come and go while others of the thread stay marked.
    this.#lock = {
      words: descriptor,
      index: D_BLOCK_LOCK,
      lockers: D_GETTERS,
      summary: D_GETTERS_SUMMARY,
    }
    this.#rowWords = said >>> 16
    if (this.#rowWords === 0) return
    const at = load(descriptor, D_RUN) * arena.shape.pageBytes
    const words = SEATS * this.#rowWords
    if (at === 0 || at + words * 4 > arena.shape.bytes) {
      throw new CorruptError(`object ${handle.index} claims rows at byte ${at}`)
    }
    this.#rows = new Int32Array(arena.buffer, at, words)
  }

  /**
   * Runs `work` with this block while no other thread runs any. Another may have died or been cut off in it: what it
   * changes must be right at every instant.
   */
  exclusively<T>(work: (block: Block) => T): T {
    const { arena, name } = this.self
    begin(this)
    acquire(arena, this.#lock, name)
    try {
      return work(this)
    } finally {
      release(arena, this.#lock)
      busy = undefined
    }
  }

  /** For the event loop: gives back what an operation that was cut off held, and rings all that it may have owed. */
  recover(): void {
    const { arena, name } = this.self
    if ((load(this.#descriptor, D_BLOCK_LOCK) & NAME_BITS) === name) release(arena, this.#lock)
    arena.substrate.ringAll()
  }

  /** A mark among its waiters. */
  mark(): SideMark {
    return new SideMark(this.#marks)
  }

  /** Rings all who wait for it, if anybody is marked. */
  ring(): void {
    if (load(this.#descriptor, D_LOCKERS_SUMMARY) === 0) return
    ringMarked(this.self.arena, this.#descriptor, D_LOCKERS, D_LOCKERS_SUMMARY)
  }

  /** Whether anybody is marked as waiting. */
  get isAwaited(): boolean {
    return load(this.#descriptor, D_LOCKERS_SUMMARY) !== 0
  }

  /** Process of the thread with that name. */
  processOf(name: number): number {
    return load(this.self.arena.seats, seatOf(name) * SEAT_WORDS + S_PROCESS)
  }

  /** Whether the thread with that name is gone. */
  isDead(name: number): boolean {
    return isDead(this.self.arena, name)
  }

  /** Holders that died and were cleaned up after. */
  get lost(): number {
    return load(this.#descriptor, D_LOST)
  }

  /** As if a holder had died: an actor failed whose thread lives on. */
  countLost(): void {
    add(this.#descriptor, D_LOST, 1)
  }

  /** Whether a thread that holds the block is dead, and nobody has cleaned up after it. */
  hasDeadHolder(): boolean {
    const { arena } = this.self
    for (let group = 0; group * 32 < seatsUsed(arena); group++) {
      let bits = load(this.#descriptor, D_HOLDS + group)
      while (bits !== 0) {
        const bit = 31 - Math.clz32(bits)
        bits &= ~(1 << bit)
        if (isKnownDead(arena, sitterOf(arena, group * 32 + bit))) return true
      }
    }
    return false
  }

  /** Where this thread's row begins in `rows`; begun, with zeros behind its epoch, if there is none of it. */
  get row(): number {
    const rows = this.#rows!
    const at = this.self.seat * this.#rowWords
    const epoch = epochOf(this.self.name)
    if (load(rows, at + ROW_EPOCH) === epoch) return at
    store(rows, at + ROW_EPOCH, 0)
    for (let i = 1; i < this.#rowWords; i++) store(rows, at + i, 0)
    store(rows, at + ROW_EPOCH, epoch)
    return at
  }

  get rows(): Int32Array {
    return this.#rows!
  }

  /** Visits the rows of threads; `isDead` says whether a thread is gone. */
  eachRow(visit: (at: number, name: number) => void): void {
    const rows = this.#rows!
    const high = seatsUsed(this.self.arena)
    for (let seat = 0; seat < high; seat++) {
      const at = seat * this.#rowWords
      const epoch = load(rows, at + ROW_EPOCH)
      if (epoch !== 0) visit(at, nameOf(seat, epoch))
    }
  }
}
