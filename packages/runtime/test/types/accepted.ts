// What a user may write. Each snippet is a file of its own, behind PRELUDE.

export const PRELUDE = `
import {
  type Actor, actor, type ActorRef, type Connection, Consumer, type Context, type Exit, JoinableConsumer,
  JoinableQueue, kind, main, Pipe, Producer, Queue, Receiver, Sender, spawn, type SpawnArguments, Started,
} from '@troupe/runtime'
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
function same<A, B>(_yes: Same<A, B>): void {}
declare class Tally { constructor(n: number); readonly _shared: 'Tally'; n: number }
declare class Board { readonly _shared: 'Board' }
declare const tally: Tally
declare const board: Board
declare const floats: Float64Array & { readonly _shared: 'Floats' }
type Animal = { name: string }
type Dog = { name: string; bark: number }
const double = actor(import.meta, 'double', (_ctx, n: number) => n * 2)
const nothing = actor(import.meta, 'nothing', () => {})
const label = actor(import.meta, 'label', async (_ctx, id: number, text: string) => ({ id, text }))
const sum = actor(import.meta, 'sum', async (ctx: Context<number>, base: number) => base + (await ctx.receive()))
const unknowns = actor(import.meta, 'unknowns', (_ctx, ...all: unknown[]) => all.length)
const length = actor(import.meta, 'length', (_ctx, all: Float64Array) => all.length)
const produce = actor(import.meta, 'produce', async (_ctx, out: Producer<number>, items: number[]) => {
  for (const item of items) await out.put(item)
})
`

