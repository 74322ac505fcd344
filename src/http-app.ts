/**
 * The HTTP server itself, before anything is registered on it: its bounds, how it listens, and the
 * one shape of an error that nobody else answered. Knows no route. Made by main.ts.
 */
import { STATUS_CODES } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import Fastify, { type FastifyInstance, LogController } from 'fastify'
import type { Config } from './config.ts'
import { ERRORS, errorBody, TwofoldError } from './errors.ts'
import { BODY_BYTES_MAX, REQUEST_MS_MAX } from './limits.ts'
import { mayUploadTakeLong } from './upload-time.ts'

/** No request log: URLs may hold what their senders should not have put there. */
export function createApp(level: Config['logLevel']): FastifyInstance {
  const app = Fastify({
    logger: { level, base: null },
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES_MAX,
    forceCloseConnections: 'idle',
    requestTimeout: REQUEST_MS_MAX,
    clientErrorHandler: (error, socket) => {
      // A long file that still arrives; a socket that falls silent is closed by its own timeout.
      if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && mayUploadTakeLong(socket)) return
      refuse(error, socket)
    },
    routerOptions: { ignoreTrailingSlash: true },
  })
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof TwofoldError) {
      const body = errorBody(error.code, error.detail)
      return reply.code(ERRORS[error.code].status).send(body)
    }
    const status = (error as { statusCode?: number }).statusCode ?? 500
    if (status === 413) {
      const detail = `A body may have ${BODY_BYTES_MAX / 1024 ** 2} MB here.`
      return reply.code(413).send(errorBody('body_too_large', detail))
    }
    if (status === 415) return reply.code(415).send(errorBody('unsupported_encoding'))
    if (status < 500) {
      const detail = error instanceof Error ? error.message : undefined
      return reply.code(status).send(errorBody('invalid_request', detail))
    }
    app.log.error({ err: error, id: request.id, route: request.routeOptions.url }, 'internal')
    return reply.code(500).send(errorBody('internal', `id ${request.id}`))
  })
  return app
}

export async function listen(
  app: FastifyInstance,
  { port, host }: Pick<Config, 'port' | 'host'>,
): Promise<void> {
  try {
    await app.listen({ port, host })
  } catch (error) {
    await app.close()
    throw error
  }
}

/** Where it listens, such as http://127.0.0.1:8080. */
export function originOf(app: FastifyInstance): string {
  const { address, port } = app.server.address() as AddressInfo
  const host = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** What came is no request of HTTP, or did not come in time. */
function refuse({ code }: Error & { readonly code?: string }, socket: Socket): void {
  if (code === 'ECONNRESET' || socket.destroyed) return
  const isLate = code === 'ERR_HTTP_REQUEST_TIMEOUT'
  const status = isLate ? 408 : code === 'HPE_HEADER_OVERFLOW' ? 431 : 400
  const detail = isLate
    ? `It did not arrive within ${REQUEST_MS_MAX / 1000} seconds: send less at once.`
    : undefined
  const body = JSON.stringify(errorBody('invalid_request', detail))
  if (socket.writable) {
    const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\n`
    const type = 'content-type: application/json\r\n'
    socket.write(`${head}${type}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }
  socket.destroy()
}
