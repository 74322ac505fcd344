/**
 * The event of something bought, from what a platform says of the order and what the page sent
 * along with it. One form for all shops, so that each source only says where its fields stand. Also
 * the settings that shops and payment platforms share.
 */
import { z } from 'zod'
import { eventId } from '../event/ids.ts'
import type { Carried } from './carried.ts'
import { pageOf } from './carried.ts'
import { numberOf } from './decimal.ts'
import { type Person, userDataOf } from './person.ts'
import type { SourceEvent } from './source.ts'
import { present } from './tree.ts'

export interface Item {
  readonly id: string | undefined
  readonly quantity: string | undefined
  /** Of one, in the currency of the order. */
  readonly price?: string | undefined
}

export interface Bought {
  /** Default Purchase. */
  readonly name?: string
  /** With the prefix of the connection. */
  readonly orderId: string
  readonly at_s: number
  /** Default website. */
  readonly actionSource?: string | undefined
  /** Where the shopper was, as far as known; what the page carried wins. */
  readonly url?: string | undefined
  readonly referrer?: string | undefined
  readonly person: Person
  readonly carried: Carried
  /** Major units as text, of one currency. */
  readonly value: string | undefined
  readonly currency: string | undefined
  readonly items: readonly Item[]
}

/** Undefined without a value and its currency: no currency is ever invented. */
export function purchaseOf(bought: Bought): SourceEvent | undefined {
  const { name = 'Purchase', orderId, carried, actionSource = 'website' } = bought
  const value = numberOf(bought.value)
  const currency = bought.currency?.toUpperCase()
  if (value === undefined || !currency) return undefined
  const carriedId = name === 'Purchase' ? carried.event_id : undefined
  const url = pageOf(carried.url ?? bought.url)
  const contents = bought.items.flatMap(({ id, quantity, price }) =>
    id === undefined
      ? []
      : [present({ id, quantity: numberOf(quantity), item_price: numberOf(price) })],
  )
  return {
    event_name: name,
    event_time: bought.at_s,
    event_id: carriedId ?? eventId(name, orderId),
    action_source: actionSource,
    ...(url === undefined || actionSource !== 'website' ? {} : { event_source_url: url }),
    ...(bought.referrer && actionSource === 'website' ? { referrer_url: bought.referrer } : {}),
    user_data: shopperOf(bought.person, carried),
    custom_data: {
      value,
      currency,
      order_id: orderId,
      ...(contents.length > 0
        ? {
            content_type: 'product',
            content_ids: contents.map(({ id }) => id),
            contents,
            num_items: contents.reduce((sum, { quantity = 1 }) => sum + quantity, 0),
          }
        : {}),
    },
  }
}

/** What the page knew of the visitor wins over what the platform guessed. */
export function shopperOf(person: Person, carried: Carried): SourceEvent['user_data'] {
  return userDataOf({
    ...person,
    externalIds: [carried.visitor, ...(person.externalIds ?? [])],
    ip: carried.ip ?? person.ip,
    userAgent: carried.ua ?? person.userAgent,
    fbp: carried.fbp ?? person.fbp,
    fbc: carried.fbc ?? person.fbc,
  })
}

/** For shops. */
export const contentIdSetting = z
  .enum(['variant', 'product', 'sku'])
  .default('variant')
  .describe('What names a product in your catalog: must be what the pixel sends as content_ids.')

export type ContentId = z.infer<typeof contentIdSetting>

/** For everything that is paid again by itself. */
export const renewalsSetting = z
  .enum(['renewal', 'purchase', 'ignore'])
  .default('renewal')
  .describe(
    'What a payment that nobody clicked for is: a Renewal event of its own, a Purchase like the ' +
      'first, or not counted.',
  )

export type Renewals = z.infer<typeof renewalsSetting>

export const renewalName = (renewals: Renewals): string =>
  renewals === 'purchase' ? 'Purchase' : 'Renewal'
