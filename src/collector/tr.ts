/**
 * /tr: hits of Meta's own script, pointed at us by fbq('set', 'endpoint', ...), as image addresses
 * and forms. Translates its parameters into our events; what only Meta's servers use is left out.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { BrowserContext } from '../event/shape.ts'
import { BROWSER_TEXT_CHARS_MAX } from '../limits.ts'
import { sendGif } from './gif.ts'
import type { Hits } from './hits.ts'
import { type Fields, queryFields, readParameters } from './parameters.ts'
import type { DoorPorts } from './ports.ts'

export function registerTr(app: FastifyInstance, ports: DoorPorts): void {
  // The script writes /tr/, the noscript image /tr: the server ignores a trailing slash.
  app.get('/tr', (request, reply) =>
    sendGif(request, reply, {
      ports,
      read: () => readHit(queryFields(request.url), request, ports),
    }),
  )
  app.post('/tr', (request, reply) =>
    sendGif(request, reply, { ports, read: () => readForm(request, ports) }),
  )
}

/** A form into a hidden frame, or a beacon's form data. */
async function readForm(request: FastifyRequest, ports: DoorPorts): Promise<Hits> {
  const body = await readParameters(request.body as Buffer, request.headers['content-type'])
  const fields = new Map(queryFields(request.url))
  for (const [name, value] of Object.entries(body)) {
    if (typeof value === 'string') fields.set(name, value)
  }
  return readHit(fields, request, ports)
}

function readHit(fields: Fields, request: FastifyRequest, ports: DoorPorts): Hits {
  const sentAtMs = Number(fields.get('ts')) || ports.nowMs()
  const customData = customDataOf(fields)
  const event = {
    event_name: fields.get('ev'),
    event_time: Math.floor(sentAtMs / 1000),
    action_source: 'website',
    ...present('event_id', fields.get('eid')),
    ...present('event_source_url', fields.get('dl') || request.headers.referer),
    ...present('referrer_url', fields.get('rl')),
    user_data: userDataOf(fields),
    ...(customData ? { custom_data: customData } : {}),
    ...processingOf(fields),
  }
  const hit = { datasetId: ownId(fields.get('id') ?? '', ports), event, browser: browserOf(fields) }
  return { via: 'tr', hits: [hit], sentAtMs, bytes: bytesOf(request) }
}

/** Meta's script knows its own pixel's id, not that of the dataset which stands for it. */
export function ownId(id: string, { findDataset, findByPixel }: DoorPorts): string {
  return findDataset(id) ? id : (findByPixel(id)?.dataset_id ?? id)
}

function bytesOf({ body, url }: FastifyRequest): number {
  return url.length + (Buffer.isBuffer(body) ? body.length : 0)
}

function present(key: string, value: string | undefined): Record<string, string> {
  return value ? { [key]: value } : {}
}

/** `ud[em]` (from init) and `udff[em]` (from a form): hashed by the script, both kept. */
function userDataOf(fields: Fields): Record<string, string | string[]> {
  const userData: Record<string, string | string[]> = {}
  for (const [name, value] of fields) {
    const key = USER_DATA.exec(name)?.[1]
    if (!key || !value || !MATCH_KEYS.has(key)) continue
    const known = userData[key] ?? []
    if (!known.includes(value)) userData[key] = [...known, value]
  }
  return { ...userData, ...present('fbp', fields.get('fbp')), ...present('fbc', fields.get('fbc')) }
}

const USER_DATA = /^ud(?:ff)?\[(\w+)\]$/
/** The script also sends what the page called the field (email, first_name) beside these. */
export const MATCH_KEYS: ReadonlySet<string> = new Set([
  'em',
  'ph',
  'fn',
  'ln',
  'ge',
  'db',
  'ct',
  'st',
  'zp',
  'country',
  'external_id',
])

/** `cd[value]`: every value is text; lists and objects are JSON. parse makes numbers of numbers. */
function customDataOf(fields: Fields): Record<string, unknown> | undefined {
  const entries: [string, unknown][] = []
  for (const [name, value] of fields) {
    const key = CUSTOM_DATA.exec(name)?.[1]
    // The features of a clicked button hold the page's text as it is, names and addresses included.
    if (key && key !== 'buttonFeatures') entries.push([decoded(key), jsonOrText(value)])
  }
  return entries.length > 0 ? Object.fromEntries(entries) : undefined
}

const CUSTOM_DATA = /^cd\[(.+)\]$/

/** Unusual characters of a key are encoded once more than those of a value. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}

function jsonOrText(value: string): unknown {
  if (!/^[[{]/.test(value)) return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

/** Limited Data Use; an empty `dpo` says that nothing is limited. */
function processingOf(fields: Fields): Record<string, unknown> {
  const options = fields.get('dpo')
  if (options === undefined) return {}
  return {
    data_processing_options: options === '' ? [] : options.split(','),
    ...wholeNumber('data_processing_options_country', fields.get('dpoco')),
    ...wholeNumber('data_processing_options_state', fields.get('dpost')),
  }
}

function wholeNumber(key: string, value: string | undefined): Record<string, number> {
  return value && /^\d{1,6}$/.test(value) ? { [key]: Number(value) } : {}
}

function browserOf(fields: Fields): BrowserContext {
  const words = (name: string) => fields.get(name)?.slice(0, BROWSER_TEXT_CHARS_MAX)
  const title = words('pmd[title]')
  const agent = words('a')
  const [width, height] = [words('sw'), words('sh')]
  return {
    mode: 'tr',
    method: methodOf(fields),
    ...(title ? { title } : {}),
    ...(agent ? { agent } : {}),
    ...(width && height ? { screen: `${width}x${height}` } : {}),
    ...(fields.has('if') ? { in_iframe: fields.get('if') === 'true' } : {}),
  }
}

function methodOf(fields: Fields): string {
  if (fields.get('noscript') === '1') return 'noscript'
  if (fields.get('es') === 'automatic') return 'auto'
  return { '1': 'trackSingle', '2': 'trackSingleCustom' }[fields.get('tm') ?? ''] ?? 'track'
}
