/**
 * Exact money. A value is the decimal that its sender wrote: it is split into whole units and
 * millionths, which are summed as integers, so no sum ever rounds. Nothing here converts between
 * currencies or guesses one.
 */

/** value = units + micros / 1,000,000 with 0 <= micros < 1,000,000, also for negative values. */
export interface Amount {
  readonly units: number
  readonly micros: number
}

const MICROS = 1_000_000

/**
 * The amount a JSON number stands for: its shortest decimal, which is what the sender wrote for up
 * to 15 digits. Digits beyond the millionth are rounded to the nearest. Undefined for what is no
 * amount (not finite, or beyond 10^15 units).
 */
export function amountOf(value: number): Amount | undefined {
  if (!Number.isFinite(value) || Math.abs(value) >= 1e15) return undefined
  if (Number.isInteger(value)) return { units: value + 0, micros: 0 }
  const [, sign = '', whole = '0', fraction = ''] =
    /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimalText(value)) ?? []
  const rounding = Number(fraction[6] ?? '0') >= 5 ? 1 : 0
  let micros = Number(fraction.slice(0, 6).padEnd(6, '0')) + rounding
  let units = Number(whole)
  if (micros === MICROS) {
    micros = 0
    units += 1
  }
  if (sign === '') return { units, micros }
  return micros === 0
    ? { units: 0 - units, micros: 0 }
    : { units: -units - 1, micros: MICROS - micros }
}

/** The exact decimal of a sum of units and a sum of micros, such as "59.9" or "-0.000001". */
export function decimalOf(units: bigint, micros: bigint): string {
  const total = units * BigInt(MICROS) + micros
  const digits = (total < 0n ? -total : total).toString().padStart(7, '0')
  const fraction = digits.slice(-6).replace(/0+$/, '')
  return `${total < 0n ? '-' : ''}${digits.slice(0, -6)}${fraction ? `.${fraction}` : ''}`
}

/** String(value) without an exponent: small values are the only ones below 10^15 that have one. */
function decimalText(value: number): string {
  const text = String(value)
  return text.includes('e') ? value.toFixed(20) : text
}
