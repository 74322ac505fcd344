import { describe, expect, it } from 'vitest'
import { datasetSettingsSchema } from '../../event/dataset.ts'
import { fieldGroups } from './fields.ts'

const fields = fieldGroups().flatMap((group) => group.fields)

describe('the settings form', () => {
  it('has every setting of the schema, each once', () => {
    const names = fields.map(({ name }) => name).sort()
    expect(names).toEqual(Object.keys(datasetSettingsSchema.shape).sort())
  })

  it.each([
    ['name', 'text'],
    ['default_country', 'country'],
    ['mode', 'choice'],
    ['unknown_consent', 'choice'],
    ['consent_rules', 'consent_rules'],
    ['consent_needs', 'list'],
    ['bots', 'choice'],
    ['auto_matching', 'switch'],
    ['allowed_domains', 'list'],
    ['events_per_minute_max', 'number'],
  ])('%s is a %s', (name, kind) => {
    expect(fields.find((field) => field.name === name)?.input.kind).toBe(kind)
  })
})
