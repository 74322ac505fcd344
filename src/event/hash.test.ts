import { hash as digest } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FINDINGS } from './findings.ts'
import { hashUserData } from './hash.ts'
import { hashValue } from './hash-value.ts'
import type { RawUserData } from './shape.ts'

const sha256 = (text: string): string => digest('sha256', text)
const context = { builderForms: true, sha256 }
const raw = (data: object): RawUserData => data as RawUserData
const hash = (data: object, options: object = {}) =>
  hashUserData(raw(data), { ...context, ...options })

const EM = sha256('jo@shop.test')

describe('values that are hashed already', () => {
  test('clean user data is returned as it came, not copied', () => {
    const data = raw({ em: [EM], external_id: [sha256('17')], fbp: 'fb.1.1.1' })
    expect(hashUserData(data, context)).toEqual({ userData: data, findings: [], clearKeys: [] })
    expect(hashUserData(data, context).userData).toBe(data)
  })

  test.each([
    ['upper case', EM.toUpperCase()],
    ['spaces around', ` ${EM}\n`],
    ['an appendix', `${EM}.AQQCAQMC`],
    ['a legacy appendix', `${EM}.BA`],
    ['all of it', ` ${EM.toUpperCase()}.AQYCAQMB `],
  ])('%s: cleaned, never hashed twice', (_name, value) => {
    const { userData, findings, clearKeys } = hash({ em: [value] })
    expect(userData).toEqual({ em: [EM] })
    expect([findings, clearKeys]).toEqual([[], []])
    expect(hashValue('em', value, context)).toEqual([EM])
  })

  test('the same hash twice counts once', () => {
    expect(hash({ em: [EM, EM.toUpperCase()] }).userData).toEqual({ em: [EM] })
  })

  test.each([
    ['empty_hash', 'em', ''],
    ['empty_hash', 'ln', 'null'],
    ['empty_hash', 'zp', 'undefined'],
    ['placeholder_value', 'em', 'test@test.com'],
    ['placeholder_value', 'em', 'na'],
    ['placeholder_value', 'fn', 'N/A'],
    ['placeholder_value', 'ph', '0000000000'],
    ['placeholder_value', 'ph', '1234567890'],
    ['placeholder_value', 'external_id', '0'],
  ])('%s: the %s digest of "%s" is refused', (code, key, text) => {
    const { userData, findings } = hash({ [key]: [sha256(text)], fbp: 'fb.1.1.1' })
    expect(userData).toEqual({ fbp: 'fb.1.1.1' })
    expect(findings).toEqual([{ code, key }])
  })

  test('a digest that is a placeholder under one key is a value under another', () => {
    const data = { fn: [sha256('na')], ct: [sha256('nan')], external_id: [sha256('1234567890')] }
    expect(hash(data)).toEqual({ userData: data, findings: [], clearKeys: [] })
  })

  test('MD5 is kept out, but not an id that looks like it', () => {
    const md5 = digest('md5', 'jo@shop.test')
    expect(hash({ em: [md5], external_id: [md5] })).toEqual({
      userData: { external_id: [sha256(md5)] },
      findings: [{ code: 'md5_hash', key: 'em' }],
      clearKeys: ['external_id'],
    })
  })
})

describe('a known word that was hashed in place of its code', () => {
  test.each([
    ['st', 'california', ['ca']],
    ['st', 'newyork', ['ny']],
    ['country', 'germany', ['de']],
    ['country', 'unitedkingdom', ['gb']],
    ['ge', 'female', ['f']],
  ])('%s: the digest of %s becomes that of %j', (key, word, codes) => {
    expect(hash({ [key]: [sha256(word)] })).toEqual({
      userData: { [key]: codes.map(sha256) },
      findings: [],
      clearKeys: [],
    })
  })

  test.each(['ca', 'bavaria', 'ontario'])('the digest of %s stays', (word) => {
    const data = { st: [sha256(word)] }
    expect(hash(data).userData).toEqual(data)
  })

  const values = [
    ...['Texas', 'New York', 'West Virginia', 'D.C.', 'TX', 'Alberta', 'Québec', 'Bayern'],
    ...['Germany', 'United Kingdom', 'UK', 'Saint Lucia', 'Hong Kong', 'Bosnia and Herzegovina'],
    ...['United States of America', 'Russian Federation', 'Czech Republic', 'de'],
  ].map((value) => ({ key: /[a-z]{3}|^(UK|de)$/i.test(value) ? 'both' : 'st', value }))
  test.each(values)(
    '$value comes out of pixel and server as out of the server',
    ({ key, value }) => {
      for (const name of key === 'both' ? ['st', 'country'] : ['st']) {
        for (const builderForms of [true, false]) {
          const expected = hash({ [name]: [value] }, { builderForms }).userData
          if (!(name in expected)) continue
          const fromPixel = hashValue(name, value, { ...context, builderForms })
          expect(hash({ [name]: fromPixel }, { builderForms }).userData).toEqual(expected)
        }
      }
    },
  )
})

