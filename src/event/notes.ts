/**
 * Small signs of a fault that a report carries and that no finding names: a missing order number, a
 * click id in lower case, two sides that name different addresses. Counters are kept of them
 * (`note:<code>`), from which quality/diagnostics says what to mend. Pure: ingest counts them, the
 * fold and the search for samples ask again. Runs once for every kept leg, so it stays cheap.
 */
import { sideOf } from './dedup-key.ts'
import { isBrowsing } from './names.ts'
import type { CustomData, Leg, UserData } from './shape.ts'

export type Note =
  // Of one report.
  | 'value_zero'
  | 'value_without_currency'
  | 'no_order'
  | 'no_content_ids'
  | 'contents_off'
  | 'no_url'
  | 'no_client'
  | 'no_browser_ids'
  | 'test_code'
  | 'test_host'
  | 'no_consent'
  | 'fbc_changed'
  | 'fbc_fresh'
  // Of a browser and a server report of one event.
  | 'ip_differs'
  | 'ip_older_form'
  | 'em_differs'
  | 'consent_differs'
  // Of a report that its own side had made before.
  | 'repeat'
  | 'id_reused'
  | 'order_value_differs'

const NONE: readonly Note[] = []

/** What can be told of a report alone. */
export function notesOf(leg: Leg): readonly Note[] {
  const { event, envelope } = leg
  const notes: Note[] = []
  const custom = event.custom_data
  if (event.event_name === 'Purchase') addAboutSale(custom, notes)
  if (custom?.value !== undefined && custom.currency === undefined) {
    notes.push('value_without_currency')
  }
  if (ABOUT_PRODUCTS.has(event.event_name) && !hasContentIds(custom)) notes.push('no_content_ids')
  if (custom?.contents && isOff(custom)) notes.push('contents_off')
  if (envelope.test_event_code !== undefined) notes.push('test_code')
  if ((envelope.consent?.state ?? 'unknown') === 'unknown') notes.push('no_consent')
  const url = event.event_source_url
  if (url !== undefined && TEST_HOST.test(url)) notes.push('test_host')
  if (event.user_data.fbc !== undefined) addAboutClick(leg, event.user_data.fbc, notes)
  if (event.action_source === 'website' && sideOf(envelope.channel) === 'server') {
    addAboutServer(event.user_data, url, notes)
  }
  return notes
}

function addAboutSale(custom: CustomData | undefined, notes: Note[]): void {
  if (custom?.value === 0) notes.push('value_zero')
  if (custom?.order_id === undefined) notes.push('no_order')
}

function addAboutServer(user: UserData, url: string | undefined, notes: Note[]): void {
  if (url === undefined) notes.push('no_url')
  if (!user.client_ip_address || !user.client_user_agent) notes.push('no_client')
  if (!user.fbp && !user.fbc) notes.push('no_browser_ids')
}

/** The twin made the event known to both sides. */
export function pairNotes(first: Leg, twin: Leg): readonly Note[] {
  const [one, other] = [first.event.user_data, twin.event.user_data]
  const notes: Note[] = []
  const [ip, otherIp] = [one.client_ip_address, other.client_ip_address]
  if (ip && otherIp && ip !== otherIp) {
    notes.push(ip.includes(':') === otherIp.includes(':') ? 'ip_differs' : 'ip_older_form')
  }
  if (one.em && other.em && !overlaps(one.em, other.em)) notes.push('em_differs')
  const [said, otherSaid] = [first.envelope.consent?.state, twin.envelope.consent?.state]
  if (said && otherSaid && said !== otherSaid && said !== 'unknown' && otherSaid !== 'unknown') {
    notes.push('consent_differs')
  }
  return notes
}

/** `earlier`: the legs of the event before this one. */
export function repeatNotes(leg: Leg, earlier: readonly Leg[]): readonly Note[] {
  const side = sideOf(leg.envelope.channel)
  const before = earlier.find(({ envelope }) => sideOf(envelope.channel) === side)
  if (!before) return NONE
  const notes: Note[] = []
  const isRetry = (leg.envelope.browser?.attempt ?? 1) > 1
  if (side === 'browser' && !isRetry) notes.push('repeat')
  if (leg.matched_by === 'event_id' && isAnotherPerson(leg, before)) notes.push('id_reused')
  const [was, is] = [before.event.custom_data, leg.event.custom_data]
  const isSameOrder = is?.order_id !== undefined && was?.order_id === is.order_id
  if (
    isSameOrder &&
    is?.value !== undefined &&
    was?.value !== undefined &&
    was.value !== is.value
  ) {
    notes.push('order_value_differs')
  }
  return notes
}

