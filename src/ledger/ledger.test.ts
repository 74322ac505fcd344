import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ServerBody } from '../collector/ports.ts'
import type { TwofoldError } from '../errors.ts'
import { type Dataset, datasetSettingsSchema } from '../event/dataset.ts'
import { ledgerThreadFile } from '../package-root.ts'
import {
  claimAt,
  delivery,
  exchange,
  expectEquation,
  listed,
  settleAll,
  statesOf,
} from '../store/conformance-deliveries.ts'
import { leg, put, START_MS } from '../store/conformance-legs.ts'
import { type Ledger, openLedger } from './ledger.ts'

let folder = ''
let ledger: Ledger
let deaths: Error[] = []
let troubles: string[] = []
beforeEach(async () => {
  deaths = []
  troubles = []
  folder = await mkdtemp(join(tmpdir(), 'twofold-ledger-'))
  ledger = await openLedger({
    threadFile: ledgerThreadFile,
    options: {
      file: join(folder, 'twofold.db'),
      publicUrl: undefined,
      trustedProxies: 0,
      testKey: 'key',
    },
    onLegs: () => {},
    onDue: () => {},
    onTrouble: (error, words) => troubles.push(`${words}: ${error.name}`),
    onDeath: (error) => deaths.push(error),
  })
})
afterEach(async () => {
  await ledger.store.close()
  await rm(folder, { recursive: true })
})

it('offers the outbox of the store in the thread, events and errors included', async () => {
  const { store } = ledger
  const expires_ms = Number.POSITIVE_INFINITY
  await put(store, { legs: [leg(1), leg(2)], deliveries: [1, 2].map((n) => delivery(n)) })
  expect(await store.enqueue([delivery(1, { leg_seq: 1, expires_ms })])).toBe(1)
  // The thread reads the real clock, and so must whoever asks what is due.
  const now = { nowMs: Date.now() }
  expect((await store.dueDeliveries(now.nowMs)).due).toHaveLength(1)
  const claimed = await claimAt(store, now, { limit: 2 })
  expect(claimed.deliveries.map(({ event }) => event)).toEqual([
    { legs: [leg(1)] },
    { legs: [leg(2)] },
  ])
  const ending = { state: 'held', code: '190', detail: 'token', exchange: 0 } as const
  const settled = { ending, nowMs: now.nowMs, exchanges: [exchange()] }
  expect(await settleAll(store, claimed, settled)).toBe(2)
  expect(await statesOf(store)).toEqual({ held: 2, pending: 1 })
  expect(await listed(store, { code: '190' })).toMatchObject([
    { seq: 2, exchange: exchange() },
    { seq: 1, exchange: exchange() },
  ])
  await expectEquation(store)
  const { dataset_id, destination_id } = delivery(1)
  const held = { dataset_id, destination_id, states: ['held'] as const, now_ms: START_MS }
  expect(await store.requeue(held)).toBe(2)
  await expect(store.deliveries({ dataset_id, limit: 1, cursor: 'x' })).rejects.toMatchObject({
    code: 'invalid_request',
  })
  expect(await store.eraseDestination(dataset_id, destination_id)).toBe(3)
  expect(await store.destinationStatus(dataset_id)).toEqual([])
})

const SHOP: Dataset = {
  dataset_id: '1001',
  ...datasetSettingsSchema.parse({ name: 'Shop' }),
  created_at_ms: 1,
}

/** So many events, numbered from `first` on, of some 1400 bytes each. */
function bodyFrom(first: number, events: number): ServerBody {
  const event_time = Math.floor(Date.now() / 1000)
  const data = Array.from({ length: events }, (_, n) => ({
    ...{ event_name: 'PageView', event_time, event_id: `id-${first + n}` },
    ...{ action_source: 'website', user_data: { fbp: 'fb.1.1700000000000.17' } },
    event_source_url: `https://shop.example/?q=${'x'.repeat(1200)}`,
  }))
  const body = Buffer.from(JSON.stringify({ data }))
  return { dataset_id: '1001', token: 't', body, query: {}, door: { via: 'graph', okStatus: 200 } }
}

