/**
 * Personal data that shops leave where none belongs: e-mail addresses in page addresses and in
 * custom_data, passwords and phones in query parameters. Removed before anything is stored, with a
 * finding that names the place and never the value. Called by ingest for every event.
 */
import type { KnownFinding } from './findings.ts'
import type { CustomData, Json } from './shape.ts'

/** What stands where something was removed; Meta's own script writes the same word. */
export const REMOVED = '_removed_'

interface Places {
  readonly event_source_url?: string
  readonly referrer_url?: string
  readonly custom_data?: CustomData
}

/** The parts that had to change, and what was found; nothing at all for a clean event. */
export function scrub(event: Places): { changed: Places; findings: KnownFinding[] } | undefined {
  const source = cleanUrl(event.event_source_url)
  const referrer = cleanUrl(event.referrer_url)
  const keys: string[] = []
  const custom = event.custom_data && withOwnOrder(event.custom_data, keys)
  const places = [
    ...(source === event.event_source_url ? [] : ['event_source_url']),
    ...(referrer === event.referrer_url ? [] : ['referrer_url']),
    ...keys,
  ]
  if (places.length === 0) return undefined
  return {
    changed: {
      ...(source === undefined ? {} : { event_source_url: source }),
      ...(referrer === undefined ? {} : { referrer_url: referrer }),
      ...(custom ? { custom_data: custom } : {}),
    },
    findings: places.map((key) => ({ code: 'personal_data_removed', key })),
  }
}

/** An order number that was an address is left out: as one word it would join all orders. */
function withOwnOrder(before: CustomData, keys: string[]): CustomData {
  const cleaned = cleanObject(before, 'custom_data', keys) as CustomData
  if (cleaned.order_id === before.order_id) return cleaned
  const { order_id, ...rest } = cleaned
  return rest
}

/** Names under which forms send people; `name` itself may be a product's. */
const NAMES = [
  'e-?mail(_?address)?|mail|em',
  'phone(_?number)?|tel(ephone)?|mobile|ph',
  'first_?name|fn|last_?name|ln|full_?name|surname',
  'birth_?(day|date)|dob|password|passwd|pwd',
].join('|')
const PERSONAL = new RegExp(`^(${NAMES})$`, 'i')
const EMAIL = /[^\s@/?#&=:;,<>"']+(@|%40)[^\s@/?#&=:;,<>"']+\.[a-z]{2,}/gi
const DEPTH_MAX = 8

function cleanUrl(url: string | undefined): string | undefined {
  if (url === undefined || !SUSPECT.test(url)) return url
  return url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#@]*@/i, '$1')
    .replace(/([?&#;])([^=&#;]+)=([^&#;]*)/g, (whole, mark, name, value) =>
      value !== '' && PERSONAL.test(name) ? `${mark}${name}=${REMOVED}` : whole,
    )
    .replace(EMAIL, REMOVED)
}

/** Most addresses have neither, and cost one look. */
const SUSPECT = new RegExp(`@|%40|[?&#;](${NAMES})=`, 'i')

function cleanObject(
  value: { readonly [key: string]: unknown },
  path: string,
  found: string[],
): { readonly [key: string]: unknown } {
  let changed: Record<string, unknown> | undefined
  for (const key of Object.keys(value)) {
    const before = value[key]
    const place = `${path}.${key}`
    const after =
      PERSONAL.test(key) && isText(before) ? REMOVED : cleanValue(before as Json, place, found)
    if (after === before) continue
    if (typeof after === 'string') found.push(place)
    changed ??= { ...value }
    changed[key] = after
  }
  return changed ?? value
}

function cleanValue(value: Json | undefined, path: string, found: string[]): unknown {
  if (typeof value === 'string') return value.includes('@') ? value.replace(EMAIL, REMOVED) : value
  if (typeof value !== 'object' || value === null || path.split('.').length > DEPTH_MAX)
    return value
  if (!Array.isArray(value)) {
    return cleanObject(value as { readonly [key: string]: unknown }, path, found)
  }
  const cleaned = value.map((one: Json) => cleanValue(one, path, found))
  const same = cleaned.every((one, index) => one === value[index])
  if (!same && cleaned.some((one) => typeof one === 'string')) found.push(path)
  return same ? value : cleaned
}

function isText(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || typeof value === 'number'
}
