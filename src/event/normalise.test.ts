import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normalise } from './normalise.ts'
import type { HashedKey } from './shape.ts'

/** Every rule with more cases stands in conformance/; here what a vector cannot say. */
const KEYS: readonly HashedKey[] = [
  ...(['em', 'ph', 'fn', 'ln', 'ge', 'db', 'ct', 'st', 'zp', 'country', 'external_id'] as const),
  ...(['f5first', 'f5last', 'fi', 'dobd', 'dobm', 'doby', 'app_user_id'] as const),
]

test.each(KEYS)('%s: any text gives text or null, and never throws', (key) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      const { documented, builder } = normalise(key, text, { defaultCallingCode: '49' })
      for (const form of [documented, builder]) expect(form).not.toBe('')
      if (documented === null) expect(builder).toBeNull()
    }),
  )
})

/** Except where a name is cut, which may leave a space at the end. */
test.each(KEYS.filter((key) => !key.startsWith('f5')))(
  '%s: the documented form is its own documented form',
  (key) => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 40 }), (text) => {
        const { documented } = normalise(key, text, {})
        if (documented !== null) expect(normalise(key, documented, {}).documented).toBe(documented)
      }),
    )
  },
)

test.each(KEYS)('%s: spaces around a value make no difference', (key) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (text) => {
      expect(normalise(key, `\t\u00a0${text} \n`, {})).toEqual(normalise(key, text.trim(), {}))
    }),
  )
})

describe('country', () => {
  test('every region that Intl names is found by that name', () => {
    const names = new Intl.DisplayNames('en', { type: 'region' })
    for (const code of ['AT', 'BA', 'CI', 'CD', 'GB', 'HK', 'LC', 'MM', 'RE', 'ST', 'TT', 'US']) {
      const name = names.of(code) as string
      expect(normalise('country', name, {}).documented).toBe(code.toLowerCase())
    }
  })

  test.each([
    ['United States (US)', 'us'],
    ['The United States of America', 'us'],
    ['Czech Republic', 'cz'],
    ['Turkey', 'tr'],
    ['Türkiye', 'tr'],
    ['Korea, Republic of', 'kr'],
    ["Korea, Democratic People's Republic of", 'kp'],
    ["Democratic People's Republic of Korea", 'kp'],
    ['Republic of the Congo', 'cg'],
    ['Congo, The Democratic Republic of the', 'cd'],
    ['Iran, Islamic Republic of', 'ir'],
    ['Côte d’Ivoire', 'ci'],
    ["Cote d'Ivoire", 'ci'],
    ['Saint Vincent and the Grenadines', 'vc'],
    ['Guinea-Bissau', 'gw'],
    ['Nigeria', 'ng'],
    ['Northern Ireland', 'gb'],
    ['Palestinian Territory, Occupied', 'ps'],
    ['Taiwan, Province of China', 'tw'],
  ])('%s is %s', (name, code) => {
    expect(normalise('country', name, {}).documented).toBe(code)
  })

  test.each(['Chinese', 'Neverland', 'DEU', '12', 'república'])('%s is no country', (name) => {
    expect(normalise('country', name, {}).documented).toBeNull()
  })
})
