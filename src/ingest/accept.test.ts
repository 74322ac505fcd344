import { hash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TwofoldError } from '../errors.ts'
import { type Dataset, type DatasetSettings, datasetSettingsSchema } from '../event/dataset.ts'
import { mergeLegs } from '../event/merge.ts'
import type { Channel, Leg, StoredEvent } from '../event/shape.ts'
import { DEDUP_WINDOW_MS, ORDER_WINDOW_MS, QUEUE_EVENTS_MAX } from '../limits.ts'
import { memoryStore } from '../store/drivers/memory.ts'
import type { Store } from '../store/store.ts'
import { createIngest, type Ingest } from './accept.ts'
import type { Outcome } from './ingest.ts'

const START_MS = Date.UTC(2026, 10, 23, 12)
const MINUTE_MS = 60_000
const PERSON = 'fb.1.1700000000000.111'
const OTHER_PERSON = 'fb.1.1700000000000.222'
const BROWSER_UA = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36'

type Sent = Record<string, unknown> & { fbp?: string; em?: string; external_id?: string }

interface Shop {
  readonly ingest: Ingest
  readonly store: Store
  readonly dataset: Dataset
  send(channel: Channel, ...events: Sent[]): Promise<readonly Outcome[]>
  wait(ms: number): void
  events(): Promise<StoredEvent[]>
  total(metric: string): Promise<number>
}

function openShop(settings: Partial<DatasetSettings> = {}, store: Store = memoryStore()): Shop {
  let nowMs = START_MS
  const dataset: Dataset = {
    ...datasetSettingsSchema.parse({ name: 'Shop', ...settings }),
    dataset_id: '123456789012345',
    created_at_ms: START_MS,
  }
  const ingest = createIngest({
    store,
    nowMs: () => nowMs,
    clockMs: () => 0,
    soon: setImmediate,
    sha256: (text) => hash('sha256', text),
    isBot: (userAgent) => userAgent.includes('Googlebot'),
    onCommitted: () => {},
    onError: () => {},
    onStep: () => {},
  })
  const { dataset_id } = dataset
  return {
    ingest,
    store,
    dataset,
    send: (channel, ...events) =>
      ingest.accept({
        dataset,
        envelope: { channel, via: channel === 'browser' ? 'pixel' : 'graph' },
        events: events.map((event) => serverEvent(event, nowMs)),
        bytes: 100,
      }),
    wait: (ms) => {
      nowMs += ms
    },
    events: async () => [...(await store.events({ dataset_id, limit: 1000 })).events].reverse(),
    total: async (metric) => {
      const window = { dataset_id, from_s: 0, to_s: 4e9, by: 'total' as const }
      const { counters } = await store.counters(window)
      return counters.reduce((sum, row) => sum + (row.metric === metric ? row.n : 0), 0)
    },
  }
}

function serverEvent({ fbp, em, external_id, ...rest }: Sent, nowMs: number): unknown {
  return {
    event_name: 'Purchase',
    event_time: Math.floor(nowMs / 1000),
    action_source: 'website',
    event_source_url: 'https://shop.example.com/thanks',
    user_data: {
      client_user_agent: BROWSER_UA,
      client_ip_address: '198.51.100.7',
      ...(fbp ? { fbp } : {}),
      ...(em ? { em: [hash('sha256', em)] } : {}),
      ...(external_id ? { external_id: [hash('sha256', external_id)] } : {}),
    },
    ...rest,
  }
}

const money = (value: number, currency = 'EUR', more = {}): Sent => ({
  custom_data: { value, currency, ...more },
})

