/**
 * POST /capi/{dataset}/events: the custom endpoint of the official PHP and Java SDKs. The token is
 * called accessKey there, and success is exactly 202; all else is as in graph.ts.
 */
import type { FastifyInstance } from 'fastify'
import { takeEvents } from './graph.ts'
import type { DoorPorts } from './ports.ts'
import { send } from './respond.ts'

export function registerCapi(app: FastifyInstance, ports: DoorPorts): void {
  app.post<{ Params: { dataset: string } }>('/capi/:dataset/events', async (request, reply) =>
    send(reply, await takeEvents(request, ports, { via: 'capi', okStatus: 202 })),
  )
}
