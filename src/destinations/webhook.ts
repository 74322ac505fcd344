/**
 * The webhook destination: events as signed JSON (Standard Webhooks) to an address of the owner's.
 * One request per event or one per batch; a batch that the receiver refuses is halved until only
 * the refused events are left. Redirects are not followed. For users: docs/destinations/webhook.md.
 */
import { hash } from 'node:crypto'
import type { Json } from '../event/shape.ts'
import { WEBHOOK_BYTES_MAX, WEBHOOK_EVENTS_MAX, WEBHOOK_REQUESTS_MAX } from '../limits.ts'
import type { Destination, Exchange, OutboundEvent, Outcome, SendPorts } from './destination.ts'
import { recordOf } from './event-record.ts'
import { exchangeOver, type HttpAnswer, retryAfterMs, shownUrl } from './http-exchange.ts'
import { webhookExamples } from './webhook-examples.ts'
import {
  headersOf,
  type WebhookSettings,
  webhookSettingsSchema,
  words,
} from './webhook-settings.ts'
import { signatureHeaders } from './webhook-signature.ts'

/** Shorter texts are no secret, and masking them would make answers unreadable. */
const SECRET_CHARS_MIN = 6
/** Enough for a sentence or a short JSON error; the whole answer stands in the exchange. */
const REASON_CHARS_MAX = 200

interface StatusRow {
  readonly statuses: RegExp
  readonly state: Outcome['state'] | 'halve'
  readonly code: string
  /** Of a `halve` row: for an event that is refused alone. */
  readonly detail: string
  /** The rest of the batch would meet the same, so it is not sent. */
  readonly stops?: true
}

/** The first row that matches the status of an answer decides. */
export const WEBHOOK_STATUSES: readonly StatusRow[] = [
  { statuses: /^2..$/, state: 'delivered', code: 'ok', detail: 'Taken.' },
  {
    statuses: /^[13]..$/,
    state: 'held',
    code: 'redirected',
    detail: 'The address redirects, which is not followed; set the address it leads to.',
    stops: true,
  },
  {
    statuses: /^410$/,
    state: 'held',
    code: 'gone',
    detail: 'The receiver has switched this webhook off (410); switch it on there or remove it.',
    stops: true,
  },
  {
    statuses: /^401$|^403$|^407$/,
    state: 'held',
    code: 'unauthorized',
    detail:
      'The receiver refuses us; check secret and headers here, and its clock and rules there.',
    stops: true,
  },
  {
    statuses: /^404$|^405$/,
    state: 'held',
    code: 'wrong_address',
    detail: 'The receiver knows no webhook at this address; check it.',
    stops: true,
  },
  {
    statuses: /^429$/,
    state: 'retry',
    code: 'rate_limited',
    detail: 'The receiver wants fewer requests; it is tried again when it says so.',
    stops: true,
  },
  {
    statuses: /^503$/,
    state: 'retry',
    code: 'unavailable',
    detail: 'The receiver is not available for now; it is tried again.',
    stops: true,
  },
  {
    statuses: /^408$|^425$/,
    state: 'retry',
    code: 'too_slow',
    detail: 'The receiver gave up waiting or wants the request again later.',
  },
  {
    statuses: /^5..$/,
    state: 'retry',
    code: 'receiver_failed',
    detail: 'The receiver failed; see its log.',
  },
  {
    statuses: /^413$/,
    state: 'halve',
    code: 'too_large',
    detail: 'The receiver takes no body as large as this one event.',
  },
  {
    statuses: /./,
    state: 'halve',
    code: 'refused',
    detail: 'The receiver does not take this event; its answer says why.',
  },
]

export const webhook: Destination<WebhookSettings> = {
  name: 'webhook',
  title: 'Webhook',
  about: 'Sends events as signed JSON (Standard Webhooks) to an address of yours.',
  schema: webhookSettingsSchema,
  bounds: {
    eventsMax: WEBHOOK_EVENTS_MAX,
    bytesMax: WEBHOOK_BYTES_MAX,
    inFlightMax: 2,
    ageMsMax: () => Number.POSITIVE_INFINITY,
  },
  accepts: () => true,
  payloadOf: messageOf,
  send: async (events, settings, ports) => {
    const perRequest = settings.mode === 'one' ? 1 : settings.events_per_request
    const requests: OutboundEvent[][] = []
    for (let at = 0; at < events.length; at += perRequest) {
      requests.push(events.slice(at, at + perRequest))
    }
    const { outcomes, exchanges } = await sendAll(requests, settings, ports)
    return { outcomes, exchanges }
  },
  examples: webhookExamples,
}

/** `timestamp` is when it happened: the same at every try, unlike the header of that name. */
function messageOf(event: OutboundEvent): { readonly [key: string]: Json } {
  const timestamp = new Date(event.event.event_time * 1000).toISOString()
  return { type: 'event', timestamp, data: recordOf(event) }
}

