import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isBot } from '../../../src/collector/bots.ts'
import { CRAWLERS, DEVELOPER, DEVICES } from './devices.ts'
import { CLEAN, DAY_MS, FAULTY, type Faults } from './faults.ts'
import { type HistoryOptions, history } from './history.ts'
import type { Report } from './tellings.ts'
import type { SpanTruth, Truth } from './truth.ts'

const END_MS = Date.UTC(2026, 10, 24, 13, 30)

function read(options: Partial<HistoryOptions>): { reports: Report[]; truth: Truth } {
  const small = { seed: 1, days: 2, endMs: END_MS, sessionsPerDay: 300, ordersPerDay: 12 }
  const past = history({ ...small, ...options })
  const reports = [...past.reports]
  return { reports, truth: past.truth() }
}

const some = fc.record({
  seed: fc.nat(),
  days: fc.integer({ min: 1, max: 4 }),
  endMs: fc.integer({ min: END_MS, max: END_MS + DAY_MS }),
  sessionsPerDay: fc.integer({ min: 0, max: 80 }),
  ordersPerDay: fc.integer({ min: 0, max: 20 }),
  faults: fc.constantFrom(FAULTY, CLEAN),
})

interface Numbers {
  [key: string]: number | Numbers
}

/** Every number by its path; none where it is zero, which a day may leave out. */
function flat(span: object, path = ''): [string, number][] {
  return Object.entries(span as Numbers).flatMap(([key, value]) => {
    if (typeof value === 'object') return flat(value, `${path}${key}.`)
    return typeof value === 'number' && value !== 0 ? [[path + key, value] as [string, number]] : []
  })
}

describe('a past', () => {
  it('is the same for the same seed, and another for another', () => {
    const property = fc.property(some, (options) => {
      expect(read(options)).toEqual(read(options))
    })
    fc.assert(property, { numRuns: 10 })
    expect(read({ seed: 1 }).reports).not.toEqual(read({ seed: 2 }).reports)
  })

  it('is told in the order of time, and nothing of it lies in the future', () => {
    const property = fc.property(some, (options) => {
      const { reports, truth } = read(options)
      const times = reports.map(({ atMs }) => atMs)
      expect(times).toEqual([...times].sort((a, b) => a - b))
      expect(times.every((atMs) => atMs >= truth.from * 1000 && atMs < options.endMs)).toBe(true)
    })
    fc.assert(property, { numRuns: 15 })
  })

  it('does not change when it is looked at later', () => {
    const early = read({ endMs: END_MS }).reports
    const later = read({ endMs: END_MS + 3 * 3_600_000 }).reports
    expect(later.filter(({ atMs }) => atMs < END_MS)).toEqual(early)
  })
})

describe('its truth', () => {
  it('adds up: the days make the whole', () => {
    const property = fc.property(some, (options) => {
      const { total, by_day } = read(options).truth
      const sums = new Map<string, number>()
      for (const { day: _, ...span } of by_day) {
        for (const [path, n] of flat(span)) sums.set(path, (sums.get(path) ?? 0) + n)
      }
      expect(Object.fromEntries([...sums].sort())).toEqual(Object.fromEntries(flat(total).sort()))
    })
    fc.assert(property, { numRuns: 15 })
  })

  it('is about the very reports that are sent', () => {
    const property = fc.property(some, (options) => {
      const { reports, truth } = read(options)
      const sent = new Map<string, number>()
      for (const { side, events, atMs } of reports) {
        for (const { event_name } of events) {
          const day = new Date(atMs).toISOString().slice(0, 10)
          const name = `${day} ${event_name} ${side}`
          sent.set(name, (sent.get(name) ?? 0) + 1)
        }
      }
      const received = truth.by_day.flatMap(({ day, events }) =>
        Object.entries(events).flatMap(([name, one]) =>
          (['browser', 'server'] as const).flatMap((side) =>
            one.received[side] > 0 ? [[`${day} ${name} ${side}`, one.received[side]] as const] : [],
          ),
        ),
      )
      expect(Object.fromEntries(received)).toEqual(Object.fromEntries(sent))
    })
    fc.assert(property, { numRuns: 15 })
  })

  it('leaves nothing out: every report is counted, a duplicate, dropped or rejected', () => {
    const { events } = read({ sessionsPerDay: 1500, ordersPerDay: 60 }).truth.total
    for (const [name, one] of Object.entries(events)) {
      const { received, counted, duplicates, dropped, rejected, pairs } = one
      const ends = sum(dropped) + sum(rejected) + counted + duplicates
      expect([name, ends]).toEqual([name, received.browser + received.server])
      expect([name, sum(pairs)]).toEqual([name, counted])
      // What the browser did not see was lost for one reason, or is still on its way.
      const known = one.browser_saw + sum(one.browser_lost)
      expect([name, known <= one.actions, known > one.actions * 0.95]).toEqual([name, true, true])
    }
  })

  it('has the orders of a small shop', () => {
    const { total, by_day } = read({ days: 60, sessionsPerDay: 1500, ordersPerDay: 40 }).truth
    expect(total.orders / 60).toBeGreaterThan(33)
    expect(total.orders / 60).toBeLessThan(47)
    for (const { orders } of by_day.slice(0, 60))
      expect([15 < orders, orders < 75]).toEqual([true, true])
    expect(total.blocked_sessions / total.sessions).toBeCloseTo(0.22, 1)
  })
})

