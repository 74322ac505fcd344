/**
 * The Segment spec over HTTP (track and page, alone or in a batch), as Segment and other customer
 * data platforms post it. The event id is the messageId, as in every destination of theirs.
 */
import { z } from 'zod'
import { numberOf } from './decimal.ts'
import { secondsOf } from './moment.ts'
import { userDataOf } from './person.ts'
import { segmentExamples } from './segment-examples.ts'
import { knowsKey } from './shared-key.ts'
import { signedBy } from './signature.ts'
import {
  commonSettings,
  type Delivered,
  type Fact,
  type Source,
  type SourceEvent,
  type Translation,
} from './source.ts'
import { at, isObject, listAt, parseExact, present, type Tree, textAt } from './tree.ts'

const schema = z.strictObject({
  ...commonSettings,
  event_names: z
    .record(z.string().max(100), z.string().max(50))
    .default({})
    .describe('Further names: Application Sent = Lead. The names of the spec are known.'),
  pages: z.boolean().default(false).describe('Count page calls as PageView.'),
})

type Settings = z.infer<typeof schema>

export const segment: Source<Settings> = {
  name: 'segment',
  title: 'Segment, or another CDP',
  about: 'track and page calls of the Segment spec, from Segment, RudderStack, Jitsu and others.',
  schema,
  secret: { from: 'twofold', by: 'url', label: 'Key at the end of the address, or shared secret' },
  setup: [
    'In Segment, open Connections, Catalog, Webhooks (or HTTP destination of your platform).',
    'Webhook URL, with the key at its end: {url}',
    'If a shared secret is set there, enter the same here: deliveries are then proven by X-Signature.',
  ],
  headers: [],
  verify: (request, context) => {
    const signature = request.headers['x-signature']
    if (!signature) return knowsKey(request, context)
    const hmac = { algorithm: 'sha1', encoding: 'hex', over: [request.body] } as const
    return signedBy(context, [signature], hmac)
  },
  identify: ({ body }) => {
    const tree = parseExact(body.toString('utf8'))
    const key = textAt(tree, 'messageId')
    return { topic: textAt(tree, 'event', 'type') ?? 'batch', ...(key ? { key } : {}) }
  },
  translate,
  examples: segmentExamples,
}

const NAMES: Readonly<Record<string, string>> = {
  'order completed': 'Purchase',
  'product added': 'AddToCart',
  'product added to wishlist': 'AddToWishlist',
  'checkout started': 'InitiateCheckout',
  'payment info entered': 'AddPaymentInfo',
  'product viewed': 'ViewContent',
  'products searched': 'Search',
  'signed up': 'CompleteRegistration',
  'lead generated': 'Lead',
}

function translate(delivered: Delivered, settings: Settings): Translation {
  const body = parseExact(delivered.text)
  if (!isObject(body)) return { failed: 'unreadable', detail: 'The body is no JSON object.' }
  const calls = Array.isArray(at(body, 'batch')) ? listAt(body, 'batch') : [body]
  const facts: Fact[] = []
  for (const call of calls) {
    const messageId = textAt(call, 'messageId')
    if (!messageId) return { failed: 'incomplete', detail: 'messageId is missing.' }
    const fact = factOf(call, { messageId, delivered, settings })
    if (fact) facts.push(fact)
  }
  return facts.length > 0 ? { facts } : { ignored: 'not_mapped' }
}

interface CallContext {
  readonly messageId: string
  readonly delivered: Delivered
  readonly settings: Settings
}

