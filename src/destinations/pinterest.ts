/**
 * Destination: Pinterest API for Conversions (v5). Its answer has a line for every event, so
 * nothing is searched for. Pinterest's rules for hashing are Meta's, phones included; region and
 * postal code, where the two differ outside the United States, are not sent.
 */
import { z } from 'zod'
import type { CustomData } from '../event/shape.ts'
import {
  isLimited,
  itemsOf,
  type JsonObject,
  lean,
  markOf,
  moneyText,
  nameOf,
  numberOf,
  textOf,
} from './ads-event.ts'
import type {
  Destination,
  OutboundEvent,
  Outcome,
  SendPorts,
  Sent,
  SkipReason,
} from './destination.ts'
import { PINTEREST_EXAMPLES } from './pinterest-examples.ts'
import { PINTEREST_NAMES, type PinterestSettings, pinterestSchema } from './pinterest-settings.ts'
import { type ErrorRow, type Posted, postBatch, verdictOf, wordsOf } from './post-json.ts'
import type { Verdict } from './settle-batch.ts'

export const PINTEREST_ERRORS: readonly ErrorRow[] = [
  { on: 'code', from: 2, does: 'hold', say: 'Pinterest refused the token. Make a new one.' },
  { on: 'code', from: 8, does: 'retry', say: 'Too many requests.' },
  {
    on: 'code',
    from: 29,
    does: 'hold',
    say: 'The token may not send events for this ad account. Check ad_account_id and the role.',
  },
  { on: 'code', from: 4196, does: 'split', say: 'Pinterest calls the request invalid.' },
  { on: 'code', from: 4197, does: 'retry', say: 'Pinterest takes no events at the moment.' },
]

export const pinterest: Destination<PinterestSettings> = {
  name: 'pinterest',
  title: 'Pinterest conversions',
  about: 'Web and offline events for Pinterest’s reports and ads, deduplicated with its tag.',
  schema: pinterestSchema,
  bounds: {
    eventsMax: 1000,
    // Pinterest states no size.
    bytesMax: 1_000_000,
    inFlightMax: 4,
    // None is documented; Pinterest says of each event whether it took it.
    ageMsMax: () => Number.POSITIVE_INFINITY,
  },
  accepts,
  payloadOf: pinterestEvent,
  send,
  examples: PINTEREST_EXAMPLES,
}

function accepts(outbound: OutboundEvent, settings: PinterestSettings): true | SkipReason {
  const { event, envelope } = outbound
  if (envelope.test_event_code && !settings.test) return 'test_event'
  if (!settings.action_sources.includes(event.action_source)) return 'action_source_not_sent'
  if (!nameOf(event.event_name, PINTEREST_NAMES, settings)) return 'event_not_mapped'
  const { em, client_ip_address, client_user_agent } = event.user_data
  return em?.length || (client_ip_address && client_user_agent) ? true : 'no_match_key'
}

function pinterestEvent(outbound: OutboundEvent, settings: PinterestSettings): JsonObject {
  const { event } = outbound
  const known = nameOf(event.event_name, PINTEREST_NAMES, { ...settings, custom_events: 'skip' })
  return lean({
    // Pinterest has one name for all custom events.
    event_name: known ?? 'custom',
    action_source: event.action_source === 'website' ? 'web' : 'offline',
    event_time: event.event_time,
    event_id: event.event_id,
    event_source_url: event.event_source_url,
    opt_out: event.opt_out,
    user_data: userOf(outbound),
    custom_data: customOf(event.custom_data ?? {}, isLimited(outbound)),
  })
}

function userOf(outbound: OutboundEvent): JsonObject {
  const { em, ph, ge, db, ln, fn, ct, country, external_id, ...clear } = outbound.event.user_data
  return lean({
    em,
    ph,
    ge,
    db,
    ln,
    fn,
    ct,
    country,
    external_id,
    client_ip_address: clear.client_ip_address,
    client_user_agent: clear.client_user_agent,
    click_id: markOf(outbound, { properties: ['epik', '_epik'], parameters: ['epik'] }),
  })
}

function customOf(data: CustomData, limited: boolean): JsonObject {
  const items = itemsOf(data)
  return lean({
    currency: data.currency,
    value: moneyText(data.value),
    content_ids: items.flatMap(({ id }) => (id === undefined ? [] : [id])),
    content_name: textOf(data.content_name),
    content_category: textOf(data.content_category),
    contents: (data.contents?.length ? items : []).map((item) =>
      lean({
        id: item.id,
        item_price: moneyText(item.price),
        quantity: Number.isInteger(item.quantity) ? item.quantity : undefined,
        item_name: item.name,
        item_category: item.category,
        item_brand: item.brand,
      }),
    ),
    num_items: numberOf(data.num_items),
    order_id: data.order_id,
    search_string: textOf(data.search_string),
    opt_out_type: limited ? 'LDP' : undefined,
  })
}

function send(
  events: readonly OutboundEvent[],
  settings: PinterestSettings,
  ports: SendPorts,
): Promise<Sent> {
  const url = new URL(`/v5/ad_accounts/${settings.ad_account_id}/events`, settings.base_url)
  if (settings.test) url.searchParams.set('test', 'true')
  return postBatch(
    {
      bodies: events.map((event) => pinterestEvent(event, settings)),
      requestOf: (data) => ({
        url: url.href,
        headers: { authorization: `Bearer ${settings.access_token}` },
        body: { data },
        secrets: [settings.access_token],
      }),
      judge,
    },
    ports,
  )
}

/** One line for each event, in the order sent; with 422 they may stand under `details`. */
function judge(posted: Posted, count: number): Verdict {
  const { data } = answerSchema.safeParse(posted.body)
  const lines = data?.events ?? data?.details?.events
  const read = posted.status === 200 || posted.status === 422
  if (read && lines?.length === count) return { kind: 'each', outcomes: lines.map(outcomeOf) }
  return verdictOf(posted, PINTEREST_ERRORS, data ?? {})
}

function outcomeOf({ status, error_message }: z.infer<typeof lineSchema>): Outcome {
  if (status === 'processed') return { state: 'delivered' }
  const detail = `Pinterest did not take it: ${wordsOf(error_message ?? 'no reason given')}`
  return { state: 'rejected', code: 'event_failed', detail }
}

const lineSchema = z.object({ status: z.string(), error_message: z.string().nullish() })
const linesSchema = z.array(lineSchema)
const answerSchema = z.object({
  code: z.number().optional(),
  message: z.string().optional(),
  events: linesSchema.optional(),
  details: z.object({ events: linesSchema.optional() }).optional().catch(undefined),
})
