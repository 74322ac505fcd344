/**
 * POST /e: what the pixel sends (event/pixel-wire.ts), JSON as text/plain so that browsers ask no
 * preflight. GET /e: one event in an image's address, for pages without scripts. Translates only;
 * hits.ts does the rest.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { TwofoldError } from '../errors.ts'
import type { PixelBody } from '../event/pixel-wire.ts'
import type { BrowserContext, Consent } from '../event/shape.ts'
import { BROWSER_TEXT_CHARS_MAX, PIXEL_EVENTS_MAX, REQUEST_TEXT_CHARS_MAX } from '../limits.ts'
import { sendGif } from './gif.ts'
import { type Hit, type Hits, type HitsPorts, takeHits } from './hits.ts'
import { isRecord, parseJson, queryFields, textOf } from './parameters.ts'
import { refusalAnswer, refusalOf, send } from './respond.ts'

export function registerPixel(app: FastifyInstance, ports: HitsPorts): void {
  app.post('/e', (request, reply) => takeBatch(request, reply, ports))
  app.options('/e', (request, reply) => {
    allowOrigin(request, reply)
    return reply
      .header('access-control-allow-methods', 'POST')
      .header('access-control-allow-headers', 'content-type')
      .header('access-control-max-age', '86400')
      .code(204)
      .send()
  })
  app.get('/e', (request, reply) =>
    sendGif(request, reply, { ports, read: () => readImage(request, ports.nowMs()) }),
  )
}

/** The page may read the answer, with its cookies; called for every origin that is not refused. */
export function allowOrigin({ headers }: FastifyRequest, reply: FastifyReply): void {
  if (!headers.origin) return
  reply.header('access-control-allow-origin', headers.origin)
  reply.header('access-control-allow-credentials', 'true')
  reply.header('vary', 'Origin')
}

async function takeBatch(
  request: FastifyRequest,
  reply: FastifyReply,
  ports: HitsPorts,
): Promise<FastifyReply> {
  try {
    const answer = await takeHits(request, ports, readBatch(request.body as Buffer | undefined))
    if (answer.originAllowed) allowOrigin(request, reply)
    if (answer.refused) return send(reply, refusalAnswer(answer.refused))
    if (answer.setCookie.length > 0) reply.header('set-cookie', answer.setCookie)
    const body = { events_received: answer.received, messages: answer.messages }
    return send(reply, { status: 200, body })
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal.code === 'internal') request.log.error({ err: error }, 'a hit could not be taken')
    allowOrigin(request, reply)
    return send(reply, refusalAnswer(refusal))
  }
}

function readBatch(bytes: Buffer | undefined): Hits {
  const body = parseJson(bytes ? textOf(bytes) : '')
  if (!isRecord(body) || !Array.isArray(body.events)) {
    throw new TwofoldError('invalid_request', 'The body must be {"sent_at", "events": [...]}.')
  }
  const { sent_at, test_event_code, events } = body as Partial<Record<keyof PixelBody, unknown>> & {
    events: unknown[]
  }
  if (events.length === 0) throw new TwofoldError('invalid_request', 'The list "events" is empty.')
  if (events.length > PIXEL_EVENTS_MAX) {
    const detail = `The list "events" holds ${events.length}; at most ${PIXEL_EVENTS_MAX} are read.`
    throw new TwofoldError('invalid_request', detail)
  }
  const testCode = shortText(test_event_code, REQUEST_TEXT_CHARS_MAX)
  return {
    via: 'pixel',
    hits: events.map(readEvent),
    bytes: bytes?.length ?? 0,
    ...(typeof sent_at === 'number' && Number.isFinite(sent_at) ? { sentAtMs: sent_at } : {}),
    ...(testCode ? { testEventCode: testCode } : {}),
  }
}

function readEvent(value: unknown): Hit | undefined {
  if (!isRecord(value)) return undefined
  const { dataset_id, consent, browser, ...event } = value
  if (typeof dataset_id !== 'string' && typeof dataset_id !== 'number') return undefined
  const given = readConsent(consent)
  const context = readBrowser(browser)
  return {
    datasetId: String(dataset_id),
    event: event.action_source === undefined ? { ...event, action_source: 'website' } : event,
    ...(given ? { consent: given } : {}),
    ...(context ? { browser: context } : {}),
  }
}

const STATES: readonly unknown[] = ['granted', 'denied', 'unknown'] satisfies Consent['state'][]
const SIGNALS: readonly unknown[] = ['fbq', 'gpc', 'api', 'none'] satisfies Consent['signal'][]

function readConsent(value: unknown): Consent | undefined {
  if (!isRecord(value) || !STATES.includes(value.state)) return undefined
  const signal = SIGNALS.includes(value.signal) ? value.signal : 'none'
  return { state: value.state, signal } as Consent
}

const MODES: readonly unknown[] = ['replace', 'companion', 'tr'] satisfies BrowserContext['mode'][]

/** Only what is known, in the bounds it may have. */
function readBrowser(value: unknown): BrowserContext | undefined {
  if (!isRecord(value)) return undefined
  const context: { -readonly [K in keyof BrowserContext]: BrowserContext[K] } = {}
  for (const key of ['title', 'language', 'screen', 'method', 'agent'] as const) {
    const words = shortText(value[key], BROWSER_TEXT_CHARS_MAX)
    if (words) context[key] = words
  }
  if (typeof value.in_iframe === 'boolean') context.in_iframe = value.in_iframe
  if (Number.isSafeInteger(value.attempt)) context.attempt = value.attempt as number
  if (MODES.includes(value.mode)) context.mode = value.mode as NonNullable<BrowserContext['mode']>
  return context
}

function shortText(value: unknown, charsMax: number): string | undefined {
  return typeof value === 'string' && value ? value.slice(0, charsMax) : undefined
}

/** `?id=DATASET&name=PageView&eid=...&url=...&value=...&currency=...&order_id=...` */
function readImage(request: FastifyRequest, nowMs: number): Hits {
  const fields = queryFields(request.url)
  const page = fields.get('url') || request.headers.referer
  const custom = ['value', 'currency', 'order_id'].filter((key) => fields.get(key))
  const event = {
    event_name: fields.get('name') || 'PageView',
    event_time: Math.floor(nowMs / 1000),
    action_source: 'website',
    user_data: {},
    ...(fields.get('eid') ? { event_id: fields.get('eid') } : {}),
    ...(page ? { event_source_url: page } : {}),
    ...(custom.length > 0
      ? { custom_data: Object.fromEntries(custom.map((key) => [key, fields.get(key)])) }
      : {}),
  }
  const browser = { method: 'noscript', mode: 'replace' } as const
  const hit = { datasetId: fields.get('id') ?? '', event, browser }
  return { via: 'image', hits: [hit], bytes: request.url.length }
}
