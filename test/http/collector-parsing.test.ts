/** Many bodies at once that are small as sent and huge once parsed, sent by who may send. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTwofold, type TestServer } from '../start.ts'

let server: TestServer
let dataset: { dataset_id: string; access_token: string }
beforeAll(async () => {
  server = await startTwofold()
  dataset = await server.createDataset()
})
afterAll(() => server.close())

const SENDERS = 8
const OBJECTS = 450_000

/** `token`: in the header, the body is parsed beside the store; in the body, where HTTP is. */
function post(contents: string, token: 'header' | 'body'): Promise<Response> {
  const { dataset_id, access_token } = dataset
  const named = token === 'body' ? `"access_token":"${access_token}",` : ''
  const event = `{"event_name":"Lead","event_time":${Math.floor(Date.now() / 1000)},
    "action_source":"website","user_data":{"em":["jo@example.com"]},
    "custom_data":{"contents":[${contents}]}}`
  return fetch(`${server.url}/v24.0/${dataset_id}/events`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === 'header' ? { authorization: `Bearer ${access_token}` } : {}),
    },
    body: `{${named}"data":[${event}]}`,
  })
}

it.each(['header', 'body'] as const)('cannot fill the memory: token in the %s', async (token) => {
  const tiny = Array(OBJECTS).fill('{}').join()
  const answers = await Promise.all(Array.from({ length: SENDERS }, () => post(tiny, token)))
  const refused = answers.filter(({ status }) => status === 503)
  expect(refused.length).toBeGreaterThan(0)
  expect(refused.length).toBeLessThan(SENDERS)
  for (const { headers } of refused) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await post('{"id":"1"}', token)).status).toBe(200)
})

it('are refused whole where no events need so many values', async () => {
  const answer = await post(
    Array(OBJECTS * 2)
      .fill('{}')
      .join(),
    'header',
  )
  expect(answer.status).toBe(413)
  expect(await answer.text()).toContain('1,000,000 values')
})
