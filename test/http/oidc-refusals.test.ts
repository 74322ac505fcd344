/** Who does not get in with an OpenID Connect provider, and what each is told. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { Config, OidcSettings } from '../../src/config.ts'
import { freePort, startProvider, type TestProvider } from '../oidc-fixture.ts'
import { startTwofold, type TestServer } from '../start.ts'
import {
  codeIn,
  createVisitor,
  errorOf,
  invite,
  PASSWORD,
  setUp,
  type Visitor,
} from './oidc-visitor.ts'

let port: number
let publicUrl: string
let provider: TestProvider
let server: TestServer
let owner: Visitor
let browser: Visitor

const configOf = (change: Partial<OidcSettings> = {}): Partial<Config> => ({
  ...{ port, publicUrl, trustedProxies: 1, logLevel: 'silent' },
  oidc: { ...provider.settings, ...change },
})

beforeAll(async () => {
  port = await freePort()
  publicUrl = `http://127.0.0.1:${port}`
  provider = await startProvider(publicUrl)
  const { people } = provider
  people.set('ann-1', { email: 'ann@example.com', email_verified: true, name: 'Ann' })
  people.set('ann-2', { email: 'ann@example.com', email_verified: true, name: 'Ann' })
  people.set('bob-1', { email: 'bob@shop.com', email_verified: true, name: 'Bob' })
  people.set('eve-1', { email: 'ann@example.com', email_verified: false, name: 'Eve' })
  // The Kelvin sign, a k in lower case.
  people.set('kim-1', { email: '\u212aim@example.com', email_verified: true, name: 'Not Kim' })
  await restart()
  const invitation = await invite(owner)
  const account = { name: 'Kim', email: 'kim@example.com', password: PASSWORD }
  const kim = createVisitor(publicUrl)
  await kim.ask('POST', '/api/invitations/accept', { code: invitation, account })
})
beforeEach(() => {
  browser = createVisitor(publicUrl)
})
afterAll(async () => {
  await server?.close()
  await provider?.close()
})

/** With a new folder, in which Ann is the first owner. */
async function restart(change: Partial<OidcSettings> = {}): Promise<void> {
  await server?.close()
  server = await startTwofold(configOf(change))
  owner = createVisitor(publicUrl)
  await setUp(owner, server.running.setupUrl)
}

