/**
 * Anything that can post JSON: events in Meta's shape as they are, or any JSON with a mapping of
 * fields to paths. Signed after Standard Webhooks, or with the key in the address.
 */
import { z } from 'zod'
import { eventId } from '../event/ids.ts'
import { genericExamples } from './generic-examples.ts'
import { secondsOf } from './moment.ts'
import { knowsKey } from './shared-key.ts'
import { standardWebhook } from './signature.ts'
import {
  commonSettings,
  type Delivered,
  type EventFact,
  type Source,
  type SourceEvent,
  type Translation,
} from './source.ts'
import { at, isObject, parseExact, type Tree, textAt } from './tree.ts'

const schema = z.strictObject({
  ...commonSettings,
  fields: z
    .record(z.string().max(100), z.string().max(200))
    .default({})
    .describe(
      'What stands where: event_name = =Lead, id = order.id, value = order.total, currency, em, ph, ' +
        'fn, ln, event_time, order_id, ... A text after = is taken as it is. Empty: the body is ' +
        'already an event, or a list of them.',
    ),
})

type Settings = z.infer<typeof schema>

export const generic: Source<Settings> = {
  name: 'generic',
  title: 'Any webhook',
  about: 'Whatever can post JSON: signed after Standard Webhooks, or with a key in the address.',
  schema,
  secret: { from: 'twofold', by: 'url', label: 'Key at the end of the address, or whsec_ secret' },
  setup: [
    'Have your program POST JSON to this address, with the key at its end: {url}',
    'Better: leave the key out and sign after Standard Webhooks (standardwebhooks.com) with a whsec_ secret that you enter here.',
    'Send events in the shape of the Conversions API, or say in the settings what stands where.',
  ],
  headers: ['webhook-id'],
  verify: (request, context) =>
    request.headers['webhook-signature'] === undefined
      ? knowsKey(request, context)
      : standardWebhook(request, context),
  identify: ({ headers, body }) => {
    const key = headers['webhook-id']
    const topic = textAt(parseExact(body.toString('utf8')), 'type', 'event_name', 'event') ?? ''
    return { topic, ...(key ? { key } : {}) }
  },
  translate,
  examples: genericExamples,
}

const EVENTS_MAX = 1000

function translate(delivered: Delivered, settings: Settings): Translation {
  const body = parseExact(delivered.text)
  const list = eventsIn(body)
  if (!list) return { failed: 'unreadable', detail: 'Neither a JSON object nor a list of them.' }
  if (list.length > EVENTS_MAX) {
    return { failed: 'too_large', detail: `${list.length} events; ${EVENTS_MAX} are the most.` }
  }
  const isMapped = Object.keys(settings.fields).length > 0
  const facts: EventFact[] = []
  for (const [index, one] of list.entries()) {
    const event = isMapped ? mapped(one, settings, delivered) : asItIs(one, settings)
    if (!event) {
      const detail = `Event ${index + 1} has no event_name, or no event_id and no id.`
      return { failed: 'incomplete', detail }
    }
    facts.push({ kind: 'event', once: `${event.event_name} ${event.event_id}`, event })
  }
  return facts.length > 0 ? { facts } : { ignored: 'nothing_new' }
}

function eventsIn(body: Tree): readonly Tree[] | undefined {
  const inner = isObject(body) ? (at(body, 'data') ?? at(body, 'events') ?? body) : body
  if (Array.isArray(inner)) return inner.every(isObject) ? inner : undefined
  return isObject(inner) && Object.keys(inner).length > 0 ? [inner] : undefined
}

/** Ingest checks all of it; only what makes it countable once is needed here. */
function asItIs(tree: Tree, { order_prefix: prefix }: Settings): SourceEvent | undefined {
  const name = textAt(tree, 'event_name')
  const order = textAt(tree, 'custom_data.order_id')
  const id = textAt(tree, 'event_id') ?? (order && eventId(name ?? '', prefix + order))
  if (!name || !id) return undefined
  return {
    action_source: 'website',
    user_data: {},
    ...(tree as object),
    event_name: name,
    event_id: id,
  } as SourceEvent
}

const EVENT_FIELDS = ['event_name', 'event_id', 'action_source', 'event_source_url', 'referrer_url']
const CUSTOM_FIELDS = ['value', 'currency', 'content_name', 'content_category', 'content_ids']

function mapped(tree: Tree, settings: Settings, delivered: Delivered): SourceEvent | undefined {
  const event: Record<string, unknown> = {}
  const user: Record<string, unknown> = {}
  const custom: Record<string, unknown> = {}
  let id: string | undefined
  let time: string | undefined
  for (const [field, path] of Object.entries(settings.fields)) {
    const value = path.startsWith('=') ? path.slice(1) : (textAt(tree, path) ?? at(tree, path))
    if (value === undefined || isObject(value)) continue
    if (field === 'id') id = String(value)
    else if (field === 'event_time') time = String(value)
    else if (EVENT_FIELDS.includes(field)) event[field] = value
    else if (field === 'order_id') custom.order_id = `${settings.order_prefix}${String(value)}`
    else if (CUSTOM_FIELDS.includes(field)) custom[field] = value
    else if (field.startsWith('custom_data.')) custom[field.slice('custom_data.'.length)] = value
    else user[field.replace(/^user_data\./, '')] = value
  }
  const name = typeof event.event_name === 'string' ? event.event_name : undefined
  const own = event.event_id ?? (name && id && eventId(name, settings.order_prefix + id))
  if (!name || typeof own !== 'string') return undefined
  return {
    action_source: 'system_generated',
    ...event,
    event_name: name,
    event_id: own,
    event_time: secondsOf(time) ?? Math.floor(delivered.receivedMs / 1000),
    user_data: user as SourceEvent['user_data'],
    ...(Object.keys(custom).length > 0 ? { custom_data: custom } : {}),
  }
}
