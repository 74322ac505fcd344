/** Match quality, deduplication and loss over the real pipeline: the numbers of known histories. */
import { describe, expect, it } from 'vitest'
import {
  deduplicationSchema,
  graphQualitySchema,
  lossReportSchema,
  qualitySchema,
  remoteQualitySchema,
  unpairedSamplesSchema,
} from '../../src/api/quality-schemas.ts'
import type {
  DeduplicationAnswer,
  LossAnswer,
  MatchQualityAnswer,
  UnpairedSamplesAnswer,
} from '../../src/api/types.ts'
import { ADMIN, type ApiBench, apiBench, NOW_MS, NOW_S } from './api-bench.ts'

type Bench = ApiBench & { id: string }

async function withDataset(settings: object = {}): Promise<Bench> {
  const bench = await apiBench()
  const { dataset } = await bench.access.createDataset({ name: 'Shop', ...settings })
  return { ...bench, id: dataset.dataset_id }
}

const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1'
const INSTAGRAM =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 389.0.0.27.87'

const sale = (n: number, more: object = {}, user: object = {}) => ({
  event_name: 'Purchase',
  event_id: `sale-${n}`,
  event_time: NOW_S - 5,
  action_source: 'website',
  event_source_url: 'https://shop.example/thanks',
  user_data: {
    client_user_agent: n % 2 === 0 ? SAFARI : INSTAGRAM,
    client_ip_address: '198.51.100.7',
    fbp: `fb.1.1700000000000.${n}`,
    ...user,
  },
  custom_data: { value: 10.1, currency: 'EUR', order_id: `o${n}` },
  ...more,
})

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i)

/** 60 sales on the server; the browser saw 40 of them, and 5 that the server did not. */
async function shop(): Promise<Bench> {
  const bench = await withDataset()
  await bench.deliver(
    bench.id,
    'browser',
    numbers(0, 40).map((n) => sale(n)),
  )
  await bench.deliver(
    bench.id,
    'browser',
    numbers(60, 65).map((n) => sale(n)),
  )
  const email = (n: number) => (n < 30 ? { em: [`${n}@example.com`] } : {})
  await bench.deliver(
    bench.id,
    'server',
    numbers(0, 60).map((n) => sale(n, {}, email(n))),
  )
  await bench.deliver(bench.id, 'server', [
    { ...sale(99), event_name: 'PageView' },
    sale(70, { action_source: 'phone_call' }),
  ])
  return bench
}

async function read<T>(bench: Bench, path: string): Promise<T> {
  const answer = await bench.get(`/api/datasets/${bench.id}/${path}`)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json() as T
}

describe('match quality', () => {
  it('scores what servers report, with n, interval and what a key would bring', async () => {
    const bench = await shop()
    const report = qualitySchema
      .strict()
      .parse(await read<MatchQualityAnswer>(bench, 'quality?window=48h'))
    expect(report.to - report.from).toBe(49 * 3600)
    const [purchase] = report.events
    if (!purchase) throw new Error('no Purchase')
    const [base, full] = [1 - 0.55 * 0.7, 1 - 0.55 * 0.7 * 0.5]
    expect(purchase).toMatchObject({ event_name: 'Purchase', events: 60, few: false, band: 'good' })
    expect(purchase.score).toBeCloseTo(5 * (base + full))
    expect(purchase.low).toBeLessThan(purchase.score ?? 0)
    expect(purchase.keys.find(({ key }) => key === 'em')).toMatchObject({ with: 30, of: 60 })
    const gain = purchase.gains.find(({ add }) => add === 'em')
    expect(gain?.missing).toBe(30)
    expect(gain?.gain).toBeCloseTo(5 * (full - base))
    expect(purchase.freshness).toMatchObject({ frequency: 'real_time', mean_delay_s: 5 })
    expect(purchase.coverage).toMatchObject({ both: 40, browser_only: 5, goal: 0.75 })
    expect(report.trend.filter(({ event_name }) => event_name === 'Purchase')).toMatchObject([
      { events: 60 },
    ])
    bench.clock.ms = NOW_MS + 3 * 86_400_000
    expect((await read<MatchQualityAnswer>(bench, 'quality')).events).toEqual([])
    const week = await read<MatchQualityAnswer>(bench, 'quality?window=7d')
    expect(week.events[0]?.events).toBe(60)
  })

  it('counts what was sent and could not be used', async () => {
    const bench = await withDataset()
    const events = [
      sale(1, {}, { em: ['null'], ph: ['not a phone'] }),
      sale(2, {}, { em: ['jo@example.com', 'null'] }),
    ]
    await bench.deliver(bench.id, 'server', events)
    const {
      events: [purchase],
    } = await read<MatchQualityAnswer>(bench, 'quality')
    expect(purchase?.few).toBe(true)
    expect(purchase?.keys.find(({ key }) => key === 'em')).toMatchObject({ with: 1, invalid: 1 })
    expect(purchase?.keys.find(({ key }) => key === 'ph')).toMatchObject({ with: 0, invalid: 1 })
  })

  it('refuses two windows at once, and knows nothing of scores nobody gives', async () => {
    const bench = await withDataset()
    const both = await bench.get(`/api/datasets/${bench.id}/quality?window=7d&from=1`)
    expect(both.json().error.detail).toMatch(/^window/)
    expect(remoteQualitySchema.parse(await read(bench, 'quality/remote'))).toEqual({ scores: [] })
  })
})