describe('deduplication', () => {
  const cases: {
    name: string
    settings?: Partial<DatasetSettings>
    first: [Channel, Sent]
    second: [Channel, Sent]
    waitMs?: number
    matchedBy: string | undefined
  }[] = [
    {
      name: 'one id from browser and server is one event',
      first: ['browser', { event_id: 'a', ...money(30) }],
      second: ['server', { event_id: 'a', ...money(30) }],
      matchedBy: 'event_id',
    },
    {
      name: 'whichever side comes first',
      first: ['server', { event_id: 'a', ...money(30) }],
      second: ['browser', { event_id: 'a', ...money(30) }],
      matchedBy: 'event_id',
    },
    {
      name: 'a repeat on one channel is removed too',
      first: ['browser', { event_id: 'a', ...money(30) }],
      second: ['browser', { event_id: 'a', ...money(30) }],
      matchedBy: 'event_id',
    },
    {
      name: 'another name is another event',
      first: ['browser', { event_name: 'Lead', event_id: 'a' }],
      second: ['server', { event_name: 'Contact', event_id: 'a' }],
      matchedBy: undefined,
    },
    {
      name: 'an id is good until 48 hours after the first copy',
      first: ['browser', { event_id: 'a', event_name: 'Lead' }],
      second: ['server', { event_id: 'a', event_name: 'Lead' }],
      waitMs: DEDUP_WINDOW_MS - 1,
      matchedBy: 'event_id',
    },
    {
      name: 'and not after',
      first: ['browser', { event_id: 'a', event_name: 'Lead' }],
      second: ['server', { event_id: 'a', event_name: 'Lead' }],
      waitMs: DEDUP_WINDOW_MS,
      matchedBy: undefined,
    },
    {
      name: 'one order is one purchase although the ids differ',
      first: ['browser', { event_id: 'a', ...money(30, 'EUR', { order_id: '17' }) }],
      second: ['server', { event_id: 'b', ...money(30, 'EUR', { order_id: '17' }) }],
      matchedBy: 'order_id',
    },
    {
      name: 'one order is one purchase although an id is missing, days later',
      first: ['browser', { event_id: 'a', ...money(30, 'EUR', { order_id: '17' }) }],
      second: ['server', { ...money(30, 'EUR', { order_id: '17' }) }],
      waitMs: ORDER_WINDOW_MS - 1,
      matchedBy: 'order_id',
    },
    {
      name: 'an order id means nothing for other events',
      first: [
        'browser',
        { event_name: 'AddToCart', event_id: 'a', custom_data: { order_id: '1' } },
      ],
      second: [
        'server',
        { event_name: 'AddToCart', event_id: 'b', custom_data: { order_id: '1' } },
      ],
      matchedBy: undefined,
    },
    {
      name: 'a server event without id falls back to fbp',
      first: ['browser', { event_id: 'a', event_name: 'PageView', fbp: PERSON }],
      second: ['server', { event_name: 'PageView', fbp: PERSON }],
      matchedBy: 'fallback_fbp',
    },
    {
      name: 'a browser event without id is found by the server event that has one',
      first: ['browser', { event_name: 'PageView', fbp: PERSON }],
      second: ['server', { event_id: 'b', event_name: 'PageView', fbp: PERSON }],
      matchedBy: 'fallback_fbp',
    },
    {
      name: 'external_id is preferred to fbp',
      first: ['browser', { event_name: 'Search', fbp: PERSON, external_id: 'u1' }],
      second: ['server', { event_name: 'Search', fbp: PERSON, external_id: 'u1' }],
      matchedBy: 'fallback_external_id',
    },
    {
      name: 'two ids that differ do not fall back',
      first: ['browser', { event_id: 'a', event_name: 'PageView', fbp: PERSON }],
      second: ['server', { event_id: 'b', event_name: 'PageView', fbp: PERSON }],
      matchedBy: undefined,
    },
    {
      name: 'the fallback is browser first, then server',
      first: ['server', { event_name: 'PageView', fbp: PERSON }],
      second: ['browser', { event_name: 'PageView', fbp: PERSON }],
      matchedBy: undefined,
    },
    {
      name: 'the fallback never joins two browser events',
      first: ['browser', { event_name: 'PageView', fbp: PERSON }],
      second: ['browser', { event_name: 'PageView', fbp: PERSON }],
      matchedBy: undefined,
    },
    {
      name: 'another person is another event',
      first: ['browser', { event_name: 'PageView', fbp: PERSON }],
      second: ['server', { event_name: 'PageView', fbp: OTHER_PERSON }],
      matchedBy: undefined,
    },
    {
      name: 'twins without a shared id are merged where the dataset says so',
      settings: { repair: 'merge' },
      first: ['browser', { event_id: 'a', em: 'x@y.com', ...money(30) }],
      second: ['server', { event_id: 'b', em: 'x@y.com', ...money(30) }],
      waitMs: MINUTE_MS,
      matchedBy: 'repaired',
    },
    {
      name: 'in either order',
      settings: { repair: 'merge' },
      first: ['server', { event_id: 'a', em: 'x@y.com', fbp: PERSON, ...money(30) }],
      second: ['browser', { event_id: 'b', fbp: PERSON, ...money(30) }],
      matchedBy: 'repaired',
    },
    {
      name: 'but not with another value',
      settings: { repair: 'merge' },
      first: ['browser', { event_id: 'a', em: 'x@y.com', ...money(30) }],
      second: ['server', { event_id: 'b', em: 'x@y.com', ...money(31) }],
      matchedBy: undefined,
    },
    {
      name: 'nor with another order',
      settings: { repair: 'merge' },
      first: ['browser', { event_id: 'a', em: 'x@y.com', ...money(30, 'EUR', { order_id: '1' }) }],
      second: ['server', { event_id: 'b', em: 'x@y.com', ...money(30, 'EUR', { order_id: '2' }) }],
      matchedBy: undefined,
    },
    {
      name: 'nor an hour later',
      settings: { repair: 'merge' },
      first: ['browser', { event_id: 'a', em: 'x@y.com', ...money(30) }],
      second: ['server', { event_id: 'b', em: 'x@y.com', ...money(30) }],
      waitMs: 60 * MINUTE_MS,
      matchedBy: undefined,
    },
    {
      name: 'nor two page views',
      settings: { repair: 'merge' },
      first: ['browser', { event_id: 'a', event_name: 'PageView', em: 'x@y.com' }],
      second: ['server', { event_id: 'b', event_name: 'PageView', em: 'x@y.com' }],
      matchedBy: undefined,
    },
  ]

  it.each(cases)('$name', async ({ settings, first, second, waitMs = 0, matchedBy }) => {
    const shop = openShop(settings)
    await shop.send(...first)
    shop.wait(waitMs)
    const [outcome] = await shop.send(...second)
    expect(outcome?.matched_by).toBe(matchedBy)
    expect(outcome?.verdict).toBe(matchedBy ? 'duplicate' : 'accepted')
    const events = await shop.events()
    expect(events).toHaveLength(matchedBy ? 1 : 2)
    expect(await shop.total('accepted')).toBe(events.length)
    expect(await shop.total('received')).toBe(2)
  })

  const together = cases.filter(({ waitMs }) => waitMs === undefined)
  it.each(together)('the same in one batch: $name', async (row) => {
    const { settings, first, second, matchedBy } = row
    const shop = openShop(settings)
    const both = await Promise.all([shop.send(...first), shop.send(...second)])
    expect(both[1][0]?.matched_by).toBe(matchedBy)
  })

  it('lets each browser leg absorb one server leg only', async () => {
    const shop = openShop()
    const view = { event_name: 'PageView', fbp: PERSON }
    await shop.send('browser', { ...view, event_id: '1' }, { ...view, event_id: '2' })
    const outcomes = await shop.send('server', view, view, view)
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(['duplicate', 'duplicate', 'accepted'])
    expect(new Set(outcomes.map(({ of_seq }) => of_seq)).size).toBe(3)
  })

  it('finds a third copy by whichever id a merged twin brought', async () => {
    const shop = openShop()
    await shop.send('browser', { event_id: 'a', ...money(30, 'EUR', { order_id: '17' }) })
    await shop.send('server', { event_id: 'b', ...money(30, 'EUR', { order_id: '17' }) })
    const [third] = await shop.send('server', { event_id: 'b', ...money(30) })
    expect(third).toMatchObject({ verdict: 'duplicate', matched_by: 'event_id', of_seq: 1 })
  })

  it('only suggests twins without a shared id by default', async () => {
    const shop = openShop()
    await shop.send('browser', { event_id: 'a', em: 'x@y.com', ...money(30) })
    const [outcome] = await shop.send('server', { event_id: 'b', em: 'x@y.com', ...money(30) })
    expect(outcome?.verdict).toBe('accepted')
    expect(outcome?.findings).toContainEqual(
      expect.objectContaining({ code: 'possible_twin', seq: 1 }),
    )
  })

  it('does not suggest an event that already has its twin', async () => {
    const shop = openShop()
    await shop.send('browser', { event_id: 'a', em: 'x@y.com', ...money(30) })
    await shop.send('server', { event_id: 'a', em: 'x@y.com', ...money(30) })
    const [outcome] = await shop.send('server', { event_id: 'b', em: 'x@y.com', ...money(30) })
    expect(outcome?.findings ?? []).not.toContainEqual(
      expect.objectContaining({ code: 'possible_twin' }),
    )
  })
})