describe('values in clear', () => {
  test('are hashed and named; the documented form comes first', () => {
    expect(hash({ em: [' Jo@Shop.Test '], zp: ['M1 1AE'], fbc: 'fb.1.1.x' })).toEqual({
      userData: { em: [EM], zp: [sha256('m11ae'), sha256('m1 1ae')], fbc: 'fb.1.1.x' },
      findings: [],
      clearKeys: ['em', 'zp'],
    })
  })

  test('without builder forms only the documented one is sent', () => {
    const { userData } = hash({ zp: ['M1 1AE'], external_id: ['A 7'] }, { builderForms: false })
    expect(userData).toEqual({ zp: [sha256('m11ae')], external_id: [sha256('a 7')] })
  })

  test('a phone gets the default calling code', () => {
    const { userData } = hash({ ph: ['0151 2345 6789'] }, { defaultCallingCode: '49' })
    expect(userData).toEqual({ ph: [sha256('4915123456789')] })
  })

  test('a mixed list keeps both, each hash once', () => {
    expect(hash({ em: [EM, 'jo@shop.test', 'al@shop.test'] }).userData).toEqual({
      em: [EM, sha256('al@shop.test')],
    })
  })

  test.each([
    ['normalises_to_nothing', 'ge', 'other'],
    ['normalises_to_nothing', 'em', 'jo at shop'],
    ['normalises_to_nothing', 'em', ''],
    ['normalises_to_nothing', 'fn', '...'],
    ['normalises_to_nothing', 'country', 'Neverland'],
    ['placeholder_value', 'em', 'Test@Test.com'],
    ['placeholder_value', 'em', 'noreply@shop.test'],
    ['placeholder_value', 'ln', 'NULL'],
    ['placeholder_value', 'fn', 'n/a'],
    ['placeholder_value', 'ph', '(000) 000-0000'],
    ['placeholder_value', 'ph', '123-456-7890'],
    ['placeholder_value', 'external_id', 'undefined'],
  ])('%s: %s "%s" is dropped and the value is not repeated', (code, key, value) => {
    const result = hash({ [key]: [value] })
    expect(result).toEqual({ userData: {}, findings: [{ code, key }], clearKeys: [] })
    expect(FINDINGS).toHaveProperty(code)
  })

  test('a placeholder number stays one when the default calling code is added', () => {
    const { findings } = hash({ ph: ['1234567890'] }, { defaultCallingCode: '49' })
    expect(findings).toEqual([{ code: 'placeholder_value', key: 'ph' }])
  })

  test('several refused values of a key make one finding', () => {
    expect(hash({ ge: ['x', 'y', 'f'] })).toEqual({
      userData: { ge: [sha256('f')] },
      findings: [{ code: 'normalises_to_nothing', key: 'ge' }],
      clearKeys: ['ge'],
    })
  })
})

test('whatever comes in, only SHA-256 comes out, at most three for a value', () => {
  const key = fc.constantFrom('em', 'ph', 'fn', 'ge', 'db', 'ct', 'st', 'zp', 'external_id', 'fi')
  fc.assert(
    fc.property(key, fc.string({ unit: 'grapheme', maxLength: 80 }), (name, value) => {
      const { userData } = hash({ [name]: [value] })
      const hashes = Object.values(userData).flat()
      expect(hashes.length).toBeLessThanOrEqual(3)
      for (const one of hashes) expect(one).toMatch(/^[0-9a-f]{64}$/)
    }),
  )
})

test.each(['fbp', 'fi', 'toString', '__proto__'])('the pixel hashes nothing under %s', (key) => {
  expect(hashValue(key, EM, context)).toEqual([])
})

test('hashing twice changes nothing', () => {
  const once = hash({ em: ['jo@shop.test'], ct: ['São Paulo'], external_id: ['A 7'] }).userData
  expect(hash(once)).toEqual({ userData: once, findings: [], clearKeys: [] })
})