function factOf(call: Tree, { messageId, delivered, settings }: CallContext): Fact | undefined {
  const said = textAt(call, 'event') ?? ''
  const type = textAt(call, 'type') ?? (said ? 'track' : '')
  const order = textAt(call, 'properties.order_id', 'properties.orderId')
  const at_s = timeOf(call, delivered.receivedMs)
  if (/^order (refunded|cancelled)$/i.test(said) && order) {
    return laterOf(call, { order, at_s, prefix: settings.order_prefix, id: messageId })
  }
  const known = settings.event_names[said] ?? NAMES[said.toLowerCase()]
  const name = type === 'page' ? (settings.pages ? 'PageView' : undefined) : known
  if (!name || (type !== 'page' && type !== 'track')) return undefined
  const orderId = order && `${settings.order_prefix}${order}`
  const event: SourceEvent = {
    event_name: name,
    event_time: at_s,
    event_id: messageId,
    action_source: 'website',
    ...present({ event_source_url: textAt(call, 'context.page.url', 'properties.url') }),
    ...present({ referrer_url: textAt(call, 'context.page.referrer') }),
    user_data: personOf(call),
    custom_data: customOf(call, orderId),
  }
  if (name === 'Purchase' && order && orderId) {
    return { kind: 'order', refs: [order], order_id: orderId, purchase: event }
  }
  return { kind: 'event', once: messageId, event }
}

/** A device's clock may be wrong: what it says is moved by how wrong it was when it sent. */
function timeOf(call: Tree, receivedMs: number): number {
  const nowS = Math.floor(receivedMs / 1000)
  const corrected = secondsOf(textAt(call, 'timestamp'))
  if (corrected !== undefined) return corrected
  const original = secondsOf(textAt(call, 'originalTimestamp'))
  const sent = secondsOf(textAt(call, 'sentAt'))
  return original === undefined ? nowS : original + (sent === undefined ? 0 : nowS - sent)
}

function personOf(call: Tree) {
  const trait = (...names: readonly string[]): string | undefined =>
    textAt(
      call,
      ...['context.traits', 'traits', 'properties'].flatMap((where) =>
        names.map((name) => `${where}.${name}`),
      ),
    )
  return userDataOf({
    email: trait('email'),
    phone: trait('phone'),
    firstName: trait('firstName', 'first_name'),
    lastName: trait('lastName', 'last_name'),
    city: trait('address.city'),
    state: trait('address.state'),
    zip: trait('address.postalCode', 'address.postal_code'),
    externalIds: [textAt(call, 'userId'), textAt(call, 'anonymousId')],
    ip: textAt(call, 'context.ip'),
    userAgent: textAt(call, 'context.userAgent'),
    fbp: textAt(call, 'context.clientIds.fbp', 'properties.fbp'),
    fbc: textAt(call, 'context.clientIds.fbc', 'properties.fbc'),
  })
}

function customOf(call: Tree, orderId: string | undefined) {
  const products = listAt(call, 'properties.products')
  const items = products.length > 0 ? products : [at(call, 'properties')]
  const contents = items.flatMap((item) => {
    const id = textAt(item, 'product_id', 'productId', 'sku')
    const one = { quantity: numberOf(textAt(item, 'quantity')), item_price: price(item, 'price') }
    return id ? [present({ id, ...one })] : []
  })
  return present({
    value: price(call, 'properties.total', 'properties.value', 'properties.revenue'),
    currency: textAt(call, 'properties.currency')?.toUpperCase(),
    order_id: orderId,
    search_string: textAt(call, 'properties.query'),
    content_type: contents.length > 0 ? 'product' : undefined,
    content_ids: contents.map(({ id }) => id),
    contents,
  })
}

const price = (tree: Tree, ...paths: readonly string[]): number | undefined =>
  numberOf(textAt(tree, ...paths))

interface Later {
  readonly order: string
  readonly at_s: number
  readonly prefix: string
  readonly id: string
}

function laterOf(call: Tree, { order, at_s, prefix, id }: Later): Fact | undefined {
  const common = { kind: 'order', refs: [order], order_id: prefix + order } as const
  if (/cancelled/i.test(textAt(call, 'event') ?? '')) return { ...common, cancelled_at_s: at_s }
  const amount = textAt(call, 'properties.total', 'properties.value', 'properties.revenue')
  const currency = textAt(call, 'properties.currency')?.toUpperCase()
  return amount && currency ? { ...common, refunds: [{ id, amount, currency, at_s }] } : undefined
}
