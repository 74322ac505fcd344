/**
 * A TCF string (IAB Europe's Transparency and Consent Framework, v2) as plain data. The IAB's own
 * library decodes it; here stand the bounds around it: a string of a few hundred characters can
 * name millions of vendors, and anybody may send one. Called by read-consent.ts.
 */
import { TCString } from '@iabtechlabtcf/core'
import { CONSENT_STRING_CHARS_MAX, CONSENT_STRINGS_CACHED_MAX, TCF_VENDORS_MAX } from '../limits.ts'
import { Bits } from './bits.ts'
import { remembered } from './remembered.ts'

export interface Tcf {
  readonly purposes: readonly number[]
  readonly legitimateInterests: readonly number[]
  /** Consent given, and no purpose forbidden to it by the publisher. */
  readonly mayAct: (vendor: number) => boolean
}

/** Undefined for what is no TCF v2 string, or an unreasonable one. */
export const readTcf: (text: string) => Tcf | undefined = remembered(
  decode,
  CONSENT_STRINGS_CACHED_MAX,
)

function decode(text: string): Tcf | undefined {
  // Only the first segment decides; the others list who was disclosed to and what publishers allow.
  const [core = ''] = text.split('.', 1)
  if (text.length > CONSENT_STRING_CHARS_MAX || !isReasonable(core)) return undefined
  try {
    const { purposeConsents, purposeLegitimateInterests, vendorConsents, publisherRestrictions } =
      TCString.decode(core)
    const forbidden = new Set(
      publisherRestrictions
        .getRestrictions()
        .filter(({ restrictionType }) => restrictionType === NOT_ALLOWED)
        .flatMap((restriction) => publisherRestrictions.getVendors(restriction)),
    )
    const vendors = new Uint8Array(Math.ceil((vendorConsents.maxId + 1) / 8))
    vendorConsents.forEach((consented, id) => {
      if (consented && !forbidden.has(id))
        vendors[id >> 3] = (vendors[id >> 3] ?? 0) | (1 << (id & 7))
    })
    return {
      purposes: consentedOf(purposeConsents),
      legitimateInterests: consentedOf(purposeLegitimateInterests),
      mayAct: (id) => ((vendors[id >> 3] ?? 0) & (1 << (id & 7))) !== 0,
    }
  } catch {
    // The library throws errors of several kinds for one reason: this is no such string.
    return undefined
  }
}

const NOT_ALLOWED = 0

function consentedOf(vector: {
  forEach(call: (value: boolean, id: number) => void): void
}): number[] {
  const ids: number[] = []
  vector.forEach((value, id) => {
    if (value) ids.push(id)
  })
  return ids
}

/** Bits of version 2 before the vendors; layout of the IAB's "Consent string" document, v2. */
const FIXED_BITS = 213
const VERSION_BITS = 6

/** A version 2 string whose ranges name at most TCF_VENDORS_MAX vendors, all lists together. */
function isReasonable(core: string): boolean {
  try {
    const bits = new Bits(core)
    if (bits.read(VERSION_BITS) !== 2) return false
    bits.skip(FIXED_BITS - VERSION_BITS)
    let left = TCF_VENDORS_MAX
    for (let list = 0; list < 2; list++) left = takeVendors(bits, left)
    for (let restrictions = bits.read(12); restrictions > 0; restrictions--) {
      bits.skip(8)
      left = takeRanges(bits, left)
    }
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

function takeVendors(bits: Bits, left: number): number {
  const maxId = bits.read(16)
  if (bits.read(1) === 1) return takeRanges(bits, left)
  bits.skip(maxId)
  return left - maxId
}

function takeRanges(bits: Bits, left: number): number {
  let rest = left
  for (let ranges = bits.read(12); ranges > 0; ranges--) {
    const isRange = bits.read(1) === 1
    const first = bits.read(16)
    rest -= isRange ? Math.max(0, bits.read(16) - first) + 1 : 1
    if (rest < 0) throw new RangeError('the string names too many vendors')
  }
  return rest
}
