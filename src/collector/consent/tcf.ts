/**
 * A TCF string (IAB Europe's Transparency and Consent Framework, v2) as plain data. The IAB's own
 * library decodes it; here stand the bounds around it: a string of a few hundred characters can
 * name millions of vendors, and anybody may send one. Called by read-consent.ts.
 */
import { TCString } from '@iabtechlabtcf/core'
import {
  CONSENT_STRING_CHARS_MAX,
  CONSENT_STRINGS_CACHED_MAX,
  TCF_VENDORS_MAX,
} from '../../limits.ts'
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
  const bounded = text.length > CONSENT_STRING_CHARS_MAX ? undefined : boundedCore(core)
  if (!bounded) return undefined
  try {
    const model = TCString.decode(bounded.core)
    const { purposeConsents, purposeLegitimateInterests, vendorConsents } = model
    const vendors = new Uint8Array(Math.ceil((vendorConsents.maxId + 1) / 8))
    vendorConsents.forEach((consented, id) => {
      if (consented) vendors[id >> 3] = (vendors[id >> 3] ?? 0) | (1 << (id & 7))
    })
    const isForbidden = (id: number): boolean =>
      bounded.forbidden.some(([first, last]) => first <= id && id <= last)
    return {
      purposes: consentedOf(purposeConsents),
      legitimateInterests: consentedOf(purposeLegitimateInterests),
      mayAct: (id) => ((vendors[id >> 3] ?? 0) & (1 << (id & 7))) !== 0 && !isForbidden(id),
    }
  } catch {
    // The library throws errors of several kinds for one reason: this is no such string.
    return undefined
  }
}

function consentedOf(vector: {
  forEach(call: (value: boolean, id: number) => void): void
}): number[] {
  const ids: number[] = []
  vector.forEach((value, id) => {
    if (value) ids.push(id)
  })
  return ids
}

/** Layout of the IAB's "Consent string" document, version 2. */
const VERSION_BITS = 6
const BITS_BEFORE_VENDORS = 213
const COUNT_BITS = 12
const VENDOR_BITS = 16
/** Of a publisher's restriction: the purpose must not be used by these vendors at all. */
const NOT_ALLOWED = 0

type Range = readonly [first: number, last: number]

/**
 * A version 2 string whose lists name at most TCF_VENDORS_MAX vendors. The library writes out each
 * vendor of each restriction, which is slow: it gets the string without them, ranges stay ranges.
 */
function boundedCore(core: string): { core: string; forbidden: readonly Range[] } | undefined {
  try {
    const bits = new Bits(core)
    if (bits.read(VERSION_BITS) !== 2) return undefined
    bits.skip(BITS_BEFORE_VENDORS - VERSION_BITS)
    const named = skipVendors(bits) + skipVendors(bits)
    if (named > TCF_VENDORS_MAX) return undefined
    const withoutRestrictions = bits.textSoFar(COUNT_BITS)
    const forbidden: Range[] = []
    for (let restrictions = bits.read(COUNT_BITS); restrictions > 0; restrictions--) {
      bits.skip(6)
      const type = bits.read(2)
      const ranges = readRanges(bits)
      if (type === NOT_ALLOWED) forbidden.push(...ranges)
    }
    return { core: withoutRestrictions, forbidden }
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** How many vendors a list names. */
function skipVendors(bits: Bits): number {
  const maxId = bits.read(VENDOR_BITS)
  if (bits.read(1) === 1) {
    return readRanges(bits).reduce((sum, [first, last]) => sum + Math.max(0, last - first) + 1, 0)
  }
  bits.skip(maxId)
  return maxId
}

function readRanges(bits: Bits): Range[] {
  const ranges: Range[] = []
  for (let left = bits.read(COUNT_BITS); left > 0; left--) {
    const isRange = bits.read(1) === 1
    const first = bits.read(VENDOR_BITS)
    ranges.push([first, isRange ? bits.read(VENDOR_BITS) : first])
  }
  return ranges
}
