/**
 * The webhook destination: events as signed JSON (Standard Webhooks) to an address of the owner's.
 * One request per event or one per batch; in a batch that the receiver refuses, the events it
 * refuses are searched for. Redirects are not followed. For users: docs/destinations/webhook.md.
 */
import { hash } from 'node:crypto'
import type { Json } from '../event/shape.ts'
import { WEBHOOK_BYTES_MAX, WEBHOOK_EVENTS_MAX, WEBHOOK_REQUESTS_MAX } from '../limits.ts'
import type { Destination, OutboundEvent, Outcome, SendPorts } from './destination.ts'
import { recordOf } from './event-record.ts'
import { exchangeOver, type HttpAnswer, retryAfter, shownUrl } from './http-exchange.ts'
import { type Answer, settleBatch, type Verdict } from './settle-batch.ts'
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
/** Shorter parts of a path are words. */
const PATH_PART_CHARS_MIN = 12
/** Enough for a sentence or a short JSON error; the whole answer stands in the exchange. */
const REASON_CHARS_MAX = 200

interface StatusRow {
  readonly statuses: RegExp
  readonly state: Outcome['state'] | 'halve'
  readonly code: string
  /** Of `halve` and `rejected`: for an event that is refused alone. */
  readonly detail: string
  /** Of `retry`: the rest of the batch would meet the same, so it is not sent. */
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
  },
  {
    statuses: /^410$/,
    state: 'held',
    code: 'gone',
    detail: 'The receiver has switched this webhook off (410); switch it on there or remove it.',
  },
  {
    statuses: /^401$|^403$|^407$/,
    state: 'held',
    code: 'unauthorized',
    detail:
      'The receiver refuses us; check secret and headers here, and its clock and rules there.',
  },
  {
    statuses: /^404$|^405$/,
    state: 'held',
    code: 'wrong_address',
    detail: 'The receiver knows no webhook at this address; check it.',
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
    state: 'rejected',
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
    repeatMsMax: Number.POSITIVE_INFINITY,
    ageMsMax: () => Number.POSITIVE_INFINITY,
  },
  accepts: () => true,
  payloadOf: messageOf,
  send: (events, settings, ports) => {
    const perRequest = settings.mode === 'one' ? 1 : settings.events_per_request
    const groups = Map.groupBy(events.keys(), (place) => Math.floor(place / perRequest))
    return settleBatch({
      events,
      groups: [...groups.values()],
      requestsMax: WEBHOOK_REQUESTS_MAX,
      send: (part) => sendOne(part, settings, ports),
      signal: ports.signal,
    })
  },
  examples: webhookExamples,
}

/** `timestamp` is when it happened: the same at every try, unlike the header of that name. */
function messageOf(event: OutboundEvent): { readonly [key: string]: Json } {
  const timestamp = new Date(event.event.event_time * 1000).toISOString()
  return { type: 'event', timestamp, data: recordOf(event) }
}

async function sendOne(
  events: readonly OutboundEvent[],
  settings: WebhookSettings,
  ports: SendPorts,
): Promise<Answer> {
  const secrets = words(settings.secret)
  const messages = events.map(messageOf)
  const body = JSON.stringify(settings.mode === 'one' ? messages[0] : messages)
  const id = settings.mode === 'one' ? (events[0]?.key ?? '') : batchId(events)
  const signed = { id, timestampS: Math.floor(ports.nowMs() / 1000), body }
  const { answer, failure, exchange } = await exchangeOver(
    {
      method: 'POST',
      url: settings.url,
      shownAs: shownUrl(settings.url),
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
  if (!answer) return { exchange, verdict: { kind: 'stop', outcome: failure } }
  return { exchange, verdict: verdictOf(answer, events.length, ports.nowMs()) }
}

function verdictOf(answer: HttpAnswer, events: number, nowMs: number): Verdict {
  const { status, headers, text } = answer
  const row = WEBHOOK_STATUSES.find(({ statuses }) => statuses.test(String(status))) as StatusRow
  const { state, code } = row
  const to = shownUrl(headers.get('location') ?? '')
  const detail = `${row.detail} Status ${status}${to ? `, to ${to}` : ''}.`
  switch (state) {
    case 'delivered':
      return { kind: 'taken' }
    case 'held':
      return { kind: 'stop', outcome: { state, code, detail } }
    case 'retry': {
      const outcome = { state, code, detail, ...retryAfter(headers, nowMs) }
      if (row.stops) return { kind: 'stop', outcome }
      return { kind: 'each', outcomes: Array(events).fill(outcome) }
    }
    case 'halve':
      return { kind: 'too_large', outcome: { state: 'rejected', code, detail } }
    case 'rejected': {
      const outcome = { state, code, detail: `${detail}${wordsIn(text)}` }
      return { kind: 'refused', outcome }
    }
  }
}

/** Why an event was refused, in the receiver's words. A long answer may repeat the event. */
function wordsIn(text: string): string {
  const words = text.trim()
  return words === '' || words.length > REASON_CHARS_MAX ? '' : ` It says: ${words}`
}

/** Of the events' keys, so that the same batch has the same id at its next try. */
function batchId(events: readonly OutboundEvent[]): string {
  const keys = events.map(({ key }) => key).join('\n')
  return `batch_${hash('sha256', keys).slice(0, 32)}`
}

/** Everything of the settings that a receiver could repeat in its answer. */
function secretTexts(settings: WebhookSettings, secrets: readonly string[]): readonly string[] {
  const values = headersOf(settings.headers).flatMap(([, value]) => [value, ...words(value)])
  const texts = [...secrets, ...values, ...addressTexts(settings.url)]
  return texts.filter((text) => text.length >= SECRET_CHARS_MIN)
}

/** Who knows path or query may send. Short parts of a path are words such as "hooks". */
function addressTexts(text: string): readonly string[] {
  const url = URL.parse(text)
  if (!url) return []
  const parts = url.pathname.split('/').filter((part) => part.length >= PATH_PART_CHARS_MIN)
  const decoded = parts.map((part) => decodedOf(part))
  const path = url.pathname === '/' ? [] : [url.pathname]
  return [...path, url.search, ...parts, ...decoded, ...url.searchParams.values()]
}

function decodedOf(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch (error) {
    if (error instanceof URIError) return part
    throw error
  }
}