describe('merge', () => {
  it('books the server’s value once, exactly, in place of the browser’s', async () => {
    const shop = openShop()
    await shop.send('browser', { event_id: 'a', ...money(29.99) })
    await shop.send('server', { event_id: 'a', ...money(30.1, 'USD') })
    const { dataset_id } = shop.dataset
    const { money: rows } = await shop.store.counters({
      dataset_id,
      from_s: 0,
      to_s: 4e9,
      by: 'total',
    })
    const total = rows.filter(({ n }) => n !== 0)
    expect(total).toEqual([
      expect.objectContaining({ currency: 'USD', units: 30n, micros: 100_000n, n: 1 }),
    ])
    expect(rows.find(({ currency }) => currency === 'EUR') ?? { n: 0 }).toMatchObject({ n: 0 })
  })

  it.each<[string, Sent, number]>([
    ['value_mismatch', money(31), 0],
    ['currency_mismatch', money(30, 'USD'), 0],
    ['event_time_mismatch', { event_time: START_MS / 1000 - 3600, ...money(30) }, 0],
    ['late_twin', money(30), 31 * MINUTE_MS],
    ['order_id_differs', money(30, 'EUR', { order_id: '2' }), 0],
  ])('keeps a %s as a finding on the event', async (code, second, waitMs) => {
    const shop = openShop()
    await shop.send('browser', { event_id: 'a', ...money(30, 'EUR', { order_id: '1' }) })
    shop.wait(waitMs)
    await shop.send('server', { event_id: 'a', ...second })
    const [event] = await shop.events()
    if (!event) throw new Error('the event is missing')
    expect(mergeLegs(event.legs).findings.map((finding) => finding.code)).toContain(code)
    expect(await shop.total(`finding:${code}`)).toBe(1)
  })

  it('finds nothing to say about two legs that agree', async () => {
    const shop = openShop()
    await shop.send('browser', { event_id: 'a', em: 'x@y.com', ...money(30) })
    const [outcome] = await shop.send('server', { event_id: 'a', em: 'x@y.com', ...money(30) })
    expect(outcome?.findings).toBeUndefined()
  })

  it('counts an event once by the sides that saw it', async () => {
    const shop = openShop()
    await shop.send('browser', { event_id: 'a', ...money(1) }, { event_id: 'b', ...money(1) })
    await shop.send('server', { event_id: 'b', ...money(1) }, { event_id: 'c', ...money(1) })
    const sides = ['pair:browser', 'pair:both', 'pair:server']
    expect(await Promise.all(sides.map((side) => shop.total(side)))).toEqual([1, 1, 1])
  })
})

