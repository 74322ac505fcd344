/** What a test_event_code changes: nothing, as with Meta, or (in the sandbox) everything. */
import { hash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { EventsAnswer, ReconciliationAnswer, Summary } from '../../src/api/types.ts'
import { startTwofold, type TestServer } from '../start.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTwofold()
})

afterAll(() => server.close())

/** One sale with a test code and one without. */
async function sell(settings: Record<string, unknown>): Promise<string> {
  const { dataset_id, access_token } = await server.createDataset(settings)
  for (const code of ['TEST1', undefined]) {
    const answer = await fetch(`${server.url}/v24.0/${dataset_id}/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        test_event_code: code,
        data: [
          {
            event_name: 'Purchase',
            event_id: `sale-${code}`,
            event_time: Math.floor(Date.now() / 1000),
            action_source: 'website',
            user_data: { em: ['jo@example.com'], client_user_agent: 'Mozilla/5.0' },
            custom_data: { value: 5, currency: 'EUR' },
          },
        ],
      }),
    })
    expect(await answer.json()).toMatchObject({ events_received: 1 })
  }
  return dataset_id
}

const summaryOf = (id: string) => server.api<Summary>('GET', `/api/datasets/${id}/summary`)

it('counts tests like all others unless told otherwise', async () => {
  const summary = await summaryOf(await sell({}))
  expect(summary).toMatchObject({ counted: 2, dropped: 0 })
})

it('keeps tests out of every report in the sandbox, and shows what was sent', async () => {
  const id = await sell({ test_events: 'sandbox' })
  const summary = await summaryOf(id)
  expect(summary).toMatchObject({ counted: 1, dropped: 1, reasons: [{ code: 'sandbox' }] })
  expect(summary.by_event[0]?.value).toMatchObject([{ sum_exact: '5', events: 1 }])
  const { reports } = await server.api<ReconciliationAnswer>(
    'GET',
    `/api/datasets/${id}/reconciliation`,
  )
  expect(reports).toMatchObject({ received: 1, counted: 1, dropped: 0 })
  const path = `/api/datasets/${id}/events?verdict=dropped&reason=sandbox`
  const { events } = await server.api<EventsAnswer>('GET', path)
  expect(events).toHaveLength(1)
  expect(events[0]?.legs[0]?.test_event_code).toBe('TEST1')
  expect(events[0]?.user_data.em).toEqual([hash('sha256', 'jo@example.com')])
})
