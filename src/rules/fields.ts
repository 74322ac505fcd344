/**
 * The fields of an event that rules can look at, under the names people write in a rule: what each
 * is, and how its value is read. Values of user_data are never read, only their presence; the one
 * exception is the country, which names nobody. Pure; match.ts and action.ts build on it.
 */
import { isClearKey } from '../event/clear-keys.ts'
import { isHashedKey } from '../event/explain.ts'
import { countryCodeForms, countryNames } from '../event/normalise-region.ts'
import type { Envelope, Finding, Json, RawUserData, ServerEvent, UserData } from '../event/shape.ts'
import { type Address, addressOf, parametersOf } from './address.ts'

/** Before or after the hash step: rules treat both alike. */
export type AnyEvent = ServerEvent<RawUserData | UserData>

/** SHA-256 of a text in hex: node's on the server, event/sha256.ts in a browser. */
export type Sha256 = (text: string) => string

/** One event as the conditions of all rules see it; `event` changes as rules act. */
export interface Facts {
  event: AnyEvent
  readonly envelope: Envelope
  readonly findings: readonly Finding[]
  readonly sha256: Sha256
  /** Addresses taken apart so far. */
  readonly addresses: Map<string, Address | undefined>
}

export type Reader = (facts: Facts) => Json | undefined

interface Field {
  readonly kind: 'text' | 'number' | 'boolean' | 'list'
  readonly about: string
  readonly read: Reader
}

const text = (about: string, read: Reader): Field => ({ kind: 'text', about, read })

const FIELDS: ReadonlyMap<string, Field> = new Map([
  ['event_name', text('Such as Purchase.', ({ event }) => event.event_name)],
  ['event_id', text('The id that both sides share.', ({ event }) => event.event_id)],
  ['event_time', { kind: 'number', about: 'Unix seconds.', read: ({ event }) => event.event_time }],
  ['action_source', text('website, app, physical_store ...', ({ event }) => event.action_source)],
  ...addressFields('event_source_url', 'the page'),
  ...addressFields('referrer_url', 'the page before'),
  ['opt_out', { kind: 'boolean', about: "Meta's opt_out.", read: ({ event }) => event.opt_out }],
  [
    'data_processing_options',
    {
      kind: 'list',
      about: 'LDU stands for limited data use.',
      read: ({ event }) => event.data_processing_options,
    },
  ],
  [
    'customer_segmentation',
    text('New or existing customer.', ({ event }) => event.customer_segmentation),
  ],
  ['messaging_channel', text('whatsapp ...', ({ event }) => event.messaging_channel)],
  [
    'country',
    {
      kind: 'list',
      about: 'Two-letter code from user_data.country, hashed or not; missing where none was sent.',
      read: ({ event, sha256 }) => countriesOf(event.user_data.country, sha256),
    },
  ],
  ['channel', text('browser, server or other.', ({ envelope }) => envelope.channel)],
  ['via', text('The door: pixel, image, tr, graph, capi, source.', ({ envelope }) => envelope.via)],
  ['test_event_code', text('Of a test.', ({ envelope }) => envelope.test_event_code)],
  ['partner_agent', text('The sending integration.', ({ envelope }) => envelope.partner_agent)],
  ['consent.state', text('granted, denied or unknown.', ({ envelope }) => envelope.consent?.state)],
  ['consent.signal', text('Who said so.', ({ envelope }) => envelope.consent?.signal)],
  [
    'finding',
    {
      kind: 'list',
      about: 'What was found on arrival: bot, missing_currency ... (see the errors page).',
      read: ({ findings }) => findings.map(({ code }) => code),
    },
  ],
  ['browser.language', text('Such as de-DE.', ({ envelope }) => envelope.browser?.language)],
  ['browser.mode', text('replace, companion or tr.', ({ envelope }) => envelope.browser?.mode)],
  ['browser.method', text('track, auto, noscript ...', ({ envelope }) => envelope.browser?.method)],
  [
    'browser.in_iframe',
    {
      kind: 'boolean',
      about: 'Whether the page stood in a frame.',
      read: ({ envelope }) => envelope.browser?.in_iframe,
    },
  ],
])

/** The families whose last part the sender names. */
const QUERY = /^(event_source_url|referrer_url)\.query\.(.+)$/
const CUSTOM = /^custom_data((?:\.[^.]+)+)$/
const PERSON = /^user_data\.(.+)$/

export function isField(name: string): boolean {
  if (FIELDS.has(name) || QUERY.test(name)) return true
  if (CUSTOM.test(name)) return !name.includes('.__proto__')
  return isPersonField(name)
}

