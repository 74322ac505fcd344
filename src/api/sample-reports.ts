/**
 * The reports of a test: what a browser and a server would send for one event, in the shapes that
 * people want to see handled, also the faulty ones. Pure. test-events.ts hands them over.
 */
import { hash } from 'node:crypto'

/** In the order of the page. */
export const SAMPLE_SHAPES = [
  'browser',
  'server',
  'pair',
  'order_pair',
  'duplicate',
  'unhashed_email',
  'bad_currency',
  'missing_value',
  'too_old',
] as const
export type SampleShape = (typeof SAMPLE_SHAPES)[number]

/** These are about money, or about an order: only a Purchase has what they show. */
export const PURCHASE_SHAPES: readonly SampleShape[] = [
  'order_pair',
  'bad_currency',
  'missing_value',
]

export interface SampleReport {
  readonly channel: 'browser' | 'server'
  readonly event: Readonly<Record<string, unknown>>
}

export interface Sample {
  readonly shape: SampleShape
  readonly event_name: string
  readonly reports: readonly SampleReport[]
}

export interface SampleFacts {
  readonly shape: SampleShape
  readonly eventName: string
  /** Tells this sample from all others: letters and digits. */
  readonly id: string
  readonly nowMs: number
  readonly page: string
  readonly value: number
  readonly currency: string
}

export function sampleOf(facts: SampleFacts): Sample {
  const event_name = PURCHASE_SHAPES.includes(facts.shape) ? 'Purchase' : facts.eventName
  const about = { ...facts, eventName: event_name }
  return { shape: facts.shape, event_name, reports: REPORTS[facts.shape](about) }
}

/** What each shape is made of. */
const REPORTS: Record<SampleShape, (facts: SampleFacts) => readonly SampleReport[]> = {
  browser: (facts) => [fromBrowser(facts)],
  server: (facts) => [fromServer(facts)],
  pair: (facts) => [fromBrowser(facts), fromServer(facts)],
  order_pair: (facts) => [
    fromBrowser(facts, { event_id: `${idOf(facts)}-browser` }),
    fromServer(facts, { event_id: `${idOf(facts)}-server` }),
  ],
  duplicate: (facts) => [fromServer(facts), fromServer(facts)],
  unhashed_email: (facts) => {
    const { user_data, ...event } = eventOf(facts)
    const person = { ...clientOf(facts), ...user_data, em: [emailOf(facts)] }
    return [{ channel: 'server', event: { ...event, user_data: person } }]
  },
  bad_currency: (facts) => [
    fromServer(facts, { custom_data: { ...moneyOf(facts), currency: 'EURO' } }),
  ],
  missing_value: (facts) => {
    const { value: _, ...rest } = moneyOf(facts)
    return [fromServer(facts, { custom_data: rest })]
  },
  too_old: (facts) => [fromServer(facts, { event_time: Math.floor(facts.nowMs / 1000) - OLD_S })],
}

/** A day more than Meta takes. */
const OLD_S = 8 * 86_400

/** A plain browser of today: a test must not end as a bot because a script asked for it. */
export const SAMPLE_AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) ' +
  'Chrome/140.0.0.0 Safari/537.36'
/** Of the block that is kept for examples (RFC 5737). */
export const SAMPLE_ADDRESS = '203.0.113.7'

function fromBrowser(facts: SampleFacts, more: Record<string, unknown> = {}): SampleReport {
  const event = eventOf(facts)
  return { channel: 'browser', event: { ...event, ...more } }
}

/** What a good server sends: who it was, hashed, and the visitor's own address and browser. */
function fromServer(facts: SampleFacts, more: Record<string, unknown> = {}): SampleReport {
  const { user_data, ...event } = eventOf(facts)
  const em = [hash('sha256', emailOf(facts))]
  const person = { ...clientOf(facts), ...user_data, em }
  return { channel: 'server', event: { ...event, user_data: person, ...more } }
}

/** Each sample is a person of its own, so that no two are taken for one. */
function eventOf(facts: SampleFacts) {
  const { eventName, nowMs, page } = facts
  return {
    event_name: eventName,
    event_time: Math.floor(nowMs / 1000),
    event_id: idOf(facts),
    action_source: 'website',
    event_source_url: page,
    user_data: { fbp: `fb.1.${nowMs}.${Number.parseInt(facts.id, 36) % 10 ** 10}` },
    custom_data: moneyOf(facts),
  }
}

const clientOf = (_facts: SampleFacts) => ({
  client_ip_address: SAMPLE_ADDRESS,
  client_user_agent: SAMPLE_AGENT,
})

/** Only what has a price in life carries one: a view of a page has none. */
function moneyOf({ eventName, id, value, currency }: SampleFacts): Record<string, unknown> {
  const contents = { content_ids: ['sample-1'], content_type: 'product' }
  if (!PRICED.has(eventName)) return PLAIN.has(eventName) ? {} : contents
  const order = eventName === 'Purchase' ? { order_id: `sample-${id}` } : {}
  return { value, currency, ...contents, ...order }
}

const PRICED: ReadonlySet<string> = new Set([
  'AddPaymentInfo',
  'AddToCart',
  'AddToWishlist',
  'Donate',
  'InitiateCheckout',
  'Purchase',
  'StartTrial',
  'Subscribe',
  'ViewContent',
])
const PLAIN: ReadonlySet<string> = new Set(['PageView', 'Contact', 'FindLocation', 'Schedule'])

const idOf = ({ id }: SampleFacts): string => `sample-${id}`

const emailOf = ({ id }: SampleFacts): string => `sample-${id}@example.com`
