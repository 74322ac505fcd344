/** What becomes of deliveries, whatever fails on the way and in whatever order they come. */
import { hash, randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { TwofoldError } from '../../errors.ts'
import { datasetSettingsSchema } from '../../event/dataset.ts'
import type { Accept } from '../../ingest/ingest.ts'
import { createSecretBox } from '../../secret-box.ts'
import { memoryStore } from '../../store/drivers/memory.ts'
import { generic } from '../generic.ts'
import type { AmountAt, OrderFact, Source, SourceEvent } from '../source.ts'
import { sealDelivery } from './hooks.ts'
import { createTranslator, type Translator, type TranslatorPorts } from './translator.ts'

const KEY = { dataset_id: '1', connection_id: 'c_shop' }
const DATASET = {
  ...datasetSettingsSchema.parse({ name: 'Shop' }),
  dataset_id: '1',
  created_at_ms: 0,
}
const SETTINGS = { secrets: [], order_prefix: '', test_event_code: null }
/** What is delivered are the facts themselves. */
const SOURCE: Source = {
  ...(generic as unknown as Source),
  name: 'shop',
  translate: ({ text }) => ({ facts: JSON.parse(text) }),
}

const euros = (id: string, amount: string): AmountAt => ({
  id,
  amount,
  currency: 'EUR',
  at_s: 2000,
})
const order = (ref: string, more: Partial<OrderFact> = {}): OrderFact => ({
  kind: 'order',
  refs: [ref],
  order_id: ref,
  ...more,
})
const paid = (ref: string): OrderFact => {
  const purchase: SourceEvent = {
    event_name: 'Purchase',
    event_time: 1000,
    event_id: `purchase:${ref}`,
    action_source: 'website',
    user_data: { em: ['jo@example.com'] },
    custom_data: { value: 30, currency: 'EUR', order_id: ref },
  }
  return order(ref, { purchase })
}
/** So much is refunded by now. */
const refunded = (ref: string, sum: string): OrderFact => order(ref, { refunded: euros('s', sum) })

/** Counts an id once, as ingest does. */
function ledger() {
  const counted = new Map<string, string>()
  const accept: Accept = async ({ events }) =>
    (events as readonly SourceEvent[]).map(({ event_id, event_name, custom_data }, seq) => {
      if (counted.has(event_id)) return { verdict: 'duplicate', seq }
      counted.set(event_id, `${event_name} ${custom_data?.value ?? ''}`.trim())
      return { verdict: 'accepted', seq }
    })
  return { accept, counted: () => [...counted.values()] }
}

const running: Translator[] = []
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop()
})

function shop(make = memoryStore) {
  const store = make()
  const clock = { nowMs: 1_000_000 }
  const box = createSecretBox({ key: randomBytes(32), randomBytes })
  const { accept, counted } = ledger()
  const troubles: unknown[] = []
  let keys = 0
  let nap: { readonly ms: number; readonly end: () => void } | undefined
  const sleep: TranslatorPorts['sleep'] = (ms, signal) =>
    new Promise((done) => {
      const end = (): void => {
        nap = undefined
        done()
      }
      nap = { ms, end }
      signal.addEventListener('abort', end, { once: true })
    })
  return {
    store,
    accept,
    counted,
    troubles,
    deliver: async (...facts: readonly unknown[]) => {
      const delivered = { headers: {}, query: {}, text: JSON.stringify(facts), receivedMs: 0 }
      keys += 1
      clock.nowMs += 1
      const sealed = await sealDelivery(box, KEY, delivered)
      const rest = { delivery_key: `${keys}`, topic: 'orders', received_ms: clock.nowMs }
      return (await store.receive({ ...KEY, ...rest, sealed })).id
    },
    begin: (more: Partial<TranslatorPorts> = {}) => {
      const connections = {
        opened: () => ({ state: 'ready' as const, source: SOURCE, settings: SETTINGS }),
        box,
      }
      const made = createTranslator({
        ...{ store, accept, connections, sleep, isAlone: true },
        findDataset: () => DATASET,
        nowMs: () => clock.nowMs,
        random: () => 0.5,
        sha256: (text) => hash('sha256', text),
        fetch: () => Promise.reject(new Error('nothing is asked here')),
        onTrouble: (error) => troubles.push(error),
        ...more,
      })
      running.push(made)
      made.start()
      return made
    },
    /** Until it has nothing to do for a while; how long that is. */
    asleep: () =>
      vi.waitFor(
        () => {
          if (!nap) throw new Error('it is still at work')
          return nap.ms
        },
        { interval: 1 },
      ),
    /** The pause is over. */
    later: () => {
      clock.nowMs += nap?.ms ?? 0
      nap?.end()
    },
    rows: async () => {
      const { deliveries } = await store.inbox({ ...KEY, limit: 100 })
      return [...deliveries].reverse().map(({ state, reason }) => `${state} ${reason ?? ''}`.trim())
    },
  }
}

