/**
 * One POST with a JSON body to an advertising API, and what its answer means by a table of errors.
 * Not a client: no retrying, no pacing, no knowledge of any API. Called by the destinations whose
 * API tells its errors by status or code; Meta's have tables of their own.
 */
import { unpackJson } from '../event/parse-scalars.ts'
import type { Exchange, Failure, SendPorts, Sent } from './destination.ts'
import { exchangeOver, type HttpRequest, retryAfter } from './http-exchange.ts'
import { settleBatch, type Verdict } from './settle-batch.ts'

export interface PostRequest extends Pick<HttpRequest, 'url' | 'headers' | 'events' | 'secrets'> {
  readonly body: unknown
}

export interface Posted {
  /** HTTP status; 0 when no answer came. */
  readonly status: number
  /** The answer, masked. */
  readonly text: string
  /** The answer as JSON; undefined when it is none. */
  readonly body: unknown
  readonly afterMs?: number
  /** No answer came, or not all of it. */
  readonly failure?: Failure
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
   * the event is searched for, and it alone is rejected. halve: the batch is too large.
   */
  readonly does: 'retry' | 'hold' | 'split' | 'halve'
  /** What it means and what to do, in plain words. */
  readonly say: string
}

/** What any HTTP API means by its status, after an API's own rows. */
export const STATUS_ROWS: readonly ErrorRow[] = [
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
  { on: 'status', from: 413, does: 'halve', say: 'The request is too large.' },
  { on: 'status', from: 425, does: 'retry', say: 'It asks to come back later.' },
  { on: 'status', from: 429, does: 'retry', say: 'Too many requests.' },
  { on: 'status', from: 400, to: 499, does: 'split', say: 'The request was refused.' },
  { on: 'status', from: 500, to: 599, does: 'retry', say: 'It has a failure of its own.' },
]

export async function postJson(request: PostRequest, ports: SendPorts): Promise<Posted> {
  const { answer, failure, exchange } = await exchangeOver(
    {
      ...request,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...request.headers },
      body: JSON.stringify(request.body),
    },
    ports,
  )
  const text = answer?.text ?? ''
  return {
    status: answer?.status ?? 0,
    text,
    body: unpackJson(text),
    ...(answer && retryAfter(answer.headers, ports.nowMs())),
    ...(failure && { failure }),
    exchange,
  }
}

export interface PostBatch<Body> {
  /** What each event of the batch becomes. */
  readonly bodies: readonly Body[]
  readonly requestOf: (part: readonly Body[]) => Omit<PostRequest, 'events'>
  /** `count`: events in the request that is answered. */
  readonly judge: (posted: Posted, count: number) => Verdict
}

/** A batch in one request, or in those that the search for its bad events takes. */
export function postBatch<Body>(
  { bodies, requestOf, judge }: PostBatch<Body>,
  ports: SendPorts,
): Promise<Sent> {
  const send = async (part: readonly Body[]) => {
    const posted = await postJson({ ...requestOf(part), events: part.length }, ports)
    return { exchange: posted.exchange, verdict: judge(posted, part.length) }
  }
  return settleBatch({ events: bodies, send, signal: ports.signal })
}

/** The meaning of an answer that is not the success. `code` and `message` as its body says them. */
export function verdictOf(
  posted: Posted,
  rows: readonly ErrorRow[],
  said: { readonly code?: number | undefined; readonly message?: string | undefined },
): Verdict {
  if (posted.failure) return { kind: 'stop', outcome: posted.failure }
  const message = said.message ?? posted.text
  const row = [...rows, ...STATUS_ROWS].find((one) =>
    fits(one, posted.status, { ...said, message }),
  )
  const code = row?.on === 'code' ? String(said.code) : `http_${posted.status}`
  const words = wordsOf(message)
  const detail = `${row?.say ?? 'The answer is not understood.'}${words && ` It said: ${words}`}`
  switch (row?.does) {
    case 'hold':
      return { kind: 'stop', outcome: { state: 'held', code, detail } }
    case 'split':
      return { kind: 'refused', outcome: { state: 'rejected', code, detail } }
    case 'halve':
      return { kind: 'too_large', outcome: { state: 'rejected', code, detail } }
    default: {
      const { afterMs } = posted
      const wait = afterMs === undefined ? {} : { afterMs }
      return { kind: 'stop', outcome: { state: 'retry', code, detail, ...wait } }
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
  said: { readonly code?: number | undefined; readonly message: string },
): boolean {
  const number = on === 'code' ? said.code : status
  if (number === undefined || number < from || number > to) return false
  return !words || words.test(said.message)
}
