/** When tokens that end are worth a word. */
import { expect, it } from 'vitest'
import { type Dataset, datasetSettingsSchema } from '../../event/dataset.ts'
import { diagnose } from './diagnose.ts'
import { evidenceOf, type TokenFacts, WINDOW_HOURS } from './evidence.ts'

const HOUR_MS = 3_600_000
const NOW_MS = 1e12

const dataset: Dataset = {
  ...datasetSettingsSchema.parse({ name: 'Shop' }),
  ...{ dataset_id: 'd', created_at_ms: 0 },
}

function wordsOn(facts: Partial<TokenFacts>): string[] {
  const token = { id: 't', name: 'shop', purpose: 'send', created_at_ms: 0, ...facts }
  const evidence = evidenceOf({
    ...{ nowMs: NOW_MS, upSinceMs: NOW_MS, dataset, rowsBefore: [], moneyDay: [] },
    ...{ money: [], moneyBefore: [], series: [], destinations: [], sample: [], rivals: [] },
    tokens: [token],
    rows: WINDOW_HOURS.map(() => []),
  })
  const { diagnoses } = diagnose(evidence)
  return diagnoses.filter(({ code }) => code === 'token_expiring').map(({ words }) => words)
}

const ends = { expires_at_ms: NOW_MS + 10 * HOUR_MS }

it.each<[string, Partial<TokenFacts>, string[]]>([
  [
    'used this week',
    { ...ends, last_used_ms: NOW_MS - 100 * HOUR_MS },
    ['The token shop was used in the last 7 days and expires in 10 hours.'],
  ],
  ['not used this week', { ...ends, last_used_ms: NOW_MS - 200 * HOUR_MS }, []],
  ['without an end', { last_used_ms: NOW_MS }, []],
  [
    'replaced just now, and used till then and a little longer',
    { ...ends, last_used_ms: NOW_MS, replaced_at_ms: NOW_MS - HOUR_MS / 2 },
    [],
  ],
  [
    'replaced, and the new one is in place',
    { ...ends, last_used_ms: NOW_MS - 5 * HOUR_MS, replaced_at_ms: NOW_MS - 14 * HOUR_MS },
    [],
  ],
  [
    'replaced, and somebody still sends with it',
    { ...ends, last_used_ms: NOW_MS, replaced_at_ms: NOW_MS - 14 * HOUR_MS },
    ['The token shop was replaced, is still used and expires in 10 hours.'],
  ],
])('a token that ends, %s', (_, facts, words) => {
  expect(wordsOn(facts)).toEqual(words)
})
