/**
 * A price as feeds write it: "19.99 EUR". Exact, in minor units the currency has, and never in a
 * currency that nobody named: a sign such as $ stands for many. Pure. Called by feed-columns.ts.
 */
import { isCurrency } from '../../event/currency.ts'
import { decimalText, microsOf, minorDigits } from '../decimal.ts'
import { amountIn } from '../file-cells.ts'

export type ReadMoney =
  | { readonly amount: string; readonly currency: string }
  | { readonly reason: string }

export function moneyIn(text: string, usual: string | undefined): ReadMoney {
  if (text === '') return { reason: 'There is none: write 19.99 EUR.' }
  const [, before = '', number = '', after = ''] =
    /^([^\d.,+-]*)([\d.,' +\u00a0\u202f-]*)([^\d]*)$/.exec(text) ?? []
  const named = [before, after].map((part) => part.trim()).filter((part) => part !== '')
  const code = named[0]?.toUpperCase()
  if (number.trim() === '' || named.length > 1)
    return { reason: 'It is no price: write 19.99 EUR.' }
  const currency = code !== undefined && isCurrency(code) ? code : undefined
  if (!currency && code !== undefined && !SIGN.test(code)) {
    return { reason: 'Its currency is no code of ISO 4217: write 19.99 EUR.' }
  }
  const own = currency ?? usual
  if (own === undefined) {
    const reason = 'It names no currency: write 19.99 EUR, or say the currency of all prices.'
    return { reason }
  }
  if (!currency && code !== undefined && code !== signOf(own)) {
    return { reason: `Its sign is not that of ${own}: write the code of its currency.` }
  }
  const amount = amountOf(number.trim(), minorDigits(own))
  return 'reason' in amount ? amount : { amount: amount.amount, currency: own }
}

/** Tells which currency it may be, not which it is. */
const SIGN = /^[\p{Sc}.]+$/u

const signs = new Map<string, string>()

function signOf(currency: string): string {
  const known = signs.get(currency)
  if (known !== undefined) return known
  const options = { style: 'currency', currency, currencyDisplay: 'narrowSymbol' } as const
  const parts = new Intl.NumberFormat('en', options).formatToParts(0)
  const sign = parts.find(({ type }) => type === 'currency')?.value ?? ''
  signs.set(currency, sign)
  return sign
}

function amountOf(text: string, digits: number): { amount: string } | { reason: string } {
  const read = exactIn(text, digits)
  if (typeof read !== 'string') return read
  const [, fraction = ''] = read.split('.')
  if (read.startsWith('-')) return { reason: 'It is below zero.' }
  if (fraction.length > digits) {
    const reason = `It has more decimals than its currency (${digits}): write them as it has them.`
    return { reason }
  }
  return { amount: read }
}

/** As the feeds' own rules have it (a point before decimals) where that fits the currency. */
function exactIn(text: string, digits: number): string | { reason: string } {
  const [, fraction] = /^\d{1,15}(?:\.(\d*))?$/.exec(text) ?? []
  const isPlain = /^\d{1,15}(\.\d*)?$/.test(text)
  const isShort = (fraction ?? '').replace(/0+$/, '').length <= digits
  if (isPlain && isShort && fits(fraction, digits)) return decimalText(microsOf(text) ?? 0n)
  // Three digits after a comma are thousands where the currency has no decimals.
  if (digits === 0 && /^\d{1,3}([.,' ]\d{3})+$/.test(text)) return text.replaceAll(/[.,' ]/g, '')
  return amountIn(text)
}

/** 1.234 of a currency with two decimals may be a thousand: amountIn says so. */
const fits = (fraction: string | undefined, digits: number): boolean =>
  (fraction ?? '').length !== 3 || digits === 3
