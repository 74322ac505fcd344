/**
 * POST /hooks/{source}/{connection_id}: the door for platforms. Speaks HTTP only: it hands on the
 * bytes as they came, because signatures are made over them, and answers once they are durable.
 * What they mean is translated later, in sources/inbox/.
 */
import type { FastifyInstance } from 'fastify'
import type { DoorPorts } from './ports.ts'
import { ownOrigin } from './site.ts'

interface HookRoute {
  readonly Params: { source: string; connection: string }
}

export function registerHooks(app: FastifyInstance, ports: DoorPorts): void {
  const { hooks } = ports
  app.post<HookRoute>(
    '/hooks/:source/:connection',
    {
      // Before the body is read: a stranger cannot make us hold megabytes.
      onRequest: async ({ params }) => hooks.expect(params.source, params.connection),
    },
    async (request, reply) => {
      const { raw, params } = request
      const answer = await hooks.take(params.connection, {
        method: request.method,
        url: `${ownOrigin(raw, ports) ?? 'http://localhost'}${request.url}`,
        headers: headersOf(request.headers),
        body: (request.body as Buffer | undefined) ?? Buffer.alloc(0),
      })
      return reply.code(answer.status).header('content-type', answer.type).send(answer.text)
    },
  )
}

/** Names in lower case, as Node gives them; of one that came twice, all values. */
function headersOf(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const named = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
  )
  return Object.fromEntries(named)
}
