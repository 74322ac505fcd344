import { describe, expect, it } from 'vitest'
import {
  changesBetween,
  changesWords,
  freeId,
  isUnchanged,
  moved,
  problemOf,
  type Rule,
  ruleOf,
} from './rule.ts'

const rule = (id: string, more: Partial<Rule> = {}): Rule => ({
  id,
  actions: [{ do: 'drop' }],
  ...more,
})

describe('the id of a new rule', () => {
  it.each([
    ['Leave out: Tests!', [], 'leave-out-tests'],
    ['Größe über 5 €', [], 'grosse-uber-5'],
    ['', ['rule'], 'rule-2'],
    ['Tests', ['tests', 'tests-2'], 'tests-3'],
  ])('of %j beside %j is %s', (name, taken, id) => {
    expect(freeId(name, taken)).toBe(id)
  })

  it('stays within what the server takes', () => {
    expect(freeId('x'.repeat(90), ['x'.repeat(36)])).toMatch(/^x{36}-2$/)
  })
})

describe('what a draft changes', () => {
  it('is nothing when only keys and defaults are written differently', () => {
    const stored = rule('a', { name: '', enabled: true })
    const changes = changesBetween([stored], [{ actions: [{ do: 'drop' }], id: 'a' }])
    expect(isUnchanged(changes)).toBe(true)
    expect(changesWords(changes)).toBe('')
  })

  it('is counted: new, changed, removed, moved', () => {
    const before = ['a', 'b', 'c'].map((id) => rule(id))
    const after = [rule('c'), rule('a', { enabled: false }), rule('d')]
    const changes = changesBetween(before, after)
    expect(changesWords(changes)).toBe('1 new, 1 changed, 1 removed, another order')
    expect(changes.removed.map(({ id }) => id)).toEqual(['b'])
  })
})

it('moves one of a list', () => {
  expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a'])
  expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b'])
})

it('makes a sentence of the server’s words about a place', () => {
  expect(problemOf({ path: '0.actions.1.by', message: 'must be a decimal; see the docs' })).toEqual(
    {
      path: 'actions.1.by',
      message: 'Must be a decimal; see the docs.',
    },
  )
  expect(problemOf({ path: '0', message: 'Is wrong.' })).toEqual({ path: '', message: 'Is wrong.' })
})

it('shows what is no rule any more under a name of its own', () => {
  expect(ruleOf('what was this', 2)).toEqual({ id: 'rule-3', actions: [] })
})
