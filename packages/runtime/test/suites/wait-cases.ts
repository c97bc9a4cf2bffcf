// Every form that waits, on every kind of handle, with a peer at the other side.
import {
  type Connection,
  type Consumer,
  JoinableQueue,
  Pipe,
  type Producer,
  Queue,
} from '../../dist/index.js'
import type { Outcome, Side } from '../fixtures/waits.mjs'

/** Something that waits, and what it waits for. */
export interface Waiting {
  /** Who waits, waits of this. */
  readonly handle: unknown
  /** The other side: it closes, or is given to somebody who dies. */
  readonly peer: Queue<never> | Producer<never> | Consumer<unknown> | Closable
  /** The whole queue; none for a pipe. */
  readonly queue: Queue<unknown> | undefined
  /** Items that are to stay where they are. */
  readonly left: number
}

interface Closable {
  close(): void
}

export interface WaitCase {
  readonly name: string
  readonly form: string
  readonly sync: boolean
  /** Takes a timeout and a signal. */
  readonly bounded: boolean
  readonly side: Side
  readonly late: Outcome
  readonly closed: Outcome
  make(): Waiting
}

type Kind = Pick<WaitCase, 'side' | 'late' | 'make'> & { readonly closed: string }

const empty = (make: (q: Queue<unknown>) => unknown, Class = Queue<unknown>): Kind => ({
  side: 'getters',
  late: { ended: 'ERR_TROUPE_QUEUE_EMPTY' },
  closed: 'ERR_TROUPE_QUEUE_CLOSED',
  make() {
    const queue = new Class()
    return { queue, peer: queue.producer(), handle: make(queue), left: 0 }
  },
})

const full = (make: (q: Queue<unknown>) => unknown, Class = Queue<unknown>): Kind => ({
  side: 'putters',
  late: { ended: 'ERR_TROUPE_QUEUE_FULL' },
  closed: 'ERR_TROUPE_QUEUE_CLOSED',
  make() {
    const queue = new Class({ maxsize: 1, bytes: 1024 })
    queue.putSync(1)
    return { queue, peer: queue.consumer(), handle: make(queue), left: 1 }
  },
})

const pipe = (side: Side, make: () => [handle: unknown, peer: Closable]): Kind => ({
  side,
  late: { ended: 'ERR_TROUPE_TIMEOUT' },
  closed: 'ERR_TROUPE_PIPE_CLOSED',
  make() {
    const [handle, peer] = make()
    return { queue: undefined, peer, handle, left: 0 }
  },
})

function filled<S extends Pick<Connection<unknown, unknown>, 'trySend'>>(sender: S): S {
  const item = new Uint8Array(20_000)
  while (sender.trySend(item));
  while (sender.trySend(0));
  return sender
}

const kinds: Record<string, Kind> = {
  'a queue that is empty': empty((q) => q),
  'a consumer end': empty((q) => q.consumer()),
  'a queue that is full': full((q) => q),
  'a producer end': full((q) => q.producer()),
  'a joinable queue that is empty': empty((q) => q, JoinableQueue),
  'a joinable consumer end': empty((q) => q.consumer(), JoinableQueue),
  'a joinable queue that is full': full((q) => q, JoinableQueue),
  'a connection': pipe('getters', () => Pipe<unknown>()),
  'a receiver': pipe('getters', () => Pipe<unknown>({ duplex: false })),
  'a connection that is full': pipe('putters', () => {
    const [a, b] = Pipe<unknown>()
    return [filled(a), b]
  }),
  'a sender': pipe('putters', () => {
    const [receiver, sender] = Pipe<unknown>({ duplex: false })
    return [filled(sender), receiver]
  }),
}

const gets = ['get', 'getSync', 'getMany', 'getManySync', 'for await', 'batches']
const puts = [
  'put',
  'putSync',
  'putMany',
  'putMany of an iterable',
  'putManySync',
  'putManySync of an iterable',
  'put of a large item',
  'putSync of a large item',
]
const formsOf: Record<string, readonly string[]> = {
  'a queue that is empty': gets,
  'a consumer end': gets,
  'a queue that is full': puts,
  'a producer end': puts,
  'a joinable queue that is empty': ['get', 'getSync', 'for await'],
  'a joinable consumer end': ['get', 'getSync', 'batches'],
  'a joinable queue that is full': ['put', 'putSync'],
  'a connection': ['recv', 'recvSync', 'for await'],
  'a receiver': ['recv', 'recvSync', 'for await'],
  'a connection that is full': ['send', 'sendSync'],
  'a sender': ['send', 'sendSync'],
}

export const cases: readonly WaitCase[] = Object.entries(formsOf).flatMap(([kind, forms]) =>
  forms.map((form) => {
    const walks = form === 'for await' || form === 'batches'
    const { closed, ...rest } = kinds[kind]!
    return {
      ...rest,
      name: `${form} of ${kind}`,
      form,
      sync: form.includes('Sync'),
      bounded: !walks,
      closed: walks ? { value: [] } : { ended: closed },
    }
  }),
)

/** A queue with one item that was taken and is not done; the peer takes it. */
export function unfinished(end: boolean): { queue: JoinableQueue<number>; peer: unknown } {
  const queue = new JoinableQueue<number>()
  queue.putSync(1)
  return { queue, peer: end ? queue.consumer() : queue }
}
