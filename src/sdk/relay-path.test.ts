import { describe, expect, it } from 'vitest'
import { createTwofold } from './client.ts'
import { twofoldExpress } from './express.ts'
import { twofoldHono } from './hono.ts'
import { relayPath } from './relay-path.ts'

describe('the option relay', () => {
  it.each([
    ['/t', '/t'],
    ['/t/', '/t'],
    ['t', '/t'],
    ['/shop/t', '/shop/t'],
    ['', undefined],
    [undefined, undefined],
  ])('%j stands for %j', (given, path) => {
    expect(relayPath(given)).toBe(path)
  })

  it.each(['/', '//t', 'https://shop.test/t', '/t?x', '/t/*', '/:t', true as unknown as string])(
    '%j is refused at once, by the adapters too',
    (relay) => {
      const words = 'relay must be a path'
      const client = createTwofold({ url: 'https://events.shop.test', dataset: '581', token: 'T' })
      expect(() => relayPath(relay)).toThrow(words)
      expect(() => twofoldExpress(client, { relay })).toThrow(words)
      expect(() => twofoldHono(client, { relay })).toThrow(words)
    },
  )
})
