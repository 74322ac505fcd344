import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { RULE_DEPTH_MAX, RULE_TESTS_MAX, RULES_PER_DATASET_MAX } from '../limits.ts'
import { ACTION_LIST } from './action.ts'
import { OPERATORS } from './condition.ts'
import { rulesSchema } from './rule.ts'
import { sentenceOf } from './words.ts'

const drop = { do: 'drop' }
const test = { op: 'exists', field: 'event_id' }
const rule = (more: object): object => ({ id: 'a', actions: [drop], ...more })
const doing = (action: object): object => rule({ actions: [action] })

function problemOf(rules: unknown): string {
  const read = rulesSchema.safeParse(rules)
  if (read.success) return ''
  return read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
}

function nested(depth: number): object {
  return depth <= 1 ? test : { op: 'not', of: nested(depth - 1) }
}

describe('what is refused, in words that say what to do', () => {
  it.each([
    [
      'an unknown operator',
      rule({ when: { ...test, op: 'matches' } }),
      /op must be one of all, any/,
    ],
    ['an unknown action', doing({ do: 'explode' }), /do must be one of drop, keep/],
    ['an unknown field', rule({ when: { op: 'exists', field: 'foo' } }), /not a field/],
    [
      'the value of a match key',
      rule({ when: { op: 'equals', field: 'user_data.em', value: 'x' } }),
      /values of user_data are not compared/,
    ],
    [
      'copying a match key out',
      doing({ do: 'copy', from: 'user_data.em', to: 'custom_data.x' }),
      /actions\.0\.from: cannot be copied/,
    ],
    [
      'copying the country out',
      doing({ do: 'copy', from: 'country', to: 'custom_data.x' }),
      /cannot be copied/,
    ],
    [
      'copying into a key that is never hashed',
      doing({ do: 'copy', from: 'custom_data.x', to: 'user_data.client_ip_address' }),
      /cannot be copied to/,
    ],
    [
      'a match key for everybody',
      doing({ do: 'set', field: 'user_data.em', value: 'a@b.c' }),
      /cannot be set/,
    ],
    [
      'a currency that is none',
      doing({ do: 'set', field: 'custom_data.currency', value: 'EURO' }),
      /not a currency of ISO 4217/,
    ],
    [
      'a value that is no amount',
      doing({ do: 'default', field: 'custom_data.value', value: 'much' }),
      /send a JSON number/,
    ],
    [
      'taking an opt-out back',
      doing({ do: 'set', field: 'opt_out', value: false }),
      /cannot undo an opt-out/,
    ],
    ['removing an opt-out', doing({ do: 'remove', field: 'opt_out' }), /cannot be removed/],
    ['removing the name', doing({ do: 'remove', field: 'event_name' }), /cannot be removed/],
    ['a name of two lines', doing({ do: 'rename', to: 'a\nb' }), /one line/],
    ['a margin that is no number', doing({ do: 'margin', margin: 'half' }), /such as "35%"/],
    ['amounts without a currency', doing({ do: 'margin', margin: '2.50' }), /currency: is needed/],
    ['a route to nothing said', doing({ do: 'route' }), /needs only, except, or both/],
    ['keep and remove at once', doing({ do: 'strip_query', keep: ['a'], remove: ['b'] }), /either/],
    [
      'a prototype',
      rule({ when: { op: 'exists', field: 'custom_data.__proto__' } }),
      /not a field/,
    ],
    ['an unknown key', rule({ unless: [] }), /unless/],
    ['no action', rule({ actions: [] }), /actions/],
    ['an id with spaces', rule({ id: 'my rule' }), /a-z, 0-9/],
    ['deep nesting', rule({ when: nested(RULE_DEPTH_MAX + 2) }), /deeper than/],
    ['nesting that would exhaust the stack', rule({ when: nested(5000) }), /deeper than/],
    [
      'too many tests',
      rule({ when: { op: 'all', of: Array(RULE_TESTS_MAX + 1).fill(test) } }),
      /more than/,
    ],
  ])('%s', (_, given, words) => {
    expect(problemOf([given])).toMatch(words)
  })

  it('two rules of one id, and more rules than a person oversees', () => {
    expect(problemOf([rule({}), rule({})])).toMatch(/1\.id: is the id of two rules: a/)
    const many = Array.from({ length: RULES_PER_DATASET_MAX + 1 }, (_, n) => rule({ id: `r${n}` }))
    expect(problemOf(many)).not.toBe('')
    expect(problemOf(many.slice(1))).toBe('')
  })
})

it('takes conditions as deep as the limit says', () => {
  expect(problemOf([rule({ when: nested(RULE_DEPTH_MAX) })])).toBe('')
})

it('describes every operator and action, for form and docs', () => {
  const schema = JSON.stringify(z.toJSONSchema(rulesSchema, { io: 'input' }))
  for (const { op } of OPERATORS) expect(schema).toContain(`"${op}"`)
  for (const { do: name, about } of ACTION_LIST) {
    expect(schema).toContain(`"${name}"`)
    expect(about, name).not.toBe('')
  }
})

describe('a rule as a sentence', () => {
  it.each([
    [rule({}), 'Always: do not count it.'],
    [
      rule({
        enabled: false,
        when: {
          op: 'all',
          of: [
            { op: 'in', field: 'event_name', values: ['Lead', 'Contact'] },
            { op: 'not', of: { op: 'any', of: [test, { ...test, op: 'missing' }] } },
            { op: 'below', field: 'custom_data.value', value: '0.5' },
          ],
        },
        actions: [
          { do: 'rename', to: 'Purchase' },
          { do: 'route', only: [] },
        ],
      }),
      '(Off) When event_name is one of "Lead", "Contact" and not (event_id is there or ' +
        'event_id is missing) and custom_data.value is below "0.5": name it Purchase, then ' +
        'send it nowhere.',
    ],
    [
      doing({ do: 'margin', margin: '10%', by_content_id: { a: '5%' } }),
      'Always: set custom_data.net_revenue from the margins of 1 products, else 10%.',
    ],
    [
      doing({ do: 'strip_query', remove: ['sid'], in: ['referrer_url'] }),
      'Always: remove the parameters "sid" from referrer_url.',
    ],
    [{ id: 'a' }, 'This rule cannot be read any more: save it anew, or remove it.'],
  ])('%#', (given, sentence) => {
    expect(sentenceOf(given)).toBe(sentence)
  })
})
