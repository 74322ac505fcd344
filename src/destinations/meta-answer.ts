/**
 * What an answer of Meta means for the events of its request. Pure: the tables of meta-errors.ts,
 * applied. What follows from it (search on, stop, settle) is settle-batch.ts.
 */
import { isObject, unpackJson } from '../event/parse-scalars.ts'
import { OUTCOME_DETAIL_CHARS_MAX } from '../limits.ts'
import type { Outcome } from './destination.ts'
import { type HttpAnswer, type HttpResult, retryAfter } from './http-exchange.ts'
import {
  judge,
  META_ANSWERS,
  type MetaError,
  type MetaVerdict,
  metaErrorIn,
  namedEvents,
  shorten,
} from './meta-errors.ts'
import { usagePauseMs } from './meta-pace.ts'
import type { Verdict } from './settle-batch.ts'

export interface Reading {
  readonly verdict: Verdict
  /** The pause that Meta asks for before the next request. */
  readonly pauseMs: number
}

export function readAnswer(result: HttpResult, events: number, nowMs: number): Reading {
  const { answer, failure } = result
  if (!answer) return { verdict: { kind: 'stop', outcome: failure }, pauseMs: 0 }
  const pauseMs = usagePauseMs(answer.headers)
  if (failure) return { verdict: { kind: 'stop', outcome: failure }, pauseMs }
  const { status } = answer
  const body = unpackJson(answer.text)
  const error = metaErrorIn(body)
  if (error) return readError(error, answer, { events, nowMs })
  if (status >= 200 && status < 300) return { verdict: readReceipt(body, events), pauseMs }
  if (status === 413) {
    const detail = META_ANSWERS.too_large.about
    const outcome = { state: 'rejected', code: 'too_large', detail } as const
    return { verdict: { kind: 'too_large', outcome }, pauseMs }
  }
  const { verdict, about, fix } = answerRow(status)
  const code = isRedirect(status) ? 'redirected' : `http_${status}`
  return stopped(verdict, { code, words: `Status ${status}. ${about} ${fix}` }, { answer, nowMs })
}

function readError(
  error: MetaError,
  answer: HttpAnswer,
  { events, nowMs }: { readonly events: number; readonly nowMs: number },
): Reading {
  const { verdict, code, waitMs, fix } = judge(answer.status, error)
  const { words } = error
  if (verdict === 'reject' || verdict === 'doubt') {
    const outcome = { state: 'rejected', code, detail: words } as const
    const named = namedEvents(error.paths).find((place) => place < events)
    const doubt = verdict === 'doubt' ? fix : undefined
    const pauseMs = usagePauseMs(answer.headers)
    return { verdict: { kind: 'refused', outcome, doubt, named }, pauseMs }
  }
  const told = verdict === 'hold' ? `${words} ${fix}` : words
  return stopped(verdict, { code, words: told }, { answer, nowMs, waitMs })
}

/** Retry, slow down or hold. */
function stopped(
  verdict: MetaVerdict,
  { code, words }: { readonly code: string; readonly words: string },
  { answer, nowMs, waitMs }: { answer: HttpAnswer; nowMs: number; waitMs?: number | undefined },
): Reading {
  const { headers } = answer
  const detail = shorten(words, DETAIL_CHARS_MAX)
  const usageMs = usagePauseMs(headers)
  if (verdict === 'hold') {
    const outcome = { state: 'held', code, detail } as const
    return { verdict: { kind: 'stop', outcome }, pauseMs: usageMs }
  }
  const asked = retryAfter(headers, nowMs)
  const retry = { state: 'retry', code, detail } as const
  if (verdict !== 'slow') {
    return { verdict: { kind: 'stop', outcome: { ...retry, ...asked } }, pauseMs: usageMs }
  }
  const pauseMs = Math.max(asked.afterMs ?? 0, usageMs) || (waitMs ?? SLOW_MS)
  return { verdict: { kind: 'stop', outcome: { ...retry, afterMs: pauseMs } }, pauseMs }
}

/** Where a 429 says nothing of its own. */
const SLOW_MS = 60_000
/** Meta's words and ours together. */
const DETAIL_CHARS_MAX = 2 * OUTCOME_DETAIL_CHARS_MAX

/**
 * Meta takes all or nothing, and says how many. A target that took fewer may name the others in
 * `messages`, as Twofold does. If it does not, the search finds them as it finds bad ones: asking
 * again for those that were taken is harmless, as each carries its id.
 */
function readReceipt(body: unknown, events: number): Verdict {
  const received = isObject(body) ? body.events_received : undefined
  if (typeof received !== 'number') {
    const { about, fix } = META_ANSWERS.malformed_answer
    const outcome = { state: 'retry', code: 'malformed_answer', detail: `${about} ${fix}` } as const
    return { kind: 'stop', outcome }
  }
  if (received >= events) return { kind: 'taken' }
  const named = namedInMessages(body, events)
  if (named.size === events - received) {
    const outcomes = Array.from({ length: events }, (_, at) => named.get(at) ?? DELIVERED)
    return { kind: 'each', outcomes }
  }
  const { about } = META_ANSWERS.not_received
  const detail = `events_received is ${received} of ${events}. ${about}`
  return { kind: 'refused', outcome: { state: 'retry', code: 'not_received', detail } }
}

const DELIVERED: Outcome = { state: 'delivered' }

function namedInMessages(body: unknown, events: number): ReadonlyMap<number, Outcome> {
  const messages = isObject(body) && Array.isArray(body.messages) ? body.messages : []
  const named = new Map<number, Outcome>()
  for (const message of messages) {
    if (typeof message !== 'string') continue
    const detail = shorten(message, OUTCOME_DETAIL_CHARS_MAX)
    const place = namedEvents(message).find((one) => one < events)
    if (place !== undefined)
      named.set(place, { state: 'rejected', code: 'refused_by_name', detail })
  }
  return named
}

/** For a status that comes without an error object of Meta's. */
function answerRow(status: number): (typeof META_ANSWERS)[keyof typeof META_ANSWERS] {
  if (isRedirect(status)) return META_ANSWERS.redirected
  if (status === 429) return META_ANSWERS.http_429
  if (status === 408 || status === 425) return META_ANSWERS.http_408
  return status >= 500 ? META_ANSWERS.http_5xx : META_ANSWERS.http_4xx
}

/** 0: a redirect that fetch keeps to itself. */
function isRedirect(status: number): boolean {
  return status === 0 || (status >= 300 && status < 400)
}
