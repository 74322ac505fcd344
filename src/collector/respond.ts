/**
 * Answers: Meta's shapes for the Graph endpoint, ours for everything else. Prepared texts, no
 * serialiser. Nothing is answered here before accept() has resolved; the callers see to that.
 */
import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import { ERRORS, type ErrorCode, errorBody, TwofoldError } from '../errors.ts'
import {
  GRAPH_ERRORS,
  type GraphErrorName,
  graphError,
  graphRequestError,
} from '../event/problems.ts'
import type { Outcome } from '../ingest/ingest.ts'
import { RETRY_AFTER_S } from '../limits.ts'

export interface Answer {
  readonly status: number
  readonly body: object
  readonly retryAfterS?: number
}

/** A request that is not taken, or not now. */
export interface Refusal {
  readonly code: ErrorCode
  readonly detail?: string | undefined
  readonly retryAfterS?: number
}

export function send(reply: FastifyReply, { status, body, retryAfterS }: Answer): FastifyReply {
  reply.code(status).header('content-type', JSON_TYPE)
  if (retryAfterS !== undefined) reply.header('retry-after', retryAfterS)
  return reply.send(JSON.stringify(body))
}

/** The same without Fastify. `headers`: names and values in turn. */
export function write(
  response: ServerResponse,
  { status, text, headers }: { status: number; text: string; headers: readonly string[] },
): void {
  const bytes = Buffer.byteLength(text)
  const own = ['content-type', JSON_TYPE, 'content-length', String(bytes)]
  // Plain ASCII is both, and leaves as it lies in memory.
  const encoding = bytes === text.length ? 'latin1' : 'utf8'
  response.writeHead(status, [...own, ...headers]).end(text, encoding)
}

/** Most hits are answered alike: one event, taken, nothing to say. */
const ONE_TAKEN = '{"events_received":1,"messages":[]}'

export function answerText({ body }: Answer): string {
  const { events_received, messages } = body as { events_received?: number; messages?: unknown[] }
  return events_received === 1 && messages?.length === 0 ? ONE_TAKEN : JSON.stringify(body)
}

const JSON_TYPE = 'application/json; charset=utf-8'

/** Our own shape. */
export function refusalAnswer({ code, detail, retryAfterS }: Refusal): Answer {
  const { status, retryable } = ERRORS[code]
  const waitS = retryAfterS ?? (retryable && status !== 500 ? RETRY_AFTER_S : undefined)
  const body = errorBody(code, detail)
  return { status, body, ...(waitS === undefined ? {} : { retryAfterS: waitS }) }
}

/** What was thrown, as a refusal; `internal` for what nobody foresaw. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof TwofoldError) return { code: error.code, detail: error.detail }
  const status = (error as { statusCode?: unknown } | null)?.statusCode
  if (status === 413) return { code: 'body_too_large' }
  if (status === 415) return { code: 'unsupported_encoding' }
  if (typeof status === 'number' && status >= 400 && status < 500)
    return { code: 'invalid_request' }
  return { code: 'internal' }
}

/** 200 (202 at the /capi door) when at least one event was taken, else Meta's error object. */
export function graphAnswer(
  outcomes: readonly Outcome[],
  okStatus: number,
  random: () => number,
): Answer {
  const fbtrace_id = traceId(random)
  const messages = outcomes.map(outcomeMessage).filter((message) => message !== undefined)
  const taken = outcomes.filter(({ verdict }) => verdict !== 'rejected').length
  const received = { events_received: taken, messages }
  if (taken > 0) return { status: okStatus, body: { ...received, fbtrace_id } }
  const problems = outcomes.map(({ problem }) => problem)
  const problem = problems.find((one) => one && one.reason !== 'batch_refused') ?? problems[0]
  if (!problem) return { status: okStatus, body: { ...received, fbtrace_id } }
  return { status: 400, body: { ...graphError(problem, fbtrace_id), ...received } }
}

/** What a sender should know of an outcome: a rejection or a drop, with its reason. */
export function outcomeMessage(outcome: Outcome, index: number): string | undefined {
  const { verdict, problem, reason } = outcome
  if (verdict === 'rejected') return problem?.message ?? `data[${index}] was rejected (${reason}).`
  return verdict === 'dropped' ? `data[${index}] was dropped: ${reason}.` : undefined
}

/** Meta's error object for a fault of the request; `fix` is ours: what it was and what to do. */
export function graphRefusal(
  name: GraphErrorName,
  random: () => number,
  {
    particulars = '',
    fix,
    retryAfterS,
  }: { particulars?: string; fix?: string; retryAfterS?: number },
): Answer {
  const { error } = graphRequestError(name, traceId(random), particulars)
  return {
    status: GRAPH_ERRORS[name].status,
    body: { error: { ...error, ...(fix ? { error_user_msg: fix } : {}) } },
    ...(retryAfterS === undefined ? {} : { retryAfterS }),
  }
}

/** What was thrown on the way, in Meta's shape. */
export function graphThrown(thrown: unknown, random: () => number): Answer {
  const { code, detail = '' } = refusalOf(thrown)
  const { status, message, fix } = ERRORS[code]
  const words = `${detail || message} ${fix}`
  if (code === 'body_too_large') {
    return graphRefusal('body_too_large', random, { particulars: words })
  }
  if (status < 500)
    return { ...graphRefusal('body_unreadable', random, { particulars: words }), status }
  const told = { fix: `${code}: ${message} ${fix}`, retryAfterS: RETRY_AFTER_S }
  return { ...graphRefusal('overloaded', random, told), status }
}

const TRACE_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-'
const TRACE_CHARS = 23

/** Opaque, as long as Meta's, and beginning with A as Meta's do. */
function traceId(random: () => number): string {
  let id = 'A'
  while (id.length < TRACE_CHARS) id += TRACE_LETTERS[Math.floor(random() * TRACE_LETTERS.length)]
  return id
}
