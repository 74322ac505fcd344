/**
 * Runs a Web handler (Request in, Response out) on Node's own http server. Called by server.ts; a
 * host that speaks Web requests already does not need it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import type { Shop } from './shop.ts'

export function listener(shop: Shop): (req: IncomingMessage, res: ServerResponse) => void {
  return (req, res) => {
    answer(shop, req, res).catch(() => {
      // The visitor left, or the request was none; without an answer on the way, say so.
      if (!res.headersSent) res.writeHead(400)
      res.end()
    })
  }
}

async function answer(shop: Shop, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const headers = new Headers()
  for (const [name, value] of Object.entries(req.headers)) {
    if (value !== undefined) headers.set(name, String(value))
  }
  // Never what the visitor claims: this server stands in front, nothing else does.
  headers.set('x-forwarded-for', req.socket.remoteAddress ?? '')
  const method = req.method ?? 'GET'
  const request = new Request(
    new URL(req.url ?? '/', `http://${req.headers.host ?? 'localhost'}`),
    {
      method,
      headers,
      ...(method === 'GET' || method === 'HEAD'
        ? {}
        : { body: Readable.toWeb(req), duplex: 'half' }),
    } as RequestInit,
  )
  const response = await shop(request)
  res.statusCode = response.status
  for (const [name, value] of response.headers) res.appendHeader(name, value)
  if (!response.body) return void res.end()
  // Ends the shop's stream when the visitor leaves.
  await pipeline(Readable.fromWeb(response.body as ReadableStream), res)
}
