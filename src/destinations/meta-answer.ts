/**
 * What an answer of Meta means for the events of its request. Pure: the tables of meta-errors.ts,
 * applied. What follows from it (search on, stop, settle) is meta-send.ts.
 */
import { isObject } from '../event/parse-scalars.ts'
import { OUTCOME_DETAIL_CHARS_MAX } from '../limits.ts'
import type { Outcome } from './destination.ts'
import {
  judge,
  META_ANSWERS,
  type MetaError,
  type MetaVerdict,
  metaErrorIn,
  namedEvents,
  shorten,
} from './meta-errors.ts'
import { retryAfterMs, usagePauseMs } from './meta-pace.ts'
import type { MetaReply } from './meta-request.ts'

export type Reading =
  /** All kept, but those in `but` (positions in the request). */
  | { readonly kind: 'taken'; readonly but: ReadonlyMap<number, Outcome> }
  /** None kept, for at least one of them, perhaps the one at `named`. */
  | {
      readonly kind: 'refused'
      readonly outcome: Outcome
      /** Event or setting: `doubt` in meta-errors.ts. `fix`: for the second case. */
      readonly inDoubt: boolean
      readonly fix: string
      readonly named: number | undefined
    }
  | { readonly kind: 'too_large'; readonly outcome: Outcome }
  /** Nothing is known of the events, and no other request would fare better now. */
  | { readonly kind: 'stop'; readonly outcome: Outcome; readonly pauseMs?: number }

export function readAnswer(reply: MetaReply, events: number, nowMs: number): Reading {
  const { failure, answer, exchange } = reply
  if (failure) {
    return { kind: 'stop', outcome: { state: 'retry', code: failure.code, detail: failure.words } }
  }
  const error = metaErrorIn(answer)
  if (error) return readError(error, reply, { events, nowMs })
  const { status } = exchange
  if (status >= 200 && status < 300) return readReceipt(answer, events)
  if (status === 413) {
    const detail = META_ANSWERS.too_large.about
    return { kind: 'too_large', outcome: { state: 'rejected', code: 'too_large', detail } }
  }
  const { verdict, about, fix } = answerRow(status)
  const code = isRedirect(status) ? 'redirected' : `http_${status}`
  return stopped(verdict, { code, words: `Status ${status}. ${about} ${fix}` }, { reply, nowMs })
}

function readError(
  error: MetaError,
  reply: MetaReply,
  { events, nowMs }: { readonly events: number; readonly nowMs: number },
): Reading {
  const { verdict, code, waitMs, fix } = judge(reply.exchange.status, error)
  const words = reply.mask(error.words)
  if (verdict === 'reject' || verdict === 'doubt') {
    const outcome = { state: 'rejected', code, detail: words } as const
    const named = namedEvents(error.paths).find((place) => place < events)
    return { kind: 'refused', outcome, inDoubt: verdict === 'doubt', fix, named }
  }
  const told = verdict === 'hold' ? `${words} ${fix}` : words
  return stopped(verdict, { code, words: told }, { reply, nowMs, waitMs })
}

/** Retry, slow down or hold. */
function stopped(
  verdict: MetaVerdict,
  { code, words }: { readonly code: string; readonly words: string },
  { reply, nowMs, waitMs }: { reply: MetaReply; nowMs: number; waitMs?: number | undefined },
): Reading {
  const detail = shorten(words, DETAIL_CHARS_MAX)
  if (verdict === 'hold') return { kind: 'stop', outcome: { state: 'held', code, detail } }
  const asked = retryAfterMs(reply.headers.get('retry-after'), nowMs)
  if (verdict !== 'slow') {
    const after = asked === undefined ? {} : { afterMs: asked }
    return { kind: 'stop', outcome: { state: 'retry', code, detail, ...after } }
  }
  const told = Math.max(asked ?? 0, usagePauseMs(reply.headers))
  const pauseMs = told || (waitMs ?? SLOW_MS)
  return { kind: 'stop', outcome: { state: 'retry', code, detail, afterMs: pauseMs }, pauseMs }
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
function readReceipt(answer: unknown, events: number): Reading {
  const received = isObject(answer) ? answer.events_received : undefined
  if (typeof received !== 'number') {
    const { about, fix } = META_ANSWERS.malformed_answer
    const outcome = { state: 'retry', code: 'malformed_answer', detail: `${about} ${fix}` } as const
    return { kind: 'stop', outcome }
  }
  if (received >= events) return { kind: 'taken', but: new Map() }
  const named = namedInMessages(answer, events)
  if (named.size === events - received) return { kind: 'taken', but: named }
  const { about, fix } = META_ANSWERS.not_received
  const detail = `events_received is ${received} of ${events}. ${about}`
  const outcome = { state: 'retry', code: 'not_received', detail } as const
  return { kind: 'refused', outcome, inDoubt: false, fix, named: undefined }
}

function namedInMessages(answer: unknown, events: number): ReadonlyMap<number, Outcome> {
  const messages = isObject(answer) && Array.isArray(answer.messages) ? answer.messages : []
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
