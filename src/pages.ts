/**
 * Serves the built Events Manager with single-page fallback, the demo shop beside it, and the SDK's
 * package to install. Knows nothing of what the pages show.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { errorBody } from './errors.ts'
import { clientIp } from './event/client-ip.ts'

export interface PagesPorts {
  readonly folder: string
  /** The SDK's package, made by the build. */
  readonly sdkFile: string
  readonly shop: (request: Request) => Promise<Response | undefined>
  readonly trustedProxies: number
}

const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
} as const

export function registerPages(app: FastifyInstance, ports: PagesPorts): void {
  const index = readFileSync(join(ports.folder, 'index.html'))
  app.register(fastifyStatic, {
    root: join(ports.folder, 'assets'),
    prefix: '/assets/',
    immutable: true,
    maxAge: '365d',
    decorateReply: false,
  })
  app.register(async (scope) => {
    // The shop reads its own bodies (forms), so they arrive as bytes.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
      done(null, body)
    })
    const answer = (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
      shopAnswer(ports, request, reply)
    scope.all('/demo', answer)
    scope.all('/demo/*', answer)
  })
  registerSdk(app, ports.sdkFile)
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/'
    const reads = request.method === 'GET' || request.method === 'HEAD'
    const isPage = reads && !/^\/(api|v\d|capi|assets)\b/.test(path)
    // The front door opens for curl and uptime checks too, which ask for no type in particular.
    const wanted = path === '/' || (request.headers.accept ?? '').includes('text/html')
    if (!isPage || !wanted) {
      return reply.code(404).send(errorBody('not_found'))
    }
    return reply.headers(SECURITY_HEADERS).type('text/html').send(index)
  })
}

/** For everybody, as the pixel's script is: there is no secret in it. */
function registerSdk(app: FastifyInstance, file: string): void {
  const sdk = existsSync(file) ? readFileSync(file) : undefined
  app.get('/sdk.tgz', (_request, reply) => {
    if (!sdk) {
      const detail = 'The SDK is not built: run `npm run build` and start again.'
      return reply.code(404).send(errorBody('not_found', detail))
    }
    return reply
      .type('application/gzip')
      .header('cache-control', 'no-cache')
      .header('content-disposition', 'attachment; filename="twofold-sdk.tgz"')
      .send(sdk)
  })
}

async function shopAnswer(
  { shop, trustedProxies }: PagesPorts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, String(value))
  }
  const { remoteAddress } = request.socket
  const forwarded = request.headers['x-forwarded-for']
  headers.set('x-forwarded-for', clientIp(remoteAddress, forwarded, trustedProxies) ?? '')
  const body = request.body as Uint8Array<ArrayBuffer> | undefined
  const answer = await shop(
    new Request(new URL(request.url, `${request.protocol}://${request.host}`), {
      method: request.method,
      headers,
      ...(body && body.length > 0 ? { body } : {}),
    }),
  )
  if (!answer) return reply.code(404).send(errorBody('not_found', 'The demo shop is not open.'))
  reply.code(answer.status)
  for (const [name, value] of answer.headers) {
    if (name !== 'set-cookie') reply.header(name, value)
  }
  for (const cookie of answer.headers.getSetCookie()) reply.header('set-cookie', cookie)
  return reply.send(answer.body ?? Buffer.alloc(0))
}
