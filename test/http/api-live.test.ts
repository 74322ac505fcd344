/** The live view over a real socket: what arrives, in which order, and how it begins and ends. */
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLive } from '../../src/api/live.ts'
import { legSchema } from '../../src/api/schemas.ts'
import type { LegView } from '../../src/api/types.ts'
import { COMMIT_EVENTS_MAX, LIVE_LISTENERS_MAX, LIVE_REPLAY_MAX } from '../../src/limits.ts'
import { ADMIN, type ApiBench, apiBench, event } from './api-bench.ts'

interface Message {
  readonly id?: string
  readonly event?: string
  readonly data?: string
  readonly comment?: boolean
}

let bench: ApiBench
let datasetId: string
let url: string
const open: AbortController[] = []

beforeEach(async () => {
  bench = await apiBench()
  datasetId = (await bench.access.createDataset({ name: 'Shop' })).dataset.dataset_id
  await bench.app.listen({ port: 0, host: '127.0.0.1' })
  url = `http://127.0.0.1:${(bench.app.server.address() as AddressInfo).port}`
})

afterEach(async () => {
  for (const controller of open.splice(0)) controller.abort()
  await bench.app.close()
})

interface Watch {
  readonly status: number
  /** The next message of this kind; undefined when the stream has ended. */
  next(kind: string): Promise<Message | undefined>
  leg(): Promise<LegView>
  leave(): void
}

async function watch(query = '', headers: Record<string, string> = {}): Promise<Watch> {
  const controller = new AbortController()
  open.push(controller)
  const reply = await fetch(`${url}/api/datasets/${datasetId}/live${query}`, {
    signal: controller.signal,
    headers: { authorization: `Bearer ${ADMIN}`, ...headers },
  })
  const messages = parse(reply.body)
  const next = async (kind: string): Promise<Message | undefined> => {
    for (;;) {
      const { value, done } = await messages.next()
      if (done) return undefined
      if (kind === 'comment' ? value.comment : value.event === kind) return value
    }
  }
  return {
    status: reply.status,
    next,
    leg: async () => legSchema.strict().parse(JSON.parse((await next('leg'))?.data ?? 'null')),
    leave: () => controller.abort(),
  }
}

async function* parse(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Message> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const fields = block.split('\n').map((line) => line.split(/: ?(.*)/s, 2))
      yield block.startsWith(':') ? { comment: true } : Object.fromEntries(fields)
    }
  }
}

const sale = (n: number, fields: object = {}): object =>
  event({ event_id: `e${n}`, custom_data: { value: n, currency: 'EUR' }, ...fields })

