import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { hideSecrets, jsonSchemaOf, maskSettings } from './secret-settings.ts'

describe('a mask', () => {
  const schema = jsonSchemaOf(z.object({ token: z.string().meta({ secret: true }).nullable() }))
  it.each([
    ['shows the end of what is set', 'abcdefgh1234', '•••• 1234'],
    ['shows that none is set', null, null],
  ])('%s', (_, token, shown) => {
    expect(maskSettings(schema, { token })).toEqual({ token: shown })
  })
})

describe('what a remote says', () => {
  const secret = 'pa/ss "word"+1234'
  it.each([
    ['as it is', secret],
    ['in an address', `https://a/?token=${encodeURIComponent(secret)}&x=1`],
    ['in JSON', JSON.stringify({ token: secret })],
    ['twice', `${secret} ${secret}`],
  ])('hides a secret that it repeats %s', (_, text) => {
    const shown = hideSecrets(text, [secret])
    expect(shown).toContain('•••• 1234')
    for (const form of ['pa/ss', 'pa%2Fss', 'word']) expect(shown).not.toContain(form)
  })

  it('stays readable where a secret is a common word, or an address without a path', () => {
    expect(hideSecrets('bad token abcdefgh$&xy', ['abcdefgh$&xy'])).not.toContain('abcdefgh')
    expect(hideSecrets('error: no', ['no'])).toBe('error: no')
    const url = 'https://shop.com/'
    expect(hideSecrets(`${url} is down`, [url])).toBe(`${url} is down`)
    expect(hideSecrets(`${url}hooks/17 is down`, [`${url}hooks/17`])).toBe(`${url}… is down`)
  })
})
