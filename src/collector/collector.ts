/**
 * Everything events come in through: registers the doors on the HTTP server, and with them how
 * bodies are read, how errors are answered and what is logged. It decides nothing about events;
 * main.ts calls it once.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { BODY_BYTES_MAX, PIXEL_BODY_BYTES_MAX } from '../limits.ts'
import { registerCapi } from './capi.ts'
import { registerGraph } from './graph.ts'
import { allowOrigin, registerPixel } from './pixel.ts'
import type { CollectorPorts } from './ports.ts'
import { createRate } from './rate.ts'
import { bodyReader, type Reading } from './read.ts'
import { graphThrown, refusalAnswer, refusalOf, send } from './respond.ts'
import { registerScript } from './script.ts'
import { registerTr } from './tr.ts'

export type { CollectorPorts } from './ports.ts'

export function registerCollector(app: FastifyInstance, ports: CollectorPorts): void {
  const rate = createRate(ports.nowMs)
  const reading: Reading = { bytes: 0 }
  app.register(async (browsers) => {
    readBodies(browsers, PIXEL_BODY_BYTES_MAX, reading)
    browsers.setErrorHandler((error, request, reply) => {
      allowOrigin(request, reply)
      return send(reply, refusalAnswer(refusalOf(logged(error, request))))
    })
    registerPixel(browsers, { ...ports, rate })
    registerTr(browsers, { ...ports, rate })
    registerScript(browsers, ports)
  }, QUIET)
  app.register(async (servers) => {
    readBodies(servers, BODY_BYTES_MAX, reading)
    servers.setErrorHandler((error, request, reply) =>
      send(reply, graphThrown(logged(error, request), ports.random)),
    )
    registerGraph(servers, ports, rate)
    registerCapi(servers, ports, rate)
  }, QUIET)
}

/** No line per hit; and an address is logged without its query, which can hold a token. */
const QUIET = { logLevel: 'warn', logSerializers: { req: loggedRequest } } as const

export function loggedRequest({ method, url }: FastifyRequest): string {
  return `${method} ${url.split('?', 1)[0]}`
}

function readBodies(app: FastifyInstance, bytesMax: number, reading: Reading): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', bodyReader(bytesMax, reading))
}

function logged(error: unknown, request: FastifyRequest): unknown {
  if (refusalOf(error).code === 'internal') {
    request.log.error({ err: error }, 'a request to the collector failed')
  }
  return error
}
