import { describe, expect, it } from 'vitest'
import type { Verdict } from './answer.ts'
import { GIVE_UP_MS } from './limits.ts'
import { START_MS, type TestPlatform, testPlatform } from './platform.fixture.ts'
import type { TwofoldProblem } from './problem.ts'
import { Sender, type SenderPorts } from './sender.ts'
import type { Spool, SpoolChange, SpooledEvent } from './spool.ts'

const TAKEN: Verdict = { kind: 'taken', refused: [] }
const DOWN: Verdict = { kind: 'retry', reason: 'ECONNREFUSED' }

interface Rig {
  readonly sender: Sender
  readonly platform: TestPlatform
  readonly problems: TwofoldProblem[]
  /** Event ids of each request. */
  readonly requests: string[][]
  add(...ids: string[]): void
}

/** `answers` in turn, the last one for ever. */
function rig(answers: readonly Verdict[], ports: Partial<SenderPorts> = {}): Rig {
  const platform = testPlatform()
  const problems: TwofoldProblem[] = []
  const requests: string[][] = []
  const sender = new Sender({
    batchEvents: 3,
    gatherMs: 1000,
    giveUpMs: GIVE_UP_MS,
    queueEvents: 10,
    dataset: '581',
    platform,
    report: (problem) => void problems.push(problem),
    post: async (batch) => {
      requests.push(batch.map(({ eventId }) => eventId))
      return answers[Math.min(requests.length, answers.length) - 1] as Verdict
    },
    ...ports,
  })
  const add = (...ids: string[]): void => {
    for (const id of ids) sender.add(event(id, { queuedAtMs: platform.nowMs() }))
  }
  return { sender, platform, problems, requests, add }
}

function event(id: string, more: Partial<SpooledEvent> = {}): SpooledEvent {
  return { key: `key-${id}`, eventId: id, text: `{"id":"${id}"}`, queuedAtMs: START_MS, ...more }
}

describe('gathering', () => {
  it('sends what came together in one request, when its time is up', async () => {
    const { platform, requests, add } = rig([TAKEN])
    add('a', 'b')
    await platform.pass(999)
    expect(requests).toEqual([])
    await platform.pass(1)
    expect(requests).toEqual([['a', 'b']])
  })

  it('does not wait when a batch is full', async () => {
    const { platform, requests, add } = rig([TAKEN])
    add('a', 'b', 'c', 'd')
    await platform.pass(0)
    expect(requests).toEqual([['a', 'b', 'c'], ['d']])
  })

  it('sends test codes apart, because the code stands beside the events', async () => {
    const { platform, requests, sender } = rig([TAKEN])
    sender.add(event('a'))
    sender.add(event('b', { testEventCode: 'TEST1' }))
    await platform.pass(1000)
    expect(requests).toEqual([['a'], ['b']])
  })
})

describe('a server that does not answer', () => {
  it('gets the same ids again, in order, until it takes them; each arrives once', async () => {
    const { platform, requests, problems, add } = rig([DOWN, DOWN, TAKEN])
    add('a', 'b')
    await platform.pass(60_000)
    add('c')
    await platform.pass(60_000)
    expect(requests).toEqual([['a', 'b'], ['a', 'b'], ['a', 'b'], ['c']])
    expect(problems).toEqual([])
  })

  it('is not asked before the time that it named', async () => {
    const { platform, requests, add } = rig([{ ...DOWN, afterMs: 30_000 }, TAKEN])
    add('a')
    await platform.pass(30_999)
    expect(requests).toHaveLength(1)
    await platform.pass(5000)
    expect(requests).toHaveLength(2)
  })

  it('is told of once, and of what was given up when time was up', async () => {
    const { platform, problems, add } = rig([DOWN], { giveUpMs: 3_600_000 })
    add('a', 'b')
    await platform.pass(3_000_000)
    expect(problems).toMatchObject([{ code: 'delayed', events: 2, eventIds: ['a', 'b'] }])
    await platform.pass(3_000_000)
    expect(problems.slice(1)).toEqual([
      {
        code: 'given_up',
        events: 2,
        eventIds: ['a', 'b'],
        message: '2 events could not be delivered in time: ECONNREFUSED.',
      },
    ])
  })

  it('fills the queue: the oldest are kept, the newest refused, told with their count', async () => {
    const answers = [DOWN, DOWN, DOWN, DOWN, TAKEN]
    const { platform, problems, requests, add } = rig(answers, { queueEvents: 4 })
    add('a', 'b', 'c', 'd', 'e', 'f', 'g')
    await platform.pass(60_000)
    expect(problems.map(({ code, events }) => [code, events])).toEqual([
      ['queue_full', 1],
      ['delayed', 4],
      ['queue_full', 3],
    ])
    expect(requests.slice(-2)).toEqual([['a', 'b', 'c'], ['d']])
    add('h')
    await platform.pass(1000)
    expect(requests.at(-1)).toEqual(['h'])
  })
})

