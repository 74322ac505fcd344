/** /healthz (the process answers), /readyz (it can take events), /metrics (Prometheus text). */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ERRORS, errorBody } from '../errors.ts'

export interface HealthPorts {
  readonly health: () => { ok: boolean; reason?: string; queue: number }
  /** Whoever may not is refused: how much a server counts is not for everybody. */
  readonly mayScrape: (request: FastifyRequest) => boolean
  readonly metrics: () => Promise<{ contentType: string; text: string }>
}

export function registerHealth(app: FastifyInstance, ports: HealthPorts): void {
  const { health, mayScrape, metrics } = ports
  app.get('/healthz', () => ({ ok: true }))
  app.get('/readyz', (_request, reply) => {
    const state = health()
    return reply.code(state.ok ? 200 : 503).send(state)
  })
  app.get('/metrics', async (request, reply) => {
    if (!mayScrape(request)) {
      const detail =
        'It needs a token that reads everything, except from the private network of the server. ' +
        'Behind a proxy the server knows that network once TWOFOLD_TRUSTED_PROXIES is set.'
      return reply.code(ERRORS.forbidden.status).send(errorBody('forbidden', detail))
    }
    const { contentType, text } = await metrics()
    return reply.header('content-type', contentType).send(text)
  })
}
