import { hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { explain, isHashedKey } from './explain.ts'

const sha256 = (text: string): string => hash('sha256', text)
const context = { builderForms: true, sha256 }

describe('explain', () => {
  test('shows the exact text and its hash', () => {
    const text = 'foo@x.com'
    expect(explain('em', ' Foo@X.com ', context)).toEqual({
      key: 'em',
      input: 'clear',
      rule: expect.stringContaining('lower-cased'),
      forms: [
        { name: 'documented', text, sha256: sha256(text), sent: true },
        { name: 'builder', text, sha256: sha256(text), sent: false },
      ],
      sent: [sha256(text)],
    })
  })

  test('shows every form that is sent', () => {
    const { forms, sent } = explain('external_id', 'Ab 7', context)
    expect(forms.map(({ name, text, sent }) => [name, text, sent])).toEqual([
      ['documented', 'ab 7', true],
      ['builder', 'ab7', true],
      ['unchanged', 'Ab 7', true],
    ])
    expect(sent).toEqual(['ab 7', 'ab7', 'Ab 7'].map(sha256))
  })

  test('shows the form that the setting leaves out', () => {
    const { forms } = explain('zp', 'M1 1AE', { ...context, builderForms: false })
    expect(forms.map(({ text, sent }) => [text, sent])).toEqual([
      ['m11ae', true],
      ['m1 1ae', false],
    ])
  })

  test('says when the hash of a word is replaced', () => {
    const explained = explain('st', sha256('texas'), context)
    expect(explained.sent).toEqual([sha256('tx')])
    expect(explained.note).toContain('code')
  })

  test('uses the default country', () => {
    const { sent } = explain('ph', '0151 23456789', { ...context, defaultCallingCode: '49' })
    expect(sent).toEqual([sha256('4915123456789')])
  })

  test.each([
    ['0171 1234567', undefined, true],
    ['(555) 123-4567', undefined, true],
    ['+49 171 1234567', undefined, false],
    ['0049 171 1234567', undefined, false],
    ['0171 1234567', '49', false],
    [sha256('491711234567'), undefined, false],
  ])('%s, default country %s: warns of a missing country code: %s', (value, code, warns) => {
    const given = code ? { ...context, defaultCallingCode: code } : context
    expect(explain('ph', value, given).note?.includes('country code') ?? false).toBe(warns)
  })

  test.each([
    ['em', sha256('a').toUpperCase(), 'sha256', undefined],
    ['em', sha256(''), 'sha256', 'empty_hash'],
    ['em', hash('md5', 'a'), 'md5', 'md5_hash'],
    ['em', 'test@test.com', 'clear', 'placeholder_value'],
    ['em', '  ', 'empty', 'normalises_to_nothing'],
    ['ge', 'other', 'clear', 'normalises_to_nothing'],
  ] as const)('%s %s is %s, refused: %s', (key, value, input, code) => {
    const explained = explain(key, value, context)
    expect(explained.input).toBe(input)
    expect(explained.refused?.code).toBe(code)
    expect(explained.sent).toHaveLength(code ? 0 : 1)
    expect(explained.forms.some((form) => form.sent)).toBe(false)
  })
})

test.each([
  ['em', true],
  ['app_user_id', true],
  ['fbp', false],
  ['email', false],
  ['toString', false],
])('%s is a hashed key: %s', (key, expected) => {
  expect(isHashedKey(key)).toBe(expected)
})
