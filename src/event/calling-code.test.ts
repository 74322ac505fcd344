import { expect, test } from 'vitest'
import { callingCode } from './calling-code.ts'

test.each([
  ['DE', '49'],
  ['de', '49'],
  ['US', '1'],
  ['CA', '1'],
  ['IT', '39'],
  ['XX', undefined],
  ['', undefined],
  [null, undefined],
])('%s is +%s', (country, code) => {
  expect(callingCode(country)).toBe(code)
})
