/**
 * `twofold/sdk/fastify`: a plugin. Each request gets `request.twofold`, a tracker that knows the
 * visitor, and its answer the cookies; optionally a first-party route for the pixel. What waits is
 * sent when the server closes. Types are Fastify's; at run time nothing of it is imported.
 */
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { Twofold } from './client.ts'
import type { Tracker } from './event-types.ts'
import { RELAY_BODY_BYTES_MAX } from './limits.ts'
import { checkRequestOptions } from './options.ts'
import { relayPath } from './relay-path.ts'
import { askConsent, type ConsentWord, type RequestOptions } from './request-context.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by twofoldFastify. */
    twofold: Tracker
  }
}

export interface TwofoldFastifyOptions extends Omit<RequestOptions, 'consent' | 'remoteAddress'> {
  readonly client: Twofold
  /** A path such as /t: its /p.js and /e are passed on to Twofold. Left out: no such route. */
  readonly relay?: string
  /** What the visitor of a request allowed, as far as you know. */
  readonly consent?: (request: FastifyRequest) => ConsentWord | undefined
}

const plugin: FastifyPluginAsync<TwofoldFastifyOptions> = async (app, all) => {
  const { client, relay: given, consent, ...options } = all
  checkRequestOptions(options)
  const relay = relayPath(given)
  const read = (request: FastifyRequest): RequestOptions => ({
    remoteAddress: request.ip,
    consent: askConsent(consent, request),
    ...options,
  })
  app.decorateRequest('twofold')
  app.addHook('onRequest', async (request, reply) => {
    const context = client.requestContext(seen(request), read(request))
    request.twofold = client.bind({ request: context })
    if (relay && request.url.startsWith(`${relay}/`)) return
    for (const cookie of context.setCookie) reply.header('set-cookie', cookie)
  })
  app.addHook('onClose', async () => {
    await client.flush()
  })
  if (relay) await app.register(async (inner) => addRelay(inner, { client, relay, read }))
}

/** Without it Fastify would keep hooks and decorations to the plugin itself. */
export const twofoldFastify = Object.assign(plugin, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'twofold',
})

interface RelayRoute {
  readonly client: Twofold
  readonly relay: string
  read(request: FastifyRequest): RequestOptions
}

function addRelay(app: FastifyInstance, { client, relay, read }: RelayRoute): void {
  app.removeAllContentTypeParsers()
  const bounds = { parseAs: 'string', bodyLimit: RELAY_BODY_BYTES_MAX } as const
  app.addContentTypeParser('*', bounds, (_request, body, done) => done(null, body))
  app.route({
    method: ['GET', 'POST'],
    url: `${relay}/*`,
    handler: async (request, reply) => {
      const text = typeof request.body === 'string' ? request.body : ''
      const { status, headers, body } = await client.relay.answer(
        seen(request),
        text,
        read(request),
      )
      reply.code(status)
      for (const [name, value] of headers) reply.header(name, value)
      return reply.send(body)
    },
  })
}

/** With the scheme and host that Fastify believes (its `trustProxy`). */
function seen({ method, url, headers, protocol, host, hostname }: FastifyRequest) {
  // Fastify 4 has no host, and its hostname includes the port.
  return { method, headers, url: `${protocol}://${host ?? hostname}${url}` }
}
