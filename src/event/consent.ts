/**
 * What a dataset's policy makes of a consent: whether an event is kept, limited, stripped or
 * dropped, and which destinations may have it. Pure, on plain data: ingest calls decideConsent, the
 * routing of deliveries consentAllows, reports eventConsent. Strings are decoded elsewhere.
 */
import { CONSENT_NEEDS, type ConsentNeed, needsOf, UNLISTED_NEED } from './consent-needs.ts'
import type { DatasetSettings } from './dataset.ts'
import { isInRegion } from './region.ts'
import type { Consent, ConsentAction, ConsentDecision, Leg } from './shape.ts'

/** The part of a dataset's settings that decides; made once per version of the settings. */
export interface ConsentPolicy {
  readonly denied: ConsentAction
  readonly unknown: ConsentAction
  /** For opt-outs under US law: Global Privacy Control and GPP. */
  readonly optOut: ConsentAction
  readonly rules: readonly ConsentRule[]
  readonly needs: ReadonlyMap<string, ConsentNeed>
  /** Where a visitor is taken to be of whom nothing tells it. */
  readonly region: string | undefined
}

interface ConsentRule {
  readonly region: string
  readonly state: 'denied' | 'unknown'
  readonly action: ConsentAction
}

const policies = new WeakMap<DatasetSettings, ConsentPolicy>()

export function consentPolicyOf(dataset: DatasetSettings): ConsentPolicy {
  const known = policies.get(dataset)
  if (known) return known
  const policy: ConsentPolicy = {
    denied: dataset.denied_consent,
    unknown: dataset.unknown_consent,
    optOut: OPT_OUT_ACTIONS[dataset.gpc],
    rules: dataset.consent_rules.map((text) => {
      const [region = '', state, action] = text.split(/ +/)
      return { region, state, action } as ConsentRule
    }),
    needs: needsOf(dataset.consent_needs),
    region: dataset.default_country ?? undefined,
  }
  policies.set(dataset, policy)
  return policy
}

const OPT_OUT_ACTIONS = { ignore: 'keep', limit: 'limit', block: 'drop' } as const

/** Said of the same thing as GPC: an opt-out of sale and advertising, not a refusal to be known. */
export function isOptOut({ signal, gpp }: Consent): boolean {
  // A GPP string that could not be read is not kept, and counts as a refusal.
  return signal === 'gpc' || (signal === 'gpp' && gpp !== undefined)
}

/** The first rule of the region that holds, else the dataset's general setting. */
export function consentActionOf(
  consent: Consent | undefined,
  region: string | undefined,
  policy: ConsentPolicy,
): ConsentAction {
  const state = consent?.state ?? 'unknown'
  if (state === 'granted') return 'keep'
  const place = region ?? policy.region
  const rule = policy.rules.find((one) => one.state === state && isInRegion(place, one.region))
  if (rule) return rule.action
  if (state === 'unknown') return policy.unknown
  return consent && isOptOut(consent) ? policy.optOut : policy.denied
}

/**
 * Whether an event with this consent may be sent to a destination of this type. `consent` is that
 * of the whole event (eventConsent), so that one leg's refusal binds the others.
 */
export function consentAllows(
  consent: Consent | undefined,
  destinationType: string,
  policy: ConsentPolicy,
): true | 'not_consented' {
  const need = policy.needs.get(destinationType) ?? UNLISTED_NEED
  const action = decidedAction(consent, policy)
  if (action === 'drop') return 'not_consented'
  if (consent?.vendors?.[destinationType] === 'denied') return 'not_consented'
  if (need.isOwn) return true
  if (action === 'anonymous') return 'not_consented'
  if (action === 'limit') return need.canLimit ? true : 'not_consented'
  return consent === undefined || isEnough(consent, need, destinationType) ? true : 'not_consented'
}

/** What ingest decided at the time; it writes nothing down where all was kept. */
function decidedAction(consent: Consent | undefined, policy: ConsentPolicy): ConsentAction {
  if (consent?.decision) return consent.decision.action
  if (consent?.state !== 'denied') return 'keep'
  return consentActionOf(consent, consent.region, policy)
}

