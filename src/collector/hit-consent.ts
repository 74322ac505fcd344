/**
 * What a browser's event says of consent, completed by what its request says: Sec-GPC, and the
 * consent platform's own cookies where the dataset wants them read. Also whether cookies of ours
 * may be kept. Called by hits.ts.
 */

import { consentActionOf, consentPolicyOf, isOptOut } from '../event/consent.ts'
import type { Dataset } from '../event/dataset.ts'
import type { Consent } from '../event/shape.ts'
import { type ReadConsent, readConsent } from './consent/read-consent.ts'
import { isRecord } from './parameters.ts'
import type { Visit } from './visit.ts'

/** `given`: the event's own, as it came. Where that says nothing, the request speaks. */
export function hitConsent({ headers }: Visit, given: unknown, dataset: Dataset): ReadConsent {
  const policy = consentPolicyOf(dataset)
  const cookies = dataset.consent_cookies ? platformCookies(headers.cookie) : undefined
  const isObject = given === undefined || given === null || isRecord(given)
  // The pixel's empty object: nothing was said to it.
  const said = isRecord(given) && Object.keys(given).length === 0 ? undefined : given
  const whole = cookies && isObject ? { ...cookies, ...Object(said) } : said
  const read = readConsent(whole, { policy, signal: 'none' })
  const { consent } = read
  const says = consent !== undefined && consent.signal !== 'none' && consent.state !== 'unknown'
  if (says || headers['sec-gpc'] !== '1') return read
  return { ...read, consent: { ...consent, state: 'denied', signal: 'gpc' } }
}

/** Refused, no cookie is kept; an opt-out of advertising is no refusal of first-party cookies. */
export function mayIdentify(consent: Consent | undefined, dataset: Dataset): boolean {
  if (consent?.state === 'granted') return true
  if (consent?.state === 'denied' && !isOptOut(consent)) return false
  const action = consentActionOf(consent, consent?.region, consentPolicyOf(dataset))
  return action === 'keep' || action === 'limit'
}

/** The names under which consent platforms keep the strings in first-party cookies. */
const TCF_COOKIES = /(?:^|;\s*)(?:euconsent-v2|eupubconsent-v2)=([\w.-]+)/
const US_PRIVACY_COOKIE = /(?:^|;\s*)usprivacy=(1[YN-]{3})(?:;|$)/i

function platformCookies(header: string | undefined): Record<string, string> | undefined {
  const tcf = TCF_COOKIES.exec(header ?? '')?.[1]
  const usPrivacy = US_PRIVACY_COOKIE.exec(header ?? '')?.[1]
  if (!tcf && !usPrivacy) return undefined
  return { ...(tcf ? { tcf } : {}), ...(usPrivacy ? { gpp: usPrivacy } : {}) }
}
