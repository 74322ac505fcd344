/** `twofold quality` as a program against the real server. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LossAnswer, MatchQualityAnswer } from '../../src/api/types.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { type Result, twofold } from './twofold.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTwofold()
})
afterAll(() => server.close())

const run = (...words: string[]): Promise<Result> =>
  twofold(words, {
    env: { TWOFOLD_URL: server.url, TWOFOLD_ADMIN_TOKEN: server.adminToken },
  })

it('shows scores, coverage and loss, and can be a check', async () => {
  const { dataset_id } = await server.createDataset({ name: 'Quality' })
  const sales = Array.from({ length: 60 }, (_, n) => ({
    event_name: 'Purchase',
    event_id: `q${n}`,
    event_time: Math.floor(Date.now() / 1000),
    action_source: 'website',
    user_data: { client_user_agent: 'Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36' },
    custom_data: { value: 2, currency: 'EUR' },
  }))
  await server.api('POST', `/v24.0/${dataset_id}/events?access_token=${server.adminToken}`, {
    data: sales,
  })
  const words = ['quality', '--dataset', dataset_id]
  const { stdout } = await run(...words, '--json')
  const { quality, loss } = JSON.parse(stdout) as {
    quality: MatchQualityAnswer
    loss: LossAnswer
  }
  expect(quality.events[0]).toMatchObject({ event_name: 'Purchase', events: 60, band: 'poor' })
  expect(loss.total).toMatchObject({ known: 60, lost: 60 })
  const shown = await run(...words, '--window', '7d', '--below', '4')
  expect(shown.code).toBe(0)
  expect(shown.stdout).toMatch(/Purchase +4\.5 +3\.\d-5\.\d +poor +60 +em \+2\.8/)
  expect(shown.stdout).toMatch(/chrome +60 +60 +100 % +94 %-100 %/)
  expect(shown.stdout).toContain('Recovered by the server: 60, 120.00 EUR.')
  const below = await run(...words, '--below', '5')
  expect([below.code, below.stderr]).toEqual([1, expect.stringContaining('Below 5: Purchase.')])
  expect((await run(...words, '--below', 'eleven')).code).toBe(2)
})
