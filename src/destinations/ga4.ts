/**
 * Destination: Google Analytics 4 through the Measurement Protocol. One request carries the events
 * of one client, at most 25. Google answers 2xx to whatever it receives, also to a wrong secret and
 * to events it throws away: `delivered` means received here, never counted. Its validation server
 * tells more and is asked when the settings say so.
 */
import { z } from 'zod'
import type { JsonObject } from './ads-event.ts'
import type {
  Destination,
  OutboundEvent,
  Outcome,
  SendPorts,
  Sent,
  SkipReason,
} from './destination.ts'
import { clientIdOf } from './ga4-client.ts'
import { GA4_EXAMPLES } from './ga4-examples.ts'
import { ga4Body, ga4Name } from './ga4-mapping.ts'
import { type Ga4Settings, ga4Schema } from './ga4-settings.ts'
import { type Posted, postJson, verdictOf, wordsOf } from './post-json.ts'
import { type Answer, settleBatch } from './settle-batch.ts'

const EVENTS_PER_REQUEST_MAX = 25
/** Google takes less than 130 kB. */
const REQUEST_BYTES_MAX = 129_000
/** Events may be dated back this far; of older ones Google says nothing and counts nothing. */
const AGE_MS_MAX = 72 * 3_600_000

export const ga4: Destination<Ga4Settings> = {
  name: 'ga4',
  title: 'Google Analytics 4',
  about:
    'Events for Google Analytics reports (Measurement Protocol). Google confirms receipt only, ' +
    'never that an event was counted.',
  schema: ga4Schema,
  bounds: {
    eventsMax: EVENTS_PER_REQUEST_MAX,
    bytesMax: REQUEST_BYTES_MAX,
    inFlightMax: 4,
    ageMsMax: () => AGE_MS_MAX,
  },
  accepts,
  payloadOf: ga4Body,
  send,
  examples: GA4_EXAMPLES,
}

function accepts(outbound: OutboundEvent, settings: Ga4Settings): true | SkipReason {
  const { event, envelope } = outbound
  if (envelope.test_event_code) return 'test_event'
  if (!settings.action_sources.includes(event.action_source)) return 'action_source_not_sent'
  const named = ga4Name(event.event_name, settings)
  if ('skip' in named) return named.skip
  return clientIdOf(outbound, settings.derived_client_ids) ? true : 'no_client_id'
}

/** The requests of one batch leave side by side: most clients have one event in it. */
async function send(
  events: readonly OutboundEvent[],
  settings: Ga4Settings,
  ports: SendPorts,
): Promise<Sent> {
  const bodies = events.map((event) => ga4Body(event, settings))
  if (settings.validation === 'off') return settle(bodies, collect, { settings, ports })
  const checked = await settle(bodies, check, { settings, ports })
  const places = [...events.keys()].filter((at) => checked.outcomes[at]?.state === 'delivered')
  const outcomes = [...checked.outcomes]
  if (settings.validation === 'only') {
    for (const place of places) outcomes[place] = NOT_RECORDED
    return { ...checked, outcomes }
  }
  const valid = places.map((place) => bodies[place] as JsonObject)
  const sent = await settle(valid, collect, { settings, ports })
  const exchangeOf = [...(checked.exchangeOf ?? [])]
  for (const [at, place] of places.entries()) {
    outcomes[place] = sent.outcomes[at] as Outcome
    const exchange = sent.exchangeOf?.[at]
    if (exchange !== undefined) exchangeOf[place] = checked.exchanges.length + exchange
  }
  return { outcomes, exchanges: [...checked.exchanges, ...sent.exchanges], exchangeOf }
}

interface Use {
  readonly settings: Ga4Settings
  readonly ports: SendPorts
}

function settle(
  bodies: readonly JsonObject[],
  request: (part: readonly JsonObject[], use: Use) => Promise<Answer>,
  use: Use,
): Promise<Sent> {
  const groups = [...Map.groupBy(bodies.keys(), (at) => clientOf(bodies[at])).values()]
  return settleBatch({
    events: bodies,
    groups,
    requestsMax: groups.length,
    send: (part) => request(part, use),
    signal: use.ports.signal,
  })
}

/** Bodies that differ in their events and times only can share a request. */
function clientOf(body: JsonObject | undefined): string {
  const { events, timestamp_micros, ...rest } = body ?? {}
  return JSON.stringify(rest)
}

const NOT_RECORDED: Outcome = {
  state: 'rejected',
  code: 'validated_only',
  detail: 'Valid, but not sent: validation is set to only. Set it to off and replay.',
}

async function collect(part: readonly JsonObject[], use: Use): Promise<Answer> {
  const posted = await post('/mp/collect', { body: joined(part), events: part.length }, use)
  const taken = posted.status >= 200 && posted.status < 300
  const verdict = taken ? TAKEN : verdictOf(posted, [], {})
  const answer = posted.exchange.answer || (taken ? SILENT : '')
  return { exchange: { ...posted.exchange, answer }, verdict }
}

const TAKEN = { kind: 'taken' } as const
const SILENT = '(no content: received; Google does not say whether it counts the events)'

/** Google's validation server; events sent there are never recorded. */
async function check(part: readonly JsonObject[], use: Use): Promise<Answer> {
  const body = { ...joined(part), validation_behavior: 'ENFORCE_RECOMMENDATIONS' }
  const posted = await post('/debug/mp/collect', { body, events: part.length }, use)
  const { exchange } = posted
  const answer = validationSchema.safeParse(posted.body)
  if (posted.status !== 200 || !answer.success) {
    return { exchange, verdict: verdictOf(posted, [], {}) }
  }
  const [first] = answer.data.validationMessages
  if (!first) return { exchange, verdict: TAKEN }
  const detail = `Google’s validation server found: ${wordsOf(first.description)}`
  const code = first.validationCode || 'invalid'
  return { exchange, verdict: { kind: 'refused', outcome: { state: 'rejected', code, detail } } }
}

const validationSchema = z.object({
  validationMessages: z.array(
    z.object({ description: z.string().default(''), validationCode: z.string().default('') }),
  ),
})

/** One request of many bodies; each event carries its own time. */
function joined(part: readonly JsonObject[]): JsonObject {
  const events = part.flatMap((body) => body.events as readonly JsonObject[])
  return { ...part[0], events }
}

function post(
  path: string,
  { body, events }: { readonly body: JsonObject; readonly events: number },
  { settings, ports }: Use,
): Promise<Posted> {
  const { measurement_id, api_secret, base_url } = settings
  const url = new URL(path, base_url)
  url.search = new URLSearchParams({ measurement_id, api_secret }).toString()
  return postJson({ url: url.href, headers: {}, body, events, secrets: [api_secret] }, ports)
}