function isAnotherPerson({ event: { user_data: a } }: Leg, { event: { user_data: b } }: Leg) {
  if (a.em && b.em) return !overlaps(a.em, b.em)
  if (a.external_id && b.external_id) return !overlaps(a.external_id, b.external_id)
  return a.fbp !== undefined && b.fbp !== undefined && a.fbp !== b.fbp
}

const overlaps = (a: readonly string[], b: readonly string[]): boolean =>
  a.some((one) => b.includes(one))

const ABOUT_PRODUCTS: ReadonlySet<string> = new Set(['Purchase', 'AddToCart', 'ViewContent'])

const hasContentIds = (custom: CustomData | undefined): boolean =>
  (custom?.content_ids?.length ?? 0) > 0 || custom?.contents?.some(({ id }) => id) === true

/** What the lines add up to may differ by shipping and discounts, not by more than this. */
const OFF_SHARE = 0.5

function isOff({ contents, value }: CustomData): boolean {
  if (!contents || contents.length === 0 || value === undefined || value <= 0) return false
  let sum = 0
  for (const { item_price, quantity = 1 } of contents) {
    if (typeof item_price !== 'number' || typeof quantity !== 'number') return false
    sum += item_price * quantity
  }
  return sum > 0 && Math.abs(sum - value) > OFF_SHARE * Math.max(sum, value)
}

/**
 * This computer, private networks, and the names that test sites go by. A name such as `test.` must
 * stand before the domain of an owner: test.de and dev-tools.com are shops like any other.
 */
const TEST_HOST = new RegExp(
  [
    '^https?://((localhost',
    '0\\.0\\.0\\.0',
    '(127|10)(\\.\\d+){3}',
    '192\\.168(\\.\\d+){2}',
    '172\\.(1[6-9]|2\\d|3[01])(\\.\\d+){2}',
    '\\[(::1|f[cd][\\da-f]{2}:[^\\]]*)\\]',
    '(staging|stage|dev|test|preview|qa|uat)(-[^/?#:.]+)?\\.' +
      '(?!(com?|org|net|ac|gov|edu)\\.[a-z]{2}([/?#:]|$))[^/?#:.]+\\.[^/?#:]+',
    '[^/?#:]*\\.(local|localhost|test|ngrok\\.io|ngrok-free\\.app|myshopify\\.dev))(?=[/?#:]|$))',
  ].join('|'),
  'i',
)

/** Click ids of Meta are longer than this and mix capitals; one without any was changed. */
const CLICK_ID_CHARS = 50
const FRESH_MS = 2000

function addAboutClick({ event, envelope }: Leg, fbc: string, notes: Note[]): void {
  const [, , made, payload = ''] = fbc.split('.', 4)
  const query = event.event_source_url?.split('fbclid=', 2)[1]
  const inUrl = query === undefined ? undefined : decoded(query.split(/[&#]/, 1)[0] ?? '')
  if (isChanged(payload, inUrl)) notes.push('fbc_changed')
  const isServer = sideOf(envelope.channel) === 'server'
  if (!isServer || inUrl !== undefined || isBrowsing(event.event_name)) return
  if (Math.abs(Number(made) - event.event_time * 1000) < FRESH_MS) notes.push('fbc_fresh')
}

function isChanged(payload: string, inUrl: string | undefined): boolean {
  if (payload.length > CLICK_ID_CHARS && payload === payload.toLowerCase()) return true
  if (!inUrl) return false
  const click = inUrl.replaceAll('.', '__DOT__')
  if (payload === click) return false
  return payload.toLowerCase() === click.toLowerCase() || isCut(payload, click)
}

/** The beginning of the click id, and enough of it not to be another one by chance. */
const isCut = (payload: string, click: string): boolean =>
  payload.length >= 16 && click.startsWith(payload)

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