/** Name and text: compiles without a word. */
export const accepted: readonly (readonly [string, string])[] = [
  [
    'arguments and result are typed from the definition',
    `const started = spawn(label, [1, 'one'], { in: 'process', name: 'l' })
     same<typeof started, Started<{ id: number; text: string }, never>>(true)
     same<typeof started.result, Promise<{ id: number; text: string }>>(true)
     same<typeof label, Actor<[id: number, text: string], { id: number; text: string }, never>>(true)`,
  ],
  [
    'arguments may be left out when there are none',
    `spawn(nothing); spawn(nothing, []); spawn(nothing, [], { in: 'here' })`,
  ],
  [
    'arguments may be left out when none is required',
    `const greet = actor(import.meta, 'greet', (ctx: Context, name?: string) => void ctx.spawn(nothing))
     spawn(greet); spawn(greet, []); spawn(greet, ['Ada']); spawn(greet, undefined, { in: 'here' })
     const all = actor(import.meta, 'all', (ctx: Context, ...names: string[]) => ctx.spawn(greet).id + names.length)
     spawn(all)`,
  ],
  [
    'optional and rest parameters are arguments',
    `const optional = actor(import.meta, 'optional', (_ctx, n: number, text?: string) => text ?? String(n))
     spawn(optional, [1]); spawn(optional, [1, 'x'])
     const rest = actor(import.meta, 'rest', (_ctx, ...all: number[]) => all.length)
     spawn(rest, []); spawn(rest, [1, 2, 3])`,
  ],
  [
    'a context types the inbox and what may be sent',
    `const started = spawn(sum, [1])
     started.send(2)
     actor(import.meta, 'reads', async (ctx: Context<{ op: 'a' } | { op: 'b' }>) => {
       for await (const message of ctx.inbox) same<typeof message, { op: 'a' } | { op: 'b' }>(true)
       const one = await ctx.receive({ timeout: 5, signal: ctx.signal })
       same<typeof one, { op: 'a' } | { op: 'b' }>(true)
       ctx.self.send({ op: 'a' })
     })`,
  ],
  [
    'an actor takes the shared state that it lists, however deep',
    `const takes = actor(import.meta, 'takes', { shares: [Tally, Board] },
       async (ctx: Context<{ board: Board }>, one: Tally, q: Queue<{ at: Map<string, Tally[]> }>) => {
         same<typeof one.n, number>(true)
         return (await ctx.receive()).board
       })
     const run = (one: Tally, q: Queue<{ at: Map<string, Tally[]> }>) => spawn(takes, [one, q])
     same<ReturnType<typeof run>, Started<Board, { board: Board }>>(true)
     actor(import.meta, 'none', { shares: [] }, (_ctx, n: number) => n)`,
  ],
  [
    'shared state that is listed goes to any parameter that takes it',
    `const takes = actor(import.meta, 'takes', { shares: [Tally, Board] }, (_ctx, ...all: unknown[]) => 1)
     spawn(takes, [tally, { deep: [board, {}] }, new Queue<Map<string, Tally>>()])
     declare class Floats { readonly _shared: 'Floats' }
     const floating = actor(import.meta, 'floating', { shares: [Floats] }, (_ctx, all: Float64Array) => all.length)
     spawn(floating, [floats]); spawn(length, [new Float64Array(1)])
     actor(import.meta, 'parent', (ctx) => void ctx.spawn(takes, [tally]))
     same<typeof takes, Actor<unknown[], number, never, 'Tally' | 'Board'>>(true)
     const fewer: Actor<unknown[], number, never, 'Tally'> = takes
     const none: Actor<unknown[], number> = takes`,
  ],
  [
    'an actor whose parameters name shared state lists it',
    `const run = (takes: Actor<[Tally, unknown], void>) => spawn(takes, [tally, tally])`,
  ],
  [
    'arguments are typed by their parameters',
    `const takes = actor(import.meta, 'takes', (_ctx, place: 'a' | 'b', o: { k: 'x' | 'y'; all: number[] }, t: [number, string], u?: unknown) => 1)
     spawn(takes, ['a', { k: 'x', all: [1, 2] }, [1, 'x']]); spawn(takes, ['b', { k: 'y', all: [] }, [1, 'x'], { z: [1] }])
     const called = actor(import.meta, 'called', (_ctx, o: { f: (n: number) => string }) => 1)
     spawn(called, [{ f: (n) => n.toFixed() }])
     const rows = actor(import.meta, 'rows', (_ctx, all: { id: number; in?: { x: 'p' | 'q' } }[], m: Map<string, number>) => 1)
     spawn(rows, [[{ id: 1 }, { id: 2, in: { x: 'p' } }], new Map()])
     const either = actor(import.meta, 'either', (_ctx, ...all: [number] | [string, boolean]) => 1)
     spawn(either, [1]); spawn(either, ['x', true])
     declare const numbers: number[]
     const rest = actor(import.meta, 'rest', (_ctx, ...all: number[]) => 1)
     spawn(rest, numbers); spawn(rest, [...numbers, 1])
     const given: [number, string] = [1, 'x']
     spawn(label, given)
     declare const any: any
     spawn(unknowns, any); spawn(unknowns, [any]); spawn(double, [any])`,
  ],
  [
    'a generic function spawns',
    `function start<Args extends readonly unknown[], R, M>(actor: Actor<Args, R, M>, ...rest: SpawnArguments<Args>) {
       return spawn(actor, ...rest)
     }
     same<ReturnType<typeof start<[number], string, Dog>>, Started<string, Dog>>(true)
     start(label, [1, 'x'], { in: 'here' })
     const counts = actor(import.meta, 'counts', (_ctx, all: Consumer<unknown>) => all.size)
     function pass<T>(q: Queue<T>, item: T) { spawn(counts, [q.consumer()]); spawn(unknowns, [item, [q]]) }`,
  ],
  [
    'messages that answer to refs of themselves',
    `type Message = { from: ActorRef<Actor<[message: Message], void, Message>> }
     declare const message: Message
     spawn(unknowns, [message])`,
  ],
  [
    'what types cannot see of shared state passes',
    `type Tree = { readonly leaves: Tree[]; parent?: Tree }
     actor(import.meta, 'any', (_ctx, a: any, u: unknown, e: Error, b: Buffer, t: Tree, d: Date, o: { tally?: Tally }) => 1)
     actor(import.meta, 'generic', (_ctx, all: readonly (string | Uint8Array | null)[], f: AbortSignal) => all)`,
  ],
  [
    'a package adds a kind',
    `class Count { declare readonly _shared: 'Count'; constructor(readonly queue: Queue<number>) {} }
     kind(Count, { name: 'Count', from: 'counts', send: ({ queue }) => queue, receive: (queue) => new Count(queue) })
     actor(import.meta, 'counts', { shares: [Count] }, (_ctx, count: Count) => count.queue.size)`,
  ],
  [
    'a parameter that takes a ref names its actor',
    `const relay = actor(import.meta, 'relay', (_ctx, ref: ActorRef<typeof sum>) => ref.send(1))
     const target = spawn(sum, [1])
     spawn(relay, [target])
     const ref: ActorRef<typeof sum> = target
     const any: ActorRef = target
     any.kill()`,
  ],
  [
    'a ref that takes more takes less',
    `declare const wide: ActorRef<Actor<[], void, number | string>>
     const narrow: ActorRef<Actor<[], void, number>> = wide
     narrow.send(1)`,
  ],
  [
    'a child of a context is typed as any other',
    `actor(import.meta, 'parent', async (ctx) => {
       const child = ctx.spawn(double, [1], { in: 'thread' })
       same<typeof child.result, Promise<number>>(true)
       ctx.spawn(nothing)
       ctx.parent?.send('whatever')
       return child.result
     })`,
  ],
  [
    'join gives an exit, and undefined only with a timeout',
    `const started = spawn(nothing)
     same<ReturnType<typeof started.stop>, Promise<Exit>>(true)
     const late = started.join({ timeout: 1 })
     same<typeof late, Promise<Exit | undefined>>(true)
     const gone = started.join()
     same<typeof gone, Promise<Exit>>(true)
     started.on('exit', ({ reason, code }) => [reason satisfies string, code satisfies number | undefined])`,
  ],
  [
    'an actor is contravariant in its arguments and covariant in its result',
    `const takesAnimals: Actor<[Consumer<Animal>], Dog> = actor(
       import.meta, 'a', async (_ctx, all: Consumer<Animal>) => ({ ...(await all.get()), bark: 1 }))
     const takesDogs: Actor<[Consumer<Dog>], Animal> = takesAnimals
     spawn(takesDogs, [new Queue<Dog>().consumer()])`,
  ],
  [
    'a producer takes more, a consumer gives less',
    `const dogs: Producer<Dog> = new Queue<Animal>().producer()
     const animals: Consumer<Animal> = new Queue<Dog>().consumer()
     const joinable: Consumer<Animal> = new JoinableQueue<Dog>().consumer()`,
  ],
  [
    'all put forms take what the queue holds',
    `const q = new Queue<number>({ maxsize: 3, bytes: 4096 })
     same<ReturnType<typeof q.put>, Promise<void>>(true)
     q.putSync(1, { timeout: 5 }); const went: boolean = q.tryPut(1)
     q.putMany([1]); q.putMany(new Set([1])); q.putManySync(new Set([1]), { timeout: 5 })
     q.putMany((async function* () { yield 1 })(), { timeout: 5, signal: AbortSignal.abort() })`,
  ],
  [
    'all get forms give what the queue holds',
    `const q = new Queue<number>()
     same<ReturnType<typeof q.get>, Promise<number>>(true)
     same<ReturnType<typeof q.getSync>, number>(true)
     same<ReturnType<typeof q.tryGet>, { value: number } | undefined>(true)
     same<ReturnType<typeof q.getMany>, Promise<number[]>>(true)
     same<ReturnType<typeof q.getManySync>, number[]>(true)
     for await (const item of q) same<typeof item, number>(true)
     for await (const batch of q.batches(5)) same<typeof batch, number[]>(true)
     for await (const item of q.consumer()) same<typeof item, number>(true)`,
  ],
  [
    'options may be undefined, as they come from others',
    `function wait(q: Queue<number>, timeout?: number, signal?: AbortSignal) {
       q.getSync({ timeout })
       return q.get({ timeout, signal })
     }`,
  ],
  [
    'a pipe is typed both ways',
    `const [a, b] = Pipe<string, number>()
     same<typeof a, Connection<string, number>>(true)
     same<typeof b, Connection<number, string>>(true)
     a.send('x'); b.sendSync(1); b.trySend(1)
     same<ReturnType<typeof a.recv>, Promise<number>>(true)
     same<ReturnType<typeof b.recvSync>, string>(true)
     same<ReturnType<typeof b.tryRecv>, { value: string } | undefined>(true)
     for await (const item of b) same<typeof item, string>(true)
     const [c] = Pipe<Dog>()
     same<typeof c, Connection<Dog, Dog>>(true)
     const [d] = Pipe<number>({ duplex: true })
     same<typeof d, Connection<number, number>>(true)`,
  ],
  [
    'a one-way pipe is a receiver and a sender, in this order',
    `const [r, s] = Pipe<Dog>({ duplex: false })
     same<typeof r, Receiver<Dog>>(true)
     same<typeof s, Sender<Dog>>(true)
     const wider: Receiver<Animal> = r
     const [, sendsAnimals] = Pipe<Animal>({ duplex: false })
     const narrower: Sender<Dog> = sendsAnimals`,
  ],
  [
    'a joinable queue has taskDone and join, and so has its consumer',
    `const q = new JoinableQueue<number>()
     q.taskDone(); q.joinSync({ timeout: 1 })
     same<ReturnType<typeof q.join>, Promise<void>>(true)
     const c = q.consumer()
     same<typeof c, JoinableConsumer<number>>(true)
     c.taskDone()
     const plain: Queue<number> = q`,
  ],
  [
    'main may be async, and whatever it returns',
    `main(import.meta, async () => { await spawn(produce, [new Queue<number>().producer(), [1]]).result })
     main(import.meta, () => 5)`,
  ],
  [
    'an unknown error is recognised by its class',
    `import { QueueFullError, TroupeError } from '@troupe/runtime'
     const put = (error: unknown): number => error instanceof QueueFullError ? error.put : 0
     const code = (error: unknown): string => error instanceof TroupeError ? error.code : ''`,
  ],
]
