// Failures are told: to who asked, else to the user, with the exit code 1.
import { describe, expect, test } from 'vitest'
import { ActorDiedError, Queue, spawn } from '../dist/index.js'
import * as actors from './fixtures/failures.mjs'
import { runProgram } from './fixtures/program.js'

const places = ['thread', 'process', 'here'] as const
const apart = ['thread', 'process'] as const

describe.each([
  ['thread', 'thread'],
  ['process', 'here'],
  ['here', 'process'],
] as const)('the failure of a grandchild, in: %s, its child in: %s', (place, inner) => {
  test('is printed once and makes the exit code 1', () => {
    const { code, stdout, stderr } = runProgram('failing-programs.mjs', 'grandchild', place, inner)
    expect(stdout).toBe('normal')
    expect(stderr.match(/Actor failing failed \(error\)/g)).toHaveLength(1)
    expect(stderr.match(/Error: I failed/g)).toHaveLength(1)
    expect(code).toBe(1)
  })

  test('is so without main too', () => {
    const { code, stderr } = runProgram('failing-bare.mjs', place, inner)
    expect(stderr.match(/Error: I failed/g)).toHaveLength(1)
    expect(code).toBe(1)
  })
})

describe('a program', () => {
  test('whose main throws null prints it and ends with code 1', () => {
    expect(runProgram('failing-programs.mjs', 'null')).toMatchObject({ code: 1, stderr: 'null\n' })
  })

  test('whose main fails after a signal that it handled tells it', () => {
    const { code, stderr } = runProgram('failing-programs.mjs', 'signal')
    expect(stderr).toContain('Error: main failed')
    expect(code).toBe(1)
  })

  test.each(['put', 'closed put'])(
    'that awaits no failing put has an unhandled rejection: %s',
    (which) => {
      expect(runProgram('failing-programs.mjs', which).stdout).toBe('ERR_TROUPE_QUEUE_CLOSED')
    },
  )
})

describe.each(places)('an actor in: %s', (place) => {
  test('that is refused an actor here ends as any other', async () => {
    const started = spawn(actors.refused, [], { in: place })
    expect(await started.result).toMatch(/^ERR_TROUPE_/)
    expect((await started.join()).reason).toBe('normal')
  })

  test('that was stopped before it had a result rejects it', async () => {
    const ready = new Queue<string>()
    const started = spawn(actors.counts, [ready], { in: place })
    await ready.get()
    expect((await started.stop()).reason).toBe('shutdown')
    await expect(started.result).rejects.toThrow(ActorDiedError)
    await expect(started.result).rejects.toMatchObject({ code: 'ERR_TROUPE_ACTOR_DIED' })
  })

  test('that throws what cannot be sent has an exit that can be asked for', async () => {
    const asking = new Queue<string>()
    const odd = spawn(actors.throwsOddly, [], { in: place })
    odd.result.catch(() => {})
    const joining = spawn(actors.joins, [odd, asking])
    await asking.get()
    odd.send('throw')
    const [reason, message] = await joining.result
    expect(reason).toBe('error')
    expect(message).toMatch(/Problem.*odd.*\(it was sent as its text: /)
    expect((await odd.join()).reason).toBe('error')
  })
})

describe.each(apart)('a place of its own: %s', (place) => {
  test('that exits when it is stopped has no result', async () => {
    const ready = new Queue<string>()
    const started = spawn(actors.exitsWhenStopped, [ready], { in: place })
    await ready.get()
    expect((await started.stop()).reason).toBe('shutdown')
    await expect(started.result).rejects.toThrow(ActorDiedError)
  })

  test('tells an error out of band although the inbox of its starter is full', async () => {
    const [ready, go, told] = [new Queue<string>(), new Queue<string>(), new Queue<string>()]
    const started = spawn(actors.failsAfterFlood, [ready, go, told], { in: place })
    await ready.get()
    // This thread blocks, so that its inbox is not read, until the error is thrown.
    go.putSync('go')
    told.getSync()
    await expect(started.result).rejects.toThrow(new RangeError('the true cause'))
    expect((await started.join()).reason).toBe('error')
  })

  test('tells an error out of band that cannot be sent as its text', async () => {
    const started = spawn(actors.failsOddlyLater, [], { in: place })
    await expect(started.result).rejects.toThrow(
      /^Problem \{ why: 'odd' \} \(it was sent as its text: /,
    )
    expect((await started.join()).reason).toBe('error')
  })
})