const sum = (counts: { readonly [key: string]: number }): number =>
  Object.values(counts).reduce((all, n) => all + n, 0)

const lost =
  (cause: string) =>
  ({ events }: SpanTruth): number =>
    Object.values(events).reduce(
      (all, { browser_lost }) => all + ((browser_lost as Record<string, number>)[cause] ?? 0),
      0,
    )
const struck =
  (fault: string) =>
  ({ faults }: SpanTruth): number =>
    faults[fault] ?? 0
const found =
  (code: string) =>
  ({ findings }: SpanTruth): number =>
    findings[code] ?? 0

/** What tells that a fault struck. */
const SIGNS: { readonly [F in keyof Faults]: (total: SpanTruth) => number } = {
  blockers: lost('blocker'),
  ios: lost('ios'),
  inApp: lost('in_app'),
  offlineLate: struck('browser_late'),
  offlineLost: lost('offline'),
  refusals: lost('refused'),
  gpc: ({ gpc_sessions }) => gpc_sessions,
  privateRelay: ({ hidden_ip_sessions }) => hidden_ip_sessions,
  browserTwice: struck('browser_duplicates'),
  serverTwice: struck('server_duplicates'),
  otherId: struck('ids_different'),
  noBrowserId: struck('ids_missing'),
  noServerId: struck('ids_missing'),
  noOrderId: struck('browser_without_order'),
  thanksAgain: struck('thanks_again'),
  tagTwice: struck('tag_twice'),
  serverLate: struck('server_late'),
  serverTooLate: struck('server_too_late'),
  personalUrls: found('personal_data_removed'),
  wrongCurrency: struck('wrong_currency'),
  otherValue: struck('value_without_shipping'),
  oldProductIds: struck('unknown_product_ids'),
  wrongClock: found('clock_skew_corrected'),
  bots: struck('crawler_reports'),
  testVisits: ({ test_sessions }) => test_sessions,
  serverDownHours: ({ events }) => events.ViewContent?.server_lost ?? 0,
  pixelGoneDays: lost('pixel_gone'),
  noCurrencyDays: found('missing_currency'),
}
/** These say how often; all others are shares. */
const LARGE: Partial<Faults> = {
  ...{ blockers: 1, testVisits: 9, serverDownHours: 6, pixelGoneDays: 1, noCurrencyDays: 1 },
}

describe('faults', () => {
  it.each(Object.keys(SIGNS) as (keyof Faults)[])(
    '%s strikes where it is on, only there',
    (fault) => {
      const faults: Faults = {
        ...CLEAN,
        // Only of sales with two ids can one lack its order.
        ...(fault === 'noOrderId' ? { otherId: 0.5 } : {}),
        [fault]: LARGE[fault] ?? 0.5,
      }
      const days = fault === 'serverTooLate' ? 12 : 4
      const { total } = read({ days, sessionsPerDay: 500, ordersPerDay: 60, faults }).truth
      for (const [other, sign] of Object.entries(SIGNS)) {
        const isMeant = sign === SIGNS[fault] || faults[other as keyof Faults] > 0
        const same = other === 'noServerId' && fault === 'noBrowserId'
        const twin = other === 'noBrowserId' && fault === 'noServerId'
        expect([other, sign(total) > 0]).toEqual([other, isMeant || same || twin])
      }
    },
  )

  it('a clean past has none, and every sale is known to both sides', () => {
    const { truth } = read({ days: 20, faults: CLEAN, ordersPerDay: 20 })
    const { total, periods } = truth
    expect([periods, total.findings]).toEqual([[], {}])
    expect(Object.keys(total.faults).filter((fault) => !fault.endsWith('ids_shared'))).toEqual([])
    const { Purchase: sales } = total.events
    expect(sales?.counted).toBe(total.orders)
    expect(sales?.value_minor).toEqual(total.revenue_minor)
  })

  it('crawlers are known as such by their user agents, and people are not', () => {
    const people = [...DEVICES.map(([, device]) => device), DEVELOPER]
    const agents = people.map(({ agent, versions }) => agent.replaceAll('{v}', `${versions[0]}`))
    expect(agents.filter(isBot)).toEqual([])
    expect(CRAWLERS.filter((agent) => !isBot(agent))).toEqual([])
  })
})
