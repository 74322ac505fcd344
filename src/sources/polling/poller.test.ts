/** When platforms are asked: in their time, when told to, and again after trouble. */
import { hash } from 'node:crypto'
import { expect, it, vi } from 'vitest'
import {
  POLL_AGAIN_MS,
  POLL_FIRST_S,
  POLL_LOOK_MS,
  POLL_OVERLAP_S,
  POLL_PAGES_MAX,
} from '../../enrich-limits.ts'
import type { Dataset } from '../../event/dataset.ts'
import type { Order } from '../../store/orders.ts'
import type { SettingsDocument } from '../../store/store.ts'
import type { OpenedConnection } from '../inbox/connections.ts'
import type { Source } from '../source.ts'
import { stripe } from '../stripe.ts'
import { woocommerce } from '../woocommerce.ts'
import { wooOrder } from '../woocommerce-orders.ts'
import { createPoller } from './poller.ts'

const KEY = { dataset_id: '1', connection_id: 'c_shop' }
const MINUTE_MS = 60_000

function shopOf(poll_minutes: number | null) {
  const clock = { nowMs: Date.parse('2026-11-01T12:00:00Z') }
  const documents = new Map<string, SettingsDocument>()
  const orders = new Map<string, Order>()
  const asked: string[] = []
  const own = { shop_url: 'https://shop.example', consumer_key: 'k', consumer_secret: 's' }
  const settings = woocommerce.schema.parse({ ...own, poll_minutes })
  const source = woocommerce as unknown as Source
  let opened: OpenedConnection = { state: 'ready', source, settings }
  let answer = (_url: URL): Response => Response.json([])
  const sleeping: (() => void)[] = []
  const make = () =>
    createPoller({
      store: {
        putOrders: async (rows) => {
          for (const row of rows) orders.set(row.order_id, row)
          return { added: rows.length, changed: 0, same: 0 }
        },
        getSettings: async () => [...documents.values()],
        putSettings: async (list) => {
          for (const one of list) {
            if (one.value === undefined) documents.delete(one.id)
            else documents.set(one.id, one)
          }
        },
      },
      connections: { keys: () => [KEY], opened: () => opened },
      findDataset: () => ({ dataset_id: '1' }) as Dataset,
      sha256: (text) => hash('sha256', text),
      fetch: (async (url: string) => {
        asked.push(url)
        return answer(new URL(url))
      }) as typeof fetch,
      nowMs: () => clock.nowMs,
      random: () => 0.5,
      // Only the look around waits; a timeout never comes.
      sleep: (ms, signal) =>
        ms !== POLL_LOOK_MS && ms !== MINUTE_MS
          ? Promise.resolve()
          : new Promise((done) => {
              if (ms === POLL_LOOK_MS) sleeping.push(done)
              signal.addEventListener('abort', () => done())
            }),
      onTrouble: (error) => expect.unreachable(String(error)),
    })
  return {
    ...{ clock, asked, orders, make },
    answers: (next: typeof answer) => {
      answer = next
    },
    becomes: (next: OpenedConnection) => {
      opened = next
    },
    /** A while later it is looked who is due. */
    later: async (ms: number): Promise<void> => {
      clock.nowMs += ms
      for (const done of sleeping.splice(0)) done()
      await new Promise((done) => setImmediate(done))
    },
  }
}

type Poller = Awaited<ReturnType<ReturnType<typeof shopOf>['make']>>

const quiet = (poller: Poller, rounds: () => boolean) =>
  vi.waitFor(
    () => {
      expect(poller.status(KEY)?.running).toBe(false)
      expect(rounds()).toBe(true)
    },
    { interval: 1 },
  )

it('asks every so many minutes, and only when told to where none are set', async () => {
  const shop = shopOf(10)
  const poller = await shop.make()
  poller.start()
  await quiet(poller, () => shop.asked.length === 1)
  await shop.later(9 * MINUTE_MS)
  expect(shop.asked).toHaveLength(1)
  await shop.later(2 * MINUTE_MS)
  await quiet(poller, () => shop.asked.length === 2)
  await poller.stop()

  const told = shopOf(null)
  const silent = await told.make()
  silent.start()
  await told.later(86_400_000)
  expect(told.asked).toHaveLength(0)
  silent.ask(KEY)
  await quiet(silent, () => told.asked.length === 1)
  expect(silent.status(KEY)).toMatchObject({ next_ms: null, trouble: null })
  await silent.stop()
})

it('after trouble that passes asks again soon, when the platform wishes; else at its time', async () => {
  const shop = shopOf(60)
  const poller = await shop.make()
  shop.answers(() => new Response('', { status: 503, headers: { 'retry-after': '900' } }))
  poller.start()
  await quiet(poller, () => poller.status(KEY)?.last_ms != null)
  expect(shop.asked).toHaveLength(1)
  const waitMs = (poller.status(KEY)?.next_ms ?? 0) - shop.clock.nowMs
  expect(waitMs).toBeGreaterThanOrEqual(POLL_AGAIN_MS + 900_000)
  expect(waitMs).toBeLessThan(20 * MINUTE_MS)
  shop.answers(() => new Response('', { status: 401 }))
  await shop.later(waitMs)
  await quiet(poller, () => shop.asked.length === 2)
  const refusedMs = (poller.status(KEY)?.next_ms ?? 0) - shop.clock.nowMs
  expect(refusedMs).toBe(60 * MINUTE_MS)
  expect(poller.status(KEY)?.trouble).toContain('Check the token')
  await poller.stop()
})

