/**
 * What the advertising and analytics destinations other than Meta read out of an event: the name it
 * goes by there, whether its data may be used in full, click ids, items, amounts as text. Pure and
 * without knowledge of any API; called by their mappings.
 */
import { z } from 'zod'
import { amountOf, decimalOf } from '../event/money.ts'
import { isStandardEvent, type StandardEvent } from '../event/names.ts'
import type { ActionSource, CustomData, Json } from '../event/shape.ts'
import type { OutboundEvent } from './destination.ts'

/**
 * Meta's standard events under another's names. Left out: there is none, it goes as a custom event.
 * Empty: not sent unless the owner names it.
 */
export type NameTable = { readonly [K in StandardEvent]?: string }

export interface NameSettings {
  readonly event_names: { readonly [name: string]: string }
  readonly custom_events: 'send' | 'skip'
}

/** The settings that every one of them has. */
export const eventNames = z
  .record(z.string(), z.string())
  .default({})
  .describe(
    'Other names to send events under, such as {"Lead": "SubmitForm"}. An empty name: do not send.',
  )

export const customEvents = (fallback: 'send' | 'skip', what: string) =>
  z
    .enum(['send', 'skip'])
    .default(fallback)
    .describe(`Events without a name in the table and in event_names. ${what}`)

export const baseUrl = (url: string) =>
  z
    .url({ protocol: /^https?$/ })
    .default(url)
    .describe('Where requests go. Only tests and own proxies need another address.')

export const ACTION_SOURCES = [
  'email',
  'website',
  'app',
  'phone_call',
  'chat',
  'physical_store',
  'system_generated',
  'business_messaging',
  'other',
] as const satisfies readonly ActionSource[]

export const actionSources = z
  .array(z.enum(ACTION_SOURCES))
  .min(1)
  .default(['website'])
  .describe('Which events are sent, by where they happened (action_source).')

/** Undefined: it has no name there. */
export function nameOf(name: string, table: NameTable, settings: NameSettings): string | undefined {
  const own = Object.hasOwn(settings.event_names, name) ? settings.event_names[name] : undefined
  if (own !== undefined) return own.trim() || undefined
  const standard = isStandardEvent(name) ? table[name] : undefined
  const named = standard ?? (settings.custom_events === 'send' ? name : undefined)
  return named || undefined
}

/** Denied consent, Limited Data Use or an opt-out: each one limits what may be done with it. */
export function isLimited({ event, envelope }: OutboundEvent): boolean {
  if (envelope.consent?.state === 'denied' || event.opt_out === true) return true
  return (event.data_processing_options ?? []).length > 0
}

/** A click or browser id: a custom property, else a parameter of the page's address. */
export function markOf(
  { event }: OutboundEvent,
  names: { readonly properties: readonly string[]; readonly parameters?: readonly string[] },
): string | undefined {
  for (const name of names.properties) {
    const text = textOf(event.custom_data?.[name])
    if (text !== undefined && isMark(text)) return text
  }
  const query = URL.parse(event.event_source_url ?? '')?.searchParams
  for (const name of names.parameters ?? []) {
    const text = query?.get(name)
    if (text && isMark(text)) return text
  }
  return undefined
}

/** Printable, and no longer than any click id in use. */
const isMark = (text: string): boolean => /^[!-~]{1,1000}$/.test(text)

export interface Item {
  readonly id?: string
  readonly name?: string
  readonly brand?: string
  readonly category?: string
  readonly price?: number
  readonly quantity?: number
}

/** contents; where there are none, one item for each of content_ids. */
export function itemsOf(data: CustomData | undefined): readonly Item[] {
  if (!data?.contents?.length) return (data?.content_ids ?? []).map((id) => ({ id }))
  return data.contents.map(({ id, quantity, item_price, ...more }) => {
    const [name, brand, category] = [more.title, more.brand, more.category].map(textOf)
    return {
      ...(id === undefined ? {} : { id }),
      ...(name === undefined ? {} : { name }),
      ...(brand === undefined ? {} : { brand }),
      ...(category === undefined ? {} : { category }),
      ...(item_price === undefined ? {} : { price: item_price }),
      ...(quantity === undefined ? {} : { quantity }),
    }
  })
}

/** The exact decimal of an amount, for APIs that want it as text; never in exponent form. */
export function moneyText(value: number | undefined): string | undefined {
  const amount = value === undefined ? undefined : amountOf(value)
  return amount && decimalOf(BigInt(amount.units), BigInt(amount.micros))
}

/** A text or a number as text; undefined for everything else and for nothing. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}

export const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined

export type JsonObject = { readonly [key: string]: Json }

/** Without what is undefined, empty text, an empty list or an empty object. */
export function lean(parts: { readonly [key: string]: Json | undefined }): JsonObject {
  const kept: { [key: string]: Json } = {}
  for (const [key, value] of Object.entries(parts)) {
    if (value === undefined || value === null || value === '') continue
    if (typeof value === 'object' && Object.keys(value).length === 0) continue
    kept[key] = value
  }
  return kept
}
