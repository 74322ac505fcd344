import { expect, it } from 'vitest'
import { isInside, isPrivateAddress, networks } from './private-address.ts'

it.each([
  ['loopback', '127.0.0.1'],
  ['loopback, another', '127.8.9.10'],
  ['this host', '0.0.0.0'],
  ['private', '10.1.2.3'],
  ['private', '172.16.0.1'],
  ['private, last', '172.31.255.255'],
  ['private', '192.168.1.1'],
  ['carrier, and a metadata service', '100.100.100.200'],
  ['link-local: metadata of most clouds', '169.254.169.254'],
  ['metadata', '192.0.0.192'],
  ['platform of a cloud', '168.63.129.16'],
  ['multicast', '224.0.0.1'],
  ['broadcast', '255.255.255.255'],
  ['documentation', '203.0.113.9'],
  ['loopback', '::1'],
  ['unspecified', '::'],
  ['mapped', '::ffff:127.0.0.1'],
  ['mapped, in hex', '::ffff:7f00:1'],
  ['mapped, written out', '0:0:0:0:0:ffff:a9fe:a9fe'],
  ['IPv4-compatible', '::127.0.0.1'],
  ['NAT64', '64:ff9b::7f00:1'],
  ['NAT64, local', '64:ff9b:1::a00:1'],
  ['6to4', '2002:7f00:1::'],
  ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
  ['unique local: metadata', 'fd00:ec2::254'],
  ['link-local', 'fe80::1'],
  ['link-local with a zone', 'fe80::1%eth0'],
  ['site-local', 'fec0::1'],
  ['multicast', 'ff02::1'],
  ['documentation', '2001:db8::1'],
  ['no address', 'localhost'],
  ['no address', '127.1'],
])('%s is private: %s', (_, address) => {
  expect(isPrivateAddress(address)).toBe(true)
})

it.each([
  '1.1.1.1',
  '100.63.255.255',
  '172.32.0.1',
  '169.253.255.255',
  '192.0.1.1',
  '198.20.0.1',
  '::ffff:1.1.1.1',
  '2606:4700:4700::1111',
  '2a00:1450:4001:80b::200e',
  '2001:4860:4860::8888',
])('%s is public', (address) => {
  expect(isPrivateAddress(address)).toBe(false)
})

it('networks hold addresses in every way of writing them', () => {
  const list = networks(['10.0.0.0/8', '127.0.0.1', 'fd00::/8'])
  const inside = ['10.255.0.1', '127.0.0.1', '::ffff:10.0.0.1', 'fd12::1']
  const outside = ['11.0.0.1', '127.0.0.2', 'fe80::1', '::1', 'localhost']
  expect(inside.filter((address) => !isInside(list, address))).toEqual([])
  expect(outside.filter((address) => isInside(list, address))).toEqual([])
})

it.each(['localhost', '10.0.0.0/33', '10.0.0.0/8/8', '::/129', '10.0.0.0/', '', '10.0.0.0/x'])(
  '"%s" is no network',
  (text) => {
    expect(() => networks([text])).toThrow(RangeError)
  },
)
