/**
 * One HTTP request of a destination and what came of it: the answer, bounded and without anything
 * secret or personal, or the outcome of a failure of the network, and the exchange to keep for
 * people. Knows no destination; the only place from which one speaks HTTP.
 */
import { ANSWER_BYTES_MAX, EXCHANGE_ANSWER_CHARS_MAX, RETRY_AFTER_MS_MAX } from '../limits.ts'
import type { Exchange, Failure, SendPorts } from './destination.ts'
import { withoutPersonalData, withoutSecrets } from './masking.ts'

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: string
  /** How people see the address; its own text by default. Secrets are masked in both. */
  readonly shownAs?: string
  readonly headers: Readonly<Record<string, string>>
  /** Absent with GET. */
  readonly body?: string | Uint8Array<ArrayBuffer>
  /** Events it carries, for the exchange. */
  readonly events: number
  /** Texts that must not be seen, should the answer repeat them. */
  readonly secrets: readonly string[]
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Headers
  /** At most ANSWER_BYTES_MAX of it, masked. */
  readonly text: string
}

/** `answer`: once it began. `failure`: why it did not begin or did not end. */
export type HttpResult = { readonly exchange: Exchange } & (
  | { readonly answer: HttpAnswer; readonly failure?: Failure }
  | { readonly answer?: undefined; readonly failure: Failure }
)

/** Never throws for what the network does; redirects are answers, not followed. */
export async function exchangeOver(request: HttpRequest, ports: SendPorts): Promise<HttpResult> {
  const { method, url, body, events, secrets } = request
  const startedMs = ports.nowMs()
  const exchange = (status: number, answer: string): Exchange => ({
    url: withoutSecrets(request.shownAs ?? url, secrets),
    status,
    ms: Math.max(0, ports.nowMs() - startedMs),
    events,
    answer: answer.slice(0, EXCHANGE_ANSWER_CHARS_MAX),
  })
  let response: Response
  try {
    response = await ports.fetch(url, {
      method,
      headers: { 'user-agent': 'Twofold', ...request.headers },
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
      signal: ports.signal,
    })
  } catch (error) {
    const failure = failureOf(error, ports.signal)
    return { failure, exchange: exchange(0, failure.detail) }
  }
  const { status, headers } = response
  try {
    const text = withoutPersonalData(withoutSecrets(await readStart(response), secrets))
    return { answer: { status, headers, text }, exchange: exchange(status, text) }
  } catch (error) {
    const failure = failureOf(error, ports.signal)
    const answer = { status, headers, text: '' }
    return { answer, failure, exchange: exchange(status, failure.detail) }
  }
}

/**
 * From seconds or an HTTP date, as part of a retry; empty where there is none or it says nothing
 * usable.
 */
export function retryAfter(headers: Headers, nowMs: number): { readonly afterMs?: number } {
  const text = headers.get('retry-after')?.trim() ?? ''
  // Date.parse makes a date of nearly anything; HTTP's begin with the day of the week.
  const ms = /^\d+(\.\d+)?$/.test(text)
    ? Number(text) * 1000
    : /^[A-Z][a-z]{2}/.test(text)
      ? Date.parse(text) - nowMs
      : Number.NaN
  return Number.isNaN(ms) ? {} : { afterMs: pauseMs(ms) }
}

/** No pause that a remote asks for is longer than RETRY_AFTER_MS_MAX. */
export function pauseMs(askedMs: number): number {
  return Math.min(RETRY_AFTER_MS_MAX, Math.max(0, Math.ceil(askedMs)))
}

/** Without path and query: those are where services put secrets. */
export function shownUrl(text: string): string {
  const url = URL.parse(text)
  if (!url) return ''
  return url.pathname === '/' && !url.search ? `${url.origin}/` : `${url.origin}/…`
}

/** The outcome of everything that a try, ended by its signal, left undecided. */
export function endOf(signal: AbortSignal): Failure {
  const timedOut = (signal.reason as { name?: unknown } | null)?.name === 'TimeoutError'
  return failureBy(timedOut ? 'TIMEOUT' : 'STOPPED')
}

interface NetworkFailure {
  readonly codes: RegExp
  readonly state: 'retry' | 'held'
  readonly code: string
  readonly detail: string
  /** The request may have arrived; unless no connection came about. */
  readonly lost?: true
}

/** Failures without a whole answer, by the system's or undici's code; the last takes the rest. */
export const NETWORK_FAILURES: readonly NetworkFailure[] = [
  {
    codes: /^private_target$/,
    state: 'held',
    code: 'private_target',
    detail:
      'Only public addresses are allowed: take one, or let the operator set ' +
      'TWOFOLD_ALLOW_PRIVATE_TARGETS.',
  },
  {
    codes: /^STOPPED$/,
    state: 'retry',
    code: 'stopped',
    detail: 'The try was ended here before an answer came.',
    lost: true,
  },
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
    lost: true,
  },
  {
    codes: /./,
    state: 'retry',
    code: 'network',
    detail: 'The connection failed before an answer came.',
    lost: true,
  },
]

function failureOf(error: unknown, signal: AbortSignal): Failure {
  if (signal.aborted) return { ...endOf(signal), ...LOST }
  const systemCode = codeOf(error)
  const row = rowBy(systemCode)
  const failure = failureBy(systemCode)
  // Its message names the host that is not public.
  const said = failure.code === 'private_target' ? `${(error as Error).message} ` : ''
  const named = said || systemCode === 'UNKNOWN' ? '' : ` (${systemCode})`
  const lost = row.lost && !NOT_CONNECTED.test(systemCode) ? LOST : {}
  return { ...failure, detail: `${said}${failure.detail}${named}`, ...lost }
}

const LOST = { lost: true } as const
const NOT_CONNECTED = /^UND_ERR_CONNECT_TIMEOUT$|^EHOSTUNREACH$|^ENETUNREACH$|^EHOSTDOWN$/

function rowBy(systemCode: string): NetworkFailure {
  return NETWORK_FAILURES.find(({ codes }) => codes.test(systemCode)) as NetworkFailure
}

function failureBy(systemCode: string): Failure {
  const { state, code, detail } = rowBy(systemCode)
  return { state, code, detail }
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

/** The first bytes of the body; the rest is not waited for. Leaving the loop closes the body. */
async function readStart(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    bytes += chunk.byteLength
    if (bytes >= ANSWER_BYTES_MAX) break
  }
  return text + decoder.decode()
}
