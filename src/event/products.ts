/**
 * Which products a report names, in one form whatever its sender wrote: content_ids, contents, or
 * both. Pure. Read by what measures reports by the catalog; runs over stored reports, never while
 * one is taken.
 */
import type { Channel, Content, CustomData, Leg } from './shape.ts'

export interface SightedItem {
  readonly id: string
  /** Of one piece, as the report says it. */
  readonly price?: number
  readonly quantity?: number
}

/** A counted or merged report that names products. */
export interface ProductSighting {
  readonly seq: number
  readonly event_name: string
  readonly channel: Channel
  readonly received_s: number
  readonly time_s: number
  /** What the ids are, where the report says it; ad platforms else try both. */
  readonly type?: 'product' | 'product_group'
  readonly value?: number
  readonly currency?: string
  readonly items: readonly SightedItem[]
  /** All products of the report have a quantity. */
  readonly counted: boolean
}

/** What one stretch of the log names. */
export interface SightedStretch {
  /** The first seq that was not read. */
  readonly next_seq: number
  readonly sightings: readonly ProductSighting[]
}

/** Null for what names no product, and for what was refused or dropped. */
export function sightingOf(leg: Leg, itemsMax: number): ProductSighting | null {
  const { event, envelope, verdict, seq } = leg
  const custom = event.custom_data
  if (!custom || (verdict !== 'accepted' && verdict !== 'duplicate')) return null
  const items = itemsOf(custom, itemsMax)
  if (items.length === 0) return null
  const { content_type: type, value, currency } = custom
  return {
    ...{ seq, event_name: event.event_name, channel: envelope.channel },
    received_s: Math.floor(envelope.received_at_ms / 1000),
    time_s: event.event_time,
    ...(type === 'product' || type === 'product_group' ? { type } : {}),
    ...(value === undefined ? {} : { value }),
    ...(currency === undefined ? {} : { currency }),
    items,
    counted: items.every(({ quantity }) => quantity !== undefined),
  }
}

/** Each id once: of two lines of one product the first tells its price, quantities add up. */
function itemsOf({ contents = [], content_ids = [] }: CustomData, itemsMax: number): SightedItem[] {
  const items = new Map<string, SightedItem>()
  for (const content of contents) {
    const item = itemOf(content)
    if (!item) continue
    const before = items.get(item.id)
    const quantity = (before?.quantity ?? 0) + (item.quantity ?? 0)
    items.set(item.id, before ? { ...before, ...(quantity > 0 ? { quantity } : {}) } : item)
    if (items.size >= itemsMax) break
  }
  for (const id of content_ids) {
    if (items.size >= itemsMax) break
    const text = String(id).trim()
    if (text !== '' && !items.has(text)) items.set(text, { id: text })
  }
  return [...items.values()]
}

function itemOf({ id, item_price, quantity }: Content): SightedItem | undefined {
  const text = id === undefined ? '' : String(id).trim()
  if (text === '') return undefined
  return {
    id: text,
    ...(typeof item_price === 'number' ? { price: item_price } : {}),
    ...(typeof quantity === 'number' && quantity > 0 ? { quantity } : {}),
  }
}
