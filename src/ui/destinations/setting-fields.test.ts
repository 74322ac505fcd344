import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { meta } from '../../destinations/meta.ts'
import { webhook } from '../../destinations/webhook.ts'
import { changedSettings, linesOfMap, mapOfLines, settingFields } from './setting-fields.ts'

const fieldsOf = (schema: z.ZodType) =>
  settingFields(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))

describe('the fields of a form', () => {
  it('ask first for what must be filled in', () => {
    const fields = fieldsOf(meta.schema)
    expect(fields.slice(0, 2)).toMatchObject([
      { name: 'dataset_id', required: true, secret: false, input: { kind: 'text' } },
      { name: 'access_token', required: true, secret: true, input: { kind: 'text' } },
    ])
    expect(fields.find(({ name }) => name === 'check_first')).toMatchObject({
      required: false,
      fallback: true,
      input: { kind: 'switch' },
    })
    expect(fields.every(({ help }) => (help ?? '').length > 10)).toBe(true)
  })

  it('fit the kinds of settings', () => {
    const kinds = Object.fromEntries(fieldsOf(webhook.schema).map((one) => [one.name, one.input]))
    expect(kinds).toMatchObject({
      mode: { kind: 'choice', choices: ['one', 'array'] },
      events_per_request: { kind: 'number', min: 1, max: 100 },
      headers: { kind: 'lines' },
      url: { kind: 'address' },
    })
  })
})

describe('maps', () => {
  it('are lines of name = value', () => {
    const map = { Purchase: 'urn:x=1', Lead: '2' }
    expect(mapOfLines(linesOfMap(map))).toEqual(map)
    expect(mapOfLines('  Lead=3\n\n')).toEqual({ Lead: '3' })
  })
})

describe('what a form sends', () => {
  it.each([
    ['a new value', { a: 'x' }, { a: 'y' }, { a: 'x' }],
    ['an emptied one as null', { a: '' }, { a: 'y' }, { a: null }],
    ['nothing of one that was never there', { a: '' }, {}, {}],
    ['nothing empty of a new destination', { a: '', b: false }, undefined, { b: false }],
  ])('is %s', (_, changes, stored, sent) => {
    expect(changedSettings(changes, stored)).toEqual(sent)
  })
})
