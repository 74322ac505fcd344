/**
 * One request to Meta, and what came back: bounded, secrets masked, whatever the answer. The token
 * travels in a header and the proof in the body, never in the address, which proxies write down.
 */
import { createHmac } from 'node:crypto'
import { unpackJson } from '../event/parse-scalars.ts'
import { ANSWER_BYTES_MAX, EXCHANGE_ANSWER_CHARS_MAX } from '../limits.ts'
import type { Exchange, SendPorts } from './destination.ts'
import { shorten } from './meta-errors.ts'
import { eventsUrl, type MetaSettings } from './meta-settings.ts'

/** Everything of a request but its events: made once for a batch. */
export interface MetaRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** The body around the events. */
  readonly before: string
  readonly after: string
  readonly mask: (text: string) => string
}

export interface MetaReply {
  readonly exchange: Exchange
  readonly headers: Headers
  /** The JSON of the answer; undefined when it is none. */
  readonly answer: unknown
  readonly mask: MetaRequest['mask']
  /** No (whole) answer came. */
  readonly failure?: { readonly code: 'network' | 'timeout' | 'stopped'; readonly words: string }
}

export function metaRequest(settings: MetaSettings): MetaRequest {
  const { access_token, app_secret, test_event_code, partner_agent } = settings
  const proof = app_secret && createHmac('sha256', app_secret).update(access_token).digest('hex')
  const parameters = {
    ...(partner_agent && { partner_agent }),
    ...(test_event_code && { test_event_code }),
    ...(proof && { appsecret_proof: proof }),
  }
  const rest = JSON.stringify(parameters).slice(1, -1)
  return {
    url: eventsUrl(settings),
    headers: {
      accept: 'application/json',
      authorization: `Bearer ${access_token}`,
      'content-type': 'application/json',
      'user-agent': 'twofold',
    },
    before: '{"data":[',
    after: rest ? `],${rest}}` : ']}',
    mask: maskOf([access_token, app_secret, proof]),
  }
}

/** `events`: the JSON text of each. Never rejects. */
export async function postEvents(
  request: MetaRequest,
  events: readonly string[],
  ports: SendPorts,
): Promise<MetaReply> {
  const startMs = ports.nowMs()
  let response: Response | undefined
  let text = ''
  let failure: MetaReply['failure']
  try {
    response = await ports.fetch(request.url, {
      method: 'POST',
      headers: request.headers,
      body: `${request.before}${events.join(',')}${request.after}`,
      redirect: 'manual',
      signal: ports.signal,
    })
    text = await readBounded(response)
  } catch (error) {
    failure = failureOf(error, ports.signal)
  }
  return {
    exchange: {
      url: request.url,
      status: response?.status ?? 0,
      ms: Math.max(0, ports.nowMs() - startMs),
      events: events.length,
      answer: shorten(request.mask(failure?.words ?? text), EXCHANGE_ANSWER_CHARS_MAX),
    },
    headers: response?.headers ?? new Headers(),
    answer: unpackJson(text),
    mask: request.mask,
    ...(failure && { failure }),
  }
}

/** Longer answers are cut there, so that none fills the memory. */
async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  // Leaving the loop early closes the body.
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > ANSWER_BYTES_MAX) break
  }
  return Buffer.concat(chunks).subarray(0, ANSWER_BYTES_MAX).toString('utf8')
}

function failureOf(error: unknown, signal: AbortSignal): NonNullable<MetaReply['failure']> {
  if (signal.aborted) {
    const timedOut = (signal.reason as { name?: unknown } | null)?.name === 'TimeoutError'
    if (timedOut) return { code: 'timeout', words: 'No answer within the time allowed.' }
    return { code: 'stopped', words: 'This server stopped the request.' }
  }
  const { name, cause } = error as { name?: unknown; cause?: { code?: unknown } }
  const code = String(cause?.code ?? (error as { code?: unknown }).code ?? name)
  if (/TIMEOUT|TIMEDOUT|TimeoutError/.test(code)) {
    return { code: 'timeout', words: `No answer in time (${code}).` }
  }
  return { code: 'network', words: `No connection, or it broke (${code}).` }
}

/** Also what looks like a token of Meta's: error texts may repeat a part of one. */
function maskOf(secrets: readonly (string | null)[]): MetaRequest['mask'] {
  const known = secrets.filter((secret) => secret !== null && secret !== '') as string[]
  return (text) =>
    known
      .reduce((masked, secret) => masked.replaceAll(secret, '***'), text)
      .replaceAll(/EAA[A-Za-z0-9]{16,}/g, '***')
}
