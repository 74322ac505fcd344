/**
 * Which addresses are one client when failures are counted: an IPv4 address, or the /64 that a home
 * or a rented server is given of IPv6, in which it can take another address for every try. It says
 * nothing about trust (src/private-address.ts does). Called by attempts.ts.
 */
import { isIP } from 'node:net'

const GROUPS = 8
/** Networks in which each address is somebody else: IPv4 inside of IPv6, ::1, NAT64. */
const SHARED = new Set(['0:0:0:0', '64:ff9b:0:0'])

export function clientNetwork(address: string): string {
  const bare = address.replace(/%.*$/, '')
  const version = isIP(bare)
  if (version === 0) return address
  // URL writes hexadecimal groups alone, without leading zeros.
  const url = URL.parse(`http://[${version === 4 ? `::ffff:${bare}` : bare}]`)
  const short = url?.hostname.slice(1, -1) ?? bare
  const [head = [], tail = []] = short.split('::').map((half) => half.split(':').filter(Boolean))
  const zeros = Array.from({ length: GROUPS - head.length - tail.length }, () => '0')
  const network = [...head, ...zeros, ...tail].slice(0, GROUPS / 2).join(':')
  return SHARED.has(network) ? short : `${network}::/64`
}
