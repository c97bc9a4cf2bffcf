/**
 * What an actor owns in this thread: its ends, the objects it opened, its pending puts.
 *
 * An object made by `new`, or decoded, belongs to the actor whose code runs synchronously then, else to
 * the place's own actor. No AsyncLocalStorage: it would treble the price of an await.
 */
import {
  closeEnd,
  type EndHandle,
  Ends,
  hear,
  holder,
  rootName,
  self,
  systemId,
  wordsOf,
  type Handle,
} from '@troupe/memory'

/** What an actor holds until it is released: see `kind.ts`. */
interface Holding {
  end(normal: boolean): void
}

/** An end that an owner holds or sent. */
export interface OwnedEnd {
  readonly handle: Handle
  readonly end: EndHandle
}

/** Something of an owner that closes with it. */
export interface Closable {
  /** Closes the end because its actor ended. */
  end(): void
}

const FEW = 256
const NO_ENDS: readonly Closable[] = []

/** An actor in this thread, as far as its belongings go. */
export class Owner {
  /** Number of the actor in its thread: part of the names of its ends. */
  readonly number: number
  /** Ends that it holds. */
  readonly ends: Set<Closable> = new Set()
  /** Ends that it sent and that may not have arrived. */
  readonly sent: Set<OwnedEnd> = new Set()
  /** Puts that are not done. */
  readonly #puts: Set<Promise<unknown>> = new Set()
  /** Letters to inboxes that are not there yet. */
  readonly #letters: Set<Promise<unknown>> = new Set()
  /** Objects that it opened, by handle: decoded again they are the same. */
  readonly objects: Map<string, WeakRef<object>> = new Map()
  /** Kinds of shared state that it takes, by number; nothing for those who take all: roots. */
  shares: ReadonlySet<number> | undefined
  /** Its module is being loaded: what it shares is not known yet. */
  isLoading = false
  /** What errors call the actor. */
  name = ''
  readonly #holdings: (Holding | undefined)[] = []
  readonly #freeTickets: number[] = []
  #mostSent = FEW
  #mostObjects = FEW
  #ended = false
  #dead = false

  constructor(number: number) {
    this.number = number
  }

  /** Its name in end words. */
  get holder(): bigint {
    return holder(self().name, this.number)
  }

  /** The actor failed or was killed: code of it that runs on takes nothing any more. */
  get isDead(): boolean {
    return this.#dead
  }

  /** It is over, in any way. What belongs to main goes on while its process does. */
  get isOver(): boolean {
    return this.#dead || (this.#ended && this.number !== 0)
  }

  /** Notes an end that was sent. Those that arrived are forgotten now and then. */
  noteSent(end: OwnedEnd): void {
    this.sent.add(end)
    if (this.sent.size < this.#mostSent) return
    const mine = this.holder
    for (const sent of this.sent) {
      if (!endsOf(sent.handle)?.isHeld(sent.end, mine)) this.sent.delete(sent)
    }
    this.#mostSent = Math.max(FEW, 2 * this.sent.size)
  }

  /** Notes an object that it opened. Those that were collected are forgotten now and then. */
  noteObject(key: string, object: object): void {
    this.objects.set(key, new WeakRef(object))
    if (this.objects.size < this.#mostObjects) return
    for (const [known, ref] of this.objects) if (!ref.deref()) this.objects.delete(known)
    this.#mostObjects = Math.max(FEW, 2 * this.objects.size)
  }

  /** Notes a put that is under way; the actor's end waits for it. */
  awaitPut(put: Promise<unknown>): void {
    noteUntilSettled(this.#puts, put)
  }

  /** Notes a letter that is under way; the actor's end waits for it, with its ends closed. */
  awaitLetter(letter: Promise<unknown>): void {
    noteUntilSettled(this.#letters, letter)
  }

  get hasLetters(): boolean {
    return this.#letters.size > 0
  }

  /** Its locks and whatever else it has to release: see `Scope`. */
  add(holding: Holding): number {
    const ticket = this.#freeTickets.pop() ?? this.#holdings.length
    this.#holdings[ticket] = holding
    return ticket
  }

  delete(ticket: number): void {
    this.#holdings[ticket] = undefined
    this.#freeTickets.push(ticket)
  }

  /** Resolves when no put is pending. */
  async putsDone(): Promise<void> {
    while (this.#puts.size > 0) await Promise.allSettled(this.#puts)
  }

  /** Resolves when no letter is pending. */
  async lettersDone(): Promise<void> {
    while (this.#letters.size > 0) await Promise.allSettled(this.#letters)
  }

  /** Closes its ends, but for those that are under way in a message. */
  closeEnds(): void {
    // A set may shrink while it is walked.
    for (const end of this.ends) end.end()
  }

  /** Its ends now that it is over, before a message is read whose ends nobody may want; nothing while it runs. */
  get endsAtEnd(): ReadonlySet<Closable> | undefined {
    return this.#ended ? new Set(this.ends) : undefined
  }

  /** Ends that came since `before`: with the message that was read in between. */
  endsSince(before: ReadonlySet<Closable> | undefined): readonly Closable[] {
    return before ? [...this.ends].filter((end) => !before.has(end)) : NO_ENDS
  }

  /**
   * The actor is over: its ends close. After a normal end, ends that it sent and that have not arrived
   * pass to the root, which lives as long as the system.
   */
  finish(normal: boolean): void {
    if (this.#ended) return
    this.#ended = true
    this.#dead = !normal
    // Its waits end.
    if (this.isOver) setImmediate(hear)
    this.closeEnds()
    this.ends.clear()
    for (const holding of this.#holdings) endHolding(holding, normal)
    for (const { handle, end } of this.sent) {
      if (normal) endsOf(handle)?.pass(end, this.holder, holder(rootName(), 0))
      else closeEnd(self(), handle, end, this.holder)
    }
    this.sent.clear()
  }
}

// What fails keeps nothing else from being released.
function endHolding(holding: Holding | undefined, normal: boolean): void {
  try {
    holding?.end(normal)
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error), 'TroupeWarning')
  }
}

function noteUntilSettled(all: Set<Promise<unknown>>, one: Promise<unknown>): void {
  all.add(one)
  const done = (): void => {
    all.delete(one)
  }
  one.then(done, done)
}

function endsOf(handle: Handle): Ends | undefined {
  const { arena, name } = self()
  try {
    return new Ends(arena, name, handle.index, wordsOf(arena, handle))
  } catch {
    return undefined // The object is gone, and its ends with it.
  }
}

/** The actor of the place itself: main in a root. */
export const placeOwner: Owner = new Owner(0)

let current: Owner = placeOwner
let numbers = 0

/** The actor whose code runs synchronously now, else the place's own. */
export function currentOwner(): Owner {
  return current
}

/** A fresh actor of this thread. Numbers are reused after a million. */
export function makeOwner(): Owner {
  numbers = (numbers % 0xf_fffd) + 1
  return new Owner(numbers)
}

/** Runs the synchronous part of an actor's code. */
export function runAs<T>(owner: Owner, work: () => T): T {
  const before = current
  current = owner
  try {
    return work()
  } finally {
    current = before
  }
}

/** Key of an object in an owner's table. */
export function keyOf(kind: string, handle: Handle): string {
  return `${kind}:${handle.index}:${handle.generation}:${systemId()}`
}
