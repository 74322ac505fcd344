/**
 * The keys under which a leg is found again: its id, its order, the people keys of the fallback and
 * of the repair. Canonical text; drivers keep only a hash. Which key matches what, and in which
 * order, is decided in ingest/resolve.ts.
 */
import { bare } from './appendix.ts'
import { isBrowsing } from './names.ts'
import type { Channel, CustomData, ServerEvent, UserData } from './shape.ts'

type Event = ServerEvent<UserData>

/** Meta's key: event_name and event_id (the dataset stands in front of every key). */
export function idKey(event: Event): string | undefined {
  return event.event_id ? `i\n${event.event_name}\n${event.event_id}` : undefined
}

/** A Purchase with an order_id is that order's purchase, whatever its ids. */
export function orderKey(event: Event): string | undefined {
  const orderId = event.custom_data?.order_id
  return event.event_name === 'Purchase' && orderId ? `o\n${orderId}` : undefined
}

export interface FallbackKey {
  readonly matchedBy: 'fallback_external_id' | 'fallback_fbp'
  readonly key: string
}

/**
 * Meta's fallback: same name and external_id (preferred) or fbp. `withoutId` is the list of browser
 * legs that carry no id themselves: only those may absorb a server leg that has one.
 */
export function fallbackKeys(event: Event, withoutId: boolean): FallbackKey[] {
  const kind = withoutId ? 'g' : 'f'
  const keys: FallbackKey[] = []
  const externalId = event.user_data.external_id?.[0]
  if (externalId) {
    const key = `${kind}\n${event.event_name}\nx\n${externalId}`
    keys.push({ matchedBy: 'fallback_external_id', key })
  }
  const fbp = browserId(event)
  if (fbp) {
    keys.push({ matchedBy: 'fallback_fbp', key: `${kind}\n${event.event_name}\np\n${fbp}` })
  }
  return keys
}

/** fbp without the parameter builder's appendix, which only one of two twins may carry. */
function browserId({ user_data: { fbp } }: Event): string | undefined {
  return fbp === undefined ? undefined : bare(fbp)
}

/** The two sides that tell of one action: the visitor's browser, and everything else. */
export type Side = 'browser' | 'server'

export function sideOf(channel: Channel): Side {
  return channel === 'browser' ? 'browser' : 'server'
}

/**
 * Keys under which unpaired legs of one side wait for a twin from the other, the likeliest to be
 * shared first. Only for conversions: two page views of one person minutes apart are simply two.
 */
export function twinKeys(event: Event, side: Side): string[] {
  if (isBrowsing(event.event_name)) return []
  const { em, ph, external_id } = event.user_data
  return [em?.[0], browserId(event), external_id?.[0], ph?.[0]]
    .filter((person) => person !== undefined)
    .map((person) => `t\n${side}\n${event.event_name}\n${person}`)
}

/** Whether two legs tell of the same thing bought or done: same value, else same contents. */
export function sameContent(a: CustomData | undefined, b: CustomData | undefined): boolean {
  if (a?.order_id && b?.order_id && a.order_id !== b.order_id) return false
  if (a?.value !== undefined && b?.value !== undefined) {
    return a.value === b.value && (a.currency ?? b.currency) === (b.currency ?? a.currency)
  }
  const left = contentIds(a)
  const right = contentIds(b)
  if (left !== undefined && right !== undefined) return left === right
  return true
}

function contentIds(data: CustomData | undefined): string | undefined {
  const ids = data?.content_ids ?? data?.contents?.map((item) => String(item.id ?? ''))
  return ids && ids.length > 0 ? [...ids].sort().join('\n') : undefined
}