export function isPersonField(name: string): boolean {
  const key = PERSON.exec(name)?.[1]
  return key !== undefined && (isHashedKey(key) || isClearKey(key))
}

/** For the form: every field, and the families as patterns. */
export const FIELD_LIST: readonly {
  readonly field: string
  readonly kind: Field['kind'] | 'any' | 'presence'
  readonly about: string
}[] = [
  ...[...FIELDS].map(([field, { kind, about }]) => ({ field, kind, about })),
  { field: 'event_source_url.query.*', kind: 'text', about: 'A query parameter of the page.' },
  { field: 'referrer_url.query.*', kind: 'text', about: 'A query parameter of the page before.' },
  {
    field: 'custom_data.*',
    kind: 'any',
    about: 'Any property, also inside others: custom_data.contents.id looks at every item.',
  },
  { field: 'user_data.*', kind: 'presence', about: 'Whether a match key is there; no values.' },
]

/** `field` as isField allows it. */
export function readerOf(field: string): Reader {
  const known = FIELDS.get(field)
  if (known) return known.read
  const [, page, name = ''] = QUERY.exec(field) ?? []
  if (page) return parameterReader(page as PageField, name)
  const path = CUSTOM.exec(field)?.[1]?.slice(1).split('.')
  if (path) return ({ event }) => valueAt(event.custom_data, path)
  const key = PERSON.exec(field)?.[1] as keyof UserData | undefined
  if (key) return ({ event }) => event.user_data[key] !== undefined || undefined
  throw new Error(`${field} is no field`)
}

type PageField = 'event_source_url' | 'referrer_url'

function addressFields(page: PageField, what: string): [string, Field][] {
  return [
    [page, text(`The whole address of ${what}.`, ({ event }) => event[page])],
    [`${page}.host`, text(`Host of ${what}.`, (facts) => addressIn(facts, page)?.host)],
    [`${page}.path`, text(`Path of ${what}.`, (facts) => addressIn(facts, page)?.path)],
    [
      `${page}.query`,
      text('All query parameters, as written.', (facts) => addressIn(facts, page)?.query),
    ],
  ]
}

function parameterReader(page: PageField, name: string): Reader {
  return (facts) => {
    const values = parametersOf(addressIn(facts, page)?.query ?? '', name)
    return values.length > 1 ? values : values[0]
  }
}

/** Taken apart once, however many rules ask. */
function addressIn({ event, addresses }: Facts, page: PageField): Address | undefined {
  const url = event[page]
  if (url === undefined) return undefined
  if (!addresses.has(url)) addresses.set(url, addressOf(url))
  return addresses.get(url)
}

/** Through lists as well: the path goes on in every item, and all that is found is a list. */
function valueAt(value: unknown, path: readonly string[]): Json | undefined {
  const [key, ...rest] = path
  if (key === undefined) return value as Json | undefined
  if (typeof value !== 'object' || value === null) return undefined
  if (!Array.isArray(value)) {
    return Object.hasOwn(value, key)
      ? valueAt((value as Record<string, unknown>)[key], rest)
      : undefined
  }
  const found = value.map((item) => valueAt(item, path)).filter((item) => item !== undefined)
  return found.length > 0 ? found.flat() : undefined
}

const HASH = /^[0-9a-f]{64}$/i

/** Undefined rather than empty, so that `exists` is about countries that can be told. */
function countriesOf(
  values: readonly string[] | undefined,
  sha256: Sha256,
): readonly string[] | undefined {
  const codes = values
    ?.map((value) => countryOf(value, sha256))
    .filter((code) => code !== undefined)
  return codes && codes.length > 0 ? codes : undefined
}

function countryOf(value: string, sha256: Sha256): string | undefined {
  const sent = value.trim()
  if (HASH.test(sent)) return codesByHash(sha256).get(sent.toLowerCase())
  const [code] = countryCodeForms(sent.toLowerCase())
  return code?.length === 2 ? code.toUpperCase() : undefined
}

let byHash: ReadonlyMap<string, string> | undefined

/** A hashed country is found by hashing all there are, once, when a rule first asks. */
function codesByHash(sha256: Sha256): ReadonlyMap<string, string> {
  if (byHash) return byHash
  const codes = countryNames().map(([, [code]]) => code)
  byHash = new Map(
    [...new Set(codes)]
      .filter((code) => code !== null)
      .map((code) => [sha256(code), code.toUpperCase()]),
  )
  return byHash
}