describe('deduplication', () => {
  it('says how the sides find together, and why some do not', async () => {
    const bench = await shop()
    const report = deduplicationSchema
      .strict()
      .parse(await read<DeduplicationAnswer>(bench, 'deduplication?event_name=Purchase'))
    expect(report.coverage).toMatchObject({ both: 40, browser_only: 5, server_only: 21 })
    expect(report.coverage.share).toBeCloseTo(40 / 45)
    expect(report.coverage_7d).toBeCloseTo(40 / 45)
    expect(report.by[0]).toEqual({ how: 'event_id', events: 40 })
    expect(report.keys[0]).toMatchObject({ key: 'event_id', browser: { with: 45, of: 45 } })
    expect(report.unpaired.server.map(({ reason, events }) => [reason, events])).toEqual([
      ['blocked', 20],
      ['not_on_site', 1],
    ])
    expect(report.unpaired.browser).toMatchObject([{ reason: 'no_server_report', events: 5 }])
    const sum = report.points.reduce((all, { both }) => all + both, 0)
    expect([report.step, sum]).toEqual(['hour', 40])
    const all = await read<DeduplicationAnswer>(bench, 'deduplication?window=7d')
    expect(all.step).toBe('day')
    expect(all.by_event.map(({ event_name }) => event_name)).toEqual(['Purchase', 'PageView'])
    expect(all.points.reduce((n, { both }) => n + both, 0)).toBe(40)
  })

  it('shows samples with the reason, also those that another event tells', async () => {
    const bench = await withDataset()
    await bench.deliver(bench.id, 'browser', [{ ...sale(1), event_name: 'Lead', custom_data: {} }])
    bench.clock.ms = NOW_MS + 49 * 3_600_000
    const later = { event_time: bench.clock.ms / 1000 - 5, event_name: 'Lead', custom_data: {} }
    await bench.deliver(bench.id, 'server', [sale(1, later)])
    await bench.deliver(bench.id, 'browser', [
      sale(8, { ...later, event_id: 'from-browser' }, { fbp: 'fb.1.1700000000000.8' }),
    ])
    await bench.deliver(bench.id, 'server', [
      sale(8, { ...later, event_id: 'from-server' }, { fbp: 'fb.1.1700000000000.8' }),
    ])
    const path = 'deduplication/unpaired?window=7d'
    const server = unpairedSamplesSchema
      .strict()
      .parse(await read<UnpairedSamplesAnswer>(bench, path))
    expect(
      server.samples.map(({ event_id, reason, other_id }) => [event_id, reason, other_id]),
    ).toEqual([
      ['from-server', 'different_id', '3'],
      ['sale-1', 'outside_window', '1'],
    ])
    expect(server.samples[0]).toMatchObject({ browser: 'safari', os: 'ios' })
    const browser = await read<UnpairedSamplesAnswer>(bench, `${path}&side=browser`)
    expect(browser.samples.map(({ event_id, reason }) => [event_id, reason])).toEqual([
      ['from-browser', 'different_id'],
      ['sale-1', 'outside_window'],
    ])
    const one = await read<UnpairedSamplesAnswer>(bench, `${path}&reason=different_id&limit=1`)
    expect(one.samples.map(({ event_id }) => event_id)).toEqual(['from-server'])
  })
})

describe('the loss meter', () => {
  it('says what browsers miss, where, and what the server brought back', async () => {
    const bench = await shop()
    const report = lossReportSchema.strict().parse(await read<LossAnswer>(bench, 'loss'))
    expect(report).toMatchObject({
      event_name: 'Purchase',
      browser: 45,
      server: 61,
      counted: 66,
      orders: 66,
      total: { known: 60, lost: 20 },
      recovered: {
        events: 20,
        money: [{ currency: 'EUR', sum_exact: '202' }],
        counted_money: [{ currency: 'EUR', sum_exact: '666.6' }],
      },
      destinations: [],
    })
    expect(report.by_browser.map(({ name, known, lost }) => [name, known, lost])).toEqual([
      ['instagram', 30, 10],
      ['safari', 30, 10],
    ])
    expect(report.by_place.map(({ name, known }) => [name, known])).toEqual([
      ['browser', 30],
      ['in_app', 30],
    ])
    expect(report.total.rate).toBeCloseTo(1 / 3)
    expect(report.total.low).toBeLessThan(1 / 3)
    // The browser's report comes after all: nothing is lost, nothing is recovered.
    await bench.deliver(
      bench.id,
      'browser',
      numbers(40, 60).map((n) => sale(n)),
    )
    const mended = await read<LossAnswer>(bench, 'loss')
    expect(mended).toMatchObject({ total: { known: 60, lost: 0 }, recovered: { money: [] } })
  })
})

