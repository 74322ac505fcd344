/**
 * Meta's side of the stand-in: POST /v{N}.{M}/{dataset}/events, the probes that clients make with
 * their token, and /tr for hits of Meta's browser script. Checks in Meta's order: token, dataset,
 * data, events; all or nothing. It decides on answers, fake-meta.ts writes them.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { Access } from './access.ts'
import { EVENTS_PER_REQUEST_MAX, PARTNER_AGENT_CHARS_MAX } from './bounds.ts'
import { copyOf, readHit } from './copies.ts'
import type { Failures, Ordained } from './failures.ts'
import { judge } from './judge.ts'
import { eventIn, type Fault, type Fields } from './judged.ts'
import { type Ledger, shortText } from './ledger.ts'
import {
  errorBody,
  META_ERRORS,
  type MetaErrorName,
  metaErrorOf,
  type Particulars,
  traceIdOf,
} from './meta-errors.ts'
import { kindOf } from './parameters.ts'

export interface Sent {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** Of query and body; undefined: the body cannot be read. */
  readonly parameters: Fields | undefined
  readonly bytes: number
  readonly isTooLarge: boolean
}

export interface Answer {
  /** 0: the connection is reset. */
  readonly status: number
  readonly body: object | string
  readonly headers?: Readonly<Record<string, string>>
  readonly delayMs?: number
  /** Only half of it is written. */
  readonly isHalf?: true
}

export interface GraphPorts {
  readonly access: Access
  readonly failures: Failures
  readonly ledger: Ledger
  readonly nowMs: () => number
}

/** What became of one request, before it is damaged on the way. */
interface Result {
  readonly status: number
  readonly body: object
  readonly processed: boolean
  readonly error?: MetaErrorName
}

export function takeEvents(sent: Sent, datasetId: string, ports: GraphPorts): Answer {
  const { ledger, failures } = ports
  const list = readData(sent.parameters?.data)
  const entries = Array.isArray(list) ? list : []
  const ordained = failures.decide(entries, ports.nowMs())
  const name = ordained.end?.name
  if (name !== undefined && name !== 'reset_after' && name !== 'half_answer') {
    return refuseAsTold(sent, { ordained, entries }, ports)
  }
  const result = process({ sent, datasetId, list }, ports)
  const status = name === undefined ? result.status : 0
  const failed = name ?? result.error
  ledger.addRequest({
    ...shownOf(sent, entries.length, ports),
    status,
    processed: result.processed,
    ...(failed === undefined ? {} : { failed }),
  })
  return {
    status: name === 'reset_after' ? 0 : result.status,
    body: result.body,
    headers: ordained.headers,
    delayMs: ordained.delayMs,
    ...(name === 'half_answer' ? { isHalf: true } : {}),
  }
}

/** A failure that somebody asked for, before anything was processed. */
function refuseAsTold(
  sent: Sent,
  { ordained, entries }: { ordained: Ordained; entries: readonly unknown[] },
  ports: GraphPorts,
): Answer {
  const { ledger } = ports
  const { name, index, key } = ordained.end as NonNullable<Ordained['end']>
  const request = ledger.nextRequest
  const error = name === 'poison' ? 'parameter_error' : name
  const detail = index === undefined ? undefined : `data[${index}].${key} is refused, as told.`
  const isMeta = isMetaError(error)
  const status = isMeta ? metaErrorOf(error).status : Number(/^http_(\d+)$/.exec(error)?.[1] ?? 0)
  ledger.addBad({
    ...badOf({ status, entries, error: name }, ports),
    ...(isMeta ? codesOf(error) : {}),
    injected: true,
    ...(index === undefined ? {} : { index, key: key ?? '', ...namesOf(entries[index]) }),
  })
  const failed = { status, processed: false, failed: name }
  ledger.addRequest({ ...shownOf(sent, entries.length, ports), ...failed })
  const body = isMeta
    ? errorBody(error, traceIdOf(request), { detail })
    : `<html><body><h1>${status}</h1>The stand-in was told to fail.</body></html>`
  return { status, body, headers: ordained.headers, delayMs: ordained.delayMs }
}

