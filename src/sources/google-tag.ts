/**
 * A Google Tag Manager server container: its common event data as an HTTP tag posts it, one event
 * or a list. Names and fields are those of GA4; what is meant for Meta alone (x-fb-...) wins.
 */
import { z } from 'zod'
import { eventId } from '../event/ids.ts'
import { numberOf } from './decimal.ts'
import { googleTagExamples } from './google-tag-examples.ts'
import { secondsOf } from './moment.ts'
import { userDataOf } from './person.ts'
import { KEY_IN_URL, knowsKey } from './shared-key.ts'
import {
  commonSettings,
  type Delivered,
  type Fact,
  type Source,
  type SourceEvent,
  type Translation,
} from './source.ts'
import { isObject, listAt, parseExact, present, type Tree, textAt } from './tree.ts'

const schema = z.strictObject({
  ...commonSettings,
  event_names: z
    .record(z.string().max(100), z.string().max(50))
    .default({})
    .describe('Further names: demo_request = Lead. Those of GA4 are known, Meta’s own pass.'),
})

type Settings = z.infer<typeof schema>

export const googleTag: Source<Settings> = {
  name: 'google-tag',
  title: 'Google Tag Manager server',
  about: 'Events of a server container, posted by a tag that sends all event data as JSON.',
  schema,
  secret: KEY_IN_URL,
  setup: [
    'In the server container, add a tag that posts JSON (such as a JSON HTTP request tag), with all event data.',
    'Destination URL, with the key at its end: {url}',
    'Trigger it on the events you want: purchase, generate_lead, add_to_cart, ...',
    'Let the web container set the same event_id as your pixel.',
  ],
  headers: [],
  verify: knowsKey,
  identify: ({ body }) => ({ topic: nameIn(parseExact(body.toString('utf8'))) ?? '' }),
  translate,
  examples: googleTagExamples,
}

const NAMES: Readonly<Record<string, string>> = {
  page_view: 'PageView',
  view_item: 'ViewContent',
  search: 'Search',
  view_search_results: 'Search',
  add_to_cart: 'AddToCart',
  add_to_wishlist: 'AddToWishlist',
  begin_checkout: 'InitiateCheckout',
  add_payment_info: 'AddPaymentInfo',
  purchase: 'Purchase',
  generate_lead: 'Lead',
  sign_up: 'CompleteRegistration',
}

const nameIn = (tree: Tree): string | undefined => textAt(tree, 'event_name', 'event', 'e_n')

function translate(delivered: Delivered, settings: Settings): Translation {
  const body = parseExact(delivered.text)
  const list = Array.isArray(body) ? body : [body]
  if (!list.every(isObject)) return { failed: 'unreadable', detail: 'No JSON object.' }
  const facts: Fact[] = []
  for (const data of list) {
    const said = nameIn(data)
    if (!said) return { failed: 'incomplete', detail: 'event_name is missing.' }
    const own = /^[A-Z]/.test(said) ? said : undefined
    const name = settings.event_names[said] ?? NAMES[said] ?? own
    const fact = name && factOf(data, { name, delivered, settings })
    if (fact) facts.push(fact)
  }
  return facts.length > 0 ? { facts } : { ignored: 'not_mapped' }
}

interface TagContext {
  readonly name: string
  readonly delivered: Delivered
  readonly settings: Settings
}

function factOf(data: Tree, { name, delivered, settings }: TagContext): Fact | undefined {
  const order = textAt(data, 'transaction_id', 'order_id')
  const orderId = order && `${settings.order_prefix}${order}`
  const given = textAt(data, 'event_id', 'unique_event_id')
  const id = given ?? (orderId && eventId(name, orderId))
  if (!id) return undefined
  const time = secondsOf(textAt(data, 'event_time', 'timestamp'))
  const event: SourceEvent = {
    event_name: name,
    event_time: time ?? Math.floor(delivered.receivedMs / 1000),
    event_id: id,
    action_source: 'website',
    ...present({ event_source_url: textAt(data, 'page_location') }),
    ...present({ referrer_url: textAt(data, 'page_referrer') }),
    user_data: personOf(data),
    custom_data: customOf(data, orderId),
  }
  if (name === 'Purchase' && order && orderId) {
    return { kind: 'order', refs: [order], order_id: orderId, purchase: event }
  }
  return { kind: 'event', once: `${name} ${id}`, event }
}

function personOf(data: Tree) {
  const user = (name: string, ...paths: readonly string[]): string | undefined =>
    textAt(data, `x-fb-ud-${name}`, ...paths.map((path) => `user_data.${path}`))
  const place = (name: string): readonly string[] => [`address.${name}`, `address.0.${name}`]
  return userDataOf({
    email: user('em', 'email_address', 'email', 'sha256_email_address'),
    phone: user('ph', 'phone_number', 'phone', 'sha256_phone_number'),
    firstName: user('fn', ...place('first_name')),
    lastName: user('ln', ...place('last_name')),
    city: user('ct', ...place('city')),
    state: user('st', ...place('region')),
    zip: user('zp', ...place('postal_code')),
    country: user('country', ...place('country')),
    externalIds: [user('external_id', 'external_id'), textAt(data, 'user_id')],
    ip: textAt(data, 'ip_override', 'client_ip_address'),
    userAgent: textAt(data, 'user_agent', 'client_user_agent'),
    fbp: textAt(data, 'x-fb-ck-fbp', '_fbp', 'fbp'),
    fbc: textAt(data, 'x-fb-ck-fbc', '_fbc', 'fbc'),
  })
}

function customOf(data: Tree, orderId: string | undefined) {
  const contents = listAt(data, 'items').flatMap((item) => {
    const id = textAt(item, 'item_id', 'id')
    const quantity = numberOf(textAt(item, 'quantity'))
    return id ? [present({ id, quantity, item_price: numberOf(textAt(item, 'price')) })] : []
  })
  return present({
    value: numberOf(textAt(data, 'x-fb-cd-value', 'value')),
    currency: textAt(data, 'x-fb-cd-currency', 'currency')?.toUpperCase(),
    order_id: orderId,
    search_string: textAt(data, 'search_term'),
    content_type: contents.length > 0 ? 'product' : undefined,
    content_ids: contents.map(({ id }) => id),
    contents,
  })
}
