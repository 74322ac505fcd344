import { describe, expect, it } from 'vitest'
import { notesOf } from './notes.ts'
import type { Leg } from './shape.ts'

function isTestHost(url: string): boolean {
  const event = { event_name: 'PageView', event_source_url: url, user_data: {} }
  const envelope = { channel: 'browser' }
  return notesOf({ event, envelope } as unknown as Leg).includes('test_host')
}

describe('a page', () => {
  it.each([
    'http://localhost',
    'http://localhost:3000/cart',
    'http://127.0.0.1/',
    'http://0.0.0.0:8080',
    'http://[::1]:3000/',
    'http://[fd12:3456:789a::1]/',
    'http://10.1.2.3/',
    'http://192.168.0.7:80/',
    'http://172.16.0.1/',
    'http://172.31.255.255?a=1',
    'https://test.shop.de/',
    'https://TEST.shop.de',
    'https://staging.shop.co.uk/',
    'https://staging-2.shop.com/',
    'https://dev-shop.hosting.app/',
    'https://shop.local/',
    'https://shop.test:8443/',
    'https://a1b2.ngrok-free.app/',
  ])('of a test site: %s', (url) => {
    expect(isTestHost(url)).toBe(true)
  })

  it.each([
    'https://shop.com/',
    'https://test.de/',
    'https://test.de',
    'https://test.co.uk/a?b=c',
    'https://test.com.br',
    'https://www.test.de/',
    'https://test-shop.de/',
    'https://dev-tools.co.uk/',
    'https://preview.com:8443/a.b.c',
    'https://testing.shop.com/',
    'https://localhost-shop.com/',
    'https://10.shop.com/',
    'http://172.15.0.1/',
    'http://172.32.0.1/',
    'https://shop.com/?next=http://localhost/',
    'https://shop.com/test.local/',
  ])('of a shop: %s', (url) => {
    expect(isTestHost(url)).toBe(false)
  })
})
