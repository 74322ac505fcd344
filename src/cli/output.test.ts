import { expect, it } from 'vitest'
import { countOf, money, plain, size, table, time } from './output.ts'

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KB'],
  [1_572_864, '1.5 MB'],
  [5 * 1024 ** 5, '5120.0 TB'],
])('%i bytes are %s', (bytes, text) => {
  expect(size(bytes)).toBe(text)
})

it('writes numbers with separators and their noun', () => {
  expect([countOf(1, 'event'), countOf(1_234_567, 'event')]).toEqual([
    '1 event',
    '1,234,567 events',
  ])
  const sums = [
    ...[money(1234.5, 'EUR'), money('61.2', 'CHF'), money(1234.567891, 'EUR')],
    ...[money('99999999999999999.10', 'USD'), money(1200, 'JPY'), money(7.5, ''), money(1, 'EURO')],
    ...[money(5e-7, 'EUR'), money(1e21, 'EUR')],
  ]
  expect(sums).toEqual([
    ...['1,234.50 EUR', '61.20 CHF', '1,234.567891 EUR'],
    ...['99,999,999,999,999,999.10 USD', '1,200 JPY', '7.5', '1 EURO'],
    ...['0.0000005 EUR', '1,000,000,000,000,000,000,000.00 EUR'],
  ])
  expect(time(1_800_000_000)).toBe('2027-01-15 08:00:00')
})

it('aligns text to the left and numbers to the right', () => {
  const rows = [
    ['name', 'n'],
    ['a', '10,000'],
    ['long', '1'],
  ]
  expect(table(rows, [1])).toBe('name       n\na     10,000\nlong       1')
})

it('lets no sender steer the terminal', () => {
  expect(plain('Lead\x1b[2J\u009b1m\n')).toBe('Lead?[2J?1m?')
})