describe('the live view', () => {
  it('shows every leg as it is committed, of any verdict', async () => {
    const live = await watch()
    expect(live.status).toBe(200)
    await bench.deliver(datasetId, 'browser', [sale(1), sale(2, { event_time: 1 })])
    await bench.deliver(datasetId, 'server', [sale(1)])
    expect(await live.leg()).toMatchObject({ seq: 1, channel: 'browser', verdict: 'accepted' })
    expect(await live.leg()).toMatchObject({ verdict: 'rejected', reason: 'event_too_old' })
    expect(await live.leg()).toMatchObject({
      seq: 3,
      channel: 'server',
      verdict: 'duplicate',
      matched_by: 'event_id',
      of_seq: 1,
      findings: [],
    })
  })

  it('sends again what was missed, then goes on, without a gap or a repetition', async () => {
    await bench.deliver(datasetId, 'server', [sale(1), sale(2), sale(3)])
    const live = await watch('', { 'last-event-id': '1' })
    await bench.deliver(datasetId, 'server', [sale(4), sale(5)])
    const seqs = [await live.leg(), await live.leg(), await live.leg(), await live.leg()]
    expect(seqs.map(({ seq }) => seq)).toEqual([2, 3, 4, 5])
  })

  it('says how many legs were too far back', async () => {
    const many = LIVE_REPLAY_MAX + 10
    for (let n = 0; n < many; n += 505) {
      const size = Math.min(505, many - n)
      const events = Array.from({ length: size }, (_, at) => sale(n + at))
      await bench.deliver(datasetId, 'server', events)
    }
    const live = await watch('?after=2')
    expect((await live.next('skipped'))?.data).toBe('{"count":8}')
    expect(await live.leg()).toMatchObject({ seq: 11 })
  })

  it('takes a whole commit at once from a reader that is not slow', async () => {
    const live = await watch()
    const events = Array.from({ length: 1000 }, (_, n) => sale(n))
    await Promise.all([
      bench.deliver(datasetId, 'server', events),
      bench.deliver(datasetId, 'browser', events),
    ])
    for (let seq = 1; seq <= 2000; seq++) expect((await live.leg()).seq).toBe(seq)
  })

  it('shows only the legs of a test code when asked', async () => {
    const live = await watch('?test_event_code=TEST1')
    const dataset = bench.access.findDataset(datasetId)
    if (!dataset) throw new Error('the dataset exists')
    const { store } = bench
    await bench.deliver(datasetId, 'server', [sale(1)])
    const { revision } = await store.load([], [datasetId])
    const { legs } = (await store.events({ dataset_id: datasetId, limit: 1 })).events[0] ?? {}
    if (!legs) throw new Error('the event is stored')
    const [{ event: stored, envelope }] = legs
    const test = {
      seq: 2,
      event: stored,
      envelope: { ...envelope, test_event_code: 'TEST1' },
      verdict: 'accepted' as const,
    }
    const nothing = { keys: [], counters: [], money: [], deliveries: [], skips: [] }
    await store.commit({ ...nothing, revision, legs: [test] })
    bench.publish([test])
    expect(await live.leg()).toMatchObject({ seq: 2, test_event_code: 'TEST1' })
  })

  it('stays open with comments while nothing happens', async () => {
    const live = await watch()
    bench.beat()
    expect(await live.next('comment')).toEqual({ comment: true })
  })

  it('ends when its token is revoked or its dataset deleted', async () => {
    const { token, record } = await bench.access.createToken({
      dataset_id: datasetId,
      purpose: 'read',
    })
    const live = await watch('', { authorization: `Bearer ${token}` })
    await bench.access.revokeToken(record.id)
    bench.beat()
    expect(await live.next('leg')).toBeUndefined()
    const other = await watch()
    await bench.access.deleteDataset(datasetId)
    bench.beat()
    expect(await other.next('leg')).toBeUndefined()
  })

  it('tells nothing more once its token is revoked, without waiting for a heartbeat', async () => {
    const { token, record } = await bench.access.createToken({
      dataset_id: datasetId,
      purpose: 'read',
    })
    const live = await watch('', { authorization: `Bearer ${token}` })
    await bench.deliver(datasetId, 'server', [sale(1)])
    expect(await live.leg()).toMatchObject({ seq: 1 })
    await bench.access.revokeToken(record.id)
    await bench.deliver(datasetId, 'server', [sale(2)])
    expect(await live.next('leg')).toBeUndefined()
  })

  it('ends when the server stops', async () => {
    const live = await watch()
    const closing = bench.app.close()
    expect(await live.next('leg')).toBeUndefined()
    await closing
  })

  it('leaves no complaint in the log when it ends', async () => {
    for (const gone of [await watch(), await watch()]) {
      gone.leave()
      await gone.next('leg').catch(() => undefined)
    }
    await bench.app.close()
    await new Promise(setImmediate)
    expect(bench.logged).toEqual([])
  })

  it('sends a reader away that cannot keep up, and keeps no more for it', async () => {
    const live = await watch()
    await bench.deliver(datasetId, 'server', [sale(1)])
    const { legs } = (await bench.store.events({ dataset_id: datasetId, limit: 1 })).events[0] ?? {}
    if (!legs) throw new Error('the event is stored')
    const [{ event: stored, envelope }] = legs
    const padded = { ...stored, custom_data: { note: 'x'.repeat(10_000) } }
    for (let round = 0; round < 10; round++) {
      const from = 2 + round * COMMIT_EVENTS_MAX
      bench.publish(
        Array.from({ length: COMMIT_EVENTS_MAX }, (_, n) => {
          return { seq: from + n, event: padded, envelope, verdict: 'accepted' as const }
        }),
      )
      await new Promise(setImmediate)
    }
    expect(await live.next('lagged')).toMatchObject({ data: '{}' })
    expect(await live.next('leg')).toBeUndefined()
  })

  it('refuses more listeners than it can hold', async () => {
    for (let n = 0; n < LIVE_LISTENERS_MAX; n++) await watch()
    const { status } = await watch()
    expect(status).toBe(503)
  })
})

describe('the listeners of one process', () => {
  it('hear their own dataset only, until they leave', async () => {
    const live = createLive(() => undefined)
    const heard: string[] = []
    await bench.deliver(datasetId, 'server', [sale(1)])
    const { legs } = (await bench.store.events({ dataset_id: datasetId, limit: 1 })).events[0] ?? {}
    const leave = live.subscribe(datasetId, () => heard.push('own'))
    live.subscribe('1', () => heard.push('other'))
    live.publish(legs ?? [])
    leave()
    leave()
    live.publish(legs ?? [])
    expect(heard).toEqual(['own'])
  })
})
