/** Writes TCF v2 strings for tests, bit by bit as the IAB's document lays them out. */

export interface TcfParts {
  readonly purposes?: readonly number[]
  readonly legitimateInterests?: readonly number[]
  /** As a bit field. */
  readonly vendors?: readonly number[]
  /** As ranges instead. */
  readonly vendorRanges?: readonly (readonly [first: number, last: number])[]
  /** Purpose, type (0: not allowed) and the vendors it is about. */
  readonly restrictions?: readonly {
    readonly purpose: number
    readonly type: number
    readonly ranges: readonly (readonly [first: number, last: number])[]
  }[]
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const number = (value: number, bits: number): string => value.toString(2).padStart(bits, '0')
const flags = (ids: readonly number[], count: number): string =>
  Array.from({ length: count }, (_, index) => (ids.includes(index + 1) ? '1' : '0')).join('')
const ranges = (list: readonly (readonly [number, number])[]): string =>
  number(list.length, 12) +
  list.map(([first, last]) => `1${number(first, 16)}${number(last, 16)}`).join('')

export function tcfString(parts: TcfParts = {}): string {
  const {
    purposes = [],
    legitimateInterests = [],
    vendors = [],
    vendorRanges,
    restrictions = [],
  } = parts
  const maxId = Math.max(0, ...vendors, ...(vendorRanges ?? []).map(([, last]) => last))
  const bits = [
    number(2, 6),
    number(17_000_000_000, 36) + number(17_000_000_000, 36),
    number(31, 12) + number(1, 12) + number(1, 6),
    number(4, 6) + number(13, 6),
    `${number(300, 12) + number(5, 6)}10`,
    number(0, 12),
    flags(purposes, 24) + flags(legitimateInterests, 24),
    `0${number(3, 6)}${number(4, 6)}`,
    number(maxId, 16) + (vendorRanges ? `1${ranges(vendorRanges)}` : `0${flags(vendors, maxId)}`),
    `${number(0, 16)}0`,
    number(restrictions.length, 12),
    ...restrictions.map(
      ({ purpose, type, ranges: list }) => number(purpose, 6) + number(type, 2) + ranges(list),
    ),
  ].join('')
  const padded = bits.padEnd(Math.ceil(bits.length / 6) * 6, '0')
  return [...padded.matchAll(/.{6}/g)]
    .map(([sextet]) => LETTERS[Number.parseInt(sextet, 2)])
    .join('')
}
