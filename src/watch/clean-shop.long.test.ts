/** What is right raises nothing: a shop of 20 orders a day, for 60 days, at every hour of the day. */
import { expect, it } from 'vitest'
import { diagnose } from '../quality/diagnostics/diagnose.ts'
import { DAY_MS, HOUR_MS, openShop, START_MS } from './shop.fixture.ts'

it('a clean shop of 20 orders a day is left in peace for 60 days', async () => {
  const shop = openShop({ seed: 1, ordersPerDay: 20 })
  const found: string[] = []
  const endMs = START_MS + 60 * DAY_MS
  for (let atMs = START_MS + HOUR_MS; atMs <= endMs; atMs += 5 * HOUR_MS) {
    await shop.run(atMs)
    const { diagnoses, failures } = diagnose(await shop.evidence())
    expect(failures).toEqual([])
    const at = new Date(atMs).toISOString()
    found.push(...diagnoses.map(({ id, words }) => `${at} ${id} ${words}`))
  }
  expect(found).toEqual([])
}, 180_000)
