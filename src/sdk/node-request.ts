/**
 * The relay over Node's own request and response, for frameworks built on them. Reads no more of a
 * body than a pixel sends. Used by express.ts; plain `node:http` servers may use it, too.
 */
import type { Twofold } from './client.ts'
import { RELAY_BODY_BYTES_MAX } from './limits.ts'
import type { RequestLike, RequestOptions } from './request-context.ts'

/** What is used of Node's IncomingMessage. */
export interface NodeRequest extends RequestLike, AsyncIterable<Uint8Array> {
  readonly headers: { readonly [name: string]: string | string[] | undefined }
  /** Where a parser in front has read it. */
  readonly body?: unknown
}

/** What is used of Node's ServerResponse. */
export interface NodeResponse {
  statusCode: number
  appendHeader(name: string, value: string): unknown
  end(text?: string): unknown
}

interface RelayedRequest {
  readonly req: NodeRequest
  readonly res: NodeResponse
  /** The request as the visitor sees it. */
  readonly request: RequestLike
  readonly options: RequestOptions
}

export async function relayNode(
  twofold: Twofold,
  { req, res, request, options }: RelayedRequest,
): Promise<void> {
  const body = await bodyOf(req).catch(() => '')
  const { status, headers, body: text } = await twofold.relay.answer(request, body, options)
  res.statusCode = status
  for (const [name, value] of headers) res.appendHeader(name, value)
  res.end(text)
}

/**
 * Of a body that is too large the rest is read and forgotten: whoever stops reading cannot answer.
 * An empty object is what parsers leave of a body that they did not read.
 */
async function bodyOf(req: NodeRequest): Promise<string> {
  const { body } = req
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return new TextDecoder().decode(body)
  if (body && Object.keys(body).length > 0) return JSON.stringify(body)
  const decoder = new TextDecoder()
  let text = ''
  for await (const part of req) {
    if (text.length <= RELAY_BODY_BYTES_MAX) text += decoder.decode(part, { stream: true })
  }
  return text
}
