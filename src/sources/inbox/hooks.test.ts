/** What is kept of a delivery: sealed for its place, and packed without holding the thread up. */
import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { createSecretBox } from '../../secret-box.ts'
import { memoryStore } from '../../store/drivers/memory.ts'
import { generic } from '../generic.ts'
import { PROVEN } from '../signature.ts'
import type { Source } from '../source.ts'
import { createHooks, openDelivery, sealDelivery } from './hooks.ts'

const BOX = createSecretBox({ key: new Uint8Array(32).fill(1), randomBytes })
const SHOPIFY = { dataset_id: '1', connection_id: 'c_shopify' }
const delivered = (text: string) => ({ headers: {}, query: {}, text, receivedMs: 5 })

it('opens to what came, with the key and the place it was sealed for', async () => {
  const sealed = await sealDelivery(BOX, SHOPIFY, delivered('{"email":"jo@example.com"}'))
  expect(sealed).not.toContain('jo@')
  expect(openDelivery(BOX, SHOPIFY, sealed)).toEqual(delivered('{"email":"jo@example.com"}'))
  const elsewhere = { ...SHOPIFY, connection_id: 'c_other' }
  expect(() => openDelivery(BOX, elsewhere, sealed)).toThrow(
    expect.objectContaining({ code: 'secret_unreadable' }),
  )
})

it('lets others be served while megabytes are packed', async () => {
  const large = delivered(randomBytes(2 * 1024 * 1024).toString('hex'))
  const turns: string[] = []
  const sealing = sealDelivery(BOX, SHOPIFY, large).then((sealed) => {
    turns.push('sealed')
    return sealed
  })
  setImmediate(() => turns.push('somebody else'))
  expect(openDelivery(BOX, SHOPIFY, await sealing)).toEqual(large)
  expect(turns).toEqual(['somebody else', 'sealed'])
})

it('proves with the certificate of whoever signs with one, and refuses without', async () => {
  const source: Source = {
    ...(generic as unknown as Source),
    certificateUrl: ({ headers }) => headers['cert-url'],
    verify: (_, { certificate }) =>
      certificate === 'PEM' ? PROVEN : { ok: false, code: 'signature_wrong', detail: 'None.' },
  }
  const settings = { secrets: ['WEBHOOKID123'], order_prefix: '', test_event_code: null }
  const hooks = createHooks({
    store: memoryStore(),
    connections: {
      byId: () => SHOPIFY,
      opened: () => ({ state: 'ready', source, settings }),
      box: BOX,
    },
    nowMs: () => 5,
    certificates: async (url) => (url === 'https://a/1' ? 'PEM' : undefined),
    onReceived: () => undefined,
  })
  const take = (headers: Record<string, string>) =>
    hooks.take('c_shopify', { method: 'POST', url: '', headers, body: Buffer.from('{}') })
  expect((await take({ 'cert-url': 'https://a/1' })).status).toBe(200)
  const refused = { code: 'signature_refused' }
  await expect(take({ 'cert-url': 'https://a/2' })).rejects.toMatchObject(refused)
  await expect(take({})).rejects.toMatchObject(refused)
})
