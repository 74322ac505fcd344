/**
 * Personal data that only the owner of a shop can name: parameters and properties of their own, and
 * long runs of digits. Adds to event/scrub.ts, which removes the rest from every event whatever the
 * rules say. Pure; called by act.ts.
 */
import { REMOVED } from '../event/scrub.ts'
import type { CustomData, Json } from '../event/shape.ts'
import { withHidden } from './address.ts'
import type { AnyEvent } from './fields.ts'
import { globOf } from './match.ts'

export type Place = 'event_source_url' | 'referrer_url' | 'custom_data'

export interface Scrubber {
  readonly isNamed: (name: string) => boolean
  readonly digits: RegExp | undefined
  readonly places: readonly Place[]
}

export interface ScrubberSource {
  readonly names?: readonly string[] | undefined
  readonly digits?: number | undefined
  readonly in?: readonly Place[] | undefined
}

const PLACES: readonly Place[] = ['event_source_url', 'referrer_url', 'custom_data']

export function scrubberOf({ names = [], digits, in: places = PLACES }: ScrubberSource): Scrubber {
  return {
    isNamed: anyGlob(names),
    // Digits and what people write between them share no character, so it never looks back far.
    digits:
      digits === undefined ? undefined : new RegExp(`\\d(?:[ ()./-]{0,2}\\d){${digits - 1},}`, 'g'),
    places,
  }
}

/** Whether a name meets one of the patterns; capitals make no difference. */
export function anyGlob(patterns: readonly string[]): (name: string) => boolean {
  const globs = patterns.map((pattern) => globOf(pattern.toLowerCase()))
  return (name) => {
    const lower = name.toLowerCase()
    return globs.some((glob) => glob(lower))
  }
}

/** The event without it, and the places where something was removed. */
export function scrubbed(
  event: AnyEvent,
  { isNamed, digits, places }: Scrubber,
): { event: AnyEvent; removed: string[] } {
  const removed: string[] = []
  let after = event
  for (const place of places) {
    if (place === 'custom_data') {
      const custom = event.custom_data && cleanObject(event.custom_data, place)
      if (custom && custom !== event.custom_data) after = { ...after, custom_data: custom }
      continue
    }
    const url = event[place]
    if (url === undefined) continue
    const cleaned = cleanUrl(url)
    if (cleaned === url) continue
    removed.push(place)
    after = { ...after, [place]: cleaned }
  }
  return { event: after, removed }

  function cleanUrl(url: string): string {
    const hidden = withHidden(url, isNamed, REMOVED)
    if (!digits) return hidden
    const [origin = ''] = /^[^:]*:\/\/[^/?#]*/.exec(hidden) ?? []
    return origin + hidden.slice(origin.length).replace(digits, REMOVED)
  }

  function cleanObject(before: CustomData, path: string): CustomData {
    let changed: Record<string, CustomData[string]> | undefined
    for (const [key, own] of Object.entries(before)) {
      const place = `${path}.${key}`
      if (KEPT.has(place)) continue
      const value = isNamed(key) && isScalar(own) ? REMOVED : cleanValue(own, place)
      if (value === own) continue
      if (typeof value === 'string') removed.push(place)
      changed ??= { ...before }
      changed[key] = value as Json
    }
    return changed ?? before
  }

  function cleanValue(value: unknown, path: string): unknown {
    if (typeof value === 'string') return digits ? value.replace(digits, REMOVED) : value
    if (typeof value !== 'object' || value === null) return value
    if (!Array.isArray(value)) return cleanObject(value as CustomData, path)
    const items = value.map((item) => cleanValue(item, path))
    return items.every((item, index) => item === value[index]) ? value : items
  }
}

/** What Meta reads as numbers, ids and codes: a word in their place would be no value at all. */
const KEPT: ReadonlySet<string> = new Set(
  ['value', 'currency', 'net_revenue', 'predicted_ltv', 'num_items', 'order_id']
    .concat(['content_ids', 'contents', 'delivery_category'])
    .map((key) => `custom_data.${key}`),
)

function isScalar(value: unknown): boolean {
  return typeof value === 'string' ? value !== '' : typeof value === 'number'
}
