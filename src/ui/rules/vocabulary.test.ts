import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { RuleVocabulary } from '../../api/types.ts'
import { ACTION_LIST } from '../../rules/action.ts'
import { OPERATORS } from '../../rules/condition.ts'
import { FIELD_LIST } from '../../rules/fields.ts'
import { rulesSchema } from '../../rules/rule.ts'
import { READY_MADE } from './ready-made.ts'
import { ruleForm, ruleOfForm } from './rule-form.ts'
import { actionWords, fieldWords, inputWords, operatorWords } from './rule-words.ts'
import { familyOf, inputsOf, operatorsFor, tableOf, tableText, testWith } from './vocabulary.ts'

/** As GET /api/rule-vocabulary answers it. */
const vocabulary = {
  fields: FIELD_LIST,
  operators: OPERATORS,
  actions: ACTION_LIST,
  schema: z.toJSONSchema(rulesSchema, { io: 'input', unrepresentable: 'any' }),
} as unknown as RuleVocabulary

describe('the builder', () => {
  it('has words for every field, operator, action and input of the server', () => {
    const unnamed = [
      ...FIELD_LIST.map(({ field }) => field.replace('*', '')).filter(
        (field) => fieldWords(field).label === field,
      ),
      ...OPERATORS.filter(({ takes }) => !takes.startsWith('condition'))
        .map(({ op }) => op)
        .filter((op) => !/^(is|contains|does|starts|ends|looks)\b/.test(operatorWords(op))),
      ...ACTION_LIST.map((action) => action.do).filter((name) => !actionWords(name).includes(' ')),
    ]
    expect(unnamed).toEqual([])
  })

  it('has an input for every property of every action', () => {
    const kinds = Object.fromEntries(
      ACTION_LIST.map((action) => [
        action.do,
        inputsOf(vocabulary, action.do).map(({ name, input }) => `${name}:${input.kind}`),
      ]),
    )
    expect(kinds).toMatchObject({
      drop: [],
      rename: ['to:text'],
      default: ['field:text', 'value:scalar'],
      copy: ['from:text', 'to:text', 'prefix:text', 'suffix:text', 'if_missing:switch'],
      multiply: ['field:choice', 'by:decimal'],
      margin: ['to:choice', 'margin:text', 'by_content_id:table', 'currency:text'],
      strip_query: ['keep:list', 'remove:list', 'fragment:switch', 'in:choices'],
      scrub: ['names:list', 'digits:number', 'in:choices'],
    })
    expect(inputWords('margin', 'by_content_id')).toBe('Margins of single products')
  })

  it.each([
    ['user_data.em', ['exists', 'missing']],
    ['opt_out', ['exists', 'missing', 'equals', 'not_equals']],
    ['event_time', expect.arrayContaining(['above', 'equals'])],
    ['event_name', expect.not.arrayContaining(['above'])],
    ['custom_data.value', expect.arrayContaining(['above', 'glob', 'in'])],
  ])('offers for %s only what can hold', (field, ops) => {
    expect(operatorsFor(vocabulary, field).map(({ op }) => op)).toEqual(ops)
  })

  it('keeps of a test what still fits when its operator or field changes', () => {
    const one = { op: 'equals', field: 'event_name', value: 'Lead', ignore_case: true }
    const many = testWith(vocabulary, one, { op: 'in' })
    expect(many).toEqual({ op: 'in', field: 'event_name', values: ['Lead'], ignore_case: true })
    expect(testWith(vocabulary, many, { op: 'equals' })).toEqual(one)
    expect(testWith(vocabulary, one, { op: 'missing' })).toEqual({
      op: 'missing',
      field: 'event_name',
    })
    expect(testWith(vocabulary, one, { field: 'user_data.em' })).toEqual({
      op: 'exists',
      field: 'user_data.em',
    })
    expect(testWith(vocabulary, one, { field: 'opt_out' })).toEqual({
      op: 'equals',
      field: 'opt_out',
      value: true,
    })
  })

  it('knows families by their start', () => {
    expect(familyOf('event_source_url.query.sid')).toBe('event_source_url.query.')
    expect(familyOf('event_source_url.query')).toBeUndefined()
  })
})

describe('a margin table', () => {
  it.each([
    ['beans-1kg 42.5%\ngrinder 25.50', { 'beans-1kg': '42.5%', grinder: '25.50' }],
    ['a\t10%\r\nb;20%\n\n"c","30%"\nd = 4', { a: '10%', b: '20%', c: '30%', d: '4' }],
    ['two words 5%', { 'two words': '5%' }],
    ['alone', { alone: '' }],
  ])('is read from %j', (text, table) => {
    expect(tableOf(text)).toEqual(table)
  })

  it('is written as it is read', () => {
    const table = { 'beans-1kg': '42.5%', grinder: '25.50' }
    expect(tableOf(tableText(table))).toEqual(table)
    expect(tableOf(' \n')).toBeUndefined()
  })
})

describe('ready-made rules', () => {
  it.each(READY_MADE.map((made) => [made.title, made.rule] as const))(
    '%s: the server takes it, and the form gives it back',
    (_, rule) => {
      expect(rulesSchema.safeParse([rule]).error).toBeUndefined()
      const back = ruleOfForm(ruleForm(rule))
      expect(rulesSchema.parse([back])).toEqual(rulesSchema.parse([back]))
      expect(back.actions).toEqual(rule.actions)
    },
  )
})
