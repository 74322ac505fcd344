/**
 * Subscriptions of Stripe: StartTrial when one begins with a trial, Subscribe when one is active,
 * each once. Called by stripe.ts.
 */
import { eventId } from '../event/ids.ts'
import { decimalText, majorOf, microsOf } from './decimal.ts'
import { shopperOf } from './purchase.ts'
import type { SourceEvent, Translation } from './source.ts'
import { carriedBy, personIn, type StripeObject } from './stripe-fields.ts'
import { listAt, present, type Tree, textAt } from './tree.ts'

const NAMES: Readonly<Record<string, string>> = { trialing: 'StartTrial', active: 'Subscribe' }

export function subscriptionOf({ object, at_s, test }: StripeObject): Translation {
  const id = textAt(object, 'id')
  const name = NAMES[textAt(object, 'status') ?? '']
  if (!id) return { failed: 'incomplete', detail: 'data.object.id is missing.' }
  if (!name) return { ignored: 'nothing_new', detail: 'Neither a trial nor active.' }
  const carried = carriedBy(object)
  const event: SourceEvent = {
    event_name: name,
    event_time: at_s,
    event_id: eventId(name, id),
    action_source: 'website',
    user_data: shopperOf(personIn(object), carried),
    custom_data: priceOf(object),
  }
  const consent = carried.consent ? { consent: carried.consent } : {}
  return { facts: [{ kind: 'event', once: `${name} ${id}`, event, ...test, ...consent }] }
}

/** What one period costs, where all prices are of one currency. */
function priceOf(object: Tree): { value?: number; currency?: string } {
  const currency = textAt(object, 'currency', 'items.data.0.price.currency')
  if (!currency) return {}
  let sum = 0n
  for (const item of listAt(object, 'items.data')) {
    const one = microsOf(majorOf(textAt(item, 'price.unit_amount'), currency, 'stripe'))
    const count = /^\d+$/.exec(textAt(item, 'quantity') ?? '1')?.[0]
    if (one === undefined || count === undefined) return {}
    sum += one * BigInt(count)
  }
  return present({ value: Number(decimalText(sum)), currency: currency.toUpperCase() })
}
