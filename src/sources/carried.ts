/**
 * What the page sent along with the order, under names of ours: cart attributes, metadata, hidden
 * fields. `twofold_fbp`, `twofold_fbc`, `twofold_event_id`, `twofold_url`, `twofold_ua`,
 * `twofold_ip`, `twofold_consent`, `twofold_visitor`, `twofold_order_id`; underscores in front
 * (that hide a field in some shops) make no difference, and the cookies' own names are understood.
 * Used by the sources.
 */
import { isCookieId, makeFbc } from '../event/fbp-fbc.ts'
import { eventId } from '../event/ids.ts'
import type { CarriedConsent, Reported, Trail } from './source.ts'

export interface Carried {
  readonly fbp?: string
  readonly fbc?: string
  readonly event_id?: string
  readonly url?: string
  readonly ua?: string
  readonly ip?: string
  readonly consent?: CarriedConsent
  readonly visitor?: string
  readonly order_id?: string
}

const NAMES: readonly string[] = [
  'fbp',
  'fbc',
  'event_id',
  'url',
  'ua',
  'ip',
  'consent',
  'visitor',
  'order_id',
]
/** Other programs use these names for other things, so they count only behind our prefix. */
const OURS_ONLY: readonly string[] = ['url', 'ua', 'ip', 'consent', 'visitor', 'event_id']
const CHARS_MAX = 2000

export function carriedIn(pairs: Iterable<readonly [unknown, unknown]>): Carried {
  const found: Record<string, string> = {}
  for (const [key, value] of pairs) {
    if (typeof key !== 'string' || typeof value !== 'string') continue
    const [, prefix, name = ''] = /^_*(twofold_)?(\w+)$/i.exec(key.trim()) ?? []
    const known = name.toLowerCase()
    if (!NAMES.includes(known) || (!prefix && OURS_ONLY.includes(known))) continue
    const text = value.trim()
    if (text !== '' && text.length <= CHARS_MAX) found[known] ??= text
  }
  const { fbp, fbc, consent, ...rest } = found
  return {
    ...rest,
    ...(fbp && isCookieId(fbp) ? { fbp } : {}),
    ...(fbc && isCookieId(fbc) ? { fbc } : {}),
    ...(consent === 'granted' || consent === 'denied' ? { consent } : {}),
  }
}

export interface Tokens {
  /** What the platform calls the checkout or the cart, or what the page gave it as a reference. */
  readonly tokens: readonly (string | undefined)[]
  readonly carried: Carried
  /** What the platform supposes where nothing was carried. */
  readonly supposed?: readonly ('fbc' | 'event_source_url')[]
}

/** Pages name their checkout by a token, so that the order finds them: docs/sources.md. */
export function trailOf({ tokens, carried, supposed = [] }: Tokens): Trail | undefined {
  const known = [...new Set(tokens.filter((token) => token !== undefined && token !== ''))]
  const reported = known.map(
    (token): Reported => ({
      event_name: 'InitiateCheckout',
      event_id: eventId('InitiateCheckout', token),
    }),
  )
  const said = { fbc: carried.fbc, event_source_url: carried.url }
  const open = supposed.filter((name) => said[name] === undefined)
  if (reported.length === 0 && open.length === 0) return undefined
  return {
    ...(reported.length > 0 ? { reported } : {}),
    ...(open.length > 0 ? { supposed: open } : {}),
  }
}

/** The click that an address tells of, at the moment of its visit. */
export function fbcOf(url: string | undefined, clickedAtS: number | undefined): string | undefined {
  const query = /\?([^#]*)/.exec(url ?? '')?.[1]
  const fbclid = query && new URLSearchParams(query).get('fbclid')
  if (!fbclid || clickedAtS === undefined) return undefined
  return makeFbc({ fbclid, nowMs: clickedAtS * 1000, subdomainIndex: 1 })
}

/** Where it happened, without what follows the path: that may name a person or open an order. */
export function pageOf(url: string | undefined): string | undefined {
  const parsed = url === undefined ? null : URL.parse(url)
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return undefined
  return `${parsed.origin}${parsed.pathname}`
}

/** The start page of a shop that is known by its address or its host only. */
export function siteOf(url: string | undefined): string | undefined {
  if (url === undefined) return undefined
  const parsed = URL.parse(/^https?:/i.test(url) ? url : `https://${url}`)
  return parsed && /^[\w.-]+$/.test(parsed.hostname) ? `${parsed.origin}/` : undefined
}
