/**
 * A strict stand-in for Meta's Conversions API, for tests and for a customer's CI: it validates and
 * counts as Meta does, fails as it is told, and shows what it saw. One HTTP server, nothing on
 * disk. Clock, chance and waiting are passed in, so that a simulation can run virtual days.
 * Called by cli/fake-meta.ts and by tests. It shares nothing with the relay that it is to test.
 */
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { ERRORS, errorBody, TwofoldError } from '../errors.ts'
import { Access, type TokenState } from './access.ts'
import { control, isControl } from './control.ts'
import type { CountedEvent, CountedTotals } from './count.ts'
import { type FailRule, Failures, type RuleShown } from './failures.ts'
import {
  type Answer,
  answerProbe,
  type GraphPorts,
  type Sent,
  takeEvents,
  takeHit,
} from './graph.ts'
import type { Fields } from './judged.ts'
import type { Page, PageQuery } from './kept.ts'
import { type BadRequest, type GoodEvent, Ledger } from './ledger.ts'
import { readBody, readParameters } from './parameters.ts'

export interface FakeMetaOptions {
  /** 0 takes any free port. */
  readonly port: number
  readonly host?: string
  readonly datasetId: string
  readonly token: string
  /** With it, an appsecret_proof that is sent must be right. */
  readonly appSecret?: string
  readonly fail?: readonly FailRule[]
  readonly nowMs: () => number
  /** For rules with a probability, and nothing else: seeded, a run repeats. */
  readonly random: () => number
  /** For slow answers. */
  readonly sleep: (ms: number) => Promise<unknown>
}

/** The same as over HTTP, for tests in the same process. */
export interface FakeMeta {
  readonly url: string
  fail(rule: FailRule): RuleShown
  clearFailures(): void
  /** No token: the present one. A state that is not `valid` is how requests are refused. */
  setToken(change: { readonly token?: string; readonly state?: TokenState }): void
  counted(): CountedTotals
  countedEvents(query?: PageQuery): Page<CountedEvent>
  good(query?: PageQuery): Page<GoodEvent>
  bad(query?: PageQuery): Page<BadRequest>
  reset(): void
  close(): Promise<void>
}

export async function startFakeMeta(options: FakeMetaOptions): Promise<FakeMeta> {
  const { nowMs, host = '127.0.0.1' } = options
  const ledger = new Ledger()
  const access = new Access(options)
  const failures = new Failures(options.random)
  for (const rule of options.fail ?? []) failures.add(rule, nowMs())
  const ports: Ports = { ledger, access, failures, nowMs, sleep: options.sleep }
  const server = createServer((request, response) => {
    serve(request, response, ports).catch((error: unknown) => showDefect(response, error))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, host, resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    fail: (rule) => failures.add(rule, nowMs()),
    clearFailures: () => void failures.clear(),
    setToken: ({ token, state = 'valid' }) => {
      access.mend(token, state)
      if (state === 'valid') failures.clearTokenFailures()
    },
    counted: () => ledger.counter.totals(),
    countedEvents: (query = {}) => ledger.counter.page(query),
    good: (query = {}) => ledger.good.page(query, () => true),
    bad: (query = {}) => ledger.bad.page(query, () => true),
    reset: () => {
      ledger.reset()
      failures.clear()
      access.mend(undefined, 'valid')
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface Ports extends GraphPorts {
  readonly sleep: (ms: number) => Promise<unknown>
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  ports: Ports,
): Promise<void> {
  const { ledger, sleep } = ports
  const url = request.url ?? '/'
  const mark = url.indexOf('?')
  const path = tidy(mark < 0 ? url : url.slice(0, mark))
  const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1))
  const isOwn = isControl(path)
  // Requests under way are those of Meta's clients, not those of the test that looks.
  if (!isOwn) ledger.begin()
  try {
    const body = await readBody(request)
    if (!body.ok && body.why === 'cut_off') return
    const bytes = body.ok ? body.bytes : Buffer.alloc(0)
    const type = request.headers['content-type']
    if (isOwn) {
      const json = await readParameters(bytes, type?.includes('multipart') ? type : JSON_TYPE)
      write(response, answerControl({ method: request.method ?? '', path, query, json }, ports))
      return
    }
    const sentBody = isPacked(request) ? undefined : await readParameters(bytes, type)
    const sent: Sent = {
      method: request.method ?? 'GET',
      path,
      headers: request.headers,
      parameters: sentBody && { ...Object.fromEntries(query), ...sentBody },
      bytes: bytes.length,
      isTooLarge: !body.ok,
    }
    const answer = answerMeta(sent, ports)
    if (answer.delayMs) await sleep(answer.delayMs)
    write(response, answer)
  } finally {
    if (!isOwn) ledger.end()
  }
}

const JSON_TYPE = 'application/json'

/** `/tr/` is `/tr`. */
function tidy(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

/** Whether Meta unpacks bodies is not documented, so no client may rely on it. */
function isPacked({ headers }: IncomingMessage): boolean {
  const encoding = headers['content-encoding']
  return encoding !== undefined && encoding !== 'identity'
}

function answerMeta(sent: Sent, ports: Ports): Answer {
  if (sent.path === '/tr') {
    takeHit(sent.parameters ?? {}, ports)
    return { status: 200, body: GIF, headers: { 'content-type': 'image/gif' } }
  }
  const [first = '', ...rest] = sent.path.split('/').slice(1)
  const steps = /^v\d+\.\d+$/.test(first) ? rest : [first, ...rest]
  const [datasetId = '', edge] = steps
  if (sent.method === 'POST' && edge === 'events' && steps.length === 2) {
    return takeEvents(sent, datasetId, ports)
  }
  return answerProbe(sent, steps, ports)
}

const GIF = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'

function answerControl(
  asked: { method: string; path: string; query: URLSearchParams; json: Fields | undefined },
  ports: Ports,
): Answer {
  try {
    return control({ ...asked, body: asked.json }, ports)
  } catch (error) {
    if (!(error instanceof TwofoldError)) throw error
    return { status: ERRORS[error.code].status, body: errorBody(error.code, error.detail) }
  }
}

function write(response: ServerResponse, answer: Answer): void {
  const { status, body, headers = {}, isHalf } = answer
  if (status === 0) {
    response.socket?.resetAndDestroy()
    return
  }
  const bytes = bytesOf(body)
  const all: OutgoingHttpHeaders = {
    'content-type': typeof body === 'string' ? 'text/html' : `${JSON_TYPE}; charset=UTF-8`,
    'content-length': bytes.length,
    'facebook-api-version': 'v25.0',
    'cache-control': 'no-store',
    ...headers,
  }
  response.writeHead(status, all)
  if (!isHalf) {
    response.end(bytes)
    return
  }
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.socket?.destroy())
}

/** A test must see a defect of the stand-in as what it is. */
function showDefect(response: ServerResponse, error: unknown): void {
  const detail = error instanceof Error ? error.message : String(error)
  if (response.headersSent) response.socket?.destroy()
  else write(response, { status: 500, body: errorBody('internal', `The stand-in: ${detail}`) })
}

function bytesOf(body: object | string): Buffer {
  if (body === GIF) return Buffer.from(GIF, 'base64')
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}
