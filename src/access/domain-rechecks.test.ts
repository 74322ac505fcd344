/** Proofs are looked for once a day, a miss is confirmed, and what is lost is told and kept. */
import { randomBytes } from 'node:crypto'
import { beforeEach, expect, it } from 'vitest'
import { DOMAIN_RECHECKS_PER_TICK_MAX } from '../diagnostic-limits.ts'
import { memoryStore } from '../store/drivers/memory.ts'
import { createRechecks, dueDomains, type Rechecks } from './domain-rechecks.ts'
import { createDomains, type Domain, type Domains, domainState } from './domains.ts'
import { createHistory } from './history.ts'

const START_MS = Date.UTC(2026, 10, 28, 12)
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

let nowMs: number
let records: Map<string, string>
let asked: number
let domains: Domains
let rechecks: Rechecks
let told: () => Promise<string[]>

beforeEach(async () => {
  nowMs = START_MS
  records = new Map()
  asked = 0
  const history = createHistory({ store: memoryStore(), nowMs: () => nowMs })
  domains = await createDomains({
    store: history.store,
    nowMs: () => nowMs,
    randomBytes,
    fetch: () => Promise.reject(new Error('offline')),
    resolveTxt: async (name) => {
      asked += 1
      const text = records.get(name)
      if (text === undefined) throw Object.assign(new Error(name), { code: 'ENOTFOUND' })
      return [[text]]
    },
  })
  rechecks = createRechecks({
    domains,
    history,
    businessOf: () => 'business-1',
    nowMs: () => nowMs,
    every: () => () => undefined,
    onTrouble: (error) => {
      throw error
    },
  })
  told = async () => {
    const rows = await history.page({ business_id: 'business-1', limit: 10 })
    return rows.map(({ value }) => (value as { action: string }).action)
  }
  const { code } = await domains.add('1', 'shop.example')
  records.set('_twofold.shop.example', `twofold-domain-verification=${code}`)
  await domains.check('1', 'shop.example')
})

const shown = (): Domain => domains.of('1')[0] as Domain
const pass = (ms: number): Promise<void> => {
  nowMs += ms
  return rechecks.tick()
}

it('looks once a day and not more often', async () => {
  const before = asked
  await pass(DAY_MS - 1)
  expect(asked).toBe(before)
  await pass(1)
  expect(asked).toBe(before + 1)
  expect(shown()).toMatchObject({ proven_at_ms: START_MS + DAY_MS, missing_since_ms: null })
  expect(await told()).toEqual([])
})

it('says since when a proof is missing, and after a second miss that it is lost', async () => {
  records.clear()
  await pass(DAY_MS)
  expect(domainState(shown())).toBe('proven')
  expect(shown().missing_since_ms).toBe(START_MS + DAY_MS)
  await pass(HOUR_MS)
  expect(domainState(shown())).toBe('lost')
  expect(shown().missing_since_ms).toBe(START_MS + DAY_MS)
  expect(await told()).toEqual(['domain.lost'])
  await pass(DAY_MS)
  expect(await told()).toEqual(['domain.lost'])
})

it('forgets a miss that was none, and finds again what was lost', async () => {
  const kept = [...records]
  records.clear()
  await pass(DAY_MS)
  records = new Map(kept)
  await pass(HOUR_MS)
  expect(shown().missing_since_ms).toBeNull()
  records.clear()
  await pass(DAY_MS)
  await pass(HOUR_MS)
  records = new Map(kept)
  await pass(DAY_MS)
  expect(domainState(shown())).toBe('proven')
  expect(await told()).toEqual(['domain.found', 'domain.lost'])
})

it('leaves alone what was never proven, and what was removed meanwhile', async () => {
  await domains.add('1', 'other.example')
  await domains.remove('1', 'shop.example')
  const before = asked
  await pass(2 * DAY_MS)
  expect(asked).toBe(before)
})

it('takes few at a time, the most overdue first', () => {
  const many = Array.from({ length: 100 }, (_, at) => ({
    ...shown(),
    domain: `${at}.example`,
    checked_at_ms: START_MS - at,
  }))
  const due = dueDomains(many, START_MS + DAY_MS)
  expect(due).toHaveLength(DOMAIN_RECHECKS_PER_TICK_MAX)
  expect(due[0]?.domain).toBe('99.example')
})
