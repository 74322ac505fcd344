/**
 * Is this text an IPv4 or IPv6 address, and which part of it is? Pure text work for the
 * client_ip_address of an event; the collector asks Node about real sockets. Written by hand
 * because it runs per event, in code that may not import node:net.
 */

/**
 * The bare address in `text`, or undefined: without spaces, brackets, port and zone; the first of a
 * list, as X-Forwarded-For writes it; IPv4 for an IPv4-mapped IPv6 address. Otherwise unchanged.
 */
export function addressIn(text: string): string | undefined {
  if (isIpv4(text)) return text
  const comma = text.indexOf(',')
  let address = (comma < 0 ? text : text.slice(0, comma)).trim()
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(address)
  if (bracketed) address = bracketed[1] as string
  else if (/^[^:]*:\d{1,5}$/.test(address)) address = address.slice(0, address.indexOf(':'))
  const zone = address.indexOf('%')
  if (zone > 0) address = address.slice(0, zone)
  if (isIpv4(address)) return address
  if (!isIpv6(address)) return undefined
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  return mapped ? mapped[1] : address
}

export function isIpv4(text: string): boolean {
  const { length } = text
  if (length < 7 || length > 15) return false
  let parts = 0
  let digits = 0
  let number = 0
  for (let i = 0; i <= length; i++) {
    const digit = i === length ? -1 : text.charCodeAt(i) - 48
    if (digit >= 0 && digit <= 9) {
      // A leading zero means octal to some readers and decimal to others.
      if (digits > 0 && number === 0) return false
      number = number * 10 + digit
      digits += 1
      if (number > 255) return false
    } else {
      if (digits === 0 || (i < length && text[i] !== '.')) return false
      parts += 1
      digits = 0
      number = 0
    }
  }
  return parts === 4
}

export function isIpv6(text: string): boolean {
  if (text.length < 2 || text.length > 45 || !text.includes(':')) return false
  const halves = text.split('::')
  if (halves.length > 2) return false
  let groups = 0
  for (const [index, half] of halves.entries()) {
    const counted = half === '' ? 0 : countGroups(half, index === halves.length - 1)
    if (counted < 0) return false
    groups += counted
  }
  return halves.length === 2 ? groups <= 7 : groups === 8
}

/** 16-bit groups in a run without `::`, or -1. An IPv4 tail counts as two. */
function countGroups(run: string, mayEndInIpv4: boolean): number {
  const groups = run.split(':')
  let count = 0
  for (const [index, group] of groups.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(group)) count += 1
    else if (mayEndInIpv4 && index === groups.length - 1 && isIpv4(group)) count += 2
    else return -1
  }
  return count
}
