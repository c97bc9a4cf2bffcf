// What the compiler must refuse. Each snippet is a file of its own, behind PRELUDE of accepted.ts.

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
  ['a definition without import.meta', `actor('x', () => 1)`, /Expected 3-4 arguments, but got 2/],
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
  ...(
    [
      ['an argument', `(_ctx, one: Tally) => 1`],
      ['an object', `(_ctx, all: { deep: readonly [number, Tally][] }) => 1`],
      ['a queue', `(_ctx, q: Queue<Tally>) => 1`],
      ['an end of a queue', `(_ctx, items: Consumer<{ one: Tally }>) => 1`],
      ['a connection', `(_ctx, c: Connection<number, Tally>) => 1`],
      ['a map', `(_ctx, m: Map<string, Set<Tally>>) => 1`],
      ['an argument beside any', `(_ctx, one: Tally, some: any, all?: unknown) => 1`],
      ['an argument with any message', `(ctx: Context<any>, one: Tally) => 1`],
      ['an argument that may be left out', `(ctx: Context<unknown>, one?: Tally) => 1`],
      ['arguments of any number', `(_ctx, ...all: [unknown, ...Tally[]]) => 1`],
      ['the inbox', `(ctx: Context<{ one: Tally }>) => 1`],
      ['a ref', `(_ctx, ref: ActorRef<Actor<[], void, Tally>>) => 1`],
    ] as const
  ).map(
    ([what, run]) =>
      [
        `shared state that is not listed, in ${what}`,
        `actor(import.meta, 'x', ${run})`,
        /add \{ shares: \[Tally\] \}/,
      ] as const,
  ),
  [
    'shared state of a kind beside those that are listed',
    `actor(import.meta, 'x', { shares: [Board] }, (_ctx, one: Tally, two: Board) => 1)`,
    /add \{ shares: \[Tally\] \}/,
  ],
  [
    'a class that is no kind among those that are listed',
    `actor(import.meta, 'x', { shares: [Date] }, () => 1)`,
    /_shared/,
  ],
  ...(
    [
      ['an argument', `spawn(unknowns, [tally])`],
      [
        'an argument among others',
        `const none: object = {}; spawn(unknowns, [1, none, [{}, tally]])`,
      ],
      ['an object, with options', `spawn(unknowns, [{ deep: [{ tally }] }], { in: 'process' })`],
      ['a queue', `spawn(unknowns, [new Queue<Tally>()])`],
      ['arguments that were made before', `const given: [Tally] = [tally]; spawn(unknowns, given)`],
      [
        'arguments of a child',
        `actor(import.meta, 'x', (ctx) => void ctx.spawn(unknowns, [tally]))`,
      ],
      [
        'arguments of any actor',
        `const run = (any: Actor<unknown[], void>) => spawn(any, [tally])`,
      ],
      [
        'arguments of an actor that lists another',
        `spawn(actor(import.meta, 'x', { shares: [Board] }, (_ctx, any: unknown) => 1), [tally])`,
      ],
    ] as const
  ).map(
    ([what, text]) =>
      [
        `shared state in ${what}, where no type names it`,
        text,
        /parameter of type '"add \{ shares: \[Tally\] \}"'/,
      ] as const,
  ),
  [
    'shared state as something that it extends',
    `spawn(length, [floats])`,
    /parameter of type '"add \{ shares: \[Floats\] \}"'/,
  ],
  [
    'shared state of two kinds, where no type names it',
    `spawn(unknowns, [tally, board])`,
    /parameter of type '"add \{ shares: \[(Tally, Board|Board, Tally)\] \}"'/,
  ],
  [
    'an actor that lists less as one that lists more',
    `const takes: Actor<unknown[], number, never, 'Tally'> = unknowns`,
    /'"?Tally"?' is not assignable to type 'never'|'never' is not assignable/,
  ],
]
