/**
 * What a user of the SDK writes: the events with their data, who did it, and what is known of the
 * request. Types only. Names of data and people are Meta's, in snake_case; all else is the SDK's.
 */
import type { StandardEvent } from '../event/names.ts'
import type { ActionSource, ClearKey, HashedKey } from '../event/shape.ts'
import type { ConsentWord, RequestContext, RequestLike } from './request-context.ts'

/** Meta's standard events by name; any other name is a custom event. */
export type EventName = StandardEvent | (string & {})

export interface Item {
  readonly id: string | number
  readonly quantity?: number
  /** Major units, of one piece. */
  readonly item_price?: number | string
  readonly [custom: string]: unknown
}

/** Meta's documented keys, and any of your own: no personal data belongs here. */
export interface CustomData {
  /** Major units: 30.5 is thirty euros and a half. Text is taken as it stands ("30.50"). */
  readonly value?: number | string
  /** ISO 4217, such as EUR. */
  readonly currency?: string
  readonly order_id?: string | number
  readonly content_ids?: readonly (string | number)[]
  readonly contents?: readonly Item[]
  readonly content_name?: string
  readonly content_category?: string
  readonly content_type?: 'product' | 'product_group' | (string & {})
  readonly num_items?: number
  readonly search_string?: string
  readonly status?: string | boolean
  readonly predicted_ltv?: number | string
  readonly delivery_category?: 'in_store' | 'curbside' | 'home_delivery'
  readonly [custom: string]: unknown
}

/** A purchase without its value or currency is worth nothing to anybody. */
export type PurchaseData = CustomData & Required<Pick<CustomData, 'value' | 'currency'>>

type PersonValue = string | number | null | undefined

/** Who did it, in clear or already hashed: what is in clear is hashed before it leaves. */
export type User = {
  readonly [K in HashedKey]?: PersonValue | readonly PersonValue[]
} & { readonly [K in ClearKey]?: PersonValue }

export interface TrackContext {
  /** The visitor's request, or what `requestContext` made of it. */
  readonly request?: RequestContext | RequestLike
  readonly user?: User
  /** Left out: the order's, for a Purchase with an order_id, else one of its own. */
  readonly eventId?: string
  /** When it happened, as a date or in unix seconds. Left out: now. */
  readonly eventTime?: Date | number
  /** Left out: website. */
  readonly actionSource?: ActionSource
  /** The page it happened on, and the one before; wins over the request's. */
  readonly url?: string
  readonly referrer?: string
  readonly consent?: ConsentWord
  /** Shows the event under Test events. */
  readonly testEventCode?: string
  /** Further keys of Meta's server event: data_processing_options, opt_out, app_data ... */
  readonly event?: { readonly [key: string]: unknown }
  /**
   * For platforms that stop when the answer is out: is given a promise that ends when the event has
   * arrived or was given up. Workers: ctx.waitUntil; Vercel: waitUntil; Next: after.
   */
  readonly waitUntil?: WaitUntil
}

export type WaitUntil = (work: Promise<unknown>) => void

export interface Tracked {
  /** To hand to the page, so that its pixel reports the same action. '' when there is no event. */
  readonly eventId: string
}

/** A Purchase needs its data, everything else may go without. */
export type TrackRest<Name extends EventName> = Name extends 'Purchase'
  ? [data: PurchaseData, context?: TrackContext]
  : [data?: CustomData, context?: TrackContext]

export interface Tracker {
  /** Takes the event and returns at once; never throws, never waits. */
  track<Name extends EventName>(name: Name, ...rest: TrackRest<Name>): Tracked
  /** The id that page and server make alike; see docs/event-ids.md. */
  eventId(action: string, ...parts: readonly unknown[]): string
  /** Sends what waits, and ends when it has arrived or time is up. */
  flush(ms?: number): Promise<Flushed>
}

export interface Flushed {
  /** Events that were there when it was called and have not arrived. */
  readonly waiting: number
}
