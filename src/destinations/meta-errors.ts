/**
 * Meta's answers as data: which ones pass by themselves, which ask for a slower pace, which the
 * owner must mend and which concern one event. docs/destinations/meta.md shows the same tables; a
 * test compares. Codes decide, not HTTP statuses, and never words: Meta translates them.
 */
import { isObject, type JsonObject } from '../event/parse-scalars.ts'
import { OUTCOME_DETAIL_CHARS_MAX } from '../limits.ts'

/**
 * retry: passes by itself. slow: passes after a pause of the whole destination. hold: the owner
 * must mend it, all waits. reject: one event is bad, find it. doubt: an event or a setting, it is
 * not known which; the event is rejected if another one of the batch is taken, else all is held.
 */
export type MetaVerdict = 'retry' | 'slow' | 'hold' | 'reject' | 'doubt'

export interface MetaErrorRow {
  /** One code, or the first and the last of a range. */
  readonly code: number | readonly [number, number]
  readonly subcode?: number | readonly [number, number]
  readonly type?: string
  readonly verdict: MetaVerdict
  /** The pause where neither a header nor Meta says how long. */
  readonly waitMs?: number
  readonly about: string
  readonly fix: string
}

const MINUTE_MS = 60_000
const NOTHING = 'Nothing: it is tried again.'
const WORDS = "See Meta's words."
const PERMIT = 'Make the token in Events Manager, for this very dataset.'
const PROOF = 'Check the app secret: it must be that of the app the token was made for.'
const SLOWER = 'Nothing: the pace drops by itself. If it stays, ask Meta for a higher limit.'

/** The first row that fits counts. */
export const META_ERRORS: readonly MetaErrorRow[] = [
  retry([1, 2], 'Meta has a fault of its own.'),
  retry(5000, 'Meta has a fault of its own.'),
  retry(21009, 'The dataset is not ready for the moment.'),
  slow(4, 1, 'The app has made too many requests.'),
  slow(17, 1, 'The user of the token has made too many requests.'),
  slow(32, 1, 'The page has made too many requests.'),
  slow(613, 1, 'Too many requests of this kind.'),
  slow([80000, 80099], 1, 'The ad account or business has made too many requests.'),
  slow(341, 5, 'The app is over a limit for a while.'),
  slow(368, 15, 'Meta has blocked the action for a while, for its policies.'),
  hold(190, 'The access token is wrong, expired or revoked.', 'Make a new access token.'),
  hold(102, 'The access token is no longer valid.', 'Make a new access token.'),
  hold(104, 'The access token did not arrive.', 'Check what stands between here and Meta.'),
  hold(3, 'The app may not do this.', PERMIT),
  hold(10, 'The token lacks a permission.', PERMIT),
  hold([200, 299], 'The token lacks a permission.', PERMIT),
  hold(803, 'The dataset id does not exist.', 'Copy the dataset id from Events Manager.'),
  hold(2500, 'The address is not one of Meta.', 'Check dataset id, version and base URL.'),
  {
    ...hold(100, 'The dataset is unknown, or not open to this token.', PERMIT),
    subcode: 33,
  },
  {
    ...hold(100, 'The request itself is refused, such as a wrong appsecret_proof.', PROOF),
    type: 'GraphMethodException',
  },
  bad(2804003, 'The event is too old.', 'Send within 7 days (62 for physical_store).'),
  bad(2804004, 'The event lies in the future.', 'Set the clock of the sender.'),
  bad(2804009, 'A Purchase without value.', 'Send custom_data.value.'),
  bad(2804010, 'A Purchase without currency.', 'Send custom_data.currency.'),
  bad(2804016, 'A customer parameter is not hashed.', 'Report it: all are hashed here.'),
  {
    ...bad(2804019, 'A key is missing, unknown or of the wrong type.', WORDS),
    verdict: 'doubt',
  },
  bad(2804030, 'A choice on limited data use is missing.', 'Send data_processing_options.'),
  bad(2804036, 'The lead id is not one of Meta.', 'Send the 15 or 16 digits of the lead.'),
  bad(2804043, 'The OS version of the app event is missing.', 'Fill in app_data.extinfo.'),
  bad(2804050, 'The customer data is too broad.', 'Send em, ph, external_id, fbp or fbc.'),
  bad(2804066, 'The name does not fit a conversation.', 'Use a name for business_messaging.'),
  bad(2804072, 'The page is not that of the click.', 'Send the page_id of the ctwa_clid.'),
  bad(2804081, 'An order without currency.', 'Send custom_data.currency.'),
  bad(2804087, 'The ctwa_clid is not valid.', 'Send the click id as WhatsApp gave it.'),
  bad(2804116, 'A WhatsApp event without account.', 'Send page_id or the account id.'),
  bad(2804117, 'The click belongs to another dataset.', 'Send to the dataset of the page.'),
  bad(2804131, 'The dataset has no page.', 'Link the page in Meta, then send again.'),
  bad(2804132, 'The dataset has no WhatsApp account.', 'Link it in Meta, then send again.'),
  bad([2804000, 2804999], 'The event is not valid.', WORDS),
  // An older edge gave the subcode as the code.
  { code: [2804000, 2804999], verdict: 'reject', about: 'The event is not valid.', fix: WORDS },
  { code: 100, verdict: 'doubt', about: 'A parameter is not valid.', fix: WORDS },
]

