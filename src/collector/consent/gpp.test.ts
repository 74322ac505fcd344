import { GppModel } from '@iabgpp/cmpapi'
import { describe, expect, it } from 'vitest'
import { CONSENT_STRING_CHARS_MAX } from '../../limits.ts'
import { readGpp } from './gpp.ts'

/** Examples of the IAB's documents: one section each, and two of them. */
const TCF = 'CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA'

describe('strings as published', () => {
  it.each<[string, object[]]>([
    [`DBABMA~${TCF}`, [{ id: 2, tcf: TCF }]],
    [
      `DBACNYA~${TCF}~1YNN`,
      [
        { id: 2, tcf: TCF },
        { id: 6, region: 'US', optOuts: [], says: true },
      ],
    ],
    ['DBABTA~1YYN', [{ id: 6, optOuts: ['sale'] }]],
    ['1YYN', [{ id: 6, region: 'US', optOuts: ['sale'] }]],
    ['1---', [{ id: 6, optOuts: [], says: false }]],
    ['DBABLA~BVQqAAAAAgA.QA', [{ id: 7, region: 'US', optOuts: [], says: true }]],
  ])('%s', (text, sections) => {
    expect(readGpp(text)).toMatchObject(sections)
  })
})

describe('the choices of a section', () => {
  it.each<[string, string, unknown, object]>([
    ['usnat', 'SaleOptOut', 1, { id: 7, region: 'US', optOuts: ['sale'] }],
    ['usnat', 'SharingOptOut', 1, { optOuts: ['sharing'] }],
    ['usnat', 'TargetedAdvertisingOptOut', 1, { optOuts: ['targeted_advertising'] }],
    ['usnat', 'Gpc', true, { optOuts: ['gpc'] }],
    ['usnat', 'KnownChildSensitiveDataConsents', [0, 1, 0], { optOuts: ['known_child'] }],
    ['usnat', 'SaleOptOut', 2, { optOuts: [], says: true }],
    ['usnat', 'SaleOptOut', 0, { optOuts: [], says: false }],
    ['usca', 'SharingOptOut', 1, { id: 8, region: 'US-CA', optOuts: ['sharing'] }],
    [
      'usva',
      'TargetedAdvertisingOptOut',
      1,
      { region: 'US-VA', optOuts: ['targeted_advertising'] },
    ],
    ['usfl', 'SaleOptOut', 1, { region: 'US-FL', optOuts: ['sale'] }],
    ['ustx', 'SaleOptOut', 2, { region: 'US-TX', optOuts: [], says: true }],
    ['usmn', 'TargetedAdvertisingOptOut', 1, { region: 'US-MN' }],
  ])('%s %s %j', (section, field, value, expected) => {
    const model = new GppModel()
    if (field === 'Gpc') model.setFieldValue(section, 'GpcSegmentIncluded', true)
    model.setFieldValue(section, field, value)
    expect(readGpp(model.encode())).toMatchObject([expected])
  })

  it('of several sections, each is read', () => {
    const model = new GppModel()
    model.setFieldValue('usnat', 'SaleOptOut', 2)
    model.setFieldValue('usca', 'SaleOptOut', 1)
    expect(readGpp(model.encode())?.map(({ id, optOuts }) => [id, optOuts])).toEqual([
      [7, []],
      [8, ['sale']],
    ])
  })

  it('a section of another country is left out', () => {
    const model = new GppModel()
    model.setFieldValue('tcfcav1', 'CmpId', 31)
    expect(readGpp(model.encode())).toEqual([])
  })
})

it.each([
  ['nothing', ''],
  ['a word', 'granted'],
  ['a TCF string', TCF],
  ['a header alone', 'DBABLA'],
  ['a section too many', 'DBABLA~BVQqAAAAAgA.QA~1YNN'],
  ['a section that is cut off', 'DBABLA~B'],
  ['a section of strange characters', 'DBABLA~!!'],
  // Type 3, version 1, one range whose end is a Fibonacci number of forty places.
  ['a header that names a billion sections', `DBAB${'qqqqqqqqqqqqqr'}~1YNN`],
  ['one as long as a book', `DBABLA~${'A'.repeat(CONSENT_STRING_CHARS_MAX)}`],
])('%s is no GPP string', (_name, text) => {
  expect(readGpp(text)).toBeUndefined()
})
