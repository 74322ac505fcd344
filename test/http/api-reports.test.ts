/** Summary, timeline, event log and doctor over the real pipeline: it adds up. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { doctorSchema } from '../../src/api/doctor-schemas.ts'
import { eventsSchema, summarySchema, timelineSchema } from '../../src/api/schemas.ts'
import type { DoctorAnswer, EventsAnswer, Summary, Timeline } from '../../src/api/types.ts'
import { type ApiBench, apiBench, event, NOW_MS, NOW_S } from './api-bench.ts'

const HOUR_S = 3600

async function withDataset(settings: object = {}): Promise<ApiBench & { id: string }> {
  const bench = await apiBench()
  const { dataset } = await bench.access.createDataset({ name: 'Shop', ...settings })
  return { ...bench, id: dataset.dataset_id }
}

const read = async <T>(bench: ApiBench, path: string): Promise<T> => {
  const answer = await bench.get(path)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json() as T
}

const summaryAt = (bench: ApiBench & { id: string }, query = ''): Promise<Summary> =>
  read(bench, `/api/datasets/${bench.id}/summary${query}`)
const eventsAt = (bench: ApiBench & { id: string }, query = ''): Promise<EventsAnswer> =>
  read(bench, `/api/datasets/${bench.id}/events${query}`)

describe('the summary', () => {
  it('counts a sale once and says what became of every report', async () => {
    const bench = await withDataset()
    const { id } = bench
    await bench.deliver(id, 'browser', [event({ custom_data: { value: 1, currency: 'EUR' } })])
    await bench.deliver(id, 'server', [event(), event({ event_name: 'Lead', event_id: 'l' })])
    await bench.deliver(id, 'other', [
      event({ event_id: 'order-2', custom_data: { value: 0.2, currency: 'EUR' } }),
    ])
    await bench.deliver(id, 'browser', [
      event({ event_id: 'x', user_data: { client_user_agent: 'a bot' } }),
      event({ event_time: 1 }),
    ])
    const summary = summarySchema.strict().parse(await summaryAt(bench))
    expect(summary).toMatchObject({
      dataset_id: id,
      received: { browser: 3, server: 2, other: 1 },
      duplicates: 1,
      dropped: 1,
      rejected: 1,
      counted: 3,
      pairs: { both: 1, browser_only: 0, server_only: 1, other_only: 1 },
      kept: { browser: 1, server: 2, other: 1 },
      with_event_id: { browser: 1, server: 2, other: 1 },
      matched_by: [{ how: 'event_id', count: 1 }],
    })
    expect(summary.reasons.map(({ code, total }) => [code, total])).toEqual([
      ['bot', 1],
      ['event_too_old', 1],
    ])
    expect(summary.by_event.find(({ event_name }) => event_name === 'Purchase')).toMatchObject({
      received: { browser: 3, server: 1, other: 1 },
      duplicates: 1,
      counted: 2,
      value: [{ currency: 'EUR', sum: 30.3, sum_exact: '30.3', events: 2 }],
    })
    expect(summary.keys.find(({ key }) => key === 'em')).toEqual({
      key: 'em',
      browser: 1,
      server: 2,
      other: 1,
      total: 4,
    })
  })

  it('covers whole hours and says which', async () => {
    const bench = await withDataset()
    const hour = Math.floor(NOW_S / HOUR_S) * HOUR_S
    await bench.deliver(bench.id, 'server', [event()])
    const covered = await summaryAt(bench, `?from=${NOW_S}&to=${NOW_S + 1}`)
    expect(covered).toMatchObject({ from: hour, to: hour + HOUR_S, counted: 1 })
    expect(await summaryAt(bench, `?from=${hour + HOUR_S}&to=${hour + 2 * HOUR_S}`)).toMatchObject({
      counted: 0,
      by_event: [],
    })
    expect(await summaryAt(bench)).toMatchObject({ counted: 1, to: hour + HOUR_S })
    expect(await summaryAt(bench, '?from=0&to=99999999999')).toMatchObject({ counted: 1, from: 0 })
    expect(await summaryAt(bench, '?from=&to=')).toMatchObject({ counted: 1 })
  })

  it('forgets after seven days unless asked', async () => {
    const bench = await withDataset()
    await bench.deliver(bench.id, 'server', [event()])
    bench.clock.ms = NOW_MS + 9 * 86_400_000
    expect(await summaryAt(bench)).toMatchObject({ counted: 0 })
    expect(await summaryAt(bench, `?from=${NOW_S - HOUR_S}`)).toMatchObject({ counted: 1 })
  })

  it('sums money exactly, whatever the amounts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -10_000_000, max: 10_000_000 }), { maxLength: 30 }),
        async (cents) => {
          const bench = await withDataset()
          const events = cents.map((cent, n) =>
            event({ event_id: `e${n}`, custom_data: { value: cent / 100, currency: 'USD' } }),
          )
          if (events.length > 0) await bench.deliver(bench.id, 'server', events)
          const summary = await summaryAt(bench)
          const expected = cents.reduce((sum, cent) => sum + cent, 0)
          const sum = summary.by_event[0]?.value[0]
          expect(sum?.sum ?? 0).toBe(expected / 100)
          expect(sum?.events ?? 0).toBe(cents.length)
        },
      ),
      { numRuns: 30 },
    )
  })
})

describe('the timeline', () => {
  it('has a point for every hour, and they add up to the summary', async () => {
    const bench = await withDataset()
    await bench.deliver(bench.id, 'server', [event()])
    bench.clock.ms += 2 * HOUR_S * 1000
    await bench.deliver(bench.id, 'browser', [
      event(),
      event({ event_id: 'b', event_name: 'Lead' }),
    ])
    const hour = Math.floor(NOW_S / HOUR_S) * HOUR_S
    const query = `?from=${hour - HOUR_S}&to=${hour + 4 * HOUR_S}`
    const path = `/api/datasets/${bench.id}/timeline${query}`
    const line = timelineSchema.strict().parse(await read<Timeline>(bench, path))
    expect(line.step).toBe('hour')
    expect(line.points.map(({ counted, duplicates }) => [counted, duplicates])).toEqual([
      [0, 0],
      [1, 0],
      [0, 0],
      [1, 1],
      [0, 0],
    ])
    const leads = await read<Timeline>(bench, `${path}&event_name=Lead`)
    expect(leads.points.map(({ counted }) => counted)).toEqual([0, 0, 0, 1, 0])
  })

  it('takes days where hours would be too many', async () => {
    const bench = await withDataset()
    const path = `/api/datasets/${bench.id}/timeline?from=${NOW_S - 90 * 86_400}&to=${NOW_S}`
    const line = await read<Timeline>(bench, path)
    expect(line.step).toBe('day')
    expect(line.points.length).toBe(91)
    expect((await bench.get(`${path}&step=hour`)).json().error.detail).toMatch(/step/)
    const long = await bench.get(`/api/datasets/${bench.id}/timeline?from=0&to=${NOW_S}`)
    expect(long.json().error).toMatchObject({ code: 'invalid_request' })
  })
})

describe('the event log', () => {
  it('shows one event with both legs, how they were matched and what differs', async () => {
    const bench = await withDataset()
    const { id } = bench
    await bench.deliver(id, 'browser', [event({ custom_data: { value: 29, currency: 'EUR' } })])
    await bench.deliver(id, 'server', [
      event({ user_data: { ph: '491711234567', client_user_agent: 'S' } }),
    ])
    const page = eventsSchema.parse(await eventsAt(bench))
    expect(page.next_cursor).toBeNull()
    expect(page.events).toHaveLength(1)
    const [sale] = page.events
    expect(sale).toMatchObject({
      id: '1',
      event_name: 'Purchase',
      event_id: 'order-1',
      matched_by: 'event_id',
      verdict: 'accepted',
      reason: null,
      received_at: NOW_S,
      received_at_ms: NOW_MS,
      custom_data: { value: 30.1, currency: 'EUR', order_id: '1' },
    })
    expect(Object.keys(sale?.user_data ?? {}).sort()).toEqual(['client_user_agent', 'em', 'ph'])
    expect(sale?.legs).toMatchObject([
      { seq: 1, channel: 'browser', via: 'pixel', verdict: 'accepted', event_id: 'order-1' },
      { seq: 2, channel: 'server', verdict: 'duplicate', matched_by: 'event_id', of_seq: 1 },
    ])
    expect(sale?.findings.map(({ code }) => code)).toContain('value_mismatch')
  })

  it('filters by name, id, order, time and verdict', async () => {
    const bench = await withDataset()
    const { id } = bench
    await bench.deliver(id, 'server', [
      event(),
      event({ event_id: 'order-2', custom_data: { value: 2, currency: 'EUR', order_id: '2' } }),
      event({ event_name: 'Lead', event_id: 'lead-1', custom_data: {} }),
      event({ event_time: 5, event_id: 'old' }),
    ])
    await bench.deliver(id, 'browser', [event({ user_data: { client_user_agent: 'a bot' } })])
    const ids = async (query: string): Promise<unknown[]> =>
      (await eventsAt(bench, query)).events.map(({ event_id }) => event_id)
    expect(await ids('')).toEqual(['lead-1', 'order-2', 'order-1'])
    expect(await ids('?event_name=Lead')).toEqual(['lead-1'])
    expect(await ids('?event_id=order-2')).toEqual(['order-2'])
    expect(await ids('?order_id=1')).toEqual(['order-1'])
    expect(await ids('?event_name=Lead&order_id=1')).toEqual([])
    expect(await ids(`?from=${NOW_S + 1}`)).toEqual([])
    expect(await ids(`?to=${NOW_S}`)).toEqual([])
    expect(await ids('?event_id=&order_id=')).toHaveLength(3)
    const rejected = await eventsAt(bench, '?verdict=rejected')
    expect(rejected.events).toMatchObject([
      { verdict: 'rejected', reason: 'event_too_old', legs: [{ reason: 'event_too_old' }] },
    ])
    const dropped = await eventsAt(bench, '?verdict=dropped')
    expect(dropped.events).toMatchObject([{ verdict: 'dropped', reason: 'bot' }])
  })

  it('gives every event exactly once over its pages', async () => {
    const bench = await withDataset()
    const events = Array.from({ length: 25 }, (_, n) =>
      event({ event_id: `e${n}`, custom_data: { value: 1, currency: 'EUR' } }),
    )
    await bench.deliver(bench.id, 'server', events)
    const seen: unknown[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: EventsAnswer = await eventsAt(bench, `?limit=10&cursor=${cursor}`)
      expect(page.events.length).toBeLessThanOrEqual(10)
      seen.push(...page.events.map(({ event_id }) => event_id))
      cursor = page.next_cursor
    }
    expect(seen).toEqual(events.map(({ event_id }) => event_id).reverse())
  })

  it('looks further when the store reads only a part at a time', async () => {
    const bench = await withDataset()
    await bench.deliver(bench.id, 'server', [
      event(),
      ...Array.from({ length: 20 }, (_, n) => event({ event_name: 'Lead', event_id: `l${n}` })),
    ])
    const whole = bench.store.events
    let reads = 0
    bench.store.events = async (query) => {
      reads += 1
      const before = query.before_seq ?? 22
      const page = await whole({ ...query, before_seq: before })
      const near = page.events.filter(({ legs: [leg] }) => leg.seq >= before - 5)
      return before > 5 ? { events: near, next_before_seq: before - 5 } : { events: near }
    }
    expect((await eventsAt(bench, '?event_name=Purchase')).events).toHaveLength(1)
    expect(reads).toBeGreaterThan(3)
  })
})

describe('doctor', () => {
  it('finds the equation holding, from counters and from every leg', async () => {
    const bench = await withDataset()
    await bench.deliver(bench.id, 'browser', [event(), event({ event_time: 1 })])
    await bench.deliver(bench.id, 'server', [event()])
    const equation = { received: 3, accepted: 1, duplicate: 1, dropped: 0, rejected: 1 }
    const shallow = doctorSchema.strict().parse(await read<DoctorAnswer>(bench, '/api/doctor'))
    expect(shallow).toMatchObject({ ok: true, datasets: [{ ok: true, counters: equation }] })
    expect(shallow.datasets[0]?.legs).toBeUndefined()
    const deep = await read<DoctorAnswer>(bench, '/api/doctor?deep=true')
    expect(deep).toMatchObject({
      ok: true,
      datasets: [{ counters: equation, legs: equation, problems: [] }],
    })
  })

  it('shows that the deliveries of every destination add up, or where they do not', async () => {
    const bench = await withDataset()
    const { id } = bench
    await bench.deliver(id, 'server', [event(), event({ event_id: 'b' })])
    const to = { dataset_id: id, destination_id: 'd_one' }
    const times = { due_ms: 0, expires_ms: NOW_MS * 2 }
    const writes = [1, 2].map((seq) => ({ ...to, ...times, seq, leg_seq: 0 }))
    expect(await bench.store.enqueue(writes)).toBe(2)
    const { lease } = await bench.store.claim({
      ...to,
      ...{ limit: 1, now_ms: NOW_MS, lease_until_ms: NOW_MS + 1 },
    })
    const settlements = [{ ...to, seq: 1, leg_seq: 0, state: 'delivered' as const }]
    await bench.store.settle({ lease, now_ms: NOW_MS, settlements, exchanges: [] })
    const states = { pending: 1, leased: 0, retrying: 0, held: 0, delivered: 1, rejected: 0 }
    const counted = { destination_id: 'd_one', created: 0, created_further: 2, states, skipped: {} }
    const shallow = doctorSchema.strict().parse(await read<DoctorAnswer>(bench, '/api/doctor'))
    expect(shallow.datasets[0]).toMatchObject({ ok: true, deliveries: [counted] })
    const deep = await read<DoctorAnswer>(bench, '/api/doctor?deep=true')
    expect(deep.datasets[0]).toMatchObject({
      ...{ ok: true, problems: [] },
      deliveries: [{ ...counted, stored: states }],
    })
    const audit = bench.store.auditDeliveries
    bench.store.auditDeliveries = async (dataset) =>
      (await audit(dataset)).map((one) => ({ ...one, states: { ...one.states, held: 1 } }))
    const broken = await read<DoctorAnswer>(bench, '/api/doctor?deep=true')
    expect([broken.ok, broken.datasets[0]?.problems]).toEqual([
      false,
      [
        'destination d_one: 2 deliveries were created, the states and those let go add up to 3',
        'destination d_one: held: the counters say 1, the stored deliveries 0',
      ],
    ])
  })

  it('says what does not hold when a counter is wrong', async () => {
    const bench = await withDataset()
    await bench.deliver(bench.id, 'server', [event()])
    const counters = bench.store.counters
    bench.store.counters = async (query) => {
      const rows = await counters(query)
      return {
        ...rows,
        counters: rows.counters.map((row) =>
          row.metric === 'accepted' ? { ...row, n: row.n + 1 } : row,
        ),
      }
    }
    const deep = await read<DoctorAnswer>(bench, '/api/doctor?deep=true')
    expect(deep.ok).toBe(false)
    expect(deep.datasets[0]?.problems).toEqual([
      'the counters: received is 1, the verdicts add up to 2',
      'accepted: the counters say 2, the stored legs 1',
    ])
  })

  it('is not misled by events that arrive while it reads', async () => {
    const bench = await withDataset()
    await bench.deliver(bench.id, 'server', [event()])
    const counters = bench.store.counters
    bench.store.counters = async (query) => {
      await bench.deliver(bench.id, 'server', [
        event({ event_id: 'late', custom_data: { value: 1, currency: 'EUR' } }),
      ])
      const rows = await counters(query)
      await bench.deliver(bench.id, 'server', [
        event({ event_id: 'later', custom_data: { value: 1, currency: 'EUR' } }),
      ])
      return rows
    }
    expect(await read<DoctorAnswer>(bench, '/api/doctor?deep=true')).toMatchObject({ ok: true })
  })

  it('notices a leg that is missing', async () => {
    const bench = await withDataset()
    await bench.deliver(bench.id, 'server', [event(), event({ event_id: 'b' })])
    const scan = bench.store.scan
    bench.store.scan = async function* (id, from) {
      for await (const legs of scan(id, from)) yield legs.filter(({ seq }) => seq !== 1)
    }
    const deep = await read<DoctorAnswer>(bench, '/api/doctor?deep=true')
    expect(deep.datasets[0]?.problems).toContain('leg 1 is missing: leg 2 follows')
  })
})
