import { describe, expect, it } from 'vitest'
import { clientNetwork } from './client-network.ts'

describe('one client', () => {
  it.each([
    ['198.51.100.7', '::ffff:198.51.100.7'],
    ['::ffff:c633:6407', '198.51.100.7'],
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff'],
    ['2001:db8:1:2::1', '2001:0DB8:0001:0002:a:b:c:d'],
    ['2001:db8::1', '2001:db8::5:0:0:1'],
    ['2001:db8::', '2001:db8:0:0:1::'],
    ['fe80::1%eth0', 'fe80::2%eth0'],
    ['not an address', 'not an address'],
  ])('has %s and %s', (one, other) => {
    expect(clientNetwork(one)).toBe(clientNetwork(other))
  })

  it.each([
    ['198.51.100.7', '198.51.100.8'],
    ['::ffff:198.51.100.7', '::ffff:198.51.100.8'],
    ['2001:db8:1:2::1', '2001:db8:1:3::1'],
    ['2001:db8::1', '2001:db8:0:1::1'],
    ['64:ff9b::198.51.100.7', '64:ff9b::198.51.100.8'],
    ['::1', '::2'],
    ['127.0.0.1', '::1'],
  ])('does not have both %s and %s', (one, other) => {
    expect(clientNetwork(one)).not.toBe(clientNetwork(other))
  })
})
