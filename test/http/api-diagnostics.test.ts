/** What is wrong with a dataset, by the API: found, muted, mended. */
import { describe, expect, it } from 'vitest'
import { diagnosticsSchema, openFindingsSchema } from '../../src/api/diagnostics-schemas.ts'
import type { DiagnosticsAnswer } from '../../src/api/types.ts'
import { DIAGNOSTIC_FRESH_MS } from '../../src/diagnostic-limits.ts'
import { type ApiBench, apiBench, event, NOW_MS } from './api-bench.ts'

const DAY_MS = 86_400_000

async function shop(): Promise<ApiBench & { id: string; path: string }> {
  const bench = await apiBench({ publicUrl: 'https://data.shop.com' })
  const { dataset_id: id } = (await bench.send('POST', '/api/datasets', { name: 'Shop' })).json()
  return { ...bench, id, path: `/api/datasets/${id}/diagnostics` }
}

const sales = (n: number, custom: object, from = 0) =>
  Array.from({ length: n }, (_, index) =>
    event({
      event_id: `s${from + index}`,
      custom_data: { order_id: `o${from + index}`, ...custom },
    }),
  )

const parsed = (json: unknown): DiagnosticsAnswer => diagnosticsSchema.strict().parse(json)

describe('a dataset whose sales lack their currency', () => {
  it('is told so with numbers, samples, money and a fix to copy', async () => {
    const { id, path, deliver, get, send } = await shop()
    await deliver(id, 'server', sales(10, { value: 20.5, currency: 'EUR' }))
    await deliver(id, 'server', sales(40, { value: 20.5 }, 100))
    expect(parsed((await get(path)).json())).toMatchObject({ looked_at: null, findings: [] })
    const answer = parsed((await send('POST', `${path}/look`, {})).json())
    const found = answer.findings.find(({ code }) => code === 'missing_currency')
    expect(found).toMatchObject({
      severity: 'error',
      state: 'open',
      event_name: 'Purchase',
      affected: 40,
      total: 50,
      evidence:
        '40 of 50 (80 %) reports of Purchase in the last 2 hours carry a value and no currency.',
      money: [{ currency: 'EUR', about: '820' }],
    })
    expect(found?.samples.map(({ event_id }) => event_id)).toContain('s139')
    expect(found?.fix.snippets.map(({ platform }) => platform)).toContain('woocommerce')
    expect(JSON.stringify(answer)).not.toContain('DATASET_ID')
    expect(answer.open).toBe(answer.findings.length)
    expect(answer.checks).toBeGreaterThanOrEqual(30)
  })

  it('stands on the first page in its place, with whose it is, until it is muted', async () => {
    const { id, path, deliver, get, send } = await shop()
    const { dataset_id: other } = (await send('POST', '/api/datasets', { name: 'Other' })).json()
    await deliver(id, 'server', sales(10, { value: 20.5, currency: 'EUR' }))
    await deliver(id, 'server', sales(40, { value: 20.5 }, 100))
    await deliver(other, 'server', sales(40, { value: 20.5 }))
    for (const one of [id, other]) await send('POST', `/api/datasets/${one}/diagnostics/look`, {})
    const all = openFindingsSchema.strict().parse((await get('/api/findings')).json())
    expect(all.findings.find(({ code }) => code === 'missing_currency')).toMatchObject({
      dataset_name: 'Shop',
      money: [{ currency: 'EUR', about: '820' }],
    })
    const sums = all.findings.flatMap(({ money }) => money.map(({ about }) => Number(about)))
    expect(sums.length).toBeGreaterThan(1)
    expect(sums).toEqual([...sums].sort((a, b) => b - a))
    const priced = all.findings.map(({ money }) => money.length > 0)
    expect(priced).toEqual([...priced].sort().reverse())
    expect(all.findings.map(({ dataset_id }) => dataset_id)).toContain(other)
    await send('POST', `${path}/mute`, { target: 'missing_currency' })
    const rest = openFindingsSchema.parse((await get('/api/findings')).json())
    expect(rest.open).toBe(all.open - 1)
    const none = await get('/api/findings?business_id=biz_of_nobody')
    expect(none.json()).toEqual({ open: 0, findings: [] })
  })

  it('can be muted by finding or check, and is told of again', async () => {
    const { id, path, deliver, get, send, clock } = await shop()
    await deliver(id, 'server', sales(40, { value: 20.5 }))
    await send('POST', `${path}/look`, {})
    const until = NOW_MS / 1000 + 3600
    const muted = parsed(
      (await send('POST', `${path}/mute`, { target: 'missing_currency', until })).json(),
    )
    const ours = muted.findings.find(({ code }) => code === 'missing_currency')
    expect(ours).toMatchObject({ state: 'muted', muted: { until, by: 'admin token' } })
    expect((await get(`${path}?state=muted`)).json().findings).toHaveLength(1)
    clock.ms += 2 * 3_600_000
    expect((await get(`${path}?state=muted`)).json().findings).toEqual([])
    await send('POST', `${path}/mute`, { target: 'missing_currency' })
    const told = await send('POST', `${path}/unmute`, { target: 'missing_currency' })
    expect(parsed(told.json()).muted).toBe(0)
    const wrong = await send('POST', `${path}/mute`, { target: 'nonsense' })
    expect([wrong.statusCode, wrong.json().error.code]).toEqual([400, 'invalid_request'])
  })

  it('is looked at once, however often somebody asks within some seconds', async () => {
    const { path, deliver, id, send, clock } = await shop()
    const look = async () => parsed((await send('POST', `${path}/look`, {})).json())
    const first = await look()
    await deliver(id, 'server', sales(40, { value: 20.5 }))
    clock.ms += DIAGNOSTIC_FRESH_MS - 1
    expect(await look()).toEqual(first)
    clock.ms += 1
    const { findings } = await look()
    expect(findings.map(({ code }) => code)).toContain('missing_currency')
  })

  it('resolves by itself after the mend, and leaves nothing behind when deleted', async () => {
    const { id, path, deliver, send, clock, store } = await shop()
    await deliver(id, 'server', sales(40, { value: 20.5 }))
    await send('POST', `${path}/look`, {})
    clock.ms += 3 * DAY_MS
    const later = Math.floor(clock.ms / 1000)
    const mended = sales(400, { value: 20.5, currency: 'EUR' }, 1000)
    await deliver(
      id,
      'server',
      mended.map((one) => ({ ...one, event_time: later })),
    )
    const answer = parsed((await send('POST', `${path}/look`, {})).json())
    const ours = answer.findings.find(({ code }) => code === 'missing_currency')
    expect(ours).toMatchObject({ state: 'resolved', resolved: later })
    expect(await store.getSettings('diagnostics')).toHaveLength(1)
  })
})
