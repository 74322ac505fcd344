import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientIp } from './client-ip.ts'

describe('clientIp', () => {
  it.each<[string, string | undefined, string | undefined, number, string | undefined]>([
    ['no proxy: the connection', '203.0.113.7', undefined, 0, '203.0.113.7'],
    ['no proxy trusted: the header is ignored', '203.0.113.7', '1.2.3.4', 0, '203.0.113.7'],
    ['IPv4 in IPv6', '::ffff:203.0.113.7', undefined, 0, '203.0.113.7'],
    ['IPv6', '2001:db8::7', undefined, 0, '2001:db8::7'],
    ['IPv6 with a zone', 'fe80::1%eth0', undefined, 0, 'fe80::1'],
    ['one proxy: its entry', '10.0.0.1', '1.2.3.4', 1, '1.2.3.4'],
    [
      'one proxy: what a stranger wrote before it is ignored',
      '10.0.0.1',
      '6.6.6.6, 1.2.3.4',
      1,
      '1.2.3.4',
    ],
    [
      'two proxies: the first one wrote the visitor',
      '10.0.0.1',
      '6.6.6.6,1.2.3.4, 10.0.0.2',
      2,
      '1.2.3.4',
    ],
    ['fewer entries than proxies', '10.0.0.1', '1.2.3.4', 3, '1.2.3.4'],
    ['a port', '10.0.0.1', '1.2.3.4:5678', 1, '1.2.3.4'],
    ['brackets and a port', '10.0.0.1', '"[2001:db8::7]:443"', 1, '2001:db8::7'],
    ['brackets', '10.0.0.1', '[2001:db8::7]', 1, '2001:db8::7'],
    ['no header behind a proxy: the connection', '10.0.0.1', undefined, 1, '10.0.0.1'],
    ['an empty header', '10.0.0.1', '', 1, '10.0.0.1'],
    ['no address', '10.0.0.1', 'unknown', 1, undefined],
    ['a name', '10.0.0.1', 'evil.com', 1, undefined],
    ['a socket that is gone', undefined, undefined, 0, undefined],
  ])('%s', (_name, socket, header, trusted, expected) => {
    expect(clientIp(socket, header, trusted)).toBe(expected)
  })

  it('never believes what stands left of the trusted proxies', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.ipV4(),
        fc.array(fc.ipV4(), { maxLength: 4 }),
        (forged, ip, hops) => {
          const header = [forged, ip, ...hops].join(',')
          expect(clientIp('10.0.0.1', header, hops.length + 1)).toBe(ip)
        },
      ),
    )
  })
})
