/**
 * From a call of track() to Meta's server event as it is sent, with everything about the person
 * hashed. Pure; throws a CallFault in words for what cannot be an event, which client.ts reports.
 */
import type { HashContext } from '../event/hash-value.ts'
import { eventId as makeId } from '../event/ids.ts'
import type { CustomData, TrackContext } from './event-types.ts'
import { EVENT_CHARS_MAX } from './limits.ts'
import { hashPerson } from './person.ts'
import type { RequestContext } from './request-context.ts'

export interface Call {
  readonly name: string
  readonly data: CustomData | undefined
  readonly context: Omit<TrackContext, 'request'> & { readonly request?: RequestContext }
}

export interface MakeContext extends HashContext {
  nowMs(): number
  uuid(): string
}

export interface MadeEvent {
  readonly eventId: string
  /** JSON of the whole event. */
  readonly text: string
  /** What was left out of it, in words; undefined when nothing was. */
  readonly leftOut?: string
}

/** Its words are ours, so they may be shown. */
export class CallFault extends Error {}

export function makeEvent(call: Call, make: MakeContext): MadeEvent {
  const { name, data, context } = call
  if (typeof name !== 'string' || !name.trim()) {
    throw new CallFault("track() needs the event's name as its first argument, such as 'Purchase'.")
  }
  const { eventId: own } = context
  // A number of the shop's database; the page's pixel takes text. Anything else the server refuses.
  const eventId = (typeof own === 'number' ? `${own}` : own) || orderId(name, data) || make.uuid()
  const { userData, unknownKeys } = personOf(context, make)
  const url = context.url ?? context.request?.url
  const referrer = context.referrer ?? context.request?.referrer
  const consent = context.consent ?? context.request?.consent
  const event = {
    ...context.event,
    event_name: name.trim(),
    event_time: secondsOf(context.eventTime, make.nowMs()),
    event_id: eventId,
    action_source: context.actionSource ?? 'website',
    ...(url ? { event_source_url: url } : {}),
    ...(referrer ? { referrer_url: referrer } : {}),
    user_data: userData,
    ...(data && Object.keys(data).length > 0 ? { custom_data: data } : {}),
    ...(consent ? { consent } : {}),
  }
  const text = textOf(event, name)
  if (unknownKeys.length === 0) return { eventId, text }
  const keys = unknownKeys.map((key) => key.slice(0, 40)).join(', ')
  const leftOut = `${name}: user has keys that Meta does not know, which were not sent: ${keys}.`
  return { eventId, text, leftOut }
}

function textOf(event: object, name: string): string {
  let text: string
  try {
    // Database drivers hand out large ids as bigint, which JSON has no word for.
    text = JSON.stringify(event, (_key, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    )
  } catch {
    throw new CallFault(`${name}: the data cannot be written as JSON: there is a circle in it.`)
  }
  if (text.length <= EVENT_CHARS_MAX) return text
  const bound = `${EVENT_CHARS_MAX / 1024} KB`
  throw new CallFault(`${name}: the event is larger than ${bound}. Send less in its data.`)
}

/** The pixel gives a Purchase with an order the same id by itself. */
function orderId(name: string, data: CustomData | undefined): string {
  return name.trim() === 'Purchase' ? makeId('purchase', data?.order_id) : ''
}

function personOf({ user, request }: Call['context'], make: MakeContext) {
  const visitor = {
    client_ip_address: request?.ip,
    client_user_agent: request?.userAgent,
    fbp: request?.fbp,
    fbc: request?.fbc,
  }
  const known = Object.entries(user ?? {}).filter(([, value]) => value !== undefined)
  return hashPerson({ ...visitor, ...Object.fromEntries(known) }, make)
}

/** In seconds the year 5138, in milliseconds 1973. */
const MILLISECONDS_MIN = 1e11

function secondsOf(time: Date | number | undefined, nowMs: number): number {
  const given = time instanceof Date ? time.getTime() / 1000 : time
  if (given === undefined) return Math.floor(nowMs / 1000)
  // Date.now() is milliseconds, which the server would refuse as thousands of years ahead.
  if (Number.isFinite(given) && given < MILLISECONDS_MIN) return Math.floor(given)
  throw new CallFault('eventTime must be a date or unix seconds (not milliseconds).')
}
