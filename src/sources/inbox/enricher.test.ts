/** What a thin delivery waits for, what a failure makes of it, and who is held up by whom. */
import { describe, expect, it, vi } from 'vitest'
import { ENRICH_GAP_MS, ENRICH_QUEUE_MAX } from '../../enrich-limits.ts'
import { TwofoldError } from '../../errors.ts'
import type { ClaimedInbox, InboxSettlement } from '../../store/inbox.ts'
import { generic } from '../generic.ts'
import type { Ask, Source } from '../source.ts'
import { createEnricher, type Thin } from './enricher.ts'

const SETTINGS = { secrets: [], order_prefix: '', test_event_code: null }
const NOW_MS = 1_000_000_000

/** Asks for an order, then for its items. */
const SOURCE: Source = {
  ...(generic as unknown as Source),
  name: 'shop',
  title: 'Shop',
  ask: ({ text, fetched = {} }): Ask | undefined => {
    const url = `https://api.shop.example/${text}`
    const headers = { 'x-token': 'shop-token' }
    if (fetched.order === undefined) return { name: 'order', url: `${url}?x=1`, headers }
    if (fetched.items !== undefined) return undefined
    return { name: 'items', url: `${url}/items`, headers, mayBeGone: true }
  },
}

const thin = (id: number, more: Partial<ClaimedInbox> = {}, settings = SETTINGS): Thin => ({
  claimed: {
    ...{ id, dataset_id: '1', connection_id: 'c_shop', topic: 'order', received_ms: NOW_MS },
    ...{ state: 'received', attempts: 1, events: [], kept: true, sealed: '' },
    ...more,
  },
  source: SOURCE,
  settings,
  delivered: { headers: {}, query: {}, text: `orders/${id}`, receivedMs: NOW_MS },
})

function enricherOf(answer: (url: string) => Response | Promise<Response>) {
  const settled: InboxSettlement[] = []
  const asked: string[] = []
  const clock = { nowMs: NOW_MS }
  const onEnriched = vi.fn()
  const enricher = createEnricher({
    store: {
      settleReceived: async ({ settlements }) => {
        settled.push(...settlements)
        return { conflict: false }
      },
    },
    fetch: (async (url: string, init: RequestInit) => {
      asked.push(url)
      const cut = new Promise<never>((_, reject) => {
        init.signal?.addEventListener('abort', () => reject(new Error('aborted')))
      })
      return await Promise.race([answer(url), cut])
    }) as typeof fetch,
    // Pauses between requests are over at once; a timeout never comes.
    sleep: (ms, signal) =>
      ms < 1000
        ? Promise.resolve()
        : new Promise((done) => signal.addEventListener('abort', () => done())),
    nowMs: () => clock.nowMs,
    random: () => 0.5,
    onTrouble: (error) => expect.unreachable(String(error)),
    onEnriched,
  })
  const until = (n: number) => vi.waitFor(() => expect(settled.length).toBe(n), { interval: 1 })
  return { enricher, settled, asked, until, onEnriched, clock }
}

it('asks one thing after the other, and gives the delivery with all of it', async () => {
  const { enricher, until, settled, asked, onEnriched } = enricherOf(
    (url) => new Response(url.endsWith('/items') ? '[]' : '{"id":1}'),
  )
  expect(enricher.take(thin(1))).toBeUndefined()
  await until(1)
  expect(settled).toEqual([{ id: 1, attempts: 1, state: 'received', due_ms: NOW_MS }])
  expect(onEnriched).toHaveBeenCalledOnce()
  expect(enricher.take(thin(1, { attempts: 2 }))).toMatchObject({
    text: 'orders/1',
    fetched: { order: '{"id":1}', items: '[]' },
  })
  expect(asked).toEqual([
    'https://api.shop.example/orders/1?x=1',
    'https://api.shop.example/orders/1/items',
  ])
})

const statusOf = (status: number, headers = {}) => new Response('secret words', { status, headers })

