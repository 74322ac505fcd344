/**
 * Destination: Google Analytics 4 through the Measurement Protocol. One request carries the events
 * of one client, at most 25. Google answers 2xx to whatever it receives, also to a wrong secret and
 * to events it throws away: `delivered` means received here, never counted. Its validation server
 * tells more and is asked when the settings say so.
 */
import { z } from 'zod'
import type { JsonObject, SkipReason } from './ads-event.ts'
import type { Destination, OutboundEvent, Outcome, SendPorts, Sent } from './destination.ts'
import { clientIdOf } from './ga4-client.ts'
import { GA4_EXAMPLES } from './ga4-examples.ts'
import { ga4Body, ga4Name } from './ga4-mapping.ts'
import { type Ga4Settings, ga4Schema } from './ga4-settings.ts'
import { type ErrorRow, postJson, type Verdict, verdictOf, wordsOf } from './post-json.ts'
import { type PartAnswer, settleBatch } from './settle-batch.ts'

const EVENTS_PER_REQUEST_MAX = 25
/** Google takes less than 130 kB. */
const REQUEST_BYTES_MAX = 129_000
/** Events may be dated back this far; of older ones Google says nothing and counts nothing. */
const AGE_MS_MAX = 72 * 3_600_000

export const GA4_ERRORS: readonly ErrorRow[] = [
  {
    on: 'status',
    from: 413,
    does: 'split',
    say: 'The request is larger than Google takes.',
  },
]

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
  const outcomes: Outcome[] = []
  const groups = groupsOf(events.map((event) => ga4Body(event, settings)))
  const sent = await Promise.all(groups.map((group) => sendGroup(group.bodies, settings, ports)))
  for (const [at, { indexes }] of groups.entries()) {
    for (const [position, index] of indexes.entries()) {
      outcomes[index] = sent[at]?.outcomes[position] ?? NOT_SENT
    }
  }
  return { outcomes, exchanges: sent.flatMap(({ exchanges }) => exchanges) }
}

const NOT_SENT: Outcome = { state: 'retry', code: 'not_sent', detail: 'It was not sent.' }

interface Group {
  readonly indexes: number[]
  readonly bodies: JsonObject[]
}

/** Bodies that differ in their events and times only: they can share a request. */
function groupsOf(bodies: readonly JsonObject[]): readonly Group[] {
  const groups = new Map<string, Group>()
  for (const [index, body] of bodies.entries()) {
    const { events, timestamp_micros, ...rest } = body
    const key = JSON.stringify(rest)
    const group = groups.get(key) ?? { indexes: [], bodies: [] }
    group.indexes.push(index)
    group.bodies.push(body)
    groups.set(key, group)
  }
  return [...groups.values()]
}

async function sendGroup(
  bodies: readonly JsonObject[],
  settings: Ga4Settings,
  ports: SendPorts,
): Promise<Sent> {
  if (settings.validation === 'off') {
    return settleBatch(bodies, (part) => collect(part, settings, ports), ports.signal)
  }
  const checked = await settleBatch(bodies, (part) => check(part, settings, ports), ports.signal)
  if (settings.validation === 'only') {
    const outcomes = checked.outcomes.map((one) => (one.state === 'delivered' ? NOT_RECORDED : one))
    return { ...checked, outcomes }
  }
  const valid = bodies.filter((_, at) => checked.outcomes[at]?.state === 'delivered')
  if (valid.length === 0) return checked
  const sent = await settleBatch(valid, (part) => collect(part, settings, ports), ports.signal)
  const rest = [...sent.outcomes]
  const outcomes = checked.outcomes.map((one) =>
    one.state === 'delivered' ? (rest.shift() ?? NOT_SENT) : one,
  )
  return { outcomes, exchanges: [...checked.exchanges, ...sent.exchanges] }
}

const NOT_RECORDED: Outcome = {
  state: 'rejected',
  code: 'validated_only',
  detail: 'Valid, but not sent: validation is set to only. Set it to off and replay.',
}

async function collect(
  part: readonly JsonObject[],
  settings: Ga4Settings,
  ports: SendPorts,
): Promise<PartAnswer> {
  const posted = await post('/mp/collect', joined(part), { part, settings, ports })
  const taken = posted.status >= 200 && posted.status < 300
  const verdict = taken ? DELIVERED : verdictOf(posted, GA4_ERRORS, {})
  const answer = posted.exchange.answer || (taken ? SILENT : '')
  return { exchange: { ...posted.exchange, answer }, verdict }
}

const DELIVERED: Verdict = { state: 'delivered' }
const SILENT = '(no content: received; Google does not say whether it counts the events)'

/** Google's validation server; events sent there are never recorded. */
async function check(
  part: readonly JsonObject[],
  settings: Ga4Settings,
  ports: SendPorts,
): Promise<PartAnswer> {
  const body = { ...joined(part), validation_behavior: 'ENFORCE_RECOMMENDATIONS' }
  const posted = await post('/debug/mp/collect', body, { part, settings, ports })
  const { exchange } = posted
  const answer = validationSchema.safeParse(posted.body)
  if (posted.status !== 200 || !answer.success) {
    return { exchange, verdict: verdictOf(posted, GA4_ERRORS, {}) }
  }
  const [first] = answer.data.validationMessages
  if (!first) return { exchange, verdict: DELIVERED }
  const detail = `Google’s validation server found: ${wordsOf(first.description)}`
  return {
    exchange,
    verdict: { state: 'split', code: first.validationCode || 'invalid', detail },
  }
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
  body: JsonObject,
  use: {
    readonly part: readonly JsonObject[]
    readonly settings: Ga4Settings
    readonly ports: SendPorts
  },
) {
  const { measurement_id, api_secret, base_url } = use.settings
  const url = new URL(path, base_url)
  url.search = new URLSearchParams({ measurement_id, api_secret }).toString()
  const request = {
    url: url.href,
    headers: {},
    body,
    events: use.part.length,
    secrets: [api_secret],
  }
  return postJson(request, use.ports)
}