describe('verdicts', () => {
  it('drops a crawler in the browser channel, and keeps no identifiers of it', async () => {
    const shop = openShop()
    const bot = { client_user_agent: 'Googlebot/2.1', fbp: PERSON }
    const [outcome] = await shop.send('browser', { event_id: 'a', user_data: bot, ...money(1) })
    expect(outcome).toMatchObject({ verdict: 'dropped', reason: 'bot' })
    const legs = await allLegs(shop)
    expect(legs[0]?.event.user_data).toEqual({ client_user_agent: 'Googlebot/2.1' })
  })

  it('keeps it where the dataset says so', async () => {
    const shop = openShop({ bots: 'keep' })
    const user_data = { client_user_agent: 'Googlebot/2.1', fbp: PERSON }
    const [outcome] = await shop.send('browser', { event_id: 'a', user_data, ...money(1) })
    expect(outcome?.verdict).toBe('accepted')
  })

  it('accepts the good events of a batch and names what is wrong with the bad one', async () => {
    const shop = openShop()
    const [good, bad] = await shop.send(
      'server',
      { event_id: 'a', em: 'x@y.com', ...money(1) },
      { event_id: 'b', event_time: 'yesterday', em: 'x@y.com' },
    )
    expect(good?.verdict).toBe('accepted')
    expect(bad).toMatchObject({ verdict: 'rejected', problem: { index: 1, key: 'event_time' } })
    expect(await shop.total('received')).toBe(2)
    expect(await shop.total('rejected')).toBe(1)
  })

  it('refuses the whole batch in meta mode', async () => {
    const shop = openShop({ mode: 'meta' })
    const outcomes = await shop.send(
      'server',
      { event_id: 'a', em: 'x@y.com', ...money(1) },
      { event_id: 'b', event_time: 1, em: 'x@y.com', ...money(1) },
    )
    expect(outcomes.map(({ verdict, reason }) => [verdict, reason])).toEqual([
      ['rejected', 'batch_refused'],
      ['rejected', 'event_too_old'],
    ])
    expect(await shop.total('accepted')).toBe(0)
    expect(await shop.total('rejected')).toBe(2)
  })

  it('hashes personal data that came in clear, and says so without showing it', async () => {
    const shop = openShop()
    const user_data = { em: ' Jane.Doe@Example.org ' }
    const [outcome] = await shop.send('server', { event_id: 'a', user_data, ...money(1) })
    expect(outcome?.findings).toContainEqual({ code: 'hashed_here', key: 'em' })
    const stored = JSON.stringify(await allLegs(shop))
    expect(stored).toContain(hash('sha256', 'jane.doe@example.org'))
    expect(stored.toLowerCase()).not.toContain('jane.doe')
  })

  it.each([
    ['drop', 'dropped', 0],
    ['anonymous', 'accepted', 1],
  ] as const)(
    'treats refused consent as the dataset chose: %s',
    async (choice, verdict, counted) => {
      const shop = openShop({ denied_consent: choice })
      const [outcome] = await shop.ingest.accept({
        dataset: shop.dataset,
        envelope: { channel: 'browser', via: 'pixel' },
        events: [serverEvent({ event_id: 'a', fbp: PERSON, em: 'x@y.com', ...money(1) }, START_MS)],
        perEvent: [{ consent: { state: 'denied', signal: 'fbq' } }],
        bytes: 1,
      })
      expect(outcome?.verdict).toBe(verdict)
      expect(await shop.total('accepted')).toBe(counted)
      expect((await allLegs(shop))[0]?.event.user_data).toEqual({})
    },
  )

  it.each([
    ['ignore', 'accepted', undefined],
    ['limit', 'accepted', ['LDU']],
    ['block', 'dropped', undefined],
  ] as const)(
    'honours Global Privacy Control as the dataset chose: %s',
    async (gpc, verdict, dpo) => {
      const shop = openShop({ gpc })
      const [outcome] = await shop.ingest.accept({
        dataset: shop.dataset,
        envelope: { channel: 'browser', via: 'pixel' },
        events: [serverEvent({ event_id: 'a', fbp: PERSON, ...money(1) }, START_MS)],
        perEvent: [{ consent: { state: 'denied', signal: 'gpc' } }],
        bytes: 1,
      })
      expect(outcome?.verdict).toBe(verdict)
      expect((await allLegs(shop))[0]?.event.data_processing_options).toEqual(dpo)
    },
  )
})

