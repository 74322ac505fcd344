/**
 * The first-party route: the page speaks to the shop's own host, which passes the pixel's script
 * and reports on, with the visitor's address and browser in each event. So the server need not
 * trust this program's headers, and a page can name no other dataset. Bounded; never throws.
 */
import { RELAY_BODY_BYTES_MAX, RELAY_EVENTS_MAX } from './limits.ts'
import type { Settings } from './options.ts'
import type { Platform } from './platform.ts'
import { type Report, reasonOf } from './problem.ts'
import { createScriptCopy, type Relayed, type ScriptCopy } from './relay-script.ts'
import {
  type HeaderReader,
  headerReader,
  type RequestContext,
  type RequestLike,
  type RequestOptions,
} from './request-context.ts'

export interface Relay {
  /** GET .../p.js and POST .../e of any path; 404 for anything else. */
  (request: Request, options?: RequestOptions): Promise<Response>
  /** The same where there is no Response; `body` is the text of the request. */
  answer(request: RequestLike, body: string, options?: RequestOptions): Promise<Relayed>
}

export interface RelayPorts {
  readonly settings: Pick<Settings, 'url' | 'dataset'>
  readonly platform: Platform
  readonly report: Report
  requestContext(request: RequestLike, options?: RequestOptions): RequestContext
}

export function createRelay(ports: RelayPorts): Relay {
  const script = createScriptCopy(ports)
  const answer: Relay['answer'] = async (request, body, options) => {
    try {
      return await answerTo({ request, body, options, script }, ports)
    } catch (error) {
      const message = `The relay did not reach Twofold: ${reasonOf(error)}. Browsers try again.`
      ports.report({ code: 'relay_failed', message, events: 0 })
      return refusal(502, 'Twofold was not reached.')
    }
  }
  const relay = async (request: Request, options?: RequestOptions): Promise<Response> => {
    const text = request.method === 'POST' ? await readText(request.body).catch(() => '') : ''
    const told = text === undefined ? refusal(413, TOO_LARGE) : await answer(request, text, options)
    // Statuses without a body take none, not even an empty one.
    return new Response(told.body || null, {
      status: told.status,
      headers: [...told.headers] as [string, string][],
    })
  }
  return Object.assign(relay, { answer })
}

const TOO_LARGE = `The body is larger than ${RELAY_BODY_BYTES_MAX / 1024} KB.`

/** Undefined for more than a pixel sends: the rest is not read. */
export async function readText(stream: AsyncBytes | null): Promise<string | undefined> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  const reader = stream?.getReader()
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    bytes += part.value.length
    if (bytes > RELAY_BODY_BYTES_MAX) {
      await reader?.cancel().catch(() => undefined)
      return undefined
    }
    text += decoder.decode(part.value, { stream: true })
  }
  return text + decoder.decode()
}

/** What is used of a ReadableStream, which every runtime types in its own way. */
interface AsyncBytes {
  getReader(): {
    read(): Promise<{ readonly value?: Uint8Array | undefined }>
    cancel(): Promise<void>
  }
}

interface Asked {
  readonly request: RequestLike
  readonly body: string
  readonly options: RequestOptions | undefined
  readonly script: ScriptCopy
}

async function answerTo(asked: Asked, ports: RelayPorts): Promise<Relayed> {
  const { request, script } = asked
  const [path = ''] = (request.url ?? '').replace(/^https?:\/\/[^/]*/, '').split('?')
  const { method = 'GET' } = request
  if (path.endsWith('/p.js') && (method === 'GET' || method === 'HEAD')) {
    return script(path.slice(0, -'/p.js'.length), headerReader(request.headers))
  }
  if (path.endsWith('/e') && method === 'POST') return passOn(asked, ports)
  return refusal(404, 'Here are only GET p.js and POST e.')
}

