/** /healthz (the process answers), /readyz (it can take events), /metrics (Prometheus text). */
import type { FastifyInstance } from 'fastify'

export interface HealthPorts {
  readonly health: () => { ok: boolean; reason?: string; queue: number }
  readonly metrics: () => Promise<{ contentType: string; text: string }>
}

export function registerHealth(app: FastifyInstance, { health, metrics }: HealthPorts): void {
  app.get('/healthz', () => ({ ok: true }))
  app.get('/readyz', (_request, reply) => {
    const state = health()
    return reply.code(state.ok ? 200 : 503).send(state)
  })
  app.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await metrics()
    return reply.header('content-type', contentType).send(text)
  })
}