describe('the report in the shape of Meta', () => {
  const FIELDS =
    'web{event_name,event_match_quality{composite_score,match_key_feedback{identifier,coverage{percentage},potential_aly_acr_increase{percentage,description}},diagnostics{name,description,solution,percentage,affected_event_count,total_event_count}},event_coverage{percentage,goal_percentage,description,potential_aly_acr_increase{percentage,description}},dedupe_key_feedback{dedupe_key,browser_events_with_dedupe_key{percentage,description},server_events_with_dedupe_key{percentage,description},overall_browser_coverage_from_dedupe_key{percentage,description}},data_freshness{upload_frequency,description},acr{percentage,description},event_potential_aly_acr_increase{percentage,description}}'

  const ask = (bench: Bench, query: string, path = '/v25.0/dataset_quality') =>
    bench.app.inject({ url: `${path}?${query}` })

  it('has every part that is known, and the keys add up to the coverage', async () => {
    const bench = await shop()
    const fields = encodeURIComponent(FIELDS)
    const answer = await ask(bench, `dataset_id=${bench.id}&access_token=${ADMIN}&fields=${fields}`)
    expect(answer.statusCode, answer.body).toBe(200)
    const { web } = graphQualitySchema.strict().parse(answer.json())
    expect(web.map((one) => one.event_name)).toEqual(['Purchase', 'PageView'])
    const [purchase] = web
    expect(purchase).toMatchObject({
      event_match_quality: {
        composite_score: 7.1,
        match_key_feedback: [
          { identifier: 'email', coverage: { percentage: 50 } },
          { identifier: 'fbp', coverage: { percentage: 100 } },
          { identifier: 'ip_address', coverage: { percentage: 100 } },
          { identifier: 'user_agent', coverage: { percentage: 100 } },
        ],
        diagnostics: [],
      },
      event_coverage: { percentage: 88.89, goal_percentage: 75 },
      data_freshness: { upload_frequency: 'real_time' },
      acr: { percentage: 46.67 },
    })
    const keys = purchase?.dedupe_key_feedback ?? []
    expect(keys.map((one) => one.dedupe_key)).toEqual(['event_id', 'external_id', 'fbp'])
    const sum = keys.reduce(
      (all, one) => all + one.overall_browser_coverage_from_dedupe_key.percentage,
      0,
    )
    expect(sum).toBeCloseTo(purchase?.event_coverage?.percentage ?? 0, 2)
  })

  it('gives only what was asked for, with the token in a header and without a version', async () => {
    const bench = await shop()
    const { token } = (
      await bench.send('POST', `/api/datasets/${bench.id}/tokens`, { purpose: 'read' })
    ).json()
    const answer = await bench.app.inject({
      url: `/dataset_quality?dataset_id=${bench.id}&fields=web{event_name,acr{percentage}}`,
      headers: { authorization: `Bearer ${token}` },
    })
    expect(answer.json()).toEqual({
      web: [{ event_name: 'Purchase', acr: { percentage: 46.67 } }, { event_name: 'PageView' }],
    })
  })

  it('refuses as Meta does, and says what to do', async () => {
    const bench = await shop()
    const sendOnly = (
      await bench.send('POST', `/api/datasets/${bench.id}/tokens`, { purpose: 'send' })
    ).json()
    const id = `dataset_id=${bench.id}`
    const whole = `${id}&access_token=${ADMIN}`
    for (const [query, status, code, words] of [
      [id, 400, 104, 'may read'],
      [`${id}&access_token=nobody`, 401, 190, 'token create'],
      [`access_token=${ADMIN}`, 400, 100, 'dataset_id'],
      [`dataset_id=1&access_token=${ADMIN}`, 400, 100, 'no dataset 1'],
      [`${id}&access_token=${sendOnly.token}`, 400, 100, 'may not read'],
      [`${whole}&fields=web{dedup_key_feedback}`, 400, 100, 'dedupe_key_feedback'],
      [`${whole}&fields=web{event_name`, 400, 2500, 'web{'],
      [`${whole}&agent_name=x`, 400, 100, 'agent_name'],
    ] as const) {
      const answer = await ask(bench, query)
      const { error } = answer.json()
      expect([answer.statusCode, error.code], query).toEqual([status, code])
      expect(error.error_user_msg).toContain(words)
      expect(typeof error.fbtrace_id).toBe('string')
    }
  })
})
