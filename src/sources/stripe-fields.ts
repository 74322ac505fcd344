/** Where things stand in the objects of Stripe, old versions and new. Called by stripe.ts. */
import { type Carried, carriedIn, pageOf } from './carried.ts'
import { majorOf } from './decimal.ts'
import type { Person } from './person.ts'
import { at, entriesAt, listAt, type Tree, textAt } from './tree.ts'

/** What an event is about. */
export interface StripeObject {
  readonly object: Tree
  /** When it happened, by the event. */
  readonly at_s: number
  readonly test: { readonly test?: true }
}

/** An amount of minor units, in the currency of the object. */
export function majorIn(object: Tree, path: string): string | undefined {
  const currency = textAt(object, 'currency')
  return currency && majorOf(textAt(object, path), currency, 'stripe')
}

/**
 * Every name by which others speak of the same sale. An expanded object has its id inside. The own
 * id comes first; a charge and a payment are one thing.
 */
export function refsIn(object: Tree): string[] {
  const paid = listAt(object, 'payments.data').map((one) => at(one, 'payment'))
  const found = [
    textAt(object, 'id'),
    textAt(object, 'payment_intent.id', 'payment_intent'),
    textAt(object, 'invoice.id', 'invoice'),
    textAt(object, 'charge.id', 'charge', 'latest_charge.id', 'latest_charge'),
    ...paid.map((one) => textAt(one, 'payment_intent.id', 'payment_intent')),
    ...paid.map((one) => textAt(one, 'charge.id', 'charge')),
  ]
  return [...new Set(found.filter((ref) => ref !== undefined))]
}

const METADATA = [
  'metadata',
  'subscription_details.metadata',
  'parent.subscription_details.metadata',
]

export function carriedBy(object: Tree): Carried {
  return carriedIn(METADATA.flatMap((path) => entriesAt(object, path)))
}

/** Where the shopper comes back to: the page of the shop that led to the payment. */
export function returnPage(object: Tree): string | undefined {
  return pageOf(textAt(object, 'success_url', 'return_url', 'after_completion.redirect.url'))
}

const PEOPLE = [
  'customer_details',
  'latest_charge.billing_details',
  'charges.data.0.billing_details',
  'collected_information.shipping_details',
  'shipping_details',
  'shipping',
]
const ADDRESSES = [...PEOPLE.map((path) => `${path}.address`), 'customer_address']

export function personIn(object: Tree): Person {
  const said = (name: string): string | undefined =>
    textAt(object, ...PEOPLE.map((path) => `${path}.${name}`))
  const place = (name: string): string | undefined =>
    textAt(object, ...ADDRESSES.map((path) => `${path}.${name}`))
  return {
    email: said('email') ?? textAt(object, 'customer_email', 'receipt_email'),
    phone: said('phone') ?? textAt(object, 'customer_phone'),
    name: said('name') ?? textAt(object, 'customer_name'),
    city: place('city'),
    state: place('state'),
    zip: place('postal_code'),
    country: place('country'),
    externalIds: [textAt(object, 'client_reference_id'), textAt(object, 'customer.id', 'customer')],
  }
}
