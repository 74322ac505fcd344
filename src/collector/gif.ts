/**
 * The 1x1 image that answers hits sent as images or forms, whatever became of them: a page must
 * never show a broken picture. Only a failure of ours changes the status, so that nothing looks
 * acknowledged that is not stored.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ERRORS } from '../errors.ts'
import { type Hits, takeHits } from './hits.ts'
import type { DoorPorts } from './ports.ts'
import { refusalAnswer, refusalOf } from './respond.ts'

const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

export async function sendGif(
  request: FastifyRequest,
  reply: FastifyReply,
  { ports, read }: { readonly ports: DoorPorts; readonly read: () => Hits | Promise<Hits> },
): Promise<FastifyReply> {
  reply.header('content-type', 'image/gif').header('cache-control', 'no-store')
  try {
    const { setCookie } = await takeHits(request.raw, ports, await read())
    if (setCookie.length > 0) reply.header('set-cookie', setCookie)
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal.code === 'internal') ports.logError(error)
    const { retryAfterS } = refusalAnswer(refusal)
    if (ERRORS[refusal.code].status >= 500) reply.code(ERRORS[refusal.code].status)
    if (retryAfterS !== undefined) reply.header('retry-after', retryAfterS)
  }
  return reply.send(GIF)
}
