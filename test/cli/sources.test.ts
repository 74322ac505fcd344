/** Sources as programs: connect a shop, look at what it delivered, try it again. */
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wooOrder } from '../../src/sources/woocommerce-orders.ts'
import { startOrderShop } from '../http/order-shops.ts'
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

  it('is asked for its orders, and says why it cannot be', async () => {
    const asked = await startOrderShop('woocommerce')
    try {
      const now = Math.floor(Date.now() / 1000)
      asked.orders.set('7', { id: '7', changedS: now - 60, json: wooOrder({ id: 7 }) })
      asked.proof = `Basic ${Buffer.from('ck_1:cs_1').toString('base64')}`
      const added = await run('source', 'add', 'woocommerce', '--json')
      const { connection_id: id } = JSON.parse(added.stdout) as { connection_id: string }
      const lacking = await run('source', 'poll', id)
      expect([lacking.code, lacking.stderr]).toEqual([2, expect.stringContaining('Enter shop_url')])
      const keys = ['-s', 'consumer_key=ck_1', '-s', 'consumer_secret=cs_1']
      await run('source', 'set', id, '-s', `shop_url=${asked.url}`, ...keys)
      const polled = await run('source', 'poll', id, '--from', '2026-01-01')
      expect(polled.stdout).toMatch(/last asked +\S+ \S+ UTC, 1 orders: 1 new, 0 changed/)
      expect(polled.stdout).toMatch(/newest sale +7, 2026-03-02/)
      asked.proof = 'another'
      const refused = await run('source', 'poll', id)
      expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('answered 401')])
      await run('source', 'remove', id, '--yes')
    } finally {
      await asked.close()
    }
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