describe('nobody gets in', () => {
  it.each([
    ['whom nobody invited', 'bob-1', 'no_account'],
    ['with an address that is not verified', 'eve-1', 'unverified'],
    ['with an address that only looks like one of somebody here', 'kim-1', 'unverified'],
    ['who turned back', '', 'denied'],
  ])('%s', async (_, sub, problem) => {
    const page = `/sign-in?problem=${problem}&next=%2Faccount`
    expect(await browser.enter(sub, { next: '/account' })).toBe(page)
    expect((await browser.session()).signed_in).toBe(false)
    expect(await server.api('GET', '/api/history')).toMatchObject({
      entries: [
        { action: 'person.joined' },
        { action: 'invitation.made' },
        { action: 'person.created' },
      ],
    })
  })

  it.each<[string, RegExp, string, string]>([
    ['a nonce that is not ours', /nonce=[^&]+/, 'nonce=made-up', 'failed'],
    ['another proof of PKCE', /challenge=[^&]+/, `challenge=${'x'.repeat(43)}`, 'expired'],
    ['another state', /state=[^&]+/, 'state=made-up', 'expired'],
  ])('by %s', async (_, what, instead, problem) => {
    const location = (await browser.leave()).replace(what, instead)
    const back = await browser.choose(location, 'ann-1')
    expect(await browser.comeBack(back)).toBe(`/sign-in?problem=${problem}`)
    expect((await browser.session()).signed_in).toBe(false)
  })

  it('twice, in another browser, or with a cookie that is made up', async () => {
    const back = await browser.choose(await browser.leave(), 'ann-1')
    const flow = browser.cookies.get('twofold_oidc') ?? ''
    const victim = createVisitor(publicUrl)
    expect(await victim.comeBack(back)).toBe('/sign-in?problem=expired')
    victim.cookies.set('twofold_oidc', `${flow.slice(0, -4)}AAAA`)
    expect(await victim.comeBack(back)).toBe('/sign-in?problem=expired')
    expect(await browser.comeBack(back)).toBe('/')
    expect(browser.cookies.has('twofold_oidc')).toBe(false)
    browser.cookies.set('twofold_oidc', flow)
    expect(await browser.comeBack(back)).toBe('/sign-in?problem=expired')
    // The address went to somebody else at the provider: they are not Ann.
    const other = createVisitor(publicUrl)
    expect(await other.enter('ann-2')).toBe('/sign-in?problem=taken')
  })

  it('by what the provider did not say', async () => {
    const back = async (query: string): Promise<string> => {
      const state = new URL(await browser.leave()).searchParams.get('state')
      const path = '/api/session/oidc/callback'
      return browser.comeBack(`${publicUrl}${path}?state=${state}&iss=${provider.issuer}&${query}`)
    }
    expect(await back('error=server_error')).toBe('/sign-in?problem=unreachable')
    expect(await back('error=%0d%0aset-cookie:x')).toBe('/sign-in?problem=failed')
    expect(await back('code=made-up')).toBe('/sign-in?problem=expired')
    expect(await back('')).toBe('/sign-in?problem=failed')
    await browser.leave()
    const odd = `${publicUrl}/api/session/oidc/callback?code=x&state=${'%C3%A9'.repeat(43)}`
    expect(await browser.comeBack(odd)).toBe('/sign-in?problem=expired')
  })

  it('after ten failures from one address within a minute', async () => {
    for (let n = 0; n < 10; n += 1) {
      expect(await browser.enter('bob-1')).toBe('/sign-in?problem=no_account')
    }
    expect(await browser.enter('bob-1')).toBe('/sign-in?problem=too_many')
  })

  it('with an invitation for another address, or one that was used', async () => {
    const [other, used] = [await invite(owner, 'carl@shop.com'), await invite(owner)]
    const page = `/?problem=other_email#invitation=${other}`
    expect(await browser.enter('bob-1', { invitation: other })).toBe(page)
    expect(await browser.enter('bob-1', { invitation: used })).toBe('/')
    const again = `/?problem=link#invitation=${used}`
    expect(await browser.enter('bob-1', { invitation: used })).toBe(again)
  })

  it('with a setup link once there is an owner', async () => {
    const page = '/?problem=link#setup=made-up'
    provider.people.set('carl-1', { email: 'carl@shop.com', email_verified: true })
    expect(await browser.enter('carl-1', { setup: 'made-up' })).toBe(page)
    expect((await browser.session()).signed_in).toBe(false)
  })

  it.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/\t/evil', 'x', '/ä'])(
    'and nobody is led elsewhere: %s',
    async (next) => {
      expect((await browser.ask('POST', '/api/session/oidc', { next })).status).toBe(400)
    },
  )

  it('from another site, or from an address the provider does not lead back to', async () => {
    const from = async (origin: string, host: string) => {
      const headers = { origin, 'content-type': 'application/json' }
      const path = `http://${host}:${port}/api/session/oidc`
      return errorOf(await fetch(path, { method: 'POST', headers, body: '{}' }))
    }
    expect((await from('https://evil.example', '127.0.0.1')).code).toBe('cross_site')
    const elsewhere = await from(`http://localhost:${port}`, 'localhost')
    expect(elsewhere.detail).toContain(`Open the Events Manager at ${publicUrl}`)
  })
})

describe('a server', () => {
  it('that was restarted in between asks to begin again', async () => {
    const back = await browser.choose(await browser.leave(), 'ann-1')
    const { dataDir } = server
    await server.running.close()
    server = await startTwofold({ ...configOf(), dataDir })
    expect(await browser.comeBack(back)).toBe('/sign-in?problem=expired')
  })

  it('starts while the provider is down, says so, and lets people in once it is back', async () => {
    const gone = await startProvider(publicUrl)
    await gone.close()
    await restart({ issuer: gone.issuer })
    const reply = await browser.ask('POST', '/api/session/oidc', {})
    expect(await errorOf(reply)).toMatchObject({
      code: 'oidc_refused',
      detail: 'The provider does not answer.',
    })
    expect(reply.headers.get('set-cookie')).toBeNull()
    const back = await startProvider(publicUrl, { port: Number(URL.parse(gone.issuer)?.port) })
    onTestFinished(back.close)
    back.people.set('ann-1', { email: 'ann@example.com', email_verified: true })
    expect(await browser.enter('ann-1')).toBe('/')
  })

  it('whose secret is wrong at the provider lets nobody in', async () => {
    await restart({ clientSecret: 'not-the-secret' })
    expect(await browser.enter('ann-1')).toBe('/sign-in?problem=failed')
  })

  it('makes no account for an address of another domain, invited or not', async () => {
    await restart({ domains: ['example.com'] })
    const invitation = await invite(owner)
    const page = `/?problem=domain#invitation=${invitation}`
    expect(await browser.enter('bob-1', { invitation })).toBe(page)
    expect(await browser.enter('bob-1')).toBe('/sign-in?problem=no_account')
  })

  it('without a provider shows no way to it', async () => {
    await server.close()
    server = await startTwofold({ port, publicUrl })
    expect(codeIn(server.running.setupUrl)).not.toBe('')
    expect((await browser.session()).single_sign_on).toBeNull()
    expect((await browser.ask('POST', '/api/session/oidc', {})).status).toBe(404)
    const back = `${publicUrl}/api/session/oidc/callback?state=x&code=y`
    expect(await browser.comeBack(back)).toBe('/sign-in?problem=expired')
  })
})
