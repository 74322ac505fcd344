import { expect, it } from 'vitest'
import { createTwofold } from './client.ts'
import { twofoldExpress } from './express.ts'

it('a relayed report that something else has answered is the framework’s to end', async () => {
  const twofold = createTwofold({
    ...{ url: 'https://events.shop.test', dataset: '581', token: 'T' },
    fetch: async () => Response.json({}),
  })
  const answered = new Error('ERR_HTTP_HEADERS_SENT')
  const res = {
    statusCode: 503,
    end: () => undefined,
    appendHeader: () => {
      throw answered
    },
  }
  const req = { method: 'GET', url: '/t/nothing', headers: {}, async *[Symbol.asyncIterator]() {} }
  const told = await new Promise((next) => twofoldExpress(twofold, { relay: '/t' })(req, res, next))
  expect(told).toBe(answered)
})
