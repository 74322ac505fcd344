/**
 * Exact money of platforms: decimal text, minor units of every currency, sums. No float ever takes
 * part; an amount becomes a JSON number once, when it is written into an event. Used by the
 * sources.
 */
import { decimalOf } from '../event/money.ts'

const MICROS = 1_000_000n

/** Millionths of a major unit; undefined for what is no decimal. More digits are cut off. */
export function microsOf(text: string | undefined): bigint | undefined {
  const [, sign = '', whole = '', fraction = ''] =
    /^([+-]?)(\d{1,15})(?:\.(\d*))?$/.exec(text?.trim() ?? '') ?? []
  if (whole === '') return undefined
  const micros = BigInt(whole) * MICROS + BigInt(fraction.slice(0, 6).padEnd(6, '0'))
  return sign === '-' ? -micros : micros
}

/** "60.99"; the shortest decimal. */
export const decimalText = (micros: bigint): string => decimalOf(0n, micros)

/** As JSON: exact for up to 15 digits. */
export function numberOf(text: string | undefined): number | undefined {
  const micros = microsOf(text)
  return micros === undefined ? undefined : Number(decimalText(micros))
}

/** What has no minor unit, and what has a thousand (ISO 4217). */
const NONE = ['BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF']
const THOUSAND = ['BHD IQD JOD KWD LYD OMR TND']
/** Stripe (and who stands on it): Malagasy ariary has none, these two are sent with two digits. */
const STRIPE: Readonly<Record<string, number>> = { MGA: 0, ISK: 2, UGX: 2 }

const words = (list: readonly string[]): ReadonlySet<string> =>
  new Set(list.flatMap((line) => line.split(' ')))
const none = words(NONE)
const thousand = words(THOUSAND)

export function minorDigits(currency: string, form: 'iso' | 'stripe' = 'iso'): number {
  const code = currency.toUpperCase()
  if (form === 'stripe' && STRIPE[code] !== undefined) return STRIPE[code]
  if (none.has(code)) return 0
  return thousand.has(code) ? 3 : 2
}

/** 6099 of USD is "60.99"; undefined for what is no whole number. */
export function majorOf(
  minor: string | undefined,
  currency: string,
  form: 'iso' | 'stripe' = 'iso',
): string | undefined {
  const [, sign = '', digits = ''] = /^(-?)(\d{1,18})$/.exec(minor ?? '') ?? []
  if (digits === '') return undefined
  const places = minorDigits(currency, form)
  const padded = digits.padStart(places + 1, '0')
  const whole = padded.slice(0, padded.length - places)
  const fraction = padded.slice(padded.length - places)
  return decimalText(microsOf(`${sign}${whole}.${fraction}`) ?? 0n)
}

/** Undefined when one of them is no decimal. */
export function sumOf(texts: readonly (string | undefined)[]): string | undefined {
  let sum = 0n
  for (const text of texts) {
    const micros = microsOf(text)
    if (micros === undefined) return undefined
    sum += micros
  }
  return decimalText(sum)
}

/** The price of one, of a whole row. Undefined where that is not exact to the millionth. */
export function unitPrice(
  row: string | undefined,
  quantity: string | undefined,
): string | undefined {
  const total = microsOf(row)
  const count = microsOf(quantity)
  if (total === undefined || count === undefined || count <= 0n) return undefined
  const exact = (total * MICROS) % count === 0n
  return exact ? decimalText((total * MICROS) / count) : undefined
}
