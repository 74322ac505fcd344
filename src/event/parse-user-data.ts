/**
 * Reads user_data: which keys there are, as lists of texts (hashed keys) or one text (clear keys).
 * Nothing is normalised or hashed here, that is hash.ts; but cookies, addresses and lead ids that
 * nobody could use are kept out, so that they neither match nor travel.
 */
import { bare, splitAppendix } from './appendix.ts'
import {
  COOKIE_AGE_MS_MAX,
  USER_DATA_VALUE_CHARS_MAX,
  USER_DATA_VALUES_PER_KEY_MAX,
} from './bounds.ts'
import { isCookieId, parseCookieId } from './fbp-fbc.ts'
import { addressIn } from './ip.ts'
import { pathOf, type Report } from './parse-report.ts'
import { isAbsent, type JsonObject, kindOf, listOf, textOf } from './parse-scalars.ts'
import type { ClearKey, HashedKey, RawUserData } from './shape.ts'

/** What the request itself tells of the visitor; fills in what the event does not say. */
export interface Visitor {
  readonly client_ip_address?: string
  readonly client_user_agent?: string
  readonly fbp?: string
  readonly fbc?: string
}

export interface UserDataSource {
  readonly userData: JsonObject
  readonly visitor: Visitor | undefined
  /** Unix seconds, to tell the age of the click. */
  readonly eventTime: number
}

export function readUserData(
  { userData, visitor, eventTime }: UserDataSource,
  report: Report,
): RawUserData {
  const result: Record<string, string | readonly string[]> = {}
  let groups = 0
  for (const key in userData) {
    const rule = RULES.get(key)
    if (!rule) {
      if (!isAbsent(userData[key])) noteUnexpected(key, report)
      continue
    }
    const value = readValue(userData[key], rule, report)
    if (value === undefined) continue
    result[key] = value
    groups |= rule.group
  }
  for (const key in visitor) {
    const rule = RULES.get(key)
    if (!rule || result[key] !== undefined) continue
    const value = readValue(visitor[key as keyof Visitor], rule, report)
    if (value === undefined) continue
    result[key] = value
    groups |= rule.group
  }
  if (typeof result.fbc === 'string') checkClickAge(result.fbc, eventTime, report)
  if (isTooBroad(groups)) report.object('not_enough_user_data', 'user_data', TOO_BROAD)
  return result as unknown as RawUserData
}

interface Rule {
  readonly path: string
  readonly hashed: boolean
  /** Plain text is refused in `meta` mode, as Meta refuses it. */
  readonly mustBeHashed: boolean
  /** One bit, for isTooBroad. */
  readonly group: number
  /** Clear keys with a form of their own. */
  readonly check?: (text: string, report: Report) => string | undefined
}

/** Keys that are broad alone have a bit each, all others share one. */
const BROAD = ['ct', 'country', 'st', 'zp', 'ge', 'client_user_agent', 'db', 'fn', 'ln'] as const
const NARROW = 1 << BROAD.length

/** Meta, best practices: a set within one of these matches too many people (2804050). */
const TOO_BROAD_SETS = [
  groupsOf('ct', 'country', 'st', 'zp', 'ge', 'client_user_agent'),
  groupsOf('db', 'client_user_agent'),
  groupsOf('fn', 'ge'),
  groupsOf('ln', 'ge'),
]
const TOO_BROAD =
  'is too broad to match anybody: add em, ph, external_id, fbp, fbc, or client_ip_address ' +
  'with client_user_agent.'

/** Meta's table marks these as hashed, always. external_id and app_user_id may come in clear. */
const MUST_BE_HASHED: readonly HashedKey[] = [
  ...(['em', 'ph', 'fn', 'ln', 'ge', 'db', 'ct', 'st', 'zp', 'country'] as const),
  ...(['f5first', 'f5last', 'fi', 'dobd', 'dobm', 'doby'] as const),
]
const MAY_BE_CLEAR: readonly HashedKey[] = ['external_id', 'app_user_id']

const CLEAR: { readonly [K in ClearKey]: Rule['check'] | undefined } = {
  client_ip_address: checkAddress,
  client_user_agent: undefined,
  fbc: (text, report) => checkCookie(text, 'fbc', report),
  fbp: (text, report) => checkCookie(text, 'fbp', report),
  subscription_id: undefined,
  fb_login_id: undefined,
  lead_id: checkLeadId,
  madid: undefined,
  anon_id: undefined,
  ctwa_clid: undefined,
  page_id: undefined,
  page_scoped_user_id: undefined,
  ig_account_id: undefined,
  ig_sid: undefined,
  whatsapp_business_account_id: undefined,
  partner_id: undefined,
  partner_name: undefined,
}

const RULES: ReadonlyMap<string, Rule> = new Map([
  ...MUST_BE_HASHED.map((key) => [key, rule(key, { hashed: true, mustBeHashed: true })] as const),
  ...MAY_BE_CLEAR.map((key) => [key, rule(key, { hashed: true, mustBeHashed: false })] as const),
  ...Object.entries(CLEAR).map(
    ([key, check]) => [key, rule(key, { hashed: false, mustBeHashed: false, check })] as const,
  ),
])