describe('a failure', () => {
  it.each<[string, () => Response | Promise<Response>, object]>([
    ['503: waits', () => statusOf(503), { state: 'received', due_ms: NOW_MS + 1001 }],
    [
      '429 with a wish: waits so long',
      () => statusOf(429, { 'retry-after': '30' }),
      { state: 'received', due_ms: NOW_MS + 30_501 },
    ],
    ['404: may come yet, so it waits', () => statusOf(404), { state: 'received' }],
    [
      '401: kept until somebody acts',
      () => statusOf(401),
      { state: 'failed', detail: expect.stringContaining('Check the token') },
    ],
    [
      'a redirect: would take the token along',
      () => statusOf(302, { location: 'https://evil.example' }),
      { state: 'failed', detail: 'Shop answered 302 to GET /orders/1.' },
    ],
    [
      'a private address',
      () => Promise.reject(new TwofoldError('private_target', 'x is not a public address.')),
      { state: 'failed', detail: expect.stringContaining('public address') },
    ],
    [
      'more than is read',
      () => new Response('x'.repeat(2 * 1024 * 1024)),
      { state: 'failed', detail: expect.stringContaining('more than 1 MB') },
    ],
    [
      'nobody there',
      () => Promise.reject(new TypeError('fetch failed')),
      { state: 'received', detail: 'Shop could not be reached (GET /orders/1).' },
    ],
  ])('%s', async (_, answer, expected) => {
    const { enricher, until, settled } = enricherOf(answer)
    enricher.take(thin(1))
    await until(1)
    expect(settled).toMatchObject([{ id: 1, reason: 'enrich_failed', ...expected }])
    expect(JSON.stringify(settled)).not.toMatch(/secret words|shop-token|x=1/)
  })

  it('is none where the thing may be gone', async () => {
    const { enricher, until } = enricherOf((url) =>
      url.endsWith('/items') ? statusOf(404) : new Response('{}'),
    )
    enricher.take(thin(1))
    await until(1)
    expect(enricher.take(thin(1))).toMatchObject({ fetched: { order: '{}', items: '' } })
  })

  it('pauses by what the platform did, however often the delivery was claimed', async () => {
    const { enricher, until, settled } = enricherOf(() => statusOf(503))
    enricher.take(thin(1, { attempts: 30 }))
    await until(1)
    expect(settled).toMatchObject([{ state: 'received', due_ms: NOW_MS + 150_000 }])
    expect(enricher.take(thin(2))).toMatchObject({ due_ms: NOW_MS + 1000 })
  })

  it('at one delivery lets the others be asked for before it', async () => {
    const { enricher, until, settled, asked, clock } = enricherOf((url) =>
      url.includes('/orders/1?') ? statusOf(500) : new Response('{}'),
    )
    for (const id of [1, 2, 3]) enricher.take(thin(id))
    await until(3)
    const due = (one: InboxSettlement) => ('due_ms' in one ? one.due_ms : 0)
    const next = settled.toSorted((a, b) => due(a) - due(b)).map(({ id }) => id)
    expect(next).toEqual([2, 3, 1])
    clock.nowMs = Math.max(...settled.map(due))
    for (const id of next) enricher.take(thin(id, { attempts: 2, reason: 'enrich_failed' }))
    await until(6)
    expect(asked.filter((url) => url.endsWith('/items'))).toHaveLength(2)
  })

  it('for days ends the waiting; the delivery is kept', async () => {
    const { enricher, until, settled } = enricherOf(() => statusOf(503))
    enricher.take(thin(1, { received_ms: NOW_MS - 4 * 86_400_000 }))
    await until(1)
    expect(settled).toMatchObject([{ state: 'failed', reason: 'enrich_failed' }])
  })

  it('of the platform is waited out by all of its connection, asked by one', async () => {
    const { enricher, until, settled, asked } = enricherOf(() => statusOf(503))
    for (const id of [1, 2, 3]) enricher.take(thin(id))
    await until(3)
    expect(asked).toHaveLength(1)
    const due = settled.map((one) => ('due_ms' in one ? one.due_ms - NOW_MS : 0))
    expect(due.sort()).toEqual([1000, 1000, 1001])
    expect(enricher.take(thin(4))).toMatchObject({ state: 'received', reason: 'enrich_failed' })
    // Somebody pressed the button, which takes the reason away; or changed the settings.
    expect(enricher.take(thin(2, { attempts: 2 }))).toBeUndefined()
    await until(4)
    // It only waited behind others: nobody wants it to be tried now.
    const behind = thin(6, { attempts: 2, detail: 'Others are asked for first.' })
    expect(enricher.take(behind)).toMatchObject({ reason: 'enrich_failed' })
    expect(enricher.take(thin(5, {}, { ...SETTINGS }))).toBeUndefined()
  })
})

