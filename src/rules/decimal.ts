/**
 * Decimals of rules: thresholds, percentages, margins. Exact throughout: a decimal is an integer
 * and a power of ten, amounts are millionths (money.ts); nothing is computed in floating point.
 */
import { z } from 'zod'
import { VALUE_ABS_MAX } from '../event/bounds.ts'
import { amountOf, decimalOf } from '../event/money.ts'

const TEXT = /^-?\d{1,13}(?:\.\d{1,12})?$/
/** JSON numbers are taken where people write them; their shortest decimal is what was meant. */
export const decimalSchema = z
  .union(
    [
      z.string().regex(TEXT, 'must be a decimal such as "12.5"'),
      z.number().refine((number) => amountOf(number) !== undefined, 'is too large'),
    ],
    { error: 'must be a number, or a decimal written as text such as "12.5"' },
  )
  .describe('A number, or a decimal written as text such as "12.5".')

/** The value is digits / 10^places. */
export interface Decimal {
  readonly digits: bigint
  readonly places: number
}

const MICRO_PLACES = 6

/** Undefined for what is no decimal. Numbers keep six places, as all money here does. */
export function decimal(value: unknown): Decimal | undefined {
  if (typeof value === 'number') {
    const micros = microsOf(value)
    return micros === undefined ? undefined : { digits: micros, places: MICRO_PLACES }
  }
  if (typeof value !== 'string' || !TEXT.test(value)) return undefined
  const [whole = '', fraction = ''] = value.split('.')
  return { digits: BigInt(whole + fraction), places: fraction.length }
}

/** Below, equal or above: -1, 0, 1. */
export function compare(a: Decimal, b: Decimal): -1 | 0 | 1 {
  const places = Math.max(a.places, b.places)
  const [left, right] = [scaled(a, places), scaled(b, places)]
  return left < right ? -1 : left > right ? 1 : 0
}

/** Millionths of an amount, as an integer. Undefined for what is no amount. */
export function microsOf(value: number): bigint | undefined {
  const amount = amountOf(value)
  return amount && BigInt(amount.units) * 1_000_000n + BigInt(amount.micros)
}

/** The product in the unit of `micros`, rounded half away from zero to the millionth. */
export function times(micros: bigint, { digits, places }: Decimal): bigint {
  return rounded(micros * digits, 10n ** BigInt(places))
}

/** The JSON number of an amount; undefined beyond what an event may carry. */
export function amountFrom(micros: bigint): number | undefined {
  const number = Number(decimalOf(0n, micros))
  return Math.abs(number) > VALUE_ABS_MAX ? undefined : number + 0
}

function scaled({ digits, places }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(to - places)
}

function rounded(numerator: bigint, denominator: bigint): bigint {
  const magnitude = numerator < 0n ? -numerator : numerator
  const whole = (magnitude * 2n + denominator) / (denominator * 2n)
  return numerator < 0n ? -whole : whole
}
