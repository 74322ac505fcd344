import { describe, expect, it } from 'vitest'
import { conditionSchema } from '../../rules/condition.ts'
import { conditionOf, formOf, newGroup, newTest, nodeAt, replaced } from './condition-form.ts'

const name = { op: 'equals', field: 'event_name', value: 'Purchase' }
const host = { op: 'glob', field: 'event_source_url.host', value: '*.test' }
const em = { op: 'exists', field: 'user_data.em' }

describe('a condition as a form', () => {
  it.each([
    ['one test', name],
    ['one test that must not hold', { op: 'not', of: name }],
    ['a group', { op: 'any', of: [name, host] }],
    ['a group of which none may hold', { op: 'not', of: { op: 'any', of: [name, host] } }],
    ['a group of which one must fail', { op: 'not', of: { op: 'all', of: [name, host] } }],
    [
      'groups in groups in groups',
      {
        op: 'all',
        of: [name, { op: 'any', of: [host, { op: 'not', of: { op: 'all', of: [em, host] } }] }],
      },
    ],
  ])('comes back as it was: %s', (_, condition) => {
    const written = conditionOf(formOf(condition)).condition
    expect(written).toEqual(condition)
    expect(conditionSchema.safeParse(written).success).toBe(true)
  })

  it('says the same where it writes shorter', () => {
    expect(conditionOf(formOf({ op: 'any', of: [name] })).condition).toEqual(name)
    expect(conditionOf(formOf({ op: 'not', of: { op: 'any', of: [name] } })).condition).toEqual({
      op: 'not',
      of: name,
    })
    // A double negation keeps both.
    expect(conditionOf(formOf({ op: 'not', of: { op: 'not', of: name } })).condition).toEqual({
      op: 'not',
      of: { op: 'any', of: [{ op: 'not', of: name }] },
    })
  })

  it('never turns into "every event" when it is emptied', () => {
    const form = newGroup('all')
    const emptied = replaced(form, form.of[0]?.key ?? '', undefined)
    const { condition } = conditionOf(emptied)
    expect(condition).toEqual({ op: 'all', of: [] })
    expect(conditionSchema.safeParse(condition).success).toBe(false)
  })

  it('finds the test that the server’s words are about', () => {
    const [a, b, c] = [newTest(), newTest(), newTest()]
    const form = newGroup('all', [a, newGroup('none', [b, c])])
    const { paths } = conditionOf(form)
    expect(nodeAt(paths, 'of.0.field')).toBe(a.key)
    expect(nodeAt(paths, 'of.1.of.of.1.value')).toBe(c.key)
    expect(nodeAt(conditionOf(newGroup('none', [a])).paths, 'of.value')).toBe(a.key)
    expect(nodeAt(paths, 'of')).toBe(form.key)
  })
})
