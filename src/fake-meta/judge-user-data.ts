/**
 * Meta's rules for user_data: what must be hashed, and which sets of keys are too broad to match
 * anybody. Values that Meta's matching cannot use (a malformed cookie or address) do not count as
 * match keys here; Meta does not refuse them either, so they are warned of.
 */
import { isIP } from 'node:net'
import { type Fields, isAbsent, isFields, isText, type Judged } from './judged.ts'

/** Marked "hashing required" in Meta's table, and the rarer ones that every SDK hashes. */
const HASHED: ReadonlySet<string> = new Set([
  ...['em', 'ph', 'fn', 'ln', 'ge', 'db', 'ct', 'st', 'zp', 'country'],
  ...['f5first', 'f5last', 'fi', 'dobd', 'dobm', 'doby'],
])

/** May come in clear. */
const CLEAR: ReadonlySet<string> = new Set([
  ...['external_id', 'client_ip_address', 'client_user_agent', 'fbc', 'fbp'],
  ...['subscription_id', 'fb_login_id', 'lead_id', 'madid', 'anon_id', 'app_user_id'],
  ...['ctwa_clid', 'page_id', 'page_scoped_user_id', 'ig_account_id', 'ig_sid'],
  ...['whatsapp_business_account_id', 'partner_id', 'partner_name'],
])

/** Alone or together with others of the same row, these match too many people. */
const TOO_BROAD: readonly ReadonlySet<string>[] = [
  new Set(['ct', 'country', 'st', 'zp', 'ge', 'client_user_agent']),
  new Set(['db', 'client_user_agent']),
  new Set(['fn', 'ge']),
  new Set(['ln', 'ge']),
]

export function judgeUserDataShape(userData: unknown, one: Judged): void {
  if (isAbsent(userData)) return // Said by the caller.
  if (!isFields(userData)) {
    // PHP writes an empty object as an empty list; too little to match comes later.
    if (Array.isArray(userData) && userData.length === 0) return
    one.refuse('parameter_error', 'user_data', 'must be an object.')
    return
  }
  for (const key in userData) {
    if (valuesOf(userData[key]).every(isText)) continue
    one.refuse('parameter_error', `user_data.${safe(key)}`, 'must be text or a list of texts.')
  }
}

export function judgeMatchKeys(userData: Fields, one: Judged): void {
  const usable = new Set<string>()
  for (const key in userData) {
    const values = valuesOf(userData[key])
    if (values.length === 0) continue
    if (HASHED.has(key)) judgeHashes(key, values, one)
    else if (!CLEAR.has(key)) {
      // Whether Meta refuses unknown keys of user_data is not known.
      one.warn('unknown_user_data_key')
      continue
    }
    if (isUsable(key, String(values[0]).trim(), one)) usable.add(key)
  }
  if (TOO_BROAD.some((row) => [...usable].every((key) => row.has(key)))) {
    const what =
      'is too broad to match anybody: add em, ph, external_id, fbp, fbc, or client_ip_address ' +
      'with client_user_agent.'
    one.refuse('not_enough_user_data', 'user_data', what)
  }
}

/** 64 hex digits in either case, with or without the suffix of Meta's parameter builder. */
const SHA_256 = /^[0-9a-f]{64}(\.[\w-]{2}|\.[\w-]{8})?$/i
/** Passed on as hashed by Meta's SDKs; whether it matches anybody is not known. */
const MD5 = /^[0-9a-f]{32}(\.[\w-]{2}|\.[\w-]{8})?$/i

function judgeHashes(key: string, values: readonly unknown[], one: Judged): void {
  for (const value of values) {
    const text = String(value).trim()
    if (SHA_256.test(text)) continue
    if (MD5.test(text)) one.warn('md5_hash')
    else one.refuse('not_hashed', `user_data.${key}`, 'is not hashed: send SHA-256 in hex.')
  }
}

const SUFFIX = /\.[\w-]{8}$|\.[\w-]{2}$/
const COOKIE = /^fb\.\d+\.\d+\.[^.\s]+(\.[\w-]{2}|\.[\w-]{8})?$/

function isUsable(key: string, text: string, one: Judged): boolean {
  switch (key) {
    case 'fbp':
    case 'fbc':
      if (COOKIE.test(text)) return true
      one.warn(`invalid_${key}`)
      return false
    case 'client_ip_address':
      if (isIP(text) > 0 || isIP(text.replace(SUFFIX, '')) > 0) return true
      one.warn('invalid_ip')
      return false
    case 'lead_id':
      if (!/^\d{15,16}$/.test(text)) {
        one.refuse('invalid_lead_id', 'user_data.lead_id', 'is not the 15 or 16 digits of a lead.')
      }
      return true
    default:
      return true
  }
}

/** What is there: lists may hold nulls and empty texts, which stand for nothing. */
function valuesOf(value: unknown): readonly unknown[] {
  return (Array.isArray(value) ? value : [value]).filter((one) => !isAbsent(one))
}

function safe(key: string): string {
  return /^[\w$-]{1,64}$/.test(key) ? key : '(unprintable)'
}
