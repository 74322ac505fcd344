/** docs/rules.md: every example gives what it says, and every word of the language is explained. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { expectedOf, type RuleExample, runExample } from '../../conformance/rules.fixture.ts'
import { ACTION_LIST } from '../../src/rules/action.ts'
import { OPERATORS } from '../../src/rules/condition.ts'
import { FIELD_LIST } from '../../src/rules/fields.ts'

const text = readFileSync(join(import.meta.dirname, '../../docs/rules.md'), 'utf8')
const examples = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(
  ([, json = '']) => JSON.parse(json) as RuleExample,
)

describe('the examples', () => {
  it.each(
    examples.map((example) => [JSON.stringify(example.rules).slice(0, 40), example] as const),
  )('%s', (_, example) => {
    const expected = expectedOf(example)
    expect(Object.keys(expected)).not.toEqual([])
    expect(runExample(example)).toEqual(expected)
  })

  it('are there', () => {
    expect(examples.length).toBeGreaterThanOrEqual(6)
  })
})

it.each([...OPERATORS.map(({ op }) => op), ...ACTION_LIST.map((action) => action.do)])(
  'explains `%s`',
  (word) => {
    expect(text).toContain(`\`${word}\``)
  },
)

it.each(FIELD_LIST.map(({ field }) => field.replace(/^referrer_url\./, 'event_source_url.')))(
  'names the field %s',
  (field) => {
    const [family = ''] = /^(event_source_url|custom_data|user_data)(?=\.)/.exec(field) ?? []
    expect(text).toContain(`\`${family || field}`)
  },
)