function rule(
  key: string,
  { check, ...kind }: Pick<Rule, 'hashed' | 'mustBeHashed'> & { check?: Rule['check'] | undefined },
): Rule {
  const group = groupsOf(key)
  return { path: `user_data.${key}`, group, ...kind, ...(check ? { check } : {}) }
}

function groupsOf(...keys: readonly string[]): number {
  return keys.reduce((groups, key) => {
    const bit = (BROAD as readonly string[]).indexOf(key)
    return groups | (bit < 0 ? NARROW : 1 << bit)
  }, 0)
}

/** For an event on its way out: whether Meta would refuse this set of keys (2804050). */
export function isTooBroadSet(keys: readonly string[]): boolean {
  return isTooBroad(groupsOf(...keys))
}

function isTooBroad(groups: number): boolean {
  return TOO_BROAD_SETS.some((set) => (groups & ~set) === 0)
}

function readValue(
  given: unknown,
  rule: Rule,
  report: Report,
): string | readonly string[] | undefined {
  return rule.hashed ? readList(given, rule, report) : readClear(given, rule, report)
}

function readList(given: unknown, rule: Rule, report: Report): readonly string[] | undefined {
  const values: string[] = []
  for (const item of listOf(given)) {
    const text = readText(item, rule, report)
    if (text === undefined) continue
    if (values.length === USER_DATA_VALUES_PER_KEY_MAX) {
      report.note('too_many_values', rule.path, `${USER_DATA_VALUES_PER_KEY_MAX} were kept`)
      break
    }
    if (report.strict && rule.mustBeHashed && !isHash(text)) {
      report.refuse('not_hashed', rule.path, 'is not hashed: send SHA-256 in hex.')
    }
    values.push(text)
  }
  return values.length > 0 ? values : undefined
}

/** The first value there is: clear keys hold one. */
function readClear(given: unknown, rule: Rule, report: Report): string | undefined {
  for (const item of listOf(given)) {
    const text = readText(item, rule, report)
    if (text !== undefined) return rule.check ? rule.check(text.trim(), report) : text
  }
  return undefined
}

function readText(item: unknown, { path }: Rule, report: Report): string | undefined {
  if (isAbsent(item)) return undefined
  const text = textOf(item)
  if (text === undefined) {
    if (typeof item === 'number') report.note('unsafe_integer', path, 'send it as text')
    else report.note('invalid_user_data', path, `is ${kindOf(item)}: send text`)
    return undefined
  }
  if (text.length > USER_DATA_VALUE_CHARS_MAX) {
    report.note('value_too_long', path, `is longer than ${USER_DATA_VALUE_CHARS_MAX} characters`)
    return undefined
  }
  report.spend(text.length)
  return text
}

/** SHA-256; MD5 too, which the SDKs pass on as hashed (hash.ts has a finding for it). */
function isHash(text: string): boolean {
  return /^(?:[a-f0-9]{64}|[a-f0-9]{32})$/i.test(bare(text.trim()))
}

function checkAddress(text: string, report: Report): string | undefined {
  const { value } = splitAppendix(text)
  const address = addressIn(value)
  if (address === undefined) {
    report.note('invalid_ip', 'user_data.client_ip_address', 'is neither IPv4 nor IPv6')
  } else if (address !== value) {
    report.note('repaired_ip', 'user_data.client_ip_address', 'held more than the address')
  }
  return address
}

/** Kept as it was sent, appendix included: Meta wants it unchanged. */
function checkCookie(text: string, key: 'fbc' | 'fbp', report: Report): string | undefined {
  if (isCookieId(text)) return text
  report.note(`invalid_${key}`, `user_data.${key}`, 'is not of the form fb.1.<ms>.<id>')
  return undefined
}

/** The click's time is its own: an old one is told, never renewed. */
function checkClickAge(fbc: string, eventTime: number, report: Report): void {
  const clickedAtMs = parseCookieId(fbc)?.createdAtMs ?? 0
  if (eventTime * 1000 - clickedAtMs <= COOKIE_AGE_MS_MAX) return
  const inSeconds = clickedAtMs < 1e11 && eventTime - clickedAtMs <= COOKIE_AGE_MS_MAX / 1000
  const detail = inSeconds ? 'its time is in seconds, not milliseconds' : 'older than 90 days'
  report.note('fbc_expired', 'user_data.fbc', detail)
}

function checkLeadId(text: string, report: Report): string | undefined {
  if (/^\d{15,16}$/.test(text)) return text
  report.object('invalid_lead_id', 'user_data.lead_id', 'is not the 15 or 16 digits of a lead.')
  return undefined
}

function noteUnexpected(key: string, report: Report): void {
  // What Meta does with unknown keys of user_data is not known, so it refuses nothing here.
  report.note('unexpected_key', pathOf('user_data', key), 'is not part of the contract')
}