export const META_OTHER = {
  verdict: 'doubt',
  about: 'Any other code.',
  fix: WORDS,
} as const

/** What is no error object of Meta's. `xxx`: the HTTP status. */
export const META_ANSWERS = {
  malformed_answer: {
    verdict: 'retry',
    about: 'Status 200, but not the answer of Meta: empty, HTML, cut off or too long.',
    fix: 'If it stays: check the base URL and what stands between here and Meta.',
  },
  not_received: {
    verdict: 'retry',
    about: 'Status 200, but events_received says that this event was not taken.',
    fix: 'Look at the answer under Deliveries; Meta itself is not known to do this.',
  },
  refused_by_name: {
    verdict: 'reject',
    about: 'Status 200, and messages names this event as refused (another Twofold does so).',
    fix: 'See its words.',
  },
  redirected: {
    verdict: 'hold',
    about: 'A redirect. It is not followed: the token would go elsewhere.',
    fix: 'Set the base URL to the address that answers by itself.',
  },
  too_large: {
    verdict: 'reject',
    about: 'One event alone is too large (status 413).',
    fix: 'Send less in custom_data.',
  },
  http_4xx: {
    verdict: 'hold',
    about: 'Refused by something that is not Meta: a proxy, a firewall, a wrong address.',
    fix: 'Check the base URL and what stands between here and Meta.',
  },
  http_408: { verdict: 'retry', about: 'Something on the way gave up waiting.', fix: NOTHING },
  http_429: { verdict: 'slow', about: 'Too many requests.', fix: SLOWER },
  http_5xx: { verdict: 'retry', about: 'Meta, or something on the way, is down.', fix: NOTHING },
} as const satisfies Record<string, { verdict: MetaVerdict; about: string; fix: string }>

/** The error object of a Graph answer, as far as it is used. */
export interface MetaError {
  readonly code: number
  readonly subcode?: number
  readonly type?: string
  readonly isTransient: boolean
  /** Meta's words for people. */
  readonly words: string
  /** What may name the event: free of language, such as `$['data'][17]`. */
  readonly paths: string
}

export interface Judged {
  readonly verdict: MetaVerdict
  /** `100/2804003`, `190`: Meta's code and subcode. */
  readonly code: string
  readonly waitMs?: number
  readonly fix: string
}

