/**
 * The test's side of the stand-in: what came (GET /good, /bad, /counted, /requests), how to fail
 * (/fail, /token), and a fresh start (DELETE /). JSON in, JSON out; errors in Twofold's own shape.
 */
import { z } from 'zod'
import { TwofoldError } from '../errors.ts'
import { type Access, TOKEN_STATES } from './access.ts'
import { PAGE_MAX } from './bounds.ts'
import { FAILURE_NAMES, type Failures, readFailRule } from './failures.ts'
import type { Answer } from './graph.ts'
import type { Fields } from './judged.ts'
import type { BadRequest, GoodEvent, Ledger } from './ledger.ts'

export interface ControlPorts {
  readonly ledger: Ledger
  readonly failures: Failures
  readonly access: Access
  readonly nowMs: () => number
}

export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  /** Undefined: not JSON. */
  readonly body: Fields | undefined
}

type Handler = (asked: Asked, ports: ControlPorts) => object

const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['GET /', about],
  ['GET /good', ({ query }, { ledger }) => ledger.good.page(pageOf(query), wantedOf(query))],
  ['GET /bad', ({ query }, { ledger }) => ledger.bad.page(pageOf(query), wantedOf(query))],
  ['GET /counted', counted],
  ['GET /requests', ({ query }, { ledger }) => ledger.requests(pageOf(query))],
  ['GET /fail', (_, { failures, nowMs }) => ({ rules: failures.active(nowMs()) })],
  ['POST /fail', addFailure],
  ['DELETE /fail', ({ query }, { failures }) => cleared(failures, query)],
  ['POST /token', changeToken],
  ['DELETE /', reset],
])

/** Paths of the stand-in's own; everything else is Meta's. */
export function isControl(path: string): boolean {
  return PATHS.has(path)
}

const PATHS: ReadonlySet<string> = new Set(
  [...HANDLERS.keys()].map((key) => key.split(' ')[1] ?? ''),
)

/** Throws TwofoldError. */
export function control(asked: Asked, ports: ControlPorts): Answer {
  const handler = HANDLERS.get(`${asked.method} ${asked.path}`)
  if (!handler) throw new TwofoldError('not_found', `${asked.method} is not possible there.`)
  return { status: 200, body: handler(asked, ports) }
}

function about(_asked: Asked, { access }: ControlPorts): object {
  return {
    stand_in_for: 'Meta Conversions API',
    dataset_id: access.datasetId,
    token: access.state,
    events: `POST /v25.0/${access.datasetId}/events`,
    browser_hits: 'GET or POST /tr',
    look: ['/good', '/bad', '/counted', '/requests', '/fail'],
    failures: FAILURE_NAMES,
  }
}

function counted({ query }: Asked, { ledger }: ControlPorts): object {
  const name = query.get('event_name')
  const id = query.get('event_id')
  const page = ledger.counter.page({
    ...pageOf(query),
    ...(name === null ? {} : { event_name: name }),
    ...(id === null ? {} : { event_id: id }),
  })
  return { ...ledger.counter.totals(), ...page }
}

function addFailure({ body }: Asked, { failures, nowMs }: ControlPorts): object {
  return failures.add(readFailRule(jsonOf(body)), nowMs())
}

function cleared(failures: Failures, query: URLSearchParams): object {
  const count = failures.clear(query.get('id') ?? undefined)
  return { cleared: count }
}

const tokenSchema = z.strictObject({
  access_token: z.string().min(1).max(1000).optional(),
  state: z.enum(TOKEN_STATES).default('valid'),
})

/** `{}` mends it, `{"state":"token_expired"}` breaks it, `{"access_token":"..."}` replaces it. */
function changeToken({ body }: Asked, { access, failures }: ControlPorts): object {
  const read = tokenSchema.safeParse(jsonOf(body))
  if (!read.success) {
    const what = `Send {"access_token": text} and "state", one of ${TOKEN_STATES.join(', ')}.`
    throw new TwofoldError('invalid_request', what)
  }
  access.mend(read.data.access_token, read.data.state)
  if (read.data.state === 'valid') failures.clearTokenFailures()
  return { token: access.state }
}

function reset(_asked: Asked, { ledger, failures, access }: ControlPorts): object {
  ledger.reset()
  failures.clear()
  access.mend(undefined, 'valid')
  return { reset: true }
}

function jsonOf(body: Fields | undefined): Fields {
  if (body === undefined) throw new TwofoldError('invalid_request', 'The body must be JSON.')
  return body
}

function pageOf(query: URLSearchParams): { after?: number; limit?: number } {
  const after = numberOf(query, 'after', Number.MAX_SAFE_INTEGER)
  const limit = numberOf(query, 'limit', PAGE_MAX)
  return { ...(after === undefined ? {} : { after }), ...(limit === undefined ? {} : { limit }) }
}

function numberOf(query: URLSearchParams, name: string, most: number): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  const number = Number(text)
  if (/^\d+$/.test(text) && number <= most) return number
  throw new TwofoldError('invalid_request', `${name} must be a whole number up to ${most}.`)
}

/** Filters of /good and /bad: event_name, event_id, side. */
function wantedOf(query: URLSearchParams): (item: GoodEvent | BadRequest) => boolean {
  const side = query.get('side')
  const name = query.get('event_name')
  const id = query.get('event_id')
  return (item) => {
    const event: Fields = 'event' in item ? item.event : { ...item }
    return (
      (side === null || item.side === side) &&
      (name === null || event.event_name === name) &&
      (id === null || String(event.event_id ?? '') === id)
    )
  }
}