it('takes bodies that are more than it reads at once, in their order, and answers all', async () => {
  ledger.setDataset('1001', SHOP)
  const sizes = [500, 500, 500, 1, 1, 1, 1000, 1, 700, 1]
  const firsts = sizes.map((_, at) => sizes.slice(0, at).reduce((sum, n) => sum + n, 0))
  const asked = sizes.map((events, at) => ledger.takeServerBody(bodyFrom(firsts[at] ?? 0, events)))
  expect(ledger.queued()).toBe(sizes.length)
  const answers = await Promise.all(asked)
  expect(answers.map((answer) => 'body' in answer && answer.body)).toMatchObject(
    sizes.map((events_received) => ({ events_received })),
  )
  expect(ledger.queued()).toBe(0)
  const ids: unknown[] = []
  for await (const legs of ledger.store.scan('1001', 1)) {
    ids.push(...legs.map(({ event }) => event.event_id))
  }
  expect(ids).toEqual(ids.map((_, n) => `id-${n}`))
  expect(ids).toHaveLength(sizes.reduce((sum, n) => sum + n, 0))
})

it('answers all who wait to be read before it ends, and takes no others', async () => {
  ledger.setDataset('1001', SHOP)
  const sizes = [1000, 1, 1000, 700, 1]
  const asked = sizes.map((events, at) => ledger.takeServerBody(bodyFrom(1000 * at, events)))
  const drained = ledger.drain()
  await expect(ledger.takeServerBody(bodyFrom(9000, 1))).rejects.toMatchObject({
    code: 'shutting_down',
  })
  await drained
  const answers = await Promise.all(asked)
  expect(answers.map((answer) => 'status' in answer && answer.status)).toEqual(sizes.map(() => 200))
})

it('takes bodies without a byte, again and again', async () => {
  ledger.setDataset('1001', SHOP)
  const body = Buffer.alloc(0)
  for (let n = 0; n < 3; n++) {
    const answer = await ledger.takeServerBody({ ...bodyFrom(0, 0), body })
    expect('status' in answer && answer.status).toBe(400)
    expect((await ledger.answerPixel(body, { headers: {}, socket: {} })).status).toBe(400)
  }
})

it('gives back whole a body that names another token than the one it came with', async () => {
  ledger.setDataset('1001', SHOP)
  const body = Buffer.from(
    JSON.stringify({ data: [{ text: 'é'.repeat(9000) }], access_token: 'u' }),
  )
  const copy = Buffer.from(body)
  expect(await ledger.takeServerBody({ ...bodyFrom(0, 0), body })).toEqual(copy)
})

it('tells everybody who waits to be read that it died', async () => {
  ledger.setDataset('1001', SHOP)
  // Nothing that is sent can do this: a defect stands for whatever ends the thread.
  ledger.setRoutes('1001', null as unknown as [])
  const asked = Array.from({ length: 8 }, (_, n) =>
    ledger.takeServerBody(bodyFrom(500 * n, 500)).catch(({ code }: TwofoldError) => code),
  )
  expect(await Promise.all(asked)).toEqual(asked.map(() => 'shutting_down'))
  expect([ledger.queued(), deaths.length]).toEqual([0, 1])
})

it('tells its death once; whoever waits is told to try again', async () => {
  const before = Array.from({ length: 50 }, () => ledger.store.stats().catch((error) => error))
  // Nothing that is sent can do this: a defect stands for whatever ends the thread.
  ledger.setRoutes('shop', null as unknown as [])
  const after = Array.from({ length: 50 }, () => ledger.store.stats().catch((error) => error))
  const answers = await Promise.all([...before, ...after])
  const failed = answers.filter((answer): answer is TwofoldError => answer instanceof Error)
  expect(failed.length).toBeGreaterThanOrEqual(50)
  expect(new Set(failed.map(({ code }) => code))).toEqual(new Set(['shutting_down']))
  await expect(ledger.store.stats()).rejects.toMatchObject({ code: 'shutting_down' })
  expect(deaths).toMatchObject([{ name: 'TypeError' }])
})

it('goes on without the rules that it cannot read, and says so', async () => {
  // One unreadable rule is left out by itself; this is a version that is none at all.
  ledger.setRules('shop', { version: 1, rules: null as unknown as [] })
  await ledger.store.stats()
  expect(troubles).toEqual([
    expect.stringMatching(/^the rules of dataset shop cannot be read and are not applied/),
  ])
  ledger.setRules('shop', { version: 2, rules: [] })
  await ledger.store.stats()
  expect([troubles.length, deaths]).toEqual([1, []])
})