async function passOn({ request, body, options }: Asked, ports: RelayPorts): Promise<Relayed> {
  const { settings, platform, report } = ports
  if (body.length > RELAY_BODY_BYTES_MAX) return refusal(413, TOO_LARGE)
  const visitor = ports.requestContext(request, options)
  if (!visitor.ip) report({ code: 'relay_failed', message: NO_ADDRESS, events: 0 })
  const sent = ownEvents(body, settings.dataset, visitor)
  if (!sent) return refusal(400, 'This is not what the pixel sends.')
  const get = headerReader(request.headers)
  const answer = await platform.fetch(`${settings.url}/e`, {
    method: 'POST',
    headers: passedHeaders(get),
    body: JSON.stringify(sent.body),
    redirect: 'manual',
    signal: platform.deadline(),
  })
  const headers: [string, string][] = [
    ['content-type', 'application/json; charset=utf-8'],
    ['cache-control', 'no-store'],
  ]
  const wait = answer.headers.get('retry-after')
  if (wait) headers.push(['retry-after', wait])
  // Empty where the shop sets no cookies, or its own word is that this visitor refused.
  if (visitor.setCookie[0] && answer.ok && !sent.refusedConsent) {
    const own = cookiesOf(answer)
    const cookies = own[0] ? own : prolonged(visitor, get)
    for (const cookie of cookies) headers.push(['set-cookie', cookie])
  }
  const status = answer.status < 400 && !answer.ok ? 502 : answer.status
  return { status, headers, body: await answer.text() }
}

const NO_ADDRESS =
  'The relay does not know its visitors’ addresses: set trustedProxies or ipHeader.'

interface Sent {
  readonly body: object
  /** A visitor who refused gets no longer cookies either. */
  readonly refusedConsent: boolean
}

/** Of this dataset only, with the address and browser of the visitor, not of this server. */
function ownEvents(text: string, dataset: string, visitor: RequestContext): Sent | undefined {
  const body = parsed(text)
  const events = isRecord(body) ? body.events : undefined
  if (!isRecord(body) || !Array.isArray(events)) return undefined
  if (events.length === 0 || events.length > RELAY_EVENTS_MAX || !events.every(isRecord)) {
    return undefined
  }
  const own = {
    ...(visitor.ip ? { client_ip_address: visitor.ip } : {}),
    ...(visitor.userAgent ? { client_user_agent: visitor.userAgent } : {}),
  }
  const signed = events.map((event) => ({
    ...event,
    dataset_id: dataset,
    user_data: { ...(isRecord(event.user_data) ? event.user_data : {}), ...own },
  }))
  const refusedConsent = events.some(
    ({ consent }) => isRecord(consent) && consent.state === 'denied',
  )
  return { body: { ...body, events: signed }, refusedConsent }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What the server reads of a browser's request; the shop's own cookies stay here. */
function passedHeaders(get: HeaderReader): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': 'text/plain' }
  for (const name of ['user-agent', 'origin', 'referer', 'sec-gpc']) {
    const value = get(name)
    if (value) headers[name] = value
  }
  const cookies = (get('cookie') ?? '').split(/;\s*/).filter((one) => PASSED_COOKIES.test(one))
  if (cookies.length > 0) headers.cookie = cookies.join('; ')
  return headers
}

/** Meta's two ids and the strings of consent platforms. */
const PASSED_COOKIES = /^(_fb[pc]|eu(pub)?consent-v2|usprivacy)=/

function cookiesOf({ headers }: Response): readonly string[] {
  const all = (headers as { getSetCookie?(): string[] }).getSetCookie?.() ?? []
  return all.filter((line) => /^_fb[pc]=/.test(line))
}

/** Of another site the server sets none: what the browser has already is kept for 90 days more. */
function prolonged({ setCookie }: RequestContext, get: HeaderReader): readonly string[] {
  const known = (get('cookie') ?? '').split(/;\s*/)
  return setCookie.filter((line) => known.includes(line.split(';', 1)[0] ?? ''))
}

function refusal(status: number, message: string): Relayed {
  return {
    status,
    headers: [['content-type', 'application/json; charset=utf-8']],
    body: JSON.stringify({ error: { message } }),
  }
}