interface Work {
  readonly sent: Sent
  readonly datasetId: string
  readonly list: unknown
}

function process({ sent, datasetId, list }: Work, ports: GraphPorts): Result {
  const { access } = ports
  const entries = Array.isArray(list) ? list : []
  const refuse = (error: MetaErrorName, about: Particulars = {}): Result =>
    refused({ error, entries, about }, ports)
  if (sent.isTooLarge) return refuse('body_too_large')
  if (sent.parameters === undefined) {
    return refuse('body_unreadable', { id: 'it is not what its content type says.' })
  }
  const badToken = access.refuseToken(sent.parameters, sent.headers)
  if (badToken) return refuse(badToken)
  const badDataset = access.refuseDataset(datasetId)
  if (badDataset) return refuse(badDataset, { id: datasetId })
  if (list === undefined) return refuse('data_required')
  if (!Array.isArray(list)) return refuse('data_not_array')
  if (list.length === 0) return refuse('data_empty')
  if (list.length > EVENTS_PER_REQUEST_MAX) return refuse('too_many_events')
  const judgement = judge(list, ports.nowMs())
  if (!judgement.ok) {
    const { fault } = judgement
    return refused({ error: fault.error, entries, about: {}, fault }, ports)
  }
  return accept(sent, judgement.events, ports)
}

function accept(
  { parameters = {}, bytes }: Sent,
  events: readonly { event: Fields; warnings: readonly string[] }[],
  { ledger, nowMs }: GraphPorts,
): Result {
  const request = ledger.nextRequest
  const common = {
    request,
    received_at_ms: nowMs(),
    side: 'server' as const,
    ...shortText('test_event_code', parameters.test_event_code),
    ...shortText('partner_agent', parameters.partner_agent),
  }
  const agent = isOddAgent(parameters.partner_agent) ? ['odd_partner_agent'] : []
  for (const { event, warnings } of events) {
    const good = { ...common, event, warnings: [...warnings, ...agent] }
    ledger.addGood(good, copyOf(event, 'server'), bytes / events.length)
  }
  const fbtrace_id = traceIdOf(request)
  const body = { events_received: events.length, messages: [], fbtrace_id }
  return { status: 200, body, processed: true }
}

/** Meta: fewer than 23 characters, at least two letters. */
function isOddAgent(agent: unknown): boolean {
  if (typeof agent !== 'string' || agent === '') return false
  return agent.length > PARTNER_AGENT_CHARS_MAX || !/[a-z].*[a-z]/i.test(agent)
}

interface Refusal {
  readonly error: MetaErrorName
  readonly entries: readonly unknown[]
  readonly about: Particulars
  readonly fault?: Fault
}

function refused({ error, entries, about, fault }: Refusal, ports: GraphPorts): Result {
  const { ledger } = ports
  const { status } = metaErrorOf(error)
  ledger.addBad({
    ...badOf({ status, entries, error }, ports),
    ...codesOf(error),
    injected: false,
    ...(fault ? { index: fault.index, key: fault.key, detail: fault.detail } : {}),
    ...(fault ? namesOf(entries[fault.index]) : {}),
  })
  const particulars = { ...about, ...(fault ? { detail: fault.detail } : {}) }
  const body = errorBody(error, traceIdOf(ledger.nextRequest), particulars)
  return { status, body, processed: false, error }
}

/** A list, its JSON text, or whatever else it is; undefined where there is nothing. */
function readData(data: unknown): unknown {
  if (typeof data !== 'string') return data ?? undefined
  if (data === '') return undefined
  try {
    return JSON.parse(data)
  } catch {
    return data // Refused as no list.
  }
}