describe('deliveries that were counted and not remembered', () => {
  const ALL = ['Purchase 30', 'Refund 10', 'Refund 20']

  it('come first after a crash, before later ones of their order', async () => {
    const { store, begin, deliver, asleep, counted, later, rows } = shop()
    const dead = begin()
    await deliver(paid('1'))
    dead.wake()
    await vi.waitFor(() => expect(counted()).toHaveLength(1))
    await asleep()
    await dead.stop()
    await deliver(refunded('1', '10'))
    begin({ store: { ...store, settleReceived: () => new Promise(() => {}) } })
    running.pop()
    await vi.waitFor(() => expect(counted()).toHaveLength(2))
    await deliver(refunded('1', '30'))
    begin()
    await vi.waitFor(() => expect(counted()).toEqual(ALL))
    await asleep()
    later()
    expect(await rows()).toEqual(['translated', 'translated', 'translated'])
  })

  it('come first after a round that broke off', async () => {
    const { store, begin, deliver, asleep, counted, later, rows, troubles } = shop()
    let left = 1
    const settleReceived: typeof store.settleReceived = async (request) => {
      const isRefund = counted().includes('Refund 10')
      if (isRefund && left-- > 0) throw new TwofoldError('store_failed')
      return store.settleReceived(request)
    }
    await deliver(paid('1'))
    await deliver(refunded('1', '10'))
    const translator = begin({ store: { ...store, settleReceived } })
    await vi.waitFor(() => expect(troubles).toHaveLength(1))
    await asleep()
    await deliver(refunded('1', '30'))
    translator.wake()
    expect(counted()).toHaveLength(2)
    later()
    await vi.waitFor(() => expect(counted()).toEqual(ALL))
    await asleep()
    expect(await rows()).toEqual(['translated', 'translated', 'translated'])
  })

  it('are given back with all that follow them, and nothing overtakes them', async () => {
    const { store, begin, deliver, asleep, accept, counted, later, rows } = shop()
    let conflicts = 1
    const settleReceived: typeof store.settleReceived = async (request) => {
      const isRefund = counted().includes('Refund 10')
      if (isRefund && conflicts-- > 0) return { conflict: true }
      return store.settleReceived(request)
    }
    let refusals = 1
    const fullAtFirst: Accept = async (delivery) => {
      if (refusals-- > 0) throw new TwofoldError('overloaded')
      return accept(delivery)
    }
    await deliver(paid('1'))
    await deliver(refunded('1', '10'))
    const translator = begin({ accept: fullAtFirst, store: { ...store, settleReceived } })
    await asleep()
    expect(await rows()).toEqual(['received overloaded', 'received overloaded'])
    expect(counted()).toEqual([])
    later()
    await vi.waitFor(() => expect(counted()).toHaveLength(2))
    expect(await asleep()).toBeLessThanOrEqual(5000)
    expect(await rows()).toEqual(['translated', 'received busy'])
    await deliver(refunded('1', '30'))
    translator.wake()
    later()
    await vi.waitFor(() => expect(counted()).toEqual(ALL))
    await asleep()
    expect(await rows()).toEqual(['translated', 'translated', 'translated'])
  })
})

