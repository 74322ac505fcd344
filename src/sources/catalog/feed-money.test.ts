import { describe, expect, it } from 'vitest'
import { moneyIn } from './feed-money.ts'

describe('a price', () => {
  it.each([
    ['19.99 EUR', undefined, '19.99', 'EUR'],
    ['19.99EUR', undefined, '19.99', 'EUR'],
    ['EUR 19.99', undefined, '19.99', 'EUR'],
    ['usd 5', undefined, '5', 'USD'],
    ['19,99 EUR', undefined, '19.99', 'EUR'],
    ['1.299,00 EUR', undefined, '1299', 'EUR'],
    ['1,299.00 USD', undefined, '1299', 'USD'],
    ['1500 JPY', undefined, '1500', 'JPY'],
    ['1,500 JPY', undefined, '1500', 'JPY'],
    ['1.500 JPY', undefined, '1500', 'JPY'],
    ['12.500 KWD', undefined, '12.5', 'KWD'],
    ['0 EUR', undefined, '0', 'EUR'],
    ['19.99', 'EUR', '19.99', 'EUR'],
    ['€19.99', 'EUR', '19.99', 'EUR'],
    ['19.99 CHF', 'EUR', '19.99', 'CHF'],
    ['9007199254740.99 EUR', undefined, '9007199254740.99', 'EUR'],
  ])('%s (usual %s) is %s %s', (text, usual, amount, currency) => {
    expect(moneyIn(text, usual)).toEqual({ amount, currency })
  })

  it.each([
    ['', undefined, /There is none/],
    ['19.99', undefined, /names no currency/],
    ['$19.99', undefined, /names no currency/],
    ['$19.99', 'EUR', /not that of EUR/],
    ['19.99 EURO', undefined, /no code of ISO 4217/],
    ['19.99 QQQ', 'EUR', /no code of ISO 4217/],
    ['EUR 19.99 USD', undefined, /no price/],
    ['free', undefined, /no price/],
    ['-5 EUR', undefined, /below zero/],
    ['1.234 EUR', undefined, /read in two ways/],
    ['19.999 EUR', undefined, /read in two ways/],
    ['19.9999 EUR', undefined, /more decimals than its currency/],
    ['12.5 JPY', undefined, /more decimals than its currency/],
  ])('%s (usual %s) is refused', (text, usual, reason) => {
    expect(moneyIn(text, usual)).toEqual({ reason: expect.stringMatching(reason) })
  })
})
