/** What is kept of a delivery: sealed for its place, and packed without holding the thread up. */
import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { createSecretBox } from '../../secret-box.ts'
import { openDelivery, sealDelivery } from './hooks.ts'

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
