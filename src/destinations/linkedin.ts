/**
 * Destination: LinkedIn Conversions API. Every event counts for a conversion rule that the owner
 * names for it. A person is matched by e-mail hash or LinkedIn's own click id; phones and names are
 * not taken in the form at hand. LinkedIn knows no limited use, so limited events are not sent.
 */
import { z } from 'zod'
import { isLimited, type JsonObject, lean, markOf, moneyText } from './ads-event.ts'
import type {
  Destination,
  OutboundEvent,
  Outcome,
  SendPorts,
  Sent,
  SkipReason,
} from './destination.ts'
import { LINKEDIN_EXAMPLES } from './linkedin-examples.ts'
import { type LinkedinSettings, linkedinSchema } from './linkedin-settings.ts'
import { type ErrorRow, type Posted, postBatch, verdictOf, wordsOf } from './post-json.ts'
import type { Verdict } from './settle-batch.ts'

export const LINKEDIN_ERRORS: readonly ErrorRow[] = [
  {
    on: 'status',
    from: 401,
    does: 'hold',
    say: 'LinkedIn refused the token: it is wrong, expired or revoked. Make a new one.',
  },
  {
    on: 'status',
    from: 403,
    does: 'hold',
    say: 'The token may not send conversions: it needs rw_conversions and a role in the account.',
  },
  {
    on: 'status',
    from: 426,
    does: 'hold',
    say: 'LinkedIn has ended this api_version. Set a newer one.',
  },
]

const AGE_MS_MAX = 90 * 86_400_000
const URN = 'urn:lla:llaPartnerConversion:'

export const linkedin: Destination<LinkedinSettings> = {
  name: 'linkedin',
  title: 'LinkedIn Conversions API',
  about: 'Conversions for LinkedIn campaigns, each counted by a conversion rule that you choose.',
  schema: linkedinSchema,
  bounds: {
    // LinkedIn takes 5000.
    eventsMax: 1000,
    bytesMax: 1_000_000,
    // 600 requests a minute.
    inFlightMax: 2,
    ageMsMax: () => AGE_MS_MAX,
  },
  accepts,
  payloadOf: linkedinEvent,
  send,
  examples: LINKEDIN_EXAMPLES,
}

function accepts(outbound: OutboundEvent, settings: LinkedinSettings): true | SkipReason {
  const { event, envelope } = outbound
  if (envelope.test_event_code) return 'test_event'
  if (!Object.hasOwn(settings.conversions, event.event_name)) return 'event_not_mapped'
  if (!settings.action_sources.includes(event.action_source)) return 'action_source_not_sent'
  if (isLimited(outbound)) return 'limited_data_use'
  return userIdsOf(outbound).length > 0 ? true : 'no_match_key'
}

function linkedinEvent(outbound: OutboundEvent, settings: LinkedinSettings): JsonObject {
  const { event } = outbound
  const rule = settings.conversions[event.event_name] ?? ''
  const { value, currency } = event.custom_data ?? {}
  const amount = moneyText(value)
  return lean({
    conversion: rule.startsWith(URN) ? rule : `${URN}${rule}`,
    conversionHappenedAt: event.event_time * 1000,
    conversionValue:
      amount === undefined || !currency ? undefined : { currencyCode: currency, amount },
    user: { userIds: userIdsOf(outbound) },
    eventId: event.event_id,
  })
}

function userIdsOf(outbound: OutboundEvent): readonly JsonObject[] {
  const click = markOf(outbound, { properties: ['li_fat_id'], parameters: ['li_fat_id'] })
  return [
    ...(outbound.event.user_data.em ?? []).map((idValue) => ({ idType: 'SHA256_EMAIL', idValue })),
    ...(click ? [{ idType: 'LINKEDIN_FIRST_PARTY_ADS_TRACKING_UUID', idValue: click }] : []),
  ]
}

function send(
  events: readonly OutboundEvent[],
  settings: LinkedinSettings,
  ports: SendPorts,
): Promise<Sent> {
  return postBatch(
    {
      bodies: events.map((event) => linkedinEvent(event, settings)),
      requestOf: (elements) => ({
        url: new URL('/rest/conversionEvents', settings.base_url).href,
        headers: {
          authorization: `Bearer ${settings.access_token}`,
          'linkedin-version': settings.api_version,
          'x-restli-protocol-version': '2.0.0',
          'x-restli-method': 'BATCH_CREATE',
        },
        body: { elements },
        secrets: [settings.access_token],
      }),
      judge,
    },
    ports,
  )
}

/**
 * A line for each event, or, where the batch was refused, a message that names the bad ones by
 * index; the others were not taken then and are sent again without them.
 */
function judge(posted: Posted, count: number): Verdict {
  const { data } = answerSchema.safeParse(posted.body)
  const taken = posted.status >= 200 && posted.status < 300
  if (taken && data?.elements?.length === count) {
    return { kind: 'each', outcomes: data.elements.map(outcomeOf) }
  }
  if (taken && posted.status === 201 && count === 1) return { kind: 'taken' }
  const message = data?.message
  const named = [...(message ?? '').matchAll(NAMED)].filter(([, index]) => Number(index) < count)
  if (named.length === 0 || posted.status < 400 || posted.status >= 500) {
    return verdictOf(posted, LINKEDIN_ERRORS, { message })
  }
  const outcomes: (Outcome | undefined)[] = Array.from({ length: count })
  for (const [, index, words = ''] of named) {
    outcomes[Number(index)] = refused(posted.status, words)
  }
  return { kind: 'each', outcomes }
}

const NAMED = /Index: (\d+), ERROR :: ([^\n]*)/g

function outcomeOf({ status, error, message }: z.infer<typeof elementSchema>): Outcome {
  if (status >= 200 && status < 300) return { state: 'delivered' }
  const words = error?.message ?? message ?? ''
  if (status === 429 || status >= 500) {
    const detail = `LinkedIn could not take it now. It said: ${wordsOf(words)}`
    return { state: 'retry', code: `http_${status}`, detail }
  }
  return refused(status, words)
}

function refused(status: number, words: string): Outcome {
  const said = words ? ` It said: ${wordsOf(words)}` : ''
  return { state: 'rejected', code: `http_${status}`, detail: `LinkedIn refused the event.${said}` }
}

const elementSchema = z.object({
  status: z.number(),
  message: z.string().optional(),
  error: z.object({ message: z.string().optional() }).optional().catch(undefined),
})
const answerSchema = z.object({
  message: z.string().optional(),
  elements: z.array(elementSchema).optional(),
})
