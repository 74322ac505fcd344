/**
 * The Meta destination against a real Conversions API endpoint: another Twofold in Meta's place, in
 * `meta` mode (all or nothing) and in `lenient` mode (the good ones, and names for the others).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OutboundEvent } from '../../src/destinations/destination.ts'
import { meta } from '../../src/destinations/meta.ts'
import { startTwofold, type TestServer } from '../start.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTwofold()
})
afterAll(() => server.close())

const ports = {
  fetch,
  nowMs: Date.now,
  signal: new AbortController().signal,
  random: Math.random,
}

/** Purchases; those in `bad` are older than Meta takes. */
function purchases(n: number, bad: ReadonlySet<number>): OutboundEvent[] {
  const event_time = Math.floor(Date.now() / 1000)
  return Array.from({ length: n }, (_, place) => ({
    key: `1:${place + 1}`,
    event: {
      event_name: 'Purchase',
      event_time: bad.has(place) ? event_time - 9 * 86_400 : event_time,
      event_id: `order-${place}`,
      action_source: 'website',
      user_data: { external_id: [String(place).padStart(64, '0')] as never },
      custom_data: { value: 0.1, currency: 'EUR' },
    },
    envelope: {
      dataset_id: '1',
      channel: 'server',
      via: 'graph',
      received_at_ms: Date.now(),
    },
  }))
}

describe.each(['meta', 'lenient'])('Twofold in %s mode', (mode) => {
  it('counts each good event once and says why not of the others', async () => {
    const { dataset_id, access_token } = await server.createDataset({ mode })
    const settings = meta.schema.parse({ dataset_id, access_token, base_url: server.url })
    const bad = new Set([0, 3, 150])
    const { outcomes, exchanges } = await meta.send(purchases(200, bad), settings, ports)
    for (const [place, outcome] of outcomes.entries()) {
      expect(outcome).toMatchObject({ state: bad.has(place) ? 'rejected' : 'delivered' })
    }
    expect(outcomes[3]).toMatchObject({ detail: expect.stringMatching(/days ago/) })
    expect(exchanges.length).toBeLessThanOrEqual(mode === 'meta' ? 7 : 1)
    const summary = await server.api<{ counted: number; values: unknown }>(
      'GET',
      `/api/datasets/${dataset_id}/summary`,
    )
    expect(summary.counted).toBe(197)
    expect(JSON.stringify(summary)).toContain('"19.7"')
  })

  it.each([
    ['a wrong token', { access_token: 'wrong' }, '190'],
    ['an unknown dataset', { dataset_id: '99' }, '100/33'],
    ['another path', { base_url: '' }, 'http_404'],
  ])('holds for %s', async (_, change, code) => {
    const { dataset_id, access_token } = await server.createDataset({ mode })
    const base_url = code === 'http_404' ? `${server.url}/nowhere` : server.url
    const settings = meta.schema.parse({ dataset_id, access_token, ...change, base_url })
    const { outcomes } = await meta.send(purchases(2, new Set()), settings, ports)
    expect(outcomes).toMatchObject([
      { state: 'held', code },
      { state: 'held', code },
    ])
  })
})
