/** Passkeys by the API: what is accepted, what is refused, and what goes with the account. */
import { beforeEach, describe, expect, it } from 'vitest'
import { createAuthenticator, type Said } from '../../src/access/authenticator.fixture.ts'
import { passkeySchema, passkeysSchema } from '../../src/api/passkey-schemas.ts'
import { CHALLENGE_MS } from '../../src/limits.ts'
import { type ApiBench, apiBench } from './api-bench.ts'

const HOST = 'twofold.example'
const SITE = { origin: `https://${HOST}`, rp_id: HOST }
const PASSWORD = 'a horse with a hat'

let bench: ApiBench
let cookie: string
let device: ReturnType<typeof createAuthenticator>

beforeEach(async () => {
  bench = await apiBench()
  device = createAuthenticator()
  cookie = ''
  const setup = { name: 'Ann', email: 'ann@example.com', password: PASSWORD }
  const code = bench.access.setupCode()
  const reply = await ask('POST', '/api/setup', { ...setup, code })
  cookie = String(reply.headers['set-cookie']).split(';', 1)[0] ?? ''
})

const ask = (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object, host = HOST) =>
  bench.app.inject({
    method,
    url,
    headers: { host, origin: `https://${host}`, ...(cookie ? { cookie } : {}) },
    ...(payload ? { payload } : {}),
  })

async function make(lie: Partial<Said> = {}) {
  const options = await ask('POST', '/api/account/passkeys/options', { password: PASSWORD })
  const response = device.make({ ...SITE, challenge: options.json().challenge, ...lie })
  return ask('POST', '/api/account/passkeys', { name: 'Phone', response })
}

async function enter(lie: Partial<Said> = {}) {
  const options = await ask('POST', '/api/session/passkey-options', {})
  const response = device.answer({ ...SITE, challenge: options.json().challenge, ...lie })
  return { response, reply: await ask('POST', '/api/session/passkey', { response }) }
}

describe('adding a passkey', () => {
  it('asks for the password of the account, and counts wrong ones', async () => {
    const start = (password: string) => ask('POST', '/api/account/passkeys/options', { password })
    expect((await start('not it at all')).json().error.code).toBe('password_wrong')
    for (let n = 0; n < 10; n += 1) await start('not it at all')
    expect((await start(PASSWORD)).json().error.code).toBe('too_many_attempts')
  })

  it('lists it without its key, and the history knows it', async () => {
    const made = passkeySchema.strict().parse((await make()).json())
    expect(made).toMatchObject({ name: 'Phone', host: HOST, used_at: null })
    const list = await ask('GET', '/api/account/passkeys')
    expect(passkeysSchema.strict().parse(list.json()).passkeys).toEqual([made])
    const { entries } = (await bench.get('/api/history')).json()
    expect(entries[0]).toMatchObject({ action: 'passkey.added', name: 'Phone' })
  })

  it.each<[string, Partial<Said>]>([
    ['another site', { origin: 'https://evil.example' }],
    ['another host', { rp_id: 'evil.example' }],
    ['a challenge of its own', { challenge: 'bWFkZSB1cA' }],
    ['a device that did not ask its user', { verified: false }],
  ])('refuses %s', async (_, lie) => {
    const reply = await make(lie)
    expect([reply.statusCode, reply.json().error.code]).toEqual([401, 'passkey_refused'])
  })

  it('refuses a challenge of a sign-in, and one that is too old', async () => {
    const { challenge } = (await ask('POST', '/api/session/passkey-options', {})).json()
    expect((await make({ challenge })).json().error.code).toBe('passkey_refused')
    const old = (await ask('POST', '/api/account/passkeys/options', { password: PASSWORD })).json()
    bench.clock.ms += CHALLENGE_MS
    expect((await make({ challenge: old.challenge })).json().error.code).toBe('passkey_refused')
  })

  it('is not possible at an IP address, and says so', async () => {
    const reply = await ask('POST', '/api/session/passkey-options', {}, '127.0.0.1:8080')
    expect(reply.statusCode).toBe(400)
    expect(reply.json().error.detail).toContain('belong to a host name')
  })
})

describe('signing in', () => {
  it('needs the passkey alone', async () => {
    await make()
    cookie = ''
    const { reply } = await enter()
    expect(reply.statusCode).toBe(200)
    expect(reply.json()).toMatchObject({ signed_in: true, person: { name: 'Ann' } })
    expect(String(reply.headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Lax/)
  })

  it.each<[string, Partial<Said>]>([
    ['another site', { origin: 'https://evil.example' }],
    ['another host', { rp_id: 'evil.example' }],
    ['a challenge of its own', { challenge: 'bWFkZSB1cA' }],
    ['a device that did not ask its user', { verified: false }],
  ])('refuses %s', async (_, lie) => {
    await make()
    const { reply } = await enter(lie)
    expect([reply.statusCode, reply.json().error.code]).toEqual([401, 'passkey_refused'])
    expect(reply.headers['set-cookie']).toBeUndefined()
  })

  it('refuses an answer that was used already, a copy of the device, and a stranger', async () => {
    await make()
    const { response } = await enter()
    const again = await ask('POST', '/api/session/passkey', { response })
    expect(again.json().error.code).toBe('passkey_refused')
    device.forget()
    expect((await enter()).reply.json().error.code).toBe('passkey_refused')
    device = createAuthenticator()
    expect((await enter()).reply.json().error.code).toBe('passkey_refused')
  })

  it('refuses what is made up, without a crash', async () => {
    const response = { id: 'x', rawId: 'x', type: 'public-key', clientExtensionResults: {} }
    for (const inner of [{}, { clientDataJSON: 'x', authenticatorData: 'x', signature: 'x' }]) {
      const reply = await ask('POST', '/api/session/passkey', {
        response: { ...response, response: inner },
      })
      expect(reply.statusCode).toBeOneOf([400, 401])
    }
  })

  it('ends with the passkey, and with the account', async () => {
    const { passkey_id } = (await make()).json()
    expect((await ask('DELETE', `/api/account/passkeys/${passkey_id}`)).statusCode).toBe(204)
    expect((await enter()).reply.json().error.code).toBe('passkey_refused')
    const gone = await ask('DELETE', `/api/account/passkeys/${passkey_id}`)
    expect(gone.json().error.code).toBe('passkey_not_found')

    const { access } = bench
    const [business] = access.businesses()
    const invitation = { business_id: business?.business_id ?? '', role: 'analyst' as const }
    const { code } = await access.invite({ ...invitation, email: null, made_by: 'test' })
    const bob = { name: 'Bob', email: 'bob@example.com', password: PASSWORD }
    cookie = `twofold_session=${await access.acceptAsNew(code, bob)}`
    device = createAuthenticator()
    expect((await make()).statusCode).toBe(201)
    const person = access.people().find(({ name }) => name === 'Bob')
    await access.deletePerson(person?.person_id ?? '')
    expect(await bench.store.getSettings('passkey')).toEqual([])
    expect((await enter()).reply.json().error.code).toBe('passkey_refused')
  })
})
