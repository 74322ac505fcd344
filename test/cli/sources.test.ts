/** Sources as programs: connect a shop, look at what it delivered, try it again. */
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wooOrder } from '../../src/sources/woocommerce-orders.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { type Result, twofold } from './twofold.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTwofold()
  await server.createDataset()
})
afterAll(async () => {
  await server.close()
})

const run = (...words: string[]): Promise<Result> =>
  twofold(words, {
    env: { TWOFOLD_URL: server.url, TWOFOLD_ADMIN_TOKEN: server.adminToken },
  })

describe('a shop on the command line', () => {
  it('is connected, delivers, is looked at, tried again and removed', async () => {
    const types = await run('source', 'types', 'woocommerce')
    expect(types.stdout).toContain('paid_statuses')
    const added = await run('source', 'add', 'woocommerce', '--name', 'Berlin', '--json')
    const made = JSON.parse(added.stdout) as { connection_id: string; url: string; secret: string }
    const body = wooOrder({ at: new Date(Date.now() - 60_000).toISOString().slice(0, 19) })
    const deliver = (text: string) =>
      fetch(made.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-wc-webhook-topic': 'order.updated',
          'x-wc-webhook-signature': createHmac('sha256', made.secret).update(text).digest('base64'),
        },
        body: text,
      })
    expect((await deliver(body)).status).toBe(200)
    expect((await deliver('{"id":1,"status":"completed"}')).status).toBe(200)
    await expect
      .poll(async () => (await run('source', 'deliveries', made.connection_id)).stdout, {
        timeout: 20_000,
      })
      .toMatch(/failed +incomplete[\s\S]*translated +Purchase purchase:727/)
    const listed = await run('source', 'list')
    expect(listed.stdout).toMatch(/Berlin +woocommerce +receiving +1 +0 +1/)
    expect((await run('source', 'retry', made.connection_id)).stdout).toBe('1 due now.\n')
    const changed = await run('source', 'set', made.connection_id, '-s', 'content_id=sku')
    expect(changed.stdout).toContain('content_id          "sku"')
    expect(changed.stdout).not.toContain(made.secret)
    expect((await run('source', 'remove', made.connection_id, '--yes')).stdout).toContain('Removed')
    expect((await run('source', 'list')).stdout).toContain('No source yet')
    expect((await deliver(body)).status).toBe(404)
  })

  it('says what to click, and what is wrong', async () => {
    const added = await run('source', 'add', 'stripe')
    expect(added.stdout).toContain(`Endpoint URL: ${server.url}/hooks/stripe/c_`)
    expect(added.stdout).toContain('--secret @secret.txt')
    const wrong = await run('source', 'add', 'shopware')
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('Known are: shopify')])
    const setting = await run('source', 'add', 'stripe', '-s', 'counts=all')
    expect([setting.code, setting.stderr]).toEqual([2, expect.stringContaining('settings.counts')])
  })
})
