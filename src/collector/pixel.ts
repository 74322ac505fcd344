/**
 * POST /e: what the pixel sends, JSON as text/plain so that browsers ask no preflight. GET /e: one
 * event in an image's address, for pages without scripts. Translates only; hits.ts does the rest.
 *
 * POST /e is the busiest route by far, so it reads from and answers on Node's own request and
 * response: Fastify's parsing and reply would cost more than all that is done here.
 */
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sendGif } from './gif.ts'
import { type Hits, takeHits } from './hits.ts'
import { queryFields } from './parameters.ts'
import { readPixelBody } from './pixel-body.ts'
import type { DoorPorts } from './ports.ts'
import type { ReadBody } from './read.ts'
import { type Answer, refusalAnswer, refusalOf, write } from './respond.ts'

export function registerPixel(app: FastifyInstance, ports: DoorPorts, readBody: ReadBody): void {
  const onRequest = ({ raw }: FastifyRequest, reply: FastifyReply, _next: () => void): void => {
    reply.hijack()
    readBody(raw, raw, (error, body) => {
      answerBatch(raw, error ?? body, ports)
        .then(({ answer, headers }) => write(reply.raw, answer, headers))
        .catch((defect: unknown) => {
          ports.logError(defect)
          reply.raw.destroy()
        })
    })
  }
  app.post('/e', { onRequest }, () => undefined)
  app.options('/e', ({ raw }, reply) => {
    reply.hijack()
    reply.raw.writeHead(204, [...originHeaders(raw), ...PREFLIGHT]).end()
  })
  app.get('/e', (request, reply) =>
    sendGif(request, reply, { ports, read: () => readImage(request, ports.nowMs()) }),
  )
}

const PREFLIGHT = [
  ...['access-control-allow-methods', 'POST'],
  ...['access-control-allow-headers', 'content-type'],
  ...['access-control-max-age', '86400'],
]

interface Answered {
  readonly answer: Answer
  /** Names and values in turn. */
  readonly headers: string[]
}

async function answerBatch(
  request: IncomingMessage,
  body: Buffer | Error,
  ports: DoorPorts,
): Promise<Answered> {
  try {
    if (body instanceof Error) throw body
    const taken = await takeHits(request, ports, readPixelBody(body))
    const headers = taken.originAllowed ? originHeaders(request) : []
    if (taken.refused) return { answer: refusalAnswer(taken.refused), headers }
    for (const cookie of taken.setCookie) headers.push('set-cookie', cookie)
    const { received: events_received, messages } = taken
    return { answer: { status: 200, body: { events_received, messages } }, headers }
  } catch (error) {
    return refused(request, error, ports)
  }
}

function refused(request: IncomingMessage, error: unknown, ports: DoorPorts): Answered {
  const refusal = refusalOf(error)
  if (refusal.code === 'internal') ports.logError(error)
  const headers = originHeaders(request)
  // Of a body that was not read to its end the rest may still come.
  if (!request.complete) headers.push('connection', 'close')
  return { answer: refusalAnswer(refusal), headers }
}

/** The page may read the answer, and the browser keep its cookies. */
function originHeaders({ headers: { origin } }: IncomingMessage): string[] {
  if (!origin) return []
  return [
    ...['access-control-allow-origin', origin],
    ...['access-control-allow-credentials', 'true'],
    ...['vary', 'Origin'],
  ]
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