describe('the queue', () => {
  it('refuses what does not fit, and keeps nothing of it', async () => {
    const shop = openShop()
    const view = { event_name: 'PageView', fbp: PERSON }
    const batch = Array.from({ length: 1000 }, () => view)
    const sent = Array.from({ length: QUEUE_EVENTS_MAX / 1000 + 2 }, () =>
      shop.send('browser', ...batch).then(
        () => 'taken',
        (error: unknown) => (error instanceof TwofoldError ? error.code : 'other'),
      ),
    )
    const answers = await Promise.all(sent)
    expect(answers.filter((answer) => answer === 'overloaded')).toHaveLength(2)
    expect(await shop.total('received')).toBe(QUEUE_EVENTS_MAX)
  })

  it('answers everything it took before it stops, and takes nothing more', async () => {
    const shop = openShop()
    const taken = shop.send('browser', { event_id: 'a', ...money(1) })
    const drained = shop.ingest.drain()
    await expect(shop.send('browser', { event_id: 'b' })).rejects.toMatchObject({
      code: 'shutting_down',
    })
    await drained
    expect((await taken)[0]?.verdict).toBe('accepted')
  })

  it('resolves again when another process committed in between, and still counts once', async () => {
    const store = memoryStore()
    const [one, two] = [openShop({}, store), openShop({}, store)]
    const copies = Array.from({ length: 20 }, (_, index) =>
      (index % 2 ? one : two).send('server', { event_id: 'a', em: 'x@y.com', ...money(1) }),
    )
    const outcomes = (await Promise.all(copies)).flat()
    expect(outcomes.filter(({ verdict }) => verdict === 'accepted')).toHaveLength(1)
    expect(await one.total('received')).toBe(20)
  })

  it('says that the store failed, keeps nothing, and goes on when it is back', async () => {
    const store = memoryStore()
    let broken = true
    const flaky: Store = {
      ...store,
      commit: (batch) =>
        broken ? Promise.reject(new TwofoldError('store_full')) : store.commit(batch),
    }
    const shop = openShop({}, flaky)
    const event = { event_id: 'a', ...money(1) }
    await expect(shop.send('browser', event)).rejects.toMatchObject({ code: 'store_full' })
    expect(shop.ingest.failing()?.code).toBe('store_full')
    broken = false
    expect((await shop.send('browser', event))[0]?.verdict).toBe('accepted')
    expect(shop.ingest.failing()).toBeUndefined()
  })
})

