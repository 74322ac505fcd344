/**
 * One HTTP request of a destination and what came of it: the answer's status and first characters,
 * or the outcome of a failure of the network, and the exchange to keep for people, with everything
 * secret masked. Knows no destination; called by those that send over HTTP.
 */
import { TwofoldError } from '../errors.ts'
import { ANSWER_BYTES_MAX, EXCHANGE_ANSWER_CHARS_MAX, RETRY_AFTER_MS_MAX } from '../limits.ts'
import type { Exchange, Outcome, SendPorts } from './destination.ts'

export interface HttpRequest {
  readonly method: 'POST' | 'PUT'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array<ArrayBuffer>
  /** Events it carries, for the exchange. */
  readonly events: number
  /** Texts that must not be seen in the exchange, should the answer repeat them. */
  readonly secrets: readonly string[]
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** `answer` or `failure`, never both. */
export interface HttpResult {
  readonly answer?: HttpAnswer
  readonly failure?: Outcome
  readonly exchange: Exchange
}

/** Never throws for what the network does; redirects are answers, not followed. */
export async function exchangeOver(request: HttpRequest, ports: SendPorts): Promise<HttpResult> {
  const startedMs = ports.nowMs()
  const exchange = (status: number, answer: string): Exchange => ({
    url: shownUrl(request.url),
    status,
    ms: ports.nowMs() - startedMs,
    events: request.events,
    answer: maskSecrets(answer, request.secrets).slice(0, EXCHANGE_ANSWER_CHARS_MAX),
  })
  let response: Response
  try {
    response = await ports.fetch(request.url, {
      method: request.method,
      headers: { 'user-agent': 'Twofold', ...request.headers },
      body: request.body,
      redirect: 'manual',
      signal: ports.signal,
    })
  } catch (error) {
    const failure = failureOf(error, ports.signal)
    return { failure, exchange: exchange(0, 'detail' in failure ? failure.detail : '') }
  }
  // The status has decided: a body that breaks off changes nothing.
  const text = await readStart(response).catch(() => '')
  const { status, headers } = response
  return { answer: { status, headers, text }, exchange: exchange(status, text) }
}

/** From seconds or an HTTP date; undefined where there is none or it cannot be read. */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const text = headers.get('retry-after')?.trim()
  if (!text) return undefined
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs
  return Number.isNaN(ms) ? undefined : Math.min(RETRY_AFTER_MS_MAX, Math.max(0, ms))
}

/** Without query, and with long parts of the path cut: those are where services put secrets. */
export function shownUrl(text: string): string {
  const url = URL.parse(text)
  if (!url) return ''
  const path = url.pathname
    .split('/')
    .map((part) => (part.length > 16 ? `${part.slice(0, 4)}…` : part))
    .join('/')
  return `${url.origin}${path}${url.search ? '?…' : ''}`
}

interface Failure {
  readonly codes: RegExp
  readonly state: 'retry' | 'held'
  readonly code: string
  readonly detail: string
}

/** Failures before an answer, by the system's or undici's code; the last one takes the rest. */
export const NETWORK_FAILURES: readonly Failure[] = [
  {
    codes: /^ENOTFOUND$|^EAI_/,
    state: 'retry',
    code: 'dns',
    detail: 'The host name could not be resolved; check how the address is spelt.',
  },
  {
    codes: /^ECONNREFUSED$/,
    state: 'retry',
    code: 'refused',
    detail: 'Nothing answers at that host and port.',
  },
  {
    codes: /CERT|^ERR_TLS|^ERR_SSL|SELF_SIGNED|UNABLE_TO_VERIFY|^EPROTO$/,
    state: 'held',
    code: 'tls',
    detail: 'The certificate or TLS of the host is not valid; renew it there.',
  },
  {
    codes: /TIMEOUT|TIMEDOUT/,
    state: 'retry',
    code: 'timeout',
    detail: 'The host did not answer in time; it may have taken the events all the same.',
  },
  {
    codes: /./,
    state: 'retry',
    code: 'network',
    detail: 'The connection failed before an answer came.',
  },
]

function failureOf(error: unknown, signal: AbortSignal): Outcome {
  if (error instanceof TwofoldError && error.code === 'private_target') {
    const { message } = error
    const fix = 'Take a public address, or let the operator set TWOFOLD_ALLOW_PRIVATE_TARGETS.'
    return { state: 'held', code: 'private_target', detail: `${message} ${fix}` }
  }
  const systemCode = signal.aborted ? 'TIMEOUT' : codeOf(error)
  const { state, code, detail } = NETWORK_FAILURES.find(({ codes }) =>
    codes.test(systemCode),
  ) as Failure
  const named = systemCode === 'TIMEOUT' || systemCode === 'UNKNOWN' ? '' : ` (${systemCode})`
  return { state, code, detail: `${detail}${named}` }
}

/** fetch wraps the cause; several addresses tried make an AggregateError. */
function codeOf(error: unknown): string {
  let at = error
  for (let depth = 0; depth < 4 && at instanceof Error; depth++) {
    const { code } = at as NodeJS.ErrnoException
    if (typeof code === 'string') return code
    at = at instanceof AggregateError ? at.errors[0] : at.cause
  }
  return 'UNKNOWN'
}

/** The first bytes of the body; the rest is not waited for. */
async function readStart(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    bytes += chunk.byteLength
    if (bytes >= ANSWER_BYTES_MAX) break
  }
  return text
}

/** The longest first: one may be part of another. */
function maskSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret !== '')
    .sort((a, b) => b.length - a.length)
    .reduce((masked, secret) => masked.replaceAll(secret, '•••'), text)
}