/**
 * The same from what ingest wrote down, without a policy: for what routes and sends stored legs.
 * One leg's answer; a refusal of any leg binds the event.
 */
export function isWithheld(consent: Consent | undefined, destinationType: string): boolean {
  if (!consent) return false
  const { decision, state } = consent
  if (!decision) return state === 'denied' && !isOptOut(consent)
  const withheld = decision.withheld ?? []
  const isListed = Object.hasOwn(CONSENT_NEEDS, destinationType)
  return withheld.includes(destinationType) || (!isListed && withheld.includes('other'))
}

/** Every signal that speaks of purposes or vendors must allow the destination. */
function isEnough(
  { tcf, consent_mode, vendors }: Consent,
  need: ConsentNeed,
  type: string,
): boolean {
  if (need.modes.some((key) => consent_mode?.[key] === 'denied')) return false
  if (!tcf) return true
  const isCovered = (purpose: number): boolean =>
    tcf.purposes.includes(purpose) ||
    (LEGITIMATE_INTERESTS.has(purpose) && tcf.legitimate_interests.includes(purpose))
  if (!need.purposes.every(isCovered)) return false
  if (vendors?.[type] === 'granted') return true
  if (need.vendor !== undefined && !tcf.vendors.includes(need.vendor)) return false
  const { google_vendors: google } = tcf
  return need.googleVendor === undefined || !google || google.includes(need.googleVendor)
}

/** TCF 2.2: for these a vendor may claim a legitimate interest; for 1 and 3 to 6 never. */
const LEGITIMATE_INTERESTS: ReadonlySet<number> = new Set([2, 7, 8, 9, 10, 11])

/** Of one leg; undefined where everything is kept and may go everywhere. */
export function decideConsent(
  consent: Consent | undefined,
  region: string | undefined,
  policy: ConsentPolicy,
): ConsentDecision | undefined {
  const place = consent?.region ?? region ?? policy.region
  const action = consentActionOf(consent, place, policy)
  const decision = { action, ...(place ? { region: place } : {}) }
  const withheld = withheldOf({ ...(consent ?? NOTHING_SAID), decision }, policy)
  if (action === 'keep' && withheld.length === 0) return undefined
  return { ...decision, ...(withheld.length > 0 ? { withheld } : {}) }
}

export const NOTHING_SAID: Consent = { state: 'unknown', signal: 'none' }

function withheldOf(consent: Consent, policy: ConsentPolicy): string[] {
  return [...policy.needs.keys()].filter((type) => consentAllows(consent, type, policy) !== true)
}

/** True where nothing can be withheld or changed: most events, and the work can be spared. */
export function isUnconditional(consent: Consent | undefined, policy: ConsentPolicy): boolean {
  if (consent?.tcf || consent?.gpp || consent?.consent_mode || consent?.vendors) return false
  const state = consent?.state ?? 'unknown'
  if (state === 'granted') return true
  return state === 'unknown' && policy.unknown === 'keep' && policy.rules.length === 0
}

/**
 * What the visitor allowed, over all reports of one event: what is denied once is denied, also for
 * a report that knew nothing. The strictest report speaks, with every withheld destination.
 */
export function eventConsent(legs: readonly Leg[]): Consent | undefined {
  const given = legs.flatMap(({ envelope }) => (envelope.consent ? [envelope.consent] : []))
  const [first, ...others] = given
  if (!first || others.length === 0) return first
  const strictest = given.reduce((best, one) => (rank(one) > rank(best) ? one : best), first)
  const vendors = Object.fromEntries(
    given.flatMap((one) => [
      ...Object.entries(one.vendors ?? {}).filter(([, word]) => word === 'denied'),
      ...(one.decision?.withheld ?? []).map((type) => [type, 'denied'] as const),
    ]),
  )
  if (Object.keys(vendors).length === 0) return strictest
  return { ...strictest, vendors: { ...strictest.vendors, ...vendors } }
}

const ACTION_RANK = { keep: 0, limit: 1, anonymous: 2, drop: 3 } as const
const STATE_RANK = { unknown: 0, granted: 1, denied: 2 } as const

function rank({ decision, state }: Consent): number {
  return ACTION_RANK[decision?.action ?? 'keep'] * 3 + STATE_RANK[state]
}