describe('always', () => {
  it('received = accepted + duplicate + dropped + rejected, and counters = legs', async () => {
    const sent = fc.record({
      channel: fc.constantFrom<Channel>('browser', 'server'),
      name: fc.constantFrom('Purchase', 'PageView', 'Lead'),
      id: fc.constantFrom(undefined, 'a', 'b', 'c'),
      order: fc.constantFrom(undefined, '1', '2'),
      person: fc.constantFrom(undefined, PERSON, OTHER_PERSON),
      value: fc.constantFrom(10, 10.5, 0.1),
      bad: fc.constantFrom(false, false, false, true),
    })
    const history = fc.array(fc.array(sent, { minLength: 1, maxLength: 5 }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(history, fc.constantFrom('merge', 'suggest'), async (rounds, repair) => {
        const shop = openShop({ repair: repair as 'merge' | 'suggest' })
        for (const round of rounds) {
          await Promise.all(
            round.map(({ channel, name, id, order, person, value, bad }) =>
              shop.send(channel, {
                event_name: name,
                ...(id ? { event_id: id } : {}),
                ...(person ? { fbp: person } : {}),
                ...money(value, 'EUR', order ? { order_id: order } : {}),
                ...(bad ? { event_time: 'never' } : {}),
              }),
            ),
          )
          shop.wait(MINUTE_MS)
        }
        const legs = await allLegs(shop)
        for (const verdict of ['accepted', 'duplicate', 'dropped', 'rejected'] as const) {
          const folded = legs.filter((leg) => leg.verdict === verdict).length
          expect(await shop.total(verdict)).toBe(folded)
        }
        expect(await shop.total('received')).toBe(legs.length)
        const pairs = ['pair:browser', 'pair:server', 'pair:other', 'pair:both']
        const paired = await Promise.all(pairs.map((pair) => shop.total(pair)))
        expect(paired.reduce((sum, n) => sum + n, 0)).toBe(await shop.total('accepted'))
        const ids = legs.filter((leg) => leg.verdict === 'accepted' && leg.event.event_id)
        const names = ids.map(({ event }) => `${event.event_name} ${event.event_id}`)
        expect(new Set(names).size).toBe(names.length)
      }),
      { numRuns: 150 },
    )
  })
})

async function allLegs(shop: Shop): Promise<Leg[]> {
  const legs: Leg[] = []
  for await (const chunk of shop.store.scan(shop.dataset.dataset_id, 0)) legs.push(...chunk)
  return legs
}
