import { expect, it } from 'vitest'
import { allowsDestination, narrowed } from './routes.ts'

it.each([
  [undefined, true, true],
  [{ only: ['a'] }, true, false],
  [{ only: [] }, false, false],
  [{ except: ['a'] }, false, true],
  [{ only: ['a', 'b'], except: ['a'] }, false, true],
])('%j allows a: %s, b: %s', (routes, a, b) => {
  expect([allowsDestination(routes, 'a'), allowsDestination(routes, 'b')]).toEqual([a, b])
})

it.each([
  [undefined, { only: ['a'] }, { only: ['a'] }],
  [{ only: ['a', 'b'] }, { only: ['b', 'c'] }, { only: ['b'] }],
  [{ only: ['a'] }, { only: ['b'] }, { only: [] }],
  [{ only: ['a'] }, { except: ['b'] }, { only: ['a'], except: ['b'] }],
  [{ except: ['a'] }, { except: ['a', 'b'] }, { except: ['a', 'b'] }],
])('%j and %j is %j', (before, more, both) => {
  expect(narrowed(before, more)).toEqual(both)
})
