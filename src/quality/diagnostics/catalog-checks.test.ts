import { describe, expect, it } from 'vitest'
import { type Dataset, datasetSettingsSchema } from '../../event/dataset.ts'
import type { Count } from '../counters.ts'
import { diagnose } from './diagnose.ts'
import { evidenceOf, WINDOW_HOURS } from './evidence.ts'

const dataset: Dataset = {
  ...datasetSettingsSchema.parse({ name: 'Shop' }),
  ...{ dataset_id: 'd', created_at_ms: 0 },
}

/** What is counted of Purchase in every window. */
function found(counts: Readonly<Record<string, number>>) {
  const rows = Object.entries(counts).map(
    ([what, n]): Count => ({
      ...{ hour_s: 0, event_name: 'Purchase', channel: 'server' },
      ...{ metric: what === 'accepted' ? what : `catalog:${what}`, n },
    }),
  )
  const money = [{ event_name: 'Purchase', currency: 'EUR', units: 5000n, micros: 0n, n: 100 }]
  const evidence = evidenceOf({
    ...{ nowMs: 1e12, upSinceMs: 1e12, dataset, rowsBefore: [], moneyDay: money },
    ...{ money, moneyBefore: [], series: [], destinations: [], tokens: [], sample: [] },
    rivals: [],
    rows: WINDOW_HOURS.map(() => rows),
  })
  return diagnose(evidence).diagnoses.filter(({ code }) => code.startsWith('catalog_'))
}

const counted = { accepted: 100, reports: 100, priced: 100, in_currency: 100 }

describe('what reports say beside the catalog', () => {
  it.each([
    ['catalog_ids_unknown', { unknown_reports: 40 }],
    ['catalog_ids_kind', { kind_reports: 40 }],
    ['catalog_price_off', { price_off: 40 }],
  ])('%s, with how many and the money that is at stake', (code, counts) => {
    expect(found({ ...counted, ...counts })).toMatchObject([
      {
        ...{ code, affected: 40, total: 100, subject: { event_name: 'Purchase' } },
        money: [{ currency: 'EUR', about: '2000' }],
        words: expect.stringMatching(/^40 of 100 \(40 %\) reports of Purchase in the last 2 hours/),
      },
    ])
  })

  it('catalog_currency_off, where hardly any report has the currency of the feed', () => {
    expect(found({ ...counted, currency_off: 99 })).toMatchObject([
      { code: 'catalog_currency_off' },
    ])
    expect(found({ ...counted, currency_off: 70 })).toEqual([])
  })

  it('is left in peace where it is rare, and where there is no catalog', () => {
    expect(found({ ...counted, unknown_reports: 5, kind_reports: 5, price_off: 2 })).toEqual([])
    expect(found({ accepted: 100 })).toEqual([])
  })
})