describe('refusals', () => {
  it('of single events are told with the server’s words, the others arrived', async () => {
    const refused = [{ place: 1, reason: 'event_time is too old.' }]
    const { platform, problems, requests, add } = rig([{ kind: 'taken', refused }, TAKEN])
    add('a', 'b', 'c')
    await platform.pass(60_000)
    expect(requests).toHaveLength(1)
    expect(problems).toEqual([
      {
        code: 'refused',
        events: 1,
        eventIds: ['b'],
        message: 'The server refused 1 event: event_time is too old.',
      },
    ])
  })

  it('of a whole request for the sake of one event: the good ones are sent again', async () => {
    const partly: Verdict = { kind: 'partly', refused: [{ place: 0, reason: 'bad' }], status: 400 }
    const { platform, problems, requests, add } = rig([partly, TAKEN])
    add('a', 'b', 'c')
    await platform.pass(60_000)
    expect(requests).toEqual([
      ['a', 'b', 'c'],
      ['b', 'c'],
    ])
    expect(problems).toMatchObject([{ code: 'refused', eventIds: ['a'], status: 400 }])
  })

  it('that repeating would not mend drop the batch and go on with the next', async () => {
    const wrong: Verdict = { kind: 'refused', reason: 'unknown token', status: 401 }
    const { platform, problems, requests, add } = rig([wrong, TAKEN])
    add('a', 'b', 'c', 'd')
    await platform.pass(60_000)
    expect(requests).toEqual([['a', 'b', 'c'], ['d']])
    expect(problems).toMatchObject([{ code: 'refused', events: 3, status: 401 }])
  })

  it('of a request that is too large: halves of it are tried', async () => {
    const { platform, problems, requests, add } = rig([{ kind: 'split' }, TAKEN])
    add('a', 'b', 'c')
    await platform.pass(60_000)
    expect(requests).toEqual([['a', 'b', 'c'], ['a', 'b'], ['c']])
    expect(problems).toEqual([])
  })
})

describe('flush and close', () => {
  it('end when what was there has arrived', async () => {
    const { sender, platform, requests, add } = rig([TAKEN])
    add('a')
    const flushed = sender.flush(5000)
    await platform.pass(0)
    expect(await flushed).toEqual({ waiting: 0 })
    expect(requests).toEqual([['a']])
  })

  it('end when their time is up, and say what waits', async () => {
    const { sender, platform, add } = rig([DOWN])
    add('a', 'b')
    const flushed = sender.flush(5000)
    await platform.pass(5000)
    expect(await flushed).toEqual({ waiting: 2 })
  })

  it('close tells what it could not deliver, and refuses what comes later', async () => {
    const { sender, platform, problems, add } = rig([DOWN])
    add('a')
    const closed = sender.close(1)
    await platform.pass(1)
    expect(await closed).toEqual({ waiting: 1 })
    add('b')
    expect(problems).toMatchObject([
      { code: 'given_up', eventIds: ['a'] },
      { code: 'given_up', eventIds: ['b'] },
    ])
  })
})

describe('a spool', () => {
  class Memory implements Spool {
    readonly changes: SpoolChange[] = []
    readonly old: SpooledEvent[] = []
    fails = false
    async load() {
      return this.old
    }
    save(change: SpoolChange): void {
      if (this.fails) throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
      this.changes.push(change)
    }
  }

  it('has each event before track() returns, and hears when it arrived', async () => {
    const spool = new Memory()
    const { platform, add } = rig([TAKEN], { spool })
    add('a')
    expect(spool.changes).toEqual([{ added: [event('a')], done: [] }])
    await platform.pass(1000)
    expect(spool.changes[1]).toEqual({ added: [], done: ['key-a'] })
  })

  it('brings back what an earlier program left, before anything new', async () => {
    const spool = new Memory()
    spool.old.push(event('old'))
    const { platform, requests, add } = rig([TAKEN], { spool })
    add('a')
    await platform.pass(1000)
    expect(requests).toEqual([['old', 'a']])
  })

  it('that brings back events of another dataset has them left alone', async () => {
    const spool = new Memory()
    spool.old.push(event('own', { dataset: '581' }), event('other', { dataset: '600' }))
    const { platform, requests, add } = rig([TAKEN], { spool })
    add('a')
    await platform.pass(1000)
    expect(requests).toEqual([['own', 'a']])
    expect(spool.changes.at(-1)).toEqual({ added: [], done: ['key-own', 'key-a'] })
  })

  it('keeps what was not delivered when the client is closed, and nothing is told', async () => {
    const spool = new Memory()
    const { sender, platform, problems, add } = rig([DOWN], { spool })
    add('a')
    void sender.close(1)
    await platform.pass(10)
    expect(spool.changes).toEqual([{ added: [event('a')], done: [] }])
    expect(problems).toEqual([])
  })

  it('that cannot be written is told once; the event is sent all the same', async () => {
    const spool = new Memory()
    spool.fails = true
    const { platform, problems, requests, add } = rig([TAKEN], { spool })
    add('a', 'b')
    await platform.pass(1000)
    expect(problems).toMatchObject([{ code: 'spool_failed' }])
    expect(problems[0]?.message).toContain('ENOSPC')
    expect(requests).toEqual([['a', 'b']])
  })
})