it('goes on after a crash from the last page that was written down', async () => {
  const shop = shopOf(10)
  const page = (n: number): Response => {
    const list = Array.from({ length: 100 }, (_, at) => {
      const minute = String(n * 2 + Math.floor(at / 50)).padStart(2, '0')
      return wooOrder({ id: n * 100 + at, at: `2026-10-20T10:${minute}:00` })
    })
    return new Response(`[${list}]`, { headers: { 'x-wp-totalpages': '9' } })
  }
  let n = 0
  const first = await shop.make()
  shop.answers(() => {
    // It dies with its third answer.
    if (n === 2) void first.stop()
    return page(n++)
  })
  first.start()
  await vi.waitFor(() => expect(shop.asked).toHaveLength(3), { interval: 1 })
  await first.stop()
  const again = await shop.make()
  shop.answers(() => new Response('[]'))
  again.start()
  await quiet(again, () => shop.asked.length === 4)
  const since = new URL(shop.asked[3] ?? '').searchParams.get('modified_after') ?? ''
  expect(Date.parse(since)).toBeGreaterThanOrEqual(Date.parse('2026-10-20T10:02:00Z'))
  expect(again.status(KEY)).toMatchObject({ more: false })
  await again.stop()
})

it('a shop without end is asked in rounds of bounded length', async () => {
  const shop = shopOf(10)
  const poller = await shop.make()
  let n = 0
  shop.answers(() => {
    n += 1
    const at = new Date(Date.parse('2026-10-20T10:00:00Z') + n * 1000).toISOString().slice(0, 19)
    return new Response(`[${wooOrder({ id: n, at })}]`, { headers: { 'x-wp-totalpages': '9' } })
  })
  poller.start()
  await quiet(poller, () => shop.asked.length === POLL_PAGES_MAX)
  expect(poller.status(KEY)).toMatchObject({ more: true, next_ms: shop.clock.nowMs })
  await poller.stop()
})

it('nothing is written of a connection that is removed meanwhile', async () => {
  const shop = shopOf(10)
  const poller = await shop.make()
  shop.answers(() => {
    shop.becomes({ state: 'missing' })
    return new Response(`[${wooOrder()}]`)
  })
  poller.start()
  await vi.waitFor(() => expect(shop.asked).toHaveLength(1), { interval: 1 })
  await poller.stop()
  await poller.forget(KEY.connection_id)
  expect((await shop.make()).status(KEY)).toBeUndefined()
})

it('ends at a platform that answers one page whatever page it is asked for', async () => {
  const shop = shopOf(10)
  const poller = await shop.make()
  const at = '2026-10-20T10:00:00'
  shop.answers(() => new Response(`[${wooOrder({ at })}]`, { headers: { 'x-wp-totalpages': '9' } }))
  poller.start()
  await quiet(poller, () => poller.status(KEY)?.last_ms != null)
  expect(shop.asked.length).toBeLessThan(5)
  const { trouble, next_ms } = poller.status(KEY) ?? {}
  expect(trouble).toBe('WooCommerce answered the same page again when asked for the next one.')
  expect(next_ms).toBe(shop.clock.nowMs + 10 * MINUTE_MS)
  await poller.stop()
})

it('a page that is refused is not asked for again: its orders are, from their moment on', async () => {
  const shop = shopOf(10)
  const poller = await shop.make()
  const at = '2026-10-20T10:00:00'
  const isNumbered = (url: URL): boolean => url.searchParams.get('page') !== '1'
  shop.answers((url) => {
    if (isNumbered(url)) return new Response('', { status: 400 })
    return new Response(`[${wooOrder({ at })}]`, { headers: { 'x-wp-totalpages': '2' } })
  })
  poller.start()
  await quiet(poller, () => poller.status(KEY)?.trouble != null)
  const before = shop.asked.length
  shop.answers((url) => (isNumbered(url) ? new Response('', { status: 400 }) : Response.json([])))
  await shop.later(11 * MINUTE_MS)
  await quiet(poller, () => shop.asked.length > before)
  expect(poller.status(KEY)).toMatchObject({ trouble: null, more: false })
  await poller.stop()
})

it('asks another account behind the same address from the beginning', async () => {
  const shop = shopOf(null)
  const use = (api_key: string): void => {
    const settings = stripe.schema.parse({ api_key, poll_minutes: null })
    shop.becomes({ state: 'ready', source: stripe as unknown as Source, settings })
  }
  shop.answers(() => Response.json({ data: [], has_more: false }))
  use('rk_test_1')
  const poller = await shop.make()
  poller.start()
  const sinceAfter = async (rounds: number): Promise<number> => {
    poller.ask(KEY)
    await quiet(poller, () => shop.asked.length === rounds)
    return Number(new URL(shop.asked.at(-1) ?? '').searchParams.get('created[gte]'))
  }
  const first = Math.floor(shop.clock.nowMs / 1000) - POLL_FIRST_S
  expect(await sinceAfter(1)).toBe(first)
  shop.answers(() => Response.json({ data: [{ id: 'evt_1', created: first + 86_400 }] }))
  await sinceAfter(2)
  expect(await sinceAfter(3)).toBe(first + 86_400 - POLL_OVERLAP_S)
  use('rk_live_1')
  expect(await sinceAfter(4)).toBe(first)
  await poller.stop()
})
