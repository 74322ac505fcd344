/**
 * POST /events: the side channel of Meta's own script, which reports each event a second time to a
 * first-party address (`fbq('set', 'openbridge', pixel, url)`), under the same event id. Translates
 * its body into our events; tr.ts takes the script's image hits. Facts: what the script was seen
 * to send; keys that only Meta's own gateway uses are left out.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { TwofoldError } from '../errors.ts'
import { PIXEL_EVENTS_MAX } from '../limits.ts'
import { originHeaders, PREFLIGHT } from './cross-origin.ts'
import { type Hit, type Hits, takeHits } from './hits.ts'
import { isRecord, parseJson, textOf } from './parameters.ts'
import { answered, pixelRefusal } from './pixel-door.ts'
import type { DoorPorts, PixelAnswer } from './ports.ts'
import { refusalAnswer, write } from './respond.ts'
import { MATCH_KEYS, ownId } from './tr.ts'

type Values = Readonly<Record<string, unknown>>

export function registerGateway(app: FastifyInstance, ports: DoorPorts): void {
  // The script may add the SHA-256 of the shop's domain to the path.
  for (const url of ['/events', '/events/:site(^[0-9a-f]{64}$)']) {
    app.post(url, async (request, reply) => {
      const answer = await answerOf(request, ports)
      reply.hijack()
      write(reply.raw, answer)
    })
    app.options(url, ({ raw }, reply) => {
      reply.hijack()
      reply.raw.writeHead(204, [...originHeaders(raw), ...PREFLIGHT]).end()
    })
  }
}

/** The script tries once more unless it may read a good answer: refusals are readable as well. */
async function answerOf({ raw, body }: FastifyRequest, ports: DoorPorts): Promise<PixelAnswer> {
  try {
    const hits = readHits(body as Buffer | undefined, ports)
    const { refused, received, messages, setCookie } = await takeHits(raw, ports, hits)
    const headers = originHeaders(raw)
    if (refused) return answered(refusalAnswer(refused), headers)
    for (const cookie of setCookie) headers.push('set-cookie', cookie)
    return answered({ status: 200, body: { events_received: received, messages } }, headers)
  } catch (error) {
    return pixelRefusal(error, raw, ports)
  }
}

function readHits(body: Buffer | undefined, ports: DoorPorts): Hits {
  const sent = parseJson(textOf(body ?? Buffer.alloc(0)))
  const list = Array.isArray(sent) ? sent : [sent]
  if (list.length === 0 || list.length > PIXEL_EVENTS_MAX) {
    const detail = `The body must be one event, or a list of 1 to ${PIXEL_EVENTS_MAX}.`
    throw new TwofoldError('invalid_request', detail)
  }
  return { via: 'tr', hits: list.map((one) => readHit(one, ports)), bytes: body?.length ?? 0 }
}

function readHit(sent: unknown, ports: DoorPorts): Hit | undefined {
  if (!isRecord(sent)) return undefined
  const page = recordOf(sent.website_context)
  const customData = customDataOf(sent)
  return {
    datasetId: ownId(String(fromMeta(sent, 'pixel_id') ?? ''), ports),
    event: {
      event_name: sent.event_name,
      // The body holds no moment of its own: it leaves as soon as the event happens.
      event_time: Math.floor(ports.nowMs() / 1000),
      action_source: 'website',
      ...text('event_id', sent.event_id),
      ...text('event_source_url', page.location),
      ...text('referrer_url', page.referrer),
      user_data: userDataOf(sent),
      ...(Object.keys(customData).length > 0 ? { custom_data: customData } : {}),
      ...processingOf(sent),
    },
    browser: {
      mode: 'tr',
      method: 'gateway',
      ...(typeof page.isInIFrame === 'boolean' ? { in_iframe: page.isInIFrame } : {}),
    },
  }
}

/** `fb.pixel_id` is one key with a dot, or `pixel_id` inside `fb`. */
function fromMeta(sent: Values, key: string): unknown {
  return sent[`fb.${key}`] ?? recordOf(sent.fb)[key]
}

function userDataOf(sent: Values): Values {
  const matching = Object.entries(recordOf(fromMeta(sent, 'advanced_matching')))
  return {
    ...Object.fromEntries(matching.filter(([key, value]) => MATCH_KEYS.has(key) && value)),
    ...text('fbp', fromMeta(sent, 'fbp')),
    ...text('fbc', fromMeta(sent, 'clickID')),
  }
}

/** What the page said comes first; the script's own repairs of it only fill gaps. */
function customDataOf(sent: Values): Values {
  const products = recordOf(fromMeta(sent, 'dynamic_product_ads'))
  const { buttonFeatures: _, ...custom } = recordOf(sent.custom_data)
  const value = custom.value ?? sent.conversion_value
  return { ...products, ...custom, ...(value === undefined || value === null ? {} : { value }) }
}

function processingOf(sent: Values): Values {
  const options = sent.data_processing_options ?? sent.dpo
  if (options === undefined || options === null) return {}
  const list = typeof options === 'string' ? options.split(',').filter(Boolean) : options
  const country = sent.data_processing_options_country ?? sent.dpoco
  const state = sent.data_processing_options_state ?? sent.dpost
  return {
    data_processing_options: list,
    ...(isAbsent(country) ? {} : { data_processing_options_country: Number(country) }),
    ...(isAbsent(state) ? {} : { data_processing_options_state: Number(state) }),
  }
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

function recordOf(value: unknown): Values {
  return isRecord(value) ? value : {}
}

function text(key: string, value: unknown): Record<string, string> {
  return typeof value === 'string' && value ? { [key]: value } : {}
}
