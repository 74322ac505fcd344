/**
 * One POST with a JSON body to an advertising API, and what its answer means by a table of errors.
 * Not a client: no retrying, no pacing, no knowledge of any API. Never throws for what the network
 * or the remote does. Called by the destinations that speak JSON over HTTP.
 */
import { EXCHANGE_ANSWER_CHARS_MAX, REMOTE_ANSWER_BYTES_MAX } from '../limits.ts'
import type { Exchange, Outcome, SendPorts } from './destination.ts'

export interface PostRequest {
  readonly url: string
  readonly headers: { readonly [name: string]: string }
  readonly body: unknown
  /** How many events the body carries. */
  readonly events: number
  /** Never shown: masked in the address and in the answer. */
  readonly secrets: readonly string[]
}

export interface Posted {
  /** HTTP status; 0 when no answer came. */
  readonly status: number
  /** The answer as text, secrets and people masked; the reason when none came. */
  readonly text: string
  /** The answer as JSON; undefined when it is none. */
  readonly body: unknown
  readonly retryAfterMs?: number
  readonly exchange: Exchange
}

/**
 * One row of an API's error table; the first that fits counts. `code` rows look at the code that the
 * API puts into its body, `status` rows at the HTTP status.
 */
export interface ErrorRow {
  readonly on: 'code' | 'status'
  readonly from: number
  /** Inclusive; `from` alone when left out. */
  readonly to?: number
  /** Only where the message says so. */
  readonly words?: RegExp
  /**
   * retry: later. hold: the owner has to mend something. split: something in the batch is wrong;
   * it is halved until the event is found, which alone is rejected.
   */
  readonly does: 'retry' | 'hold' | 'split'
  /** What it means and what to do, in plain words. */
  readonly say: string
}

/** What an answer to a whole batch means. */
export type Verdict = Outcome | { readonly state: 'split'; readonly code: string; detail: string }

/** What any HTTP API means by its status, after an API's own rows. */
export const STATUS_ROWS: readonly ErrorRow[] = [
  { on: 'status', from: 0, does: 'retry', say: 'No answer came.' },
  { on: 'status', from: 300, to: 399, does: 'hold', say: 'It redirects. Check base_url.' },
  { on: 'status', from: 401, does: 'hold', say: 'The credentials were refused. Renew them.' },
  {
    on: 'status',
    from: 403,
    does: 'hold',
    say: 'The credentials may not do this. Check the rights.',
  },
  {
    on: 'status',
    from: 404,
    does: 'hold',
    say: 'There is nothing at this address. Check the ids.',
  },
  { on: 'status', from: 408, does: 'retry', say: 'It took too long.' },
  { on: 'status', from: 425, does: 'retry', say: 'It asks to come back later.' },
  { on: 'status', from: 429, does: 'retry', say: 'Too many requests.' },
  { on: 'status', from: 400, to: 499, does: 'split', say: 'The request was refused.' },
  { on: 'status', from: 500, to: 599, does: 'retry', say: 'It has a failure of its own.' },
]

export async function postJson(request: PostRequest, ports: SendPorts): Promise<Posted> {
  const { url, headers, body, events } = request
  const maskSecrets = masker(request.secrets)
  const mask = (text: string): string => maskSecrets(text).replace(PERSONAL, '(removed)')
  const startMs = ports.nowMs()
  const exchange = (status: number, answer: string): Exchange => ({
    url: maskSecrets(url),
    status,
    ms: Math.max(0, ports.nowMs() - startMs),
    events,
    answer: answer.slice(0, EXCHANGE_ANSWER_CHARS_MAX),
  })
  try {
    const response = await ports.fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: ports.signal,
    })
    const text = mask(await readText(response))
    const retryAfterMs = waitOf(response.headers.get('Retry-After'), ports.nowMs())
    return {
      status: response.status,
      text,
      body: parse(text),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      exchange: exchange(response.status, text),
    }
  } catch (error) {
    const text = mask(ports.signal.aborted ? 'The try was ended.' : reasonOf(error))
    return { status: 0, text, body: undefined, exchange: exchange(0, text) }
  }
}

/** The meaning of an answer that is not the success. `code` and `message` as its body says them. */
export function verdictOf(
  posted: Posted,
  rows: readonly ErrorRow[],
  said: { readonly code?: number; readonly message?: string },
): Verdict {
  const message = said.message ?? posted.text
  const row = [...rows, ...STATUS_ROWS].find((one) =>
    fits(one, posted.status, { ...said, message }),
  )
  const code = row?.on === 'code' ? String(said.code) : `http_${posted.status}`
  const words = wordsOf(message)
  const detail = `${row?.say ?? 'The answer is not understood.'}${words && ` It said: ${words}`}`
  switch (row?.does) {
    case 'hold':
      return { state: 'held', code, detail }
    case 'split':
      return { state: 'split', code, detail }
    default: {
      const afterMs = posted.retryAfterMs
      return { state: 'retry', code, detail, ...(afterMs === undefined ? {} : { afterMs }) }
    }
  }
}

/** What an API said, on one line, for the detail of an outcome. */
export const wordsOf = (message: string): string =>
  message.replace(/\s+/g, ' ').trim().slice(0, WORDS_CHARS_MAX)

/** Enough for what an API says about one event. */
const WORDS_CHARS_MAX = 300

function fits(
  { on, from, to = from, words }: ErrorRow,
  status: number,
  said: { readonly code?: number; readonly message: string },
): boolean {
  const number = on === 'code' ? said.code : status
  if (number === undefined || number < from || number > to) return false
  return !words || words.test(said.message)
}

/** Secrets may stand there as they are or as an address writes them. */
function masker(secrets: readonly string[]): (text: string) => string {
  const forms = secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
  return (text) => forms.reduce((masked, form) => masked.replaceAll(form, '***'), text)
}

/** What an API may quote of an event: an e-mail address, a hash, an IPv4 address. */
const PERSONAL = /[^\s"'<>@]+@[^\s"'<>@]+\.[a-z]{2,}|\b[0-9a-f]{64}\b|\b\d{1,3}(\.\d{1,3}){3}\b/gi

/** At most REMOTE_ANSWER_BYTES_MAX: nobody's answer fills the memory. */
async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    text += decoder.decode(chunk, { stream: true })
    if (bytes > REMOTE_ANSWER_BYTES_MAX) break
  }
  return text + decoder.decode()
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Seconds or a date; a date in the past asks for no pause. */
function waitOf(header: string | null, nowMs: number): number | undefined {
  if (!header) return undefined
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - nowMs
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}

/** fetch says only "fetch failed"; its cause says why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'The connection failed.'
  const cause = error.cause instanceof Error ? error.cause : error
  const code = 'code' in cause && typeof cause.code === 'string' ? ` (${cause.code})` : ''
  return `The connection failed${code}.`
}
