/**
 * Reads amounts and currencies. An amount stays the decimal that its sender wrote; whatever had to
 * be interpreted becomes a finding, and what could be read in two ways is never guessed.
 */
import { VALUE_ABS_MAX } from './bounds.ts'
import { isCurrency } from './currency.ts'
import type { Report } from './parse-report.ts'
import { isAbsent, kindOf } from './parse-scalars.ts'

/** Major units (30 is thirty euros): a JSON number, or numeric text. */
export function readAmount(value: unknown, key: string, report: Report): number | undefined {
  if (isAbsent(value)) return undefined
  const number = typeof value === 'string' ? amountOfText(value.trim(), key, report) : value
  if (typeof number !== 'number' || Number.isNaN(number)) {
    const kind = typeof value === 'string' ? 'not a number' : kindOf(value)
    report.object('invalid_value', key, `is ${kind}: send a JSON number such as 30.5.`)
    return undefined
  }
  if (Math.abs(number) > VALUE_ABS_MAX) {
    report.object('invalid_value', key, `is larger than ${VALUE_ABS_MAX}: send major units.`)
    return undefined
  }
  return number + 0 // -0 becomes 0
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?$/i
/** The last separator is the decimal one: two kinds, or a comma before one or two last digits. */
const SEPARATED = /^-?(?:\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:\.\d{3})+,\d+|\d+,\d{1,2})$/
/** A double holds every decimal of 15 digits. */
const EXACT_DIGITS = 15

function amountOfText(text: string, key: string, report: Report): number {
  if (DECIMAL.test(text)) {
    const digits = text.replace(/e.*$/i, '').replace(/\D|^[+-]?[0.]+/g, '').length
    if (digits > EXACT_DIGITS) {
      report.note('value_rounded', key, `has ${digits} digits; ${EXACT_DIGITS} are exact`)
    }
    return Number(text)
  }
  if (!SEPARATED.test(text)) return Number.NaN
  report.object('value_repaired', key, 'has thousands separators or a decimal comma.')
  const decimalAt = Math.max(text.lastIndexOf(','), text.lastIndexOf('.'))
  return Number(`${text.slice(0, decimalAt).replace(/[.,]/g, '')}.${text.slice(decimalAt + 1)}`)
}

/** ISO 4217 in upper case. */
export function readCurrency(value: unknown, key: string, report: Report): string | undefined {
  if (isAbsent(value)) return undefined
  if (typeof value === 'string') {
    if (isCurrency(value)) return value
    const code = value.trim().toUpperCase()
    if (isCurrency(code)) return code
  }
  report.object('unknown_currency', key, 'is not a currency of ISO 4217: send a code such as EUR.')
  return undefined
}