interface Answered {
  readonly outcomes: readonly Outcome[]
  readonly exchanges: readonly Exchange[]
  /** What the requests not yet sent would meet as well. */
  readonly stop?: Outcome
}

/** A few at a time; once the receiver is known to be away, the rest is not tried in vain. */
async function sendAll(
  requests: readonly (readonly OutboundEvent[])[],
  settings: WebhookSettings,
  ports: SendPorts,
): Promise<Answered> {
  const answered: Answered[] = []
  let next = 0
  let stop: Outcome | undefined
  const work = async (): Promise<void> => {
    while (next < requests.length) {
      const index = next++
      const events = requests[index] ?? []
      const answer = stop
        ? { outcomes: events.map(() => stop as Outcome), exchanges: [] }
        : await sendOne(events, settings, ports)
      stop ??= answer.stop
      answered[index] = answer
    }
  }
  await Promise.all(Array.from({ length: WEBHOOK_REQUESTS_MAX }, work))
  return {
    outcomes: answered.flatMap(({ outcomes }) => outcomes),
    exchanges: answered.flatMap(({ exchanges }) => exchanges),
    ...(stop ? { stop } : {}),
  }
}

async function sendOne(
  events: readonly OutboundEvent[],
  settings: WebhookSettings,
  ports: SendPorts,
): Promise<Answered> {
  const secrets = words(settings.secret)
  const messages = events.map(messageOf)
  const body = JSON.stringify(settings.mode === 'one' ? messages[0] : messages)
  const id = settings.mode === 'one' ? (events[0]?.key ?? '') : batchId(events)
  const signed = { id, timestampS: Math.floor(ports.nowMs() / 1000), body }
  const { answer, failure, exchange } = await exchangeOver(
    {
      method: 'POST',
      url: settings.url,
      headers: {
        ...Object.fromEntries(headersOf(settings.headers)),
        'content-type': 'application/json',
        ...signatureHeaders(signed, secrets),
      },
      body,
      events: events.length,
      secrets: secretTexts(settings, secrets),
    },
    ports,
  )
  if (!answer) return all(events, exchange, { outcome: failure as Outcome, stops: true })
  const row = WEBHOOK_STATUSES.find(({ statuses }) => statuses.test(String(answer.status)))
  const outcome = withWords(outcomeOf(row as StatusRow, answer, ports.nowMs()), exchange)
  if (row?.state !== 'halve' || events.length === 1) {
    return all(events, exchange, { outcome, stops: row?.stops === true })
  }
  const middle = Math.ceil(events.length / 2)
  const halves = [events.slice(0, middle), events.slice(middle)]
  const answered = await sendAll(halves, settings, ports)
  return { ...answered, exchanges: [exchange, ...answered.exchanges] }
}

function outcomeOf(row: StatusRow, answer: HttpAnswer, nowMs: number): Outcome {
  const { state, code } = row
  const to = shownUrl(answer.headers.get('location') ?? '')
  const detail = `${row.detail} Status ${answer.status}${to ? `, to ${to}` : ''}.`
  if (state === 'delivered') return { state }
  if (state === 'held') return { state, code, detail }
  if (state !== 'retry') return { state: 'rejected', code, detail }
  const afterMs = retryAfterMs(answer.headers, nowMs)
  return { state, code, detail, ...(afterMs === undefined ? {} : { afterMs }) }
}

/** Why an event was refused, in the receiver's words. A long answer may repeat the event. */
function withWords(outcome: Outcome, { answer }: Exchange): Outcome {
  const words = answer.trim()
  if (outcome.state !== 'rejected' || words === '' || words.length > REASON_CHARS_MAX)
    return outcome
  return { ...outcome, detail: `${outcome.detail} It says: ${words}` }
}

function all(
  events: readonly OutboundEvent[],
  exchange: Exchange,
  { outcome, stops }: { readonly outcome: Outcome; readonly stops: boolean },
): Answered {
  const outcomes = events.map(() => outcome)
  return { outcomes, exchanges: [exchange], ...(stops ? { stop: outcome } : {}) }
}

/** Of the events' keys, so that the same batch has the same id at its next try. */
function batchId(events: readonly OutboundEvent[]): string {
  const keys = events.map(({ key }) => key).join('\n')
  return `batch_${hash('sha256', keys).slice(0, 32)}`
}

/** Everything of the settings that a receiver could repeat in its answer. */
function secretTexts(settings: WebhookSettings, secrets: readonly string[]): readonly string[] {
  const values = headersOf(settings.headers).flatMap(([, value]) => [value, ...words(value)])
  const query = [...(URL.parse(settings.url)?.searchParams.values() ?? [])]
  return [...secrets, ...values, ...query].filter((text) => text.length >= SECRET_CHARS_MIN)
}
