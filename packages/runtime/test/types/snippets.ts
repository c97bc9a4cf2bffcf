// What a user may write and what the compiler must refuse. Each snippet is a file of its own, behind PRELUDE.

export const PRELUDE = `
import {
  type Actor, actor, type ActorRef, type Connection, Consumer, type Context, type Exit, JoinableConsumer,
  JoinableQueue, main, Pipe, Producer, Queue, Receiver, Sender, spawn, Started,
} from '@troupe/runtime'
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
function same<A, B>(_yes: Same<A, B>): void {}
type Animal = { name: string }
type Dog = { name: string; bark: number }
const double = actor(import.meta, 'double', (_ctx, n: number) => n * 2)
const nothing = actor(import.meta, 'nothing', () => {})
const label = actor(import.meta, 'label', async (_ctx, id: number, text: string) => ({ id, text }))
const sum = actor(import.meta, 'sum', async (ctx: Context<number>, base: number) => base + (await ctx.receive()))
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

/** Name, text and what the compiler must say; nothing else. */
export const refused: readonly (readonly [string, string, RegExp])[] = [
  [
    'an argument of the wrong type',
    `spawn(double, ['x'])`,
    /'string' is not assignable to .*'number'/,
  ],
  ['too few arguments', `spawn(label, [1])`, /Source has 1 element\(s\) but target requires 2/],
  [
    'too many arguments',
    `spawn(double, [1, 2])`,
    /Source has 2 element\(s\) but target allows only 1/,
  ],
  ['no arguments where some are needed', `spawn(double)`, /Expected 2-3 arguments, but got 1/],
  [
    'arguments that are no array',
    `spawn(double, 1)`,
    /'number' is not assignable to .*\[n: number\]/,
  ],
  [
    'arguments where there are none',
    `spawn(nothing, [1])`,
    /'number' is not assignable to type 'undefined'/,
  ],
  [
    'a bare function',
    `spawn((n: number) => n, [1])`,
    /is missing the following properties|not assignable/,
  ],
  [
    'an unknown place',
    `spawn(nothing, [], { in: 'moon' })`,
    /'"moon"' is not assignable to type 'PlaceKind/,
  ],
  [
    'an unknown option',
    `spawn(nothing, [], { where: 'here' })`,
    /'where' does not exist in type 'SpawnOptions'/,
  ],
  ['a definition without import.meta', `actor('x', () => 1)`, /Expected 3 arguments, but got 2/],
  [
    'a result of another type',
    `const text: Promise<string> = spawn(double, [1]).result`,
    /'number' is not assignable to type 'string'/,
  ],
  [
    'a message to an actor without inbox',
    `spawn(nothing).send(1)`,
    /'1' is not assignable to parameter of type 'never'/,
  ],
  [
    'a message of the wrong type',
    `spawn(sum, [1]).send('x')`,
    /'string' is not assignable to parameter of type 'number'/,
  ],
  [
    'a wrong message through a ref',
    `const say = (ref: ActorRef<typeof sum>) => ref.send('x')`,
    /'string' is not assignable to parameter of type 'number'/,
  ],
  [
    'a ref of an actor that takes other messages',
    `const text = actor(import.meta, 'text', (ctx: Context<string>) => ctx.receive())
     const ref: ActorRef<typeof sum> = spawn(text)`,
    /'number' is not assignable to type 'string'/,
  ],
  [
    'a received message as another type',
    `actor(import.meta, 'x', async (ctx: Context<number>) => (await ctx.receive()).length)`,
    /'length' does not exist on type 'number'/,
  ],
  [
    'a child with wrong arguments',
    `actor(import.meta, 'x', (ctx) => void ctx.spawn(double, ['x']))`,
    /'string' is not assignable to .*'number'/,
  ],
  [
    'a queue of more as a queue of less',
    `const q: Queue<Dog> = new Queue<Animal>()`,
    /'bark' is missing in type 'Animal'/,
  ],
  [
    'a queue of less as a queue of more',
    `const q: Queue<Animal> = new Queue<Dog>()`,
    /'bark' is missing in type 'Animal'/,
  ],
  [
    'a producer of less as one of more',
    `const p: Producer<Animal> = new Queue<Dog>().producer()`,
    /'bark' is missing in type 'Animal'/,
  ],
  [
    'a consumer of more as one of less',
    `const c: Consumer<Dog> = new Queue<Animal>().consumer()`,
    /'bark' is missing in type 'Animal'/,
  ],
  [
    'an actor that takes less as one that takes more',
    `const dogs = actor(import.meta, 'dogs', async (_ctx, all: Consumer<Dog>) => void (await all.get()))
     const animals: Actor<[Consumer<Animal>], void> = dogs`,
    /'bark' is missing in type 'Animal'/,
  ],
  [
    'a queue of wrong items at spawn',
    `spawn(produce, [new Queue<string>().producer(), [1]])`,
    /'number' is not assignable to type 'string'/,
  ],
  [
    'a consumer where a producer belongs',
    `spawn(produce, [new Queue<number>().consumer(), [1]])`,
    /Consumer<number>/,
  ],
  [
    'a whole queue where a producer belongs',
    `spawn(produce, [new Queue<number>(), [1]])`,
    /Queue<number>/,
  ],
  [
    'get of a producer',
    `new Queue<number>().producer().get()`,
    /'get' does not exist on type 'Producer<number>'/,
  ],
  [
    'an iteration of a producer',
    `for await (const _ of new Queue<number>().producer());`,
    /Type 'Producer<number>' must have a '\[Symbol.asyncIterator\]/,
  ],
  [
    'put of a consumer',
    `new Queue<number>().consumer().put(1)`,
    /'put' does not exist on type 'Consumer<number>'/,
  ],
  [
    'tryPut of a consumer',
    `new Queue<number>().consumer().tryPut(1)`,
    /'tryPut' does not exist on type 'Consumer<number>'/,
  ],
  [
    'an item of the wrong type',
    `new Queue<number>().put('x')`,
    /'string' is not assignable to parameter of type 'number'/,
  ],
  [
    'items of the wrong type',
    `new Queue<number>().putMany(['x'])`,
    /'string' is not assignable to type 'number'/,
  ],
  [
    'async items in a blocking form',
    `new Queue<number>().putManySync((async function* () { yield 1 })())`,
    /AsyncGenerator<number.*'Iterable<number/,
  ],
  [
    'a signal for a blocking form',
    `new Queue<number>().getSync({ signal: AbortSignal.abort() })`,
    /'signal' does not exist in type 'SyncOptions'/,
  ],
  [
    'a timeout that is no number',
    `new Queue<number>().get({ timeout: '5' })`,
    /'string' is not assignable to type 'number/,
  ],
  [
    'getMany without its most',
    `new Queue<number>().getMany()`,
    /Expected 1-2 arguments, but got 0/,
  ],
  [
    'taskDone of a plain queue',
    `new Queue<number>().taskDone()`,
    /'taskDone' does not exist on type 'Queue<number>'/,
  ],
  [
    'taskDone of a plain consumer',
    `new Queue<number>().consumer().taskDone()`,
    /'taskDone' does not exist on type 'Consumer<number>'/,
  ],
  [
    'a plain queue as a joinable one',
    `const q: JoinableQueue<number> = new Queue<number>()`,
    /'Queue<number>' is not assignable to type 'JoinableQueue<number>'/,
  ],
  [
    'an item of the wrong type through a pipe',
    `Pipe<string, number>()[0].send(1)`,
    /'number' is not assignable to parameter of type 'string'/,
  ],
  [
    'an item of the wrong type through the other end',
    `Pipe<string, number>()[1].send('x')`,
    /'string' is not assignable to parameter of type 'number'/,
  ],
  [
    'the ends of a pipe mixed up',
    `const c: Connection<number, string> = Pipe<string, number>()[0]`,
    /is not assignable to type 'Connection<number, string>'/,
  ],
  [
    'send of a receiver',
    `Pipe<number>({ duplex: false })[0].send(1)`,
    /'send' does not exist on type 'Receiver<number>'/,
  ],
  [
    'recv of a sender',
    `Pipe<number>({ duplex: false })[1].recv()`,
    /'recv' does not exist on type 'Sender<number>'/,
  ],
  [
    'two types of a one-way pipe',
    `Pipe<number, string>({ duplex: false })`,
    /'false' is not assignable to type 'true/,
  ],
  [
    'an unknown option of a queue',
    `new Queue<number>({ maxSize: 5 })`,
    /'maxSize' does not exist in type 'QueueOptions'/,
  ],
  [
    'an unknown event',
    `spawn(nothing).on('end', () => {})`,
    /'"end"' is not assignable to parameter of type '"exit"'/,
  ],
]
