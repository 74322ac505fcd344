/**
 * What each type of destination needs to have been allowed before an event may be sent there. A
 * table and the reading of a dataset's changes to it; consent.ts applies it. Defaults are ours: no
 * law and no IAB document lists them by product, so a dataset can change every row.
 */

export interface ConsentNeed {
  /** IAB purposes. Of 2 and 7 to 11 a legitimate interest is enough, as the TCF policies allow. */
  readonly purposes: readonly number[]
  /** Its number on the IAB's Global Vendor List. Absent: it is not on it (Meta is not). */
  readonly vendor?: number
  /** Its number on Google's list of ad technology providers (Additional Consent). */
  readonly googleVendor?: number
  /** Fields of Consent Mode, none of which may be denied. */
  readonly modes: readonly ConsentModeKey[]
  /** It knows a limited use of data, so that an opt-out need not keep the event from it. */
  readonly canLimit?: true
  /** The owner's own system: an event that is kept may go there. */
  readonly isOwn?: true
}

export type ConsentModeKey =
  | 'ad_storage'
  | 'ad_user_data'
  | 'ad_personalization'
  | 'analytics_storage'

/** Store on the device, choose and profile ads, measure ads. */
const ADS_PURPOSES = [1, 3, 4, 7]
const ADS_MODES = ['ad_storage', 'ad_user_data', 'ad_personalization'] as const
const ADS: ConsentNeed = { purposes: ADS_PURPOSES, modes: ADS_MODES }
/** Its own word for Limited Data Use is sent by the destination. */
const LIMITABLE_ADS: ConsentNeed = { ...ADS, canLimit: true }
const OWN: ConsentNeed = { purposes: [], modes: [], isOwn: true }

/** A type that is not listed is treated as an advertising platform. */
export const UNLISTED_NEED: ConsentNeed = ADS

export const CONSENT_NEEDS: { readonly [destinationType: string]: ConsentNeed } = {
  meta: LIMITABLE_ADS,
  tiktok: LIMITABLE_ADS,
  ga4: {
    purposes: [1, 7],
    vendor: 755,
    modes: ['analytics_storage', 'ad_user_data'],
    canLimit: true,
  },
  pinterest: LIMITABLE_ADS,
  snapchat: LIMITABLE_ADS,
  linkedin: ADS,
  /** Whatever is not listed. */
  other: ADS,
  webhook: OWN,
  file: OWN,
}

/** `meta=1+3+4+7`, then maybe `@<IAB vendor>` and `~<Google's vendor>`. */
export const CONSENT_NEED =
  /^([a-z][a-z0-9_]{0,39})=(\d{1,2}(?:\+\d{1,2})*)(?:@(\d{1,5}))?(?:~(\d{1,6}))?$/

/** The table with a dataset's own rows (already checked against CONSENT_NEED) in front. */
export function needsOf(rows: readonly string[]): ReadonlyMap<string, ConsentNeed> {
  const needs = new Map(Object.entries(CONSENT_NEEDS))
  for (const row of rows) {
    const [, type = '', purposes = '', vendor, googleVendor] = CONSENT_NEED.exec(row) ?? []
    const { vendor: _, ...known } = needs.get(type) ?? UNLISTED_NEED
    needs.set(type, {
      ...known,
      purposes: purposes.split('+').map(Number),
      ...(vendor ? { vendor: Number(vendor) } : {}),
      ...(googleVendor ? { googleVendor: Number(googleVendor) } : {}),
    })
  }
  return needs
}