/** A server that fails is not believed when it calls something wrong for good. */
export function judge(status: number, error: MetaError): Judged {
  const found = META_ERRORS.find((row) => fits(row, error))
  const { verdict, fix } = found ?? META_OTHER
  const code = error.subcode ? `${error.code}/${error.subcode}` : String(error.code)
  if (verdict === 'slow' || (status === 429 && verdict !== 'hold')) {
    return { verdict: 'slow', code, waitMs: found?.waitMs ?? MINUTE_MS, fix: SLOWER }
  }
  if (status >= 500 || error.isTransient) return { verdict: 'retry', code, fix: NOTHING }
  return { verdict, code, fix }
}

/** Undefined when the answer holds no error object of Meta's: those have a number for a code. */
export function metaErrorIn(answer: unknown): MetaError | undefined {
  const error = isObject(answer) ? answer.error : undefined
  if (!isObject(error)) return undefined
  const { error_subcode: subcode, type, error_data: data } = error
  const code = Number(error.code ?? Number.NaN)
  if (!Number.isInteger(code)) return undefined
  const texts = [error.message, error.error_user_msg, error.error_user_title].map(textOf)
  return {
    code,
    ...(typeof subcode === 'number' && { subcode }),
    ...(typeof type === 'string' && { type }),
    isTransient: error.is_transient === true,
    words: wordsOf(error),
    paths: [...texts, ...blamed(data)].join('\n'),
  }
}

/** Which events (by their place in the request) a text names; each once. */
export function namedEvents(text: string): number[] {
  const places = text.matchAll(/(?:\$\[["']data["']\]|\$\.data|(?<![\w$])data)\[(\d{1,4})\]/g)
  return [...new Set(places.map(([, place]) => Number(place)))]
}

/** `message` says the kind, the user texts say it to people, perhaps in another language. */
function wordsOf(error: JsonObject): string {
  const title = textOf(error.error_user_title)
  const user = [title, textOf(error.error_user_msg)].filter(Boolean).join(': ')
  const message = textOf(error.message)
  const generic = user !== '' && message === 'Invalid parameter'
  const trace = textOf(error.fbtrace_id)
  const words = [generic ? '' : message, user].filter(Boolean).join(' ') || 'No words given.'
  return `${shorten(words, OUTCOME_DETAIL_CHARS_MAX)}${trace ? ` (fbtrace_id ${trace})` : ''}`
}

/** blame_field_specs: paths as lists, `["data", 17, "user_data"]` or `["data[17]"]`. */
function blamed(data: unknown): string[] {
  const specs = isObject(data) ? data.blame_field_specs : undefined
  if (!Array.isArray(specs)) return typeof data === 'string' ? [data] : []
  return specs.map((path) => {
    const [first, second] = Array.isArray(path) ? path : [path]
    return /^\d+$/.test(String(second)) ? `${first}[${second}]` : String(first)
  })
}

function fits({ code, subcode, type }: MetaErrorRow, error: MetaError): boolean {
  if (!within(code, error.code)) return false
  if (subcode !== undefined && !within(subcode, error.subcode)) return false
  return type === undefined || type === error.type
}

function within(bounds: number | readonly [number, number], value: number | undefined): boolean {
  const [first, last] = typeof bounds === 'number' ? [bounds, bounds] : bounds
  return value !== undefined && value >= first && value <= last
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim() : ''
}

export function shorten(text: string, charsMax: number): string {
  return text.length > charsMax ? `${text.slice(0, charsMax - 1)}…` : text
}

type Code = MetaErrorRow['code']

function retry(code: Code, about: string): MetaErrorRow {
  return { code, verdict: 'retry', about, fix: NOTHING }
}

function slow(code: Code, minutes: number, about: string): MetaErrorRow {
  return { code, verdict: 'slow', waitMs: minutes * MINUTE_MS, about, fix: SLOWER }
}

function hold(code: Code, about: string, fix: string): MetaErrorRow {
  return { code, verdict: 'hold', about, fix }
}

function bad(subcode: Code, about: string, fix: string): MetaErrorRow {
  return { code: 100, subcode, verdict: 'reject', about, fix }
}
