import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'

describe('TWOFOLD_ALLOW_PRIVATE_TARGETS', () => {
  it.each([
    [undefined, []],
    ['', []],
    ['127.0.0.1', ['127.0.0.1']],
    ['10.0.0.0/8, fd00::/8', ['10.0.0.0/8', 'fd00::/8']],
    ['all', ['0.0.0.0/0', '::/0']],
  ])('%s', (text, expected) => {
    const env = text === undefined ? {} : { TWOFOLD_ALLOW_PRIVATE_TARGETS: text }
    expect(readConfig({}, env).allowPrivateTargets).toEqual(expected)
  })

  it.each(['yes', 'localhost', '10.0.0.0/40'])('%s is refused at the start', (text) => {
    const env = { TWOFOLD_ALLOW_PRIVATE_TARGETS: text }
    expect(() => readConfig({}, env)).toThrow('networks such as 10.0.0.0/8')
  })
})

it.each([
  [{}, join('data', 'exports')],
  [{ TWOFOLD_DATA: '/srv/twofold' }, '/srv/twofold/exports'],
  [{ TWOFOLD_EXPORTS: '/mnt/lake' }, '/mnt/lake'],
  [{ TWOFOLD_EXPORTS: 'none' }, undefined],
])('files are written below: %o', (env, expected) => {
  expect(readConfig({}, env).exportDir).toBe(expected)
})

describe('TWOFOLD_OIDC_*', () => {
  const WHOLE = {
    TWOFOLD_PUBLIC_URL: 'https://events.shop.com',
    TWOFOLD_OIDC_ISSUER: 'https://id.shop.com/realms/shop',
    TWOFOLD_OIDC_CLIENT_ID: 'twofold',
    TWOFOLD_OIDC_CLIENT_SECRET: 'of the provider',
  }

  it('are none, or a provider with its defaults', () => {
    expect(readConfig({}, {}).oidc).toBeUndefined()
    expect(readConfig({}, { ...WHOLE, TWOFOLD_OIDC_DOMAINS: 'Shop.com, shop.de' }).oidc).toEqual({
      issuer: 'https://id.shop.com/realms/shop',
      clientId: 'twofold',
      clientSecret: 'of the provider',
      name: 'single sign-on',
      domains: ['shop.com', 'shop.de'],
      signUp: 'invited',
    })
  })

  it.each(Object.keys(WHOLE))('the start is refused without %s, by its name', (name) => {
    const env = { ...WHOLE, [name]: '' }
    expect(() => readConfig({}, env)).toThrow(`half configured: set ${name} too.`)
  })

  it.each([
    ['TWOFOLD_OIDC_ISSUER', 'http://id.shop.com', 'an https address'],
    ['TWOFOLD_OIDC_ISSUER', 'shop', 'an https address'],
    ['TWOFOLD_OIDC_ISSUER', 'https://login.microsoftonline.com/common/v2.0', 'your own tenant'],
    ['TWOFOLD_OIDC_DOMAINS', '@shop.com', 'domains such as'],
    ['TWOFOLD_OIDC_SIGN_UP', 'everybody', 'invited or domain'],
    ['TWOFOLD_OIDC_SIGN_UP', 'domain', 'TWOFOLD_OIDC_DOMAINS'],
  ])('the start is refused with %s=%s', (name, value, words) => {
    expect(() => readConfig({}, { ...WHOLE, [name]: value })).toThrow(words)
  })

  it('a password in the address of the provider is refused, and not repeated', () => {
    const env = { ...WHOLE, TWOFOLD_OIDC_ISSUER: 'https://ann:s3cret@id.shop.com/realms/shop' }
    expect(() => readConfig({}, env)).toThrow(/id\.shop\.com"; give an address without a password/)
    expect(() => readConfig({}, env)).not.toThrow(/s3cret|ann/)
  })

  it('the provider may be on the same machine by http', () => {
    const env = { ...WHOLE, TWOFOLD_OIDC_ISSUER: 'http://127.0.0.1:8081' }
    expect(readConfig({}, env).oidc?.issuer).toBe('http://127.0.0.1:8081')
  })
})
