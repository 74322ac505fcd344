/**
 * Everything events come in through: registers the doors on the HTTP server, and with them how
 * bodies are read and errors answered. It decides nothing about events; main.ts calls it once, on a
 * server that ignores trailing slashes and logs no requests: their addresses can hold a token.
 */
import type { FastifyInstance } from 'fastify'
import { BODY_BYTES_MAX, HOOK_BODY_BYTES_MAX, PIXEL_BODY_BYTES_MAX } from '../limits.ts'
import { registerCapi } from './capi.ts'
import { registerGateway } from './gateway.ts'
import { registerGraph } from './graph.ts'
import { registerHooks } from './hooks.ts'
import { createParsing } from './parsing.ts'
import { registerPixel } from './pixel.ts'
import type { CollectorPorts, DoorPorts } from './ports.ts'
import { createRate } from './rate.ts'
import { bodyReader, type ReadBody, type Reading } from './read.ts'
import { graphThrown, refusalAnswer, refusalOf, send } from './respond.ts'
import { registerScript } from './script.ts'
import { createTestVisits } from './test-visits.ts'
import { registerTr } from './tr.ts'

export type { CollectorPorts } from './ports.ts'

export function registerCollector(app: FastifyInstance, collectorPorts: CollectorPorts): void {
  const ports: DoorPorts = {
    ...collectorPorts,
    rate: createRate(collectorPorts.nowMs),
    testVisits: createTestVisits(collectorPorts.testCodes, collectorPorts.nowMs),
    parsing: createParsing(),
    logError: (error) => app.log.error({ err: error }, 'a request to the collector failed'),
  }
  const reading: Reading = { bytes: 0 }
  app.register(async (browsers) => {
    const readBody = bodyReader(PIXEL_BODY_BYTES_MAX, reading)
    setUp(browsers, readBody)
    browsers.setErrorHandler((error, _request, reply) =>
      send(reply, refusalAnswer(refusalOf(logged(error, ports)))),
    )
    registerPixel(browsers, ports, readBody)
    registerTr(browsers, ports)
    registerGateway(browsers, ports)
    registerScript(browsers, ports)
  })
  app.register(async (servers) => {
    setUp(servers, bodyReader(BODY_BYTES_MAX, reading))
    servers.setErrorHandler((error, _request, reply) =>
      send(reply, graphThrown(logged(error, ports), ports.random)),
    )
    registerGraph(servers, ports)
    registerCapi(servers, ports)
  })
  app.register(async (platforms) => {
    setUp(platforms, bodyReader(HOOK_BODY_BYTES_MAX, reading))
    platforms.setErrorHandler((error, _request, reply) =>
      send(reply, refusalAnswer(refusalOf(logged(error, ports)))),
    )
    registerHooks(platforms, ports)
  })
}

function setUp(app: FastifyInstance, readBody: ReadBody): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', readBody)
  // A logger of its own for every request costs more than it tells: the doors log only defects.
  app.setChildLoggerFactory((logger) => logger)
}

function logged(error: unknown, { logError }: DoorPorts): unknown {
  if (refusalOf(error).code === 'internal') logError(error)
  return error
}
