import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import vectors from '../../conformance/normalise.json' with { type: 'json' }
import { hashUserData } from '../event/hash.ts'
import type { RawUserData } from '../event/shape.ts'
import { hashPerson } from './person.ts'

const sha256 = (text: string): string => hash('sha256', text)
const context = { builderForms: true, sha256 }

describe('a person', () => {
  /** Whatever is hashed here must end as the server would have hashed it in clear. */
  it('is to the server who they would be in clear', () => {
    const differing = vectors.cases.filter(({ key, input, ...more }) => {
      const { calling_code } = more as { calling_code?: string }
      const own = calling_code ? { ...context, defaultCallingCode: calling_code } : context
      const { userData } = hashPerson({ [key]: input }, own)
      const clear = hashUserData({ [key]: [input] } as unknown as RawUserData, own)
      const sent = hashUserData(userData as unknown as RawUserData, own)
      return JSON.stringify(sent.userData) !== JSON.stringify(clear.userData)
    })
    expect(differing).toEqual([])
  })

  it('has several values of a key, numbers, and nothing for what is not known', () => {
    const { userData } = hashPerson(
      { em: ['a@shop.test', null, 'A@shop.test '], external_id: 17, ph: undefined, fn: '' },
      context,
    )
    expect(userData).toEqual({ em: [sha256('a@shop.test')], external_id: [sha256('17')] })
  })

  it('may come hashed', () => {
    const em = sha256('a@shop.test')
    expect(hashPerson({ em: em.toUpperCase() }, context).userData).toEqual({ em: [em] })
  })

  it.each([
    ['em', 'noreply@shop.test'],
    ['em', 'test@test.com'],
    ['em', 'no address'],
    ['ph', '0000000000'],
    ['fn', 'undefined'],
    ['em', '5f4dcc3b5aa765d61d8327deb882cf99'],
  ])('%s %s is nobody', (key, value) => {
    expect(hashPerson({ [key]: value }, context).userData).toEqual({})
  })

  it('keeps what Meta wants in clear, and leaves out keys that it does not know', () => {
    const user = { fbp: 'fb.1.1.2', client_ip_address: '203.0.113.7', email: 'a@shop.test' }
    expect(hashPerson(user, context)).toEqual({
      userData: { fbp: 'fb.1.1.2', client_ip_address: '203.0.113.7' },
      unknownKeys: ['email'],
    })
  })
})
