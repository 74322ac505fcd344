/**
 * Destination: Snap's Conversions API (v3) for web and offline events. Snap takes or refuses a
 * request as a whole, so the bad event is searched for. Its rules for hashing e-mail, phone and
 * names are Meta's; other keys are not sent, because what Snap wants of them could not be read.
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
import type { Destination, OutboundEvent, SendPorts, Sent, SkipReason } from './destination.ts'
import { type ErrorRow, type Posted, postBatch, verdictOf } from './post-json.ts'
import type { Verdict } from './settle-batch.ts'
import { SNAPCHAT_EXAMPLES } from './snapchat-examples.ts'
import { SNAPCHAT_NAMES, type SnapchatSettings, snapchatSchema } from './snapchat-settings.ts'

/** Snap says no codes in its documentation; a wrong token may come with 400. */
export const SNAPCHAT_ERRORS: readonly ErrorRow[] = [
  {
    on: 'status',
    from: 200,
    does: 'split',
    say: 'Snap calls something in the request invalid.',
  },
  {
    on: 'status',
    from: 400,
    words: /token|unauthori[sz]ed|permission|pixel.?id|asset/i,
    does: 'hold',
    say: 'Snap does not know the pixel or the token. Check pixel_id and access_token.',
  },
]

const AGE_MS_MAX = 37 * 86_400_000

export const snapchat: Destination<SnapchatSettings> = {
  name: 'snapchat',
  title: 'Snapchat Conversions API',
  about: 'Web and offline events for Snapchat’s reports and ads, deduplicated with the Snap Pixel.',
  schema: snapchatSchema,
  bounds: {
    // Snap takes 2000.
    eventsMax: 1000,
    bytesMax: 1_000_000,
    inFlightMax: 4,
    ageMsMax: () => AGE_MS_MAX,
  },
  accepts,
  payloadOf: snapchatEvent,
  send,
  examples: SNAPCHAT_EXAMPLES,
}

function accepts(outbound: OutboundEvent, settings: SnapchatSettings): true | SkipReason {
  const { event, envelope } = outbound
  if (envelope.test_event_code && !settings.test_event_code) return 'test_event'
  const source = event.action_source
  if (source === 'app' || !settings.action_sources.includes(source)) return 'action_source_not_sent'
  if (!nameOf(event.event_name, SNAPCHAT_NAMES, settings)) return 'event_not_mapped'
  const { em, ph, client_ip_address, client_user_agent } = event.user_data
  if (em?.length || ph?.length) return true
  return client_ip_address && client_user_agent ? true : 'no_match_key'
}

function snapchatEvent(outbound: OutboundEvent, settings: SnapchatSettings): JsonObject {
  const { event } = outbound
  return lean({
    event_name: nameOf(event.event_name, SNAPCHAT_NAMES, settings),
    event_time: event.event_time,
    event_id: event.event_id,
    action_source: event.action_source === 'website' ? 'WEB' : 'OFFLINE',
    event_source_url: event.event_source_url,
    opt_out: event.opt_out,
    data_processing_options: isLimited(outbound) ? ['LMU'] : undefined,
    user_data: userOf(outbound),
    custom_data: customOf(event.custom_data ?? {}),
  })
}

function userOf(outbound: OutboundEvent): JsonObject {
  const { em, ph, fn, ln, client_ip_address, client_user_agent } = outbound.event.user_data
  return lean({
    em,
    ph,
    fn,
    ln,
    client_ip_address,
    client_user_agent,
    sc_click_id: markOf(outbound, { properties: ['sc_click_id'], parameters: ['ScCid', 'sccid'] }),
    sc_cookie1: markOf(outbound, { properties: ['sc_cookie1', '_scid'] }),
  })
}

function customOf(data: CustomData): JsonObject {
  const items = itemsOf(data)
  return lean({
    currency: data.currency,
    value: data.value,
    content_ids: items.flatMap(({ id }) => (id === undefined ? [] : [id])),
    content_category: textOf(data.content_category),
    contents: (data.contents?.length ? items : []).map((item) =>
      lean({
        id: item.id,
        quantity: textOf(item.quantity),
        item_price: moneyText(item.price),
      }),
    ),
    num_items: numberOf(data.num_items),
    order_id: data.order_id,
    search_string: textOf(data.search_string),
  })
}

function send(
  events: readonly OutboundEvent[],
  settings: SnapchatSettings,
  ports: SendPorts,
): Promise<Sent> {
  const url = new URL(`/v3/${settings.pixel_id}/events`, settings.base_url)
  url.searchParams.set('access_token', settings.access_token)
  const { test_event_code } = settings
  return postBatch(
    {
      bodies: events.map((event) => snapchatEvent(event, settings)),
      requestOf: (data) => ({
        url: url.href,
        headers: {},
        body: { data, ...(test_event_code ? { test_event_code } : {}) },
        secrets: [settings.access_token],
      }),
      judge,
    },
    ports,
  )
}

function judge(posted: Posted): Verdict {
  const { data } = answerSchema.safeParse(posted.body)
  if (posted.status === 200 && data?.status === 'VALID') return { kind: 'taken' }
  if (posted.status === 200 && !data?.status) return verdictOf(posted, [], {})
  const message = data?.errors?.error_msgs?.join(' ') || data?.reason
  return verdictOf(posted, SNAPCHAT_ERRORS, { message })
}

const answerSchema = z.object({
  status: z.string().optional(),
  reason: z.string().optional(),
  errors: z
    .object({ error_msgs: z.array(z.string()).optional() })
    .optional()
    .catch(undefined),
})
