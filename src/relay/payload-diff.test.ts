import { expect, it } from 'vitest'
import type { Json } from '../event/shape.ts'
import { payloadChanges } from './payload-diff.ts'

const rows: readonly [string, Json | undefined, Json | undefined, [string, Json, Json][]][] = [
  ['alike', { a: 1, b: { c: [1, 2] } }, { b: { c: [1, 2] }, a: 1 }, []],
  ['a value', { a: { b: 1 } }, { a: { b: 2 } }, [['a.b', 1, 2]]],
  ['a type', { a: '1' }, { a: 1 }, [['a', '1', 1]]],
  ['come', {}, { a: { b: 'x' } }, [['a.b', null, 'x']]],
  ['gone', { a: { b: 'x' }, c: 1 }, { c: 1 }, [['a.b', 'x', null]]],
  ['a list of values', { a: ['x', 'y'] }, { a: ['y'] }, [['a', ['x', 'y'], ['y']]]],
  [
    'a list of objects',
    { events: [{ name: 'a', params: { v: 1 } }] },
    { events: [{ name: 'a', params: { v: 2 } }] },
    [['events.0.params.v', 1, 2]],
  ],
  [
    'an object that became empty',
    { a: { b: 1 } },
    { a: {} },
    [
      ['a.b', 1, null],
      ['a', null, {}],
    ],
  ],
  ['nothing before', undefined, { a: 1 }, [['a', null, 1]]],
  ['nothing at all', undefined, undefined, []],
]

it.each(rows)('tells what is different: %s', (_, before, after, changes) => {
  expect(payloadChanges(before, after)).toEqual(
    changes.map(([field, old, now]) => ({ field, before: old, after: now })),
  )
})
