import { expect, it } from 'vitest'
import { byWorth } from './worth.ts'

const finding = (name: string, affected: number, ...money: [string, string][]) => ({
  name,
  affected,
  money: money.map(([about, currency]) => ({ about, currency })),
})
const names = (list: readonly { readonly name: string }[]) => byWorth(list as never[]).map(nameOf)
const nameOf = ({ name }: { readonly name: string }): string => name

it.each([
  ['nothing', [], []],
  [
    'the most money first, then by events',
    [finding('c', 1, ['9', 'EUR']), finding('a', 1, ['100', 'EUR']), finding('b', 5, ['9', 'EUR'])],
    ['a', 'b', 'c'],
  ],
  [
    'no money after all money, by events',
    [finding('few', 3), finding('many', 900), finding('money', 1, ['1', 'EUR'])],
    ['money', 'many', 'few'],
  ],
  [
    'currencies by themselves: yen are not more than euros for being many',
    [
      finding('yen', 1, ['90000', 'JPY']),
      finding('small', 1, ['2', 'EUR']),
      finding('large', 1, ['3', 'EUR'], ['70000', 'JPY']),
    ],
    ['large', 'small', 'yen'],
  ],
  [
    'amounts beyond what a number holds',
    [
      finding('less', 1, ['9007199254740992', 'VND']),
      finding('more', 1, ['9007199254740993', 'VND']),
    ],
    ['more', 'less'],
  ],
])('orders %s', (_what, list, expected) => {
  expect(names(list)).toEqual(expected)
})
