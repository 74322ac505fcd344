/**
 * Destination: TikTok Events API 2.0 for web events. Answers carry a code in the body, 0 for
 * success; a batch is refused as a whole, so the bad event is searched for. TikTok drops a repeat
 * of an event_id within 48 hours, so sending good events again counts nothing twice.
 */
import { z } from 'zod'
import { nameOf } from './ads-event.ts'
import type { Destination, OutboundEvent, SendPorts, Sent, SkipReason } from './destination.ts'
import { type ErrorRow, type Posted, postBatch, verdictOf } from './post-json.ts'
import type { Verdict } from './settle-batch.ts'
import { TIKTOK_EXAMPLES } from './tiktok-examples.ts'
import { TIKTOK_NAMES, tiktokEvent } from './tiktok-mapping.ts'
import { type TiktokSettings, tiktokSchema } from './tiktok-settings.ts'

const PATH = '/open_api/v1.3/event/track/'

/** TikTok's codes; families where its own list could not be read are marked in the docs. */
export const TIKTOK_ERRORS: readonly ErrorRow[] = [
  { on: 'code', from: 20001, does: 'split', say: 'TikTok took a part of the batch only.' },
  {
    on: 'code',
    from: 40001,
    does: 'hold',
    say: 'The token has no permission for this pixel. Make one in the Events Manager of the pixel.',
  },
  {
    on: 'code',
    from: 40002,
    words: /event_source_id|pixel.?code|access.?token/i,
    does: 'hold',
    say: 'TikTok does not know the pixel or the token. Check pixel_code and access_token.',
  },
  { on: 'code', from: 40002, does: 'split', say: 'TikTok calls a field of the event invalid.' },
  {
    on: 'code',
    from: 40007,
    does: 'hold',
    say: 'TikTok does not know the pixel. Check pixel_code.',
  },
  { on: 'code', from: 40100, does: 'retry', say: 'Too many requests.' },
  {
    on: 'code',
    from: 40101,
    to: 40199,
    does: 'hold',
    say: 'The access token is wrong, expired or revoked. Make a new one.',
  },
  { on: 'code', from: 40700, does: 'retry', say: 'TikTok has a failure of its own.' },
  { on: 'code', from: 40000, to: 49999, does: 'split', say: 'TikTok refused the events.' },
  { on: 'code', from: 50000, to: 59999, does: 'retry', say: 'TikTok has a failure of its own.' },
]

export const tiktok: Destination<TiktokSettings> = {
  name: 'tiktok',
  title: 'TikTok Events API',
  about: 'Web events for TikTok’s measurement and ad optimisation, deduplicated with its pixel.',
  schema: tiktokSchema,
  bounds: {
    eventsMax: 1000,
    // TikTok states no size; connectors of others stop at 1 MB.
    bytesMax: 1_000_000,
    inFlightMax: 4,
    // None is documented for web events.
    ageMsMax: () => Number.POSITIVE_INFINITY,
  },
  accepts,
  payloadOf: tiktokEvent,
  send,
  examples: TIKTOK_EXAMPLES,
}

function accepts({ event, envelope }: OutboundEvent, settings: TiktokSettings): true | SkipReason {
  if (envelope.test_event_code && !settings.test_event_code) return 'test_event'
  if (!settings.action_sources.includes(event.action_source)) return 'action_source_not_sent'
  return nameOf(event.event_name, TIKTOK_NAMES, settings) ? true : 'event_not_mapped'
}

function send(
  events: readonly OutboundEvent[],
  settings: TiktokSettings,
  ports: SendPorts,
): Promise<Sent> {
  const { access_token, pixel_code, test_event_code } = settings
  return postBatch(
    {
      bodies: events.map((event) => tiktokEvent(event, settings)),
      requestOf: (data) => ({
        url: new URL(PATH, settings.base_url).href,
        headers: { 'access-token': access_token },
        body: {
          event_source: 'web',
          event_source_id: pixel_code,
          ...(test_event_code ? { test_event_code } : {}),
          data,
        },
        secrets: [access_token],
      }),
      judge,
    },
    ports,
  )
}

function judge(posted: Posted): Verdict {
  const { data } = answerSchema.safeParse(posted.body)
  if (posted.status === 200 && data?.code === 0) return { kind: 'taken' }
  return verdictOf(posted, TIKTOK_ERRORS, data ?? {})
}

const answerSchema = z.object({ code: z.number(), message: z.string().optional() })
