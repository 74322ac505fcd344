/**
 * POST /e: what the pixel sends, JSON as text/plain so that browsers ask no preflight. GET /e: one
 * event in an image's address, for pages without scripts. Speaks HTTP only; pixel-door.ts answers.
 *
 * POST /e is the busiest route by far, so it reads from and answers on Node's own request and
 * response, before Fastify has made any of its own.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { originHeaders, PREFLIGHT } from './cross-origin.ts'
import { sendGif } from './gif.ts'
import type { Hits } from './hits.ts'
import { queryFields } from './parameters.ts'
import { pixelRefusal } from './pixel-door.ts'
import type { DoorPorts, PixelAnswer } from './ports.ts'
import type { ReadBody } from './read.ts'
import { write } from './respond.ts'

export function registerPixel(app: FastifyInstance, ports: DoorPorts, readBody: ReadBody): void {
  const refused = (raw: IncomingMessage, error: Error): PixelAnswer => {
    const answer = pixelRefusal(error, raw, ports)
    // Of a body that was not read to its end the rest may still come.
    return raw.complete
      ? answer
      : { ...answer, headers: [...answer.headers, 'connection', 'close'] }
  }
  const take = (raw: IncomingMessage, response: ServerResponse): void => {
    readBody(raw, raw, (error, body) => {
      const answer = error ? Promise.resolve(refused(raw, error)) : ports.answerPixel(body, raw)
      answer.then(
        (done) => {
          // A server that stops waits for its connections, and those of proxies never idle.
          if (!app.server.listening) response.shouldKeepAlive = false
          write(response, done)
        },
        (defect: unknown) => {
          ports.logError(defect)
          response.destroy()
        },
      )
    })
  }
  takeFirst(app, take)
  const onRequest = ({ raw }: FastifyRequest, reply: FastifyReply, _next: () => void): void => {
    reply.hijack()
    take(raw, reply.raw)
  }
  // The same address written otherwise: with a slash, a query, in parts of a test.
  app.post('/e', { onRequest }, () => undefined)
  app.options('/e', ({ raw }, reply) => {
    reply.hijack()
    reply.raw.writeHead(204, [...originHeaders(raw), ...PREFLIGHT]).end()
  })
  app.get('/e', (request, reply) =>
    sendGif(request, reply, { ports, read: () => readImage(request, ports.nowMs()) }),
  )
}

/** Puts itself before Fastify's router, once that listens. */
function takeFirst(app: FastifyInstance, take: RequestListener): void {
  app.addHook('onReady', async () => {
    const others = app.server.listeners('request') as RequestListener[]
    app.server.removeAllListeners('request')
    app.server.on('request', (request, response) => {
      if (request.method === 'POST' && request.url === '/e') take(request, response)
      else for (const other of others) other(request, response)
    })
  })
}

/** `?id=DATASET&name=PageView&eid&url&value&currency&order_id&tcf&gpp&gcs&gcd` */
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
  const said = ['tcf', 'gpp', 'gcs', 'gcd'].filter((key) => fields.get(key))
  const hit = {
    datasetId: fields.get('id') ?? '',
    event,
    browser,
    ...(said.length > 0
      ? { consent: Object.fromEntries(said.map((key) => [key, fields.get(key)])) }
      : {}),
  }
  return { via: 'image', hits: [hit], bytes: request.url.length }
}
