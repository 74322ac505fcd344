/**
 * Every fault raises its own finding within an hour of the thirtieth affected report: a shop that
 * was clean for three weeks, then the fault. What a check says beside its own is not held against it
 * where one thing causes the other.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { CHECKS } from '../quality/diagnostics/table.ts'
import { CASES, DESTINATION, FAULT_MS, isSale } from './faults.fixture.ts'
import { DAY_MS, HOUR_MS, openShop, type Report, START_MS } from './shop.fixture.ts'

const ORDERS_PER_DAY = 200

/** Shown by the tests of their own below; those of the catalog by catalog-checks.test.ts. */
const APART = [
  ...['never_received', 'too_many_names', 'no_server_reports', 'late_twin', 'consent_lost'],
  ...['catalog_ids_unknown', 'catalog_ids_kind', 'catalog_price_off', 'catalog_currency_off'],
]

const clean = openShop({ seed: 3, ordersPerDay: ORDERS_PER_DAY })
beforeAll(() => clean.run(FAULT_MS), 120_000)

const later = (more: Partial<Parameters<typeof openShop>[0]> = {}) =>
  openShop({ seed: 4, ordersPerDay: ORDERS_PER_DAY, after: clean, ...more })

it('the shop was clean before', async () => {
  expect(await clean.codes()).toEqual([])
})

it('every check has its fault', () => {
  const codes = CHECKS.map(({ code }) => code)
  expect(codes.filter((code) => !(code in CASES) && !APART.includes(code))).toEqual([])
})

describe('is raised within an hour of thirty affected reports:', () => {
  it.each(Object.entries(CASES).filter(([code]) => !APART.includes(code)))(
    '%s',
    async (code, one) => {
      const { fault, settings, destinations, tokens, rivals, hours = 4.5 } = one
      const shop = later({
        ...(settings ? { settings } : {}),
        ...(destinations ? { destinations: () => [{ ...DESTINATION, ...destinations }] } : {}),
        ...(tokens ? { tokens: () => tokens } : {}),
        ...(rivals ? { rivals } : {}),
      })
      await shop.run(FAULT_MS + hours * HOUR_MS, fault)
      expect(await shop.codes()).toContain(code)
    },
  )
})

describe('also raised:', () => {
  it('a dataset that never received anything', async () => {
    const empty = openShop({ ordersPerDay: 1 })
    expect(await empty.codes()).toEqual([])
    await empty.run(START_MS + 30 * HOUR_MS, () => undefined)
    expect(await empty.codes()).toEqual(['never_received'])
  })

  it('conversions that only browsers report', async () => {
    const shop = openShop({ seed: 5, ordersPerDay: 60 })
    await shop.run(START_MS + 4 * DAY_MS, (report) =>
      report.channel === 'server' ? undefined : report,
    )
    expect(await shop.codes()).toEqual(['no_server_reports'])
  })

  it('second reports that come late', async () => {
    const shop = later()
    const waiting: Report[] = []
    await shop.run(FAULT_MS + 5 * HOUR_MS, (report) => {
      if (!isSale(report) || report.channel === 'browser') return report
      waiting.push(report)
      return undefined
    })
    await shop.run(FAULT_MS + 7 * HOUR_MS, (report) => ({ ...report, again: waiting.splice(0, 9) }))
    expect(await shop.codes()).toContain('late_twin')
  })

  it('consent that is no longer said', async () => {
    const before = openShop({ seed: 6, ordersPerDay: 60 })
    await before.run(START_MS + 5 * DAY_MS, (report) => {
      Object.assign(report.own, { consent: { state: 'granted', signal: 'api' } })
      return report
    })
    expect(await before.codes()).toEqual([])
    await before.run(START_MS + 5 * DAY_MS + 20 * HOUR_MS)
    expect(await before.codes()).toEqual(['consent_lost'])
  })
})
