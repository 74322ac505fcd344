import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Channel } from '../event/shape.ts'
import type { Count } from './counters.ts'
import { freshnessOf } from './freshness.ts'
import { lossReport } from './loss.ts'
import { matchReport } from './match-report.ts'
import { meanCoverage, pairingOf } from './pairing.ts'

const count = (metric: string, n: number, more: Partial<Count> = {}): Count => ({
  hour_s: 0,
  event_name: 'Purchase',
  channel: 'server',
  metric,
  n,
  ...more,
})
const on = (channel: Channel) => (metric: string, n: number) => count(metric, n, { channel })
const browser = on('browser')
const server = on('server')

describe('match quality', () => {
  it('is of what servers reported, and names what each key covers', () => {
    const [purchase, ...more] = matchReport([
      server('match:1', 60),
      server('match:3', 40),
      browser('match:16', 500),
      server('accepted', 110),
      server('duplicate', 10),
      server('key:fn', 30),
      server('invalid:ph', 5),
      count('match:0', 2, { event_name: 'Lead' }),
      browser('match:1', 9),
    ])
    expect(more.map(({ event_name }) => event_name)).toEqual(['Lead'])
    expect(purchase).toMatchObject({ event_name: 'Purchase', events: 100, few: false, band: 'ok' })
    expect(purchase?.score).toBeCloseTo(10 * (0.6 * 0.5 + 0.4 * 0.725))
    const keyOf = (key: string) => purchase?.keys.find((row) => row.key === key)
    expect(keyOf('em')).toEqual({ key: 'em', with: 100, of: 100, invalid: 0 })
    expect(keyOf('ph')).toEqual({ key: 'ph', with: 40, of: 100, invalid: 5 })
    expect(keyOf('fn')).toEqual({ key: 'fn', with: 30, of: 120, invalid: 0 })
    expect(keyOf('ln')).toBeUndefined()
    expect(purchase?.gains[0]).toMatchObject({ missing: 100 })
    expect(purchase?.gains.some(({ add }) => add === 'em')).toBe(false)
  })
})

describe('pairing', () => {
  const rows = [
    browser('pair:both', 60),
    server('pair:both', 15),
    browser('pair:browser', 25),
    server('pair:server', 8),
    count('pair:other', 2, { channel: 'other' }),
    browser('pair_by:event_id', 50),
    server('pair_by:event_id', 10),
    server('pair_by:order_id', 15),
    browser('event_id', 90),
    browser('accepted', 85),
    browser('duplicate', 15),
    server('unpaired:blocked', 6),
    server('suspected:blocked', 2),
    server('unpaired:no_id', 2),
    browser('unpaired:no_server_report', 20),
    browser('unpaired:different_id', 5),
  ]

  it('has coverage of browser events, and the keys that made the pairs', () => {
    const pairing = pairingOf(rows)
    expect(pairing).toMatchObject({ both: 75, browser_only: 25, server_only: 10, coverage: 0.75 })
    expect(pairing.by.filter(({ events }) => events > 0)).toEqual([
      { how: 'event_id', events: 60 },
      { how: 'order_id', events: 15 },
    ])
    expect(pairing.keys[0]?.browser).toEqual({ with: 90, of: 100 })
  })

  it('takes a suspected twin for one with another id', () => {
    expect(pairingOf(rows).unpaired).toEqual({
      server: [
        { reason: 'blocked', events: 4 },
        { reason: 'different_id', events: 2 },
        { reason: 'no_id', events: 2 },
      ],
      browser: [
        { reason: 'no_server_report', events: 20 },
        { reason: 'different_id', events: 5 },
      ],
    })
  })

  it('takes the mean of the days for coverage, as Meta does', () => {
    const day = (hour_s: number, both: number, alone: number) => [
      count('pair:both', both, { hour_s }),
      count('pair:browser', alone, { hour_s }),
    ]
    const days = [...day(0, 1000, 0), ...day(86_400, 1, 1), ...day(172_800, 0, 0)]
    expect(meanCoverage(days)).toBeCloseTo(0.75)
    expect(meanCoverage([])).toBeUndefined()
  })
})

describe('the loss meter', () => {
  it('adds up by browser, by system and by place', () => {
    const agents = ['chrome.windows', 'safari.ios', 'instagram.ios', 'unknown.unknown']
    const each = fc.tuple(fc.nat(200), fc.nat(200)).map(([a, b]) => [a, Math.min(a, b)] as const)
    fc.assert(
      fc.property(fc.array(each, { minLength: 4, maxLength: 4 }), (counts) => {
        const rows = counts.flatMap(([known, met], i) => [
          server(`known:${agents[i]}`, known),
          server(`met:${agents[i]}`, met),
        ])
        const { total, by_browser, by_os, by_place } = lossReport(rows)
        for (const group of [by_browser, by_os, by_place]) {
          expect(group.reduce((sum, { known }) => sum + known, 0)).toBe(total.known)
          expect(group.reduce((sum, { lost }) => sum + lost, 0)).toBe(total.lost)
        }
      }),
    )
  })

  it('says what only the server brought, in exact money', () => {
    const report = lossReport([
      server('known:safari.ios', 40),
      server('met:safari.ios', 30),
      server('order', 38),
      server('alone:EUR:millions', 2),
      server('alone:EUR:units', -1),
      server('alone:EUR:micros', 100_000),
      server('alone:USD:units', 0),
    ])
    expect(report).toMatchObject({ orders: 38, total: { known: 40, lost: 10, rate: 0.25 } })
    expect(report.recovered).toEqual({
      events: 10,
      money: [{ currency: 'EUR', sum_exact: '1999999.1' }],
    })
    expect(report.by_place).toMatchObject([{ name: 'browser', known: 40, few: false }])
  })
})

it('calls a sender fresh by its delays and not by its volume', () => {
  expect(freshnessOf([server('delay:minute', 1)])).toMatchObject({
    frequency: 'real_time',
    mean_delay_s: 0,
  })
  expect(
    freshnessOf([server('delay:minute', 4), server('delay:day', 6), server('delay_s', 100)]),
  ).toMatchObject({ frequency: 'daily', mean_delay_s: 10, events: 10 })
  expect(freshnessOf([browser('delay:minute', 9)])).toMatchObject({ frequency: undefined })
})
