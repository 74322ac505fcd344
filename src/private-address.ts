/**
 * Is this IP address one that a server must not be sent to by a user's setting? Everything that is
 * not public unicast: loopback, private and link-local networks, the metadata services of clouds,
 * reserved ranges, and IPv6 forms that carry an IPv4 address inside. Called by guarded-fetch.ts.
 */
import { BlockList, isIP } from 'node:net'

/** IANA's special-purpose registry for IPv4, and Azure's platform address, which looks public. */
const PRIVATE_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
/**
 * Only 2000::/3 is handed out as public unicast. Inside it: protocol assignments with Teredo,
 * documentation and 6to4, which tunnel to an IPv4 address of the sender's choice.
 */
const PUBLIC_IPV6 = '2000::/3'
const PRIVATE_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']

const privateIpv4 = networks(PRIVATE_IPV4)
const publicIpv6 = networks([PUBLIC_IPV6])
const privateIpv6 = networks(PRIVATE_IPV6)

/** True for a text that is no address at all: what cannot be judged is not let through. */
export function isPrivateAddress(address: string): boolean {
  const bare = unmapped(address)
  const version = isIP(bare)
  if (version === 4) return privateIpv4.check(bare, 'ipv4')
  if (version === 6) return !publicIpv6.check(bare, 'ipv6') || privateIpv6.check(bare, 'ipv6')
  return true
}

/** Whether one of the networks (see `networks`) holds the address. */
export function isInside(list: BlockList, address: string): boolean {
  const bare = unmapped(address)
  const version = isIP(bare)
  return version !== 0 && list.check(bare, version === 4 ? 'ipv4' : 'ipv6')
}

/** `10.0.0.0/8`, `fd00::/8`, or one address. Throws RangeError for what is neither. */
export function networks(texts: readonly string[]): BlockList {
  const list = new BlockList()
  for (const text of texts) {
    const [address = '', prefix, rest] = text.split('/')
    const version = isIP(address)
    const bits = version === 4 ? 32 : 128
    const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1
    if (version === 0 || rest !== undefined || length < 0 || length > bits) {
      throw new RangeError(`"${text}" is no address or network such as 10.0.0.0/8.`)
    }
    list.addSubnet(address, length, version === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}

/** Without a zone; 127.0.0.1 for ::ffff:127.0.0.1 in every way of writing it. */
function unmapped(address: string): string {
  const bare = address.replace(/%.*$/, '')
  if (isIP(bare) !== 6) return bare
  // URL writes the shortest form: [::ffff:7f00:1].
  const short = URL.parse(`http://[${bare}]`)?.hostname.slice(1, -1) ?? ''
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short) ?? []
  if (high === undefined || low === undefined) return bare
  const bytes = [Number.parseInt(high, 16), Number.parseInt(low, 16)]
  return bytes.flatMap((pair) => [pair >> 8, pair & 255]).join('.')
}