function shownOf(
  { path, headers, bytes, parameters = {} }: Sent,
  events: number,
  ports: GraphPorts,
) {
  return {
    received_at_ms: ports.nowMs(),
    path: path.slice(0, 200),
    content: kindOf(headers['content-type']),
    bytes,
    events,
    ...shortText('user_agent', headers['user-agent']),
    ...shortText('test_event_code', parameters.test_event_code),
    ...shortText('partner_agent', parameters.partner_agent),
  }
}

function badOf(
  about: { status: number; entries: readonly unknown[]; error: string },
  { ledger, nowMs }: GraphPorts,
) {
  return {
    request: ledger.nextRequest,
    received_at_ms: nowMs(),
    side: 'server' as const,
    status: about.status,
    events: about.entries.length,
    error: about.error,
  }
}

function codesOf(error: MetaErrorName): { code: number; subcode?: number } {
  const { code, subcode } = metaErrorOf(error)
  return { code, ...(subcode === undefined ? {} : { subcode }) }
}

function namesOf(entry: unknown): { event_name?: string; event_id?: string } {
  const { event_name, event_id } = eventIn(entry) ?? {}
  return { ...shortText('event_name', event_name), ...shortText('event_id', event_id) }
}

function isMetaError(name: string): name is MetaErrorName {
  return Object.hasOwn(META_ERRORS, name)
}

/** A hit of Meta's browser script. It is always answered the same; nobody listens. */
export function takeHit(fields: Fields, ports: GraphPorts): void {
  const { ledger, access, nowMs } = ports
  const at = nowMs()
  const hit = readHit(fields, access.datasetId, at)
  const common = { request: 0, received_at_ms: at, side: 'browser' as const }
  if (hit.ok)
    ledger.addGood(
      { ...common, event: hit.event, warnings: [] },
      copyOf(hit.event, 'browser'),
      HIT_BYTES,
    )
  else ledger.addBad({ ...common, status: 200, events: 1, error: hit.error, injected: false })
}

/** Kept in memory, about. */
const HIT_BYTES = 1000

/** What clients ask to see whether token and dataset are right. */
export function answerProbe(sent: Sent, steps: readonly string[], ports: GraphPorts): Answer {
  const { access, ledger } = ports
  const [first = '', second] = steps
  const parameters = sent.parameters ?? {}
  const refuse = (error: MetaErrorName, id = ''): Answer => {
    const method = sent.method.toLowerCase()
    const body = errorBody(error, traceIdOf(ledger.nextRequest), { id, method })
    return { status: metaErrorOf(error).status, body }
  }
  const badToken = access.refuseToken(parameters, sent.headers)
  if (badToken) return refuse(badToken)
  if (first === 'debug_token' && second === undefined && sent.method === 'GET') {
    return { status: 200, body: { data: describeToken(parameters.input_token, access) } }
  }
  if (first === 'me' && second === undefined) {
    return { status: 200, body: { id: SYSTEM_USER, name: 'Conversions API System User' } }
  }
  if (first === 'dataset_quality' && second === undefined && sent.method === 'GET') {
    // It makes up no scores: as with Meta's own dataset before its first days are over.
    return { status: 200, body: { web: [] } }
  }
  if (first === '' || steps.length > 2) return refuse('unknown_path', `/${steps.join('/')}`)
  const badDataset = access.refuseDataset(first)
  if (badDataset) return refuse(badDataset, first)
  if (second === undefined && sent.method === 'GET') {
    return { status: 200, body: { id: first, name: 'Stand-in dataset' } }
  }
  // Reading, changing and deleting events is not possible.
  if (second === 'events' || second === undefined) return refuse('unknown_dataset', first)
  return refuse('unknown_path', `/${second}`)
}

const SYSTEM_USER = '122100000000000001'

function describeToken(token: unknown, access: Access): object {
  const isValid = access.isToken(token) && access.state === 'valid'
  return {
    app_id: '1000000000000001',
    type: 'SYSTEM_USER',
    application: 'Conversions API Application',
    expires_at: 0,
    is_valid: isValid,
    scopes: isValid ? ['read_ads_dataset_quality'] : [],
    user_id: SYSTEM_USER,
  }
}
