/**
 * Which addresses are one client when failures are counted: an IPv4 address, or the /64 that a home
 * or a rented server is given of IPv6, in which it can take another address for every try. It says
 * nothing about trust (src/private-address.ts does). Called by attempts.ts.
 */
import { isIP } from 'node:net'
import { unmapped } from '../private-address.ts'

const GROUPS = 8
/** Networks in which each address is somebody else: they carry IPv4 (NAT64, and ::1 itself). */
const SHARED = new Set(['0:0:0:0', '64:ff9b:0:0'])

export function clientNetwork(address: string): string {
  const bare = unmapped(address)
  if (isIP(bare) !== 6) return bare
  // URL writes hexadecimal groups alone, without leading zeros.
  const short = URL.parse(`http://[${bare}]`)?.hostname.slice(1, -1) ?? bare
  const [head = [], tail = []] = short.split('::').map((half) => half.split(':').filter(Boolean))
  const zeros = Array.from({ length: GROUPS - head.length - tail.length }, () => '0')
  const network = [...head, ...zeros, ...tail].slice(0, GROUPS / 2).join(':')
  return SHARED.has(network) ? short : `${network}::/64`
}
