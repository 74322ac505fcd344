/**
 * A GPP string (IAB Tech Lab's Global Privacy Platform), or the US Privacy string before it, as
 * plain data: the opt-outs of its US sections and the TCF string of its European one. The IAB's
 * library decodes the sections; the header, which can name billions of them, is read here.
 */
import {
  UsCa,
  UsCo,
  UsCt,
  UsDe,
  UsFl,
  UsIa,
  UsIn,
  UsKy,
  UsMd,
  UsMn,
  UsMt,
  UsNat,
  UsNe,
  UsNh,
  UsNj,
  UsOr,
  UspV1,
  UsRi,
  UsTn,
  UsTx,
  UsUt,
  UsVa,
} from '@iabgpp/cmpapi'
import type { OptOut } from '../../event/shape.ts'
import { CONSENT_STRING_CHARS_MAX, CONSENT_STRINGS_CACHED_MAX } from '../../limits.ts'
import { Bits } from './bits.ts'
import { remembered } from './remembered.ts'

export interface GppSection {
  readonly id: number
  /** Of the European section: a string for tcf.ts. */
  readonly tcf?: string
  /** Of an American section. */
  readonly region?: string
  readonly optOuts: readonly OptOut[]
  /** It answers at least one question: neither "not applicable" nor silent everywhere. */
  readonly says: boolean
}

/** Undefined for what is no GPP string. Sections of other countries are left out. */
export const readGpp: (text: string) => readonly GppSection[] | undefined = remembered(
  decode,
  CONSENT_STRINGS_CACHED_MAX,
)

const TCF_EU = 2
const US_PRIVACY = 6

interface Section {
  getFieldValue(name: string): unknown
  hasField(name: string): boolean
}
type SectionClass = { readonly ID: number; readonly NAME: string; new (text: string): Section }

const CLASSES: readonly SectionClass[] = [
  ...[UspV1, UsNat, UsCa, UsVa, UsCo, UsUt, UsCt, UsFl, UsMt, UsOr, UsTx, UsDe, UsIa, UsNe, UsNh],
  ...[UsNj, UsTn, UsMn, UsMd, UsIn, UsKy, UsRi],
]
const US_SECTIONS = new Map(CLASSES.map((one) => [one.ID, one]))

function decode(text: string): readonly GppSection[] | undefined {
  if (text.length > CONSENT_STRING_CHARS_MAX) return undefined
  const isUsPrivacy = /^1[YN-]{3}$/i.test(text)
  const [header = '', ...bodies] = isUsPrivacy ? ['', text] : text.split('~')
  try {
    const ids = isUsPrivacy ? [US_PRIVACY] : sectionIds(header, bodies.length)
    return ids.flatMap((id, index) => sectionOf(id, bodies[index] ?? ''))
  } catch {
    // Ours and the library's errors have one meaning: this is no such string.
    return undefined
  }
}

function sectionOf(id: number, body: string): GppSection[] {
  if (body === '') throw new RangeError('a section is empty')
  if (id === TCF_EU) return [{ id, tcf: body, optOuts: [], says: true }]
  const known = US_SECTIONS.get(id)
  if (!known) return []
  const section = new known(body)
  const state = known.NAME.slice(2).toUpperCase()
  const region = state.length === 2 ? `US-${state}` : 'US'
  return [{ id, region, ...choicesOf(section) }]
}

/** 1 (in US Privacy: Y) means opted out; 2 (N) means not; 0 (-) says nothing. */
const CHOICES: readonly (readonly [field: string, optOut: OptOut])[] = [
  ['SaleOptOut', 'sale'],
  ['OptOutSale', 'sale'],
  ['SharingOptOut', 'sharing'],
  ['TargetedAdvertisingOptOut', 'targeted_advertising'],
]

function choicesOf(section: Section): { optOuts: OptOut[]; says: boolean } {
  const answerOf = (field: string): unknown =>
    section.hasField(field) ? section.getFieldValue(field) : undefined
  const optOuts = new Set<OptOut>()
  let says = false
  for (const [field, optOut] of CHOICES) {
    const value = answerOf(field)
    if (value === 1 || value === 'Y') optOuts.add(optOut)
    if (value === 2 || value === 'N') says = true
  }
  if (answerOf('Gpc') === true) optOuts.add('gpc')
  // 1: no consent to process what is known to be a child's.
  if ([answerOf('KnownChildSensitiveDataConsents')].flat().includes(1)) optOuts.add('known_child')
  return { optOuts: [...optOuts], says: says || optOuts.size > 0 }
}

/** Highest section id and bits of one Fibonacci number that make sense. */
const SECTION_ID_MAX = 255
const FIBONACCI_BITS_MAX = 14

/** Type 3, version 1, then ranges of ids. Throws RangeError unless there are `count` of them. */
function sectionIds(header: string, count: number): number[] {
  const bits = new Bits(header)
  if (bits.read(6) !== 3 || bits.read(6) !== 1) throw new RangeError('no GPP header')
  const ids: number[] = []
  let last = 0
  for (let groups = bits.read(12); groups > 0; groups--) {
    const isRange = bits.read(1) === 1
    const first = last + fibonacci(bits)
    last = isRange ? first + fibonacci(bits) : first
    if (last > SECTION_ID_MAX) throw new RangeError('a section id that does not exist')
    for (let id = first; id <= last; id++) ids.push(id)
  }
  if (ids.length !== count) throw new RangeError('header and sections do not agree')
  return ids
}

/** Ends with two ones; the places before are worth 1, 2, 3, 5, 8... */
function fibonacci(bits: Bits): number {
  let value = 0
  let [worth, next] = [1, 2]
  for (let read = 0, before = 0; read < FIBONACCI_BITS_MAX; read++) {
    const bit = bits.read(1)
    if (bit === 1 && before === 1) return value
    value += bit * worth
    ;[worth, next, before] = [next, worth + next, bit]
  }
  throw new RangeError('a section id that does not exist')
}