it('takes deliveries of one order one after the other, however far apart their names are', async () => {
  const { begin, deliver, asleep, counted, later, rows } = shop()
  const named = (refs: readonly string[], more: Partial<OrderFact>): OrderFact =>
    order('1', { refs, ...more })
  // c leads to b, b leads to 1.
  await deliver(named(['b'], { refunded: euros('s', '0') }))
  await deliver(named(['c', 'b'], { refunded: euros('s', '0') }))
  await deliver(paid('1'))
  await deliver(named(['b', '1'], {}))
  begin()
  await asleep()
  expect(await rows()).toHaveLength(4)
  const ten = named(['c'], { refunds: [euros('r1', '10')] })
  const five = named(['1'], { refunds: [euros('r2', '5')] })
  for (const one of [ten, five, ten, five]) await deliver(one)
  later()
  await vi.waitFor(() => expect(counted()).toHaveLength(3))
  await asleep()
  expect(counted()).toEqual(['Purchase 30', 'Refund 10', 'Refund 5'])
  expect((await rows()).slice(4)).toEqual([
    ...['translated', 'translated', 'ignored nothing_new', 'ignored nothing_new'],
  ])
})

describe('a delivery that brings out a defect', () => {
  /** Has a defect with one event. */
  const failing =
    (accept: Accept, eventId: string): Accept =>
    async (delivery) => {
      const ids = (delivery.events as readonly SourceEvent[]).map(({ event_id }) => event_id)
      if (ids.includes(eventId)) throw new TwofoldError('internal')
      return accept(delivery)
    }

  it('in ingest is tried once more, then kept, and translated after a fix', async () => {
    const { store, begin, deliver, asleep, accept, counted, later, rows } = shop()
    for (const ref of ['1', '2', '3']) await deliver(paid(ref))
    await deliver(refunded('2', '10'))
    const broken = begin({ accept: failing(accept, 'purchase:2') })
    expect(await asleep()).toBeLessThanOrEqual(5000)
    expect(counted()).toEqual(['Purchase 30', 'Purchase 30'])
    expect(await rows()).toEqual([
      ...['translated', 'received defect', 'translated', 'ignored order_unknown'],
    ])
    for (let naps = 0; naps < 3; naps++) {
      later()
      await asleep()
    }
    const [failed] = (await store.inbox({ ...KEY, state: 'failed', limit: 9 })).deliveries
    expect(failed).toMatchObject({ reason: 'defect', kept: true, attempts: 2 })
    expect(failed?.detail).not.toContain('jo@example.com')
    await broken.stop()
    const now_ms = 2_000_000
    expect(await store.retryReceived({ ...KEY, now_ms, states: ['failed'] })).toBe(1)
    begin({ nowMs: () => now_ms })
    await vi.waitFor(() => expect(counted()).toContain('Refund 10'))
    expect(counted()).toHaveLength(4)
  })

  it.each<[string, unknown]>([
    ['in what it says', { kind: 'order', refs: 7 }],
    ['in what it says of an order', { ...order('1'), refunds: [null] }],
  ])('%s ends alone', async (_, facts) => {
    const { begin, deliver, asleep, rows, troubles, counted } = shop()
    await deliver(paid('2'))
    await deliver(facts)
    await deliver(paid('3'))
    begin()
    await asleep()
    expect(await rows()).toEqual(['translated', 'failed defect', 'translated'])
    expect([counted().length, troubles]).toEqual([2, []])
  })

  it('in what is remembered of its order ends alone', async () => {
    const { store, begin, deliver, asleep, rows } = shop()
    const records = [{ key: 'shop  o 1', value: '{"order":', revision: 0 }]
    await store.settleReceived({ dataset_id: '1', now_ms: 0, settlements: [], records })
    for (const ref of ['1', '2']) await deliver(paid(ref))
    begin()
    await asleep()
    expect(await rows()).toEqual(['failed defect', 'translated'])
  })

  it('in the Purchase that it is joined from ends alone; a fault of the store is none', async () => {
    const { store, begin, deliver, asleep, rows, later, counted } = shop()
    for (const ref of ['1', '2']) await deliver(paid(ref))
    let answer: () => unknown = () => ({ events: [] })
    const events = async () => answer() as Awaited<ReturnType<typeof store.events>>
    begin({ store: { ...store, events } })
    await asleep()
    await deliver(refunded('1', '10'))
    answer = () => {
      throw new Error('disk')
    }
    later()
    await asleep()
    expect(await rows()).toEqual(['translated', 'translated', 'received store_failed'])
    answer = () => ({ events: [{ legs: [{ event: { event_name: 'Purchase' } }] }] })
    await deliver(paid('3'))
    later()
    await vi.waitFor(() => expect(counted()).toHaveLength(3))
    await asleep()
    expect((await rows()).slice(2)).toEqual(['received defect', 'translated'])
  })
})