describe('a token that is lent', () => {
  /** Lends one, then asks for an order with it. */
  const lending = (id: number, settings = SETTINGS): Thin => ({
    ...thin(id, {}, settings),
    source: {
      ...SOURCE,
      ask: ({ text, fetched = {} }): Ask | undefined => {
        const url = 'https://api.shop.example'
        if (fetched.token === undefined)
          return { name: 'token', url: `${url}/token`, headers: {}, keepMs: 600_000 }
        if (fetched.order !== undefined) return undefined
        return { name: 'order', url: `${url}/${text}?${fetched.token}`, headers: {} }
      },
    },
  })
  const paths = (asked: readonly string[]) => asked.map((url) => url.slice(25))

  it('serves several, and is lent anew once it ends before its time', async () => {
    let lent = 0
    let valid = 1
    const { enricher, until, settled, asked } = enricherOf((url) => {
      if (url.endsWith('/token')) {
        lent += 1
        return new Response(`t${lent}`)
      }
      return url.endsWith(`t${valid}`) ? new Response('{}') : statusOf(401)
    })
    for (const id of [1, 2]) enricher.take(lending(id))
    await until(2)
    valid = 2
    enricher.take(lending(3))
    await until(3)
    expect(settled.map((one) => 'due_ms' in one && one.due_ms)).toEqual([NOW_MS, NOW_MS, NOW_MS])
    expect(paths(asked)).toEqual([
      ...['token', 'orders/1?t1', 'orders/2?t1', 'orders/3?t1', 'token', 'orders/3?t2'],
    ])
  })

  it('that is refused anew leaves a failed delivery, asked no further', async () => {
    const { enricher, until, settled, asked } = enricherOf((url) =>
      url.endsWith('/token') ? new Response('t1') : statusOf(401),
    )
    enricher.take(lending(1))
    await until(1)
    expect(settled).toMatchObject([{ state: 'failed' }])
    expect(paths(asked)).toEqual(['token', 'orders/1?t1'])
  })

  it('is not taken along to where newer settings lead', async () => {
    const { enricher, until, asked } = enricherOf((url) =>
      url.endsWith('/token') ? new Response('t1') : new Response('{}'),
    )
    enricher.take(lending(1))
    enricher.take(lending(2, { ...SETTINGS }))
    await until(2)
    expect(paths(asked)).toEqual(['token', 'orders/1?t1', 'token', 'orders/2?t1'])
  })
})

it('a platform that does not answer holds up its own connection only', async () => {
  const { enricher, until, settled } = enricherOf((url) =>
    url.includes('/orders/1') ? new Promise(() => undefined) : new Response('{}'),
  )
  enricher.take(thin(1))
  for (let id = 100; id < 100 + ENRICH_QUEUE_MAX - 1; id++) enricher.take(thin(id))
  const later = enricher.take(thin(999))
  const queueMs = ENRICH_QUEUE_MAX * ENRICH_GAP_MS
  expect(later).toMatchObject({ state: 'received', due_ms: NOW_MS + queueMs })
  expect(later).not.toHaveProperty('reason')
  enricher.take(thin(2, { connection_id: 'c_other' }))
  await until(1)
  expect(settled).toMatchObject([{ id: 2, state: 'received', due_ms: NOW_MS }])
  await enricher.stop()
  expect(settled).toHaveLength(1)
})

it('claimed anew while it is asked, it is settled under the newer claim', async () => {
  const { enricher, until, settled } = enricherOf(() => new Response('{}'))
  enricher.take(thin(1))
  expect(enricher.take(thin(1, { attempts: 2 }))).toBeUndefined()
  await until(1)
  expect(settled).toMatchObject([{ id: 1, attempts: 2 }])
})
