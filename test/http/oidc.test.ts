/** Signing in with a real OpenID Connect provider: who gets in, and as whom. */
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { historySchema } from '../../src/api/history-schemas.ts'
import type { OidcSettings } from '../../src/config.ts'
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
let browser: Visitor

beforeAll(async () => {
  port = await freePort()
  publicUrl = `http://127.0.0.1:${port}`
  provider = await startProvider(publicUrl)
})
afterAll(() => provider?.close())
afterEach(() => server?.close())

async function begin(change: Partial<OidcSettings> = {}, dataDir?: string): Promise<void> {
  const { people, settings } = provider
  people.clear()
  people.set('ann-1', { email: 'Ann@Example.com', email_verified: true, name: 'Ann' })
  people.set('bob-1', { email: 'bob@shop.com', email_verified: true, name: 'Bob' })
  people.set('eve-1', { email: 'eve@example.com', email_verified: false })
  server = await startTwofold({
    ...{ port, publicUrl, trustedProxies: 1, logLevel: 'silent' },
    oidc: { ...settings, ...change },
    ...(dataDir === undefined ? {} : { dataDir }),
  })
  browser = createVisitor(publicUrl)
}

async function told(): Promise<string[]> {
  const { entries } = historySchema.parse(await server.api('GET', '/api/history'))
  return entries.map(({ action, by_name }) => `${by_name}: ${action}`)
}

describe('getting in', () => {
  it('makes the first owner, who has no password', async () => {
    await begin()
    const setup = codeIn(server.running.setupUrl)
    expect(await browser.enter('ann-1', { setup, business: 'My shop' })).toBe('/')
    expect(await browser.session()).toMatchObject({
      signed_in: true,
      operator: true,
      person: { name: 'Ann', email: 'ann@example.com' },
      businesses: [{ name: 'My shop', role: 'owner' }],
      single_sign_on: 'Shop Identity',
    })
    expect(await browser.json('GET', '/api/account')).toMatchObject({ has_password: false })
    expect(await told()).toEqual(['Ann: person.created'])
    await browser.signOut()
    expect(await browser.enter('ann-1')).toBe('/')
    expect((await browser.session()).person?.name).toBe('Ann')
    // Signing in is not in the history.
    expect(await told()).toHaveLength(1)
  })

  it('finds an account by its verified address once, and by the id from then on', async () => {
    await begin()
    await setUp(browser, server.running.setupUrl)
    await browser.signOut()
    expect(await browser.enter('ann-1', { next: '/account?x=1#y' })).toBe('/account?x=1#y')
    expect((await browser.session()).person?.name).toBe('Ann')
    expect(await told()).toEqual(['Ann: identity.connected', 'Ann: person.created'])
    await browser.signOut()
    provider.people.set('ann-1', { email: 'ann@new.example', email_verified: false })
    await browser.enter('ann-1')
    expect((await browser.session()).person?.email).toBe('ann@example.com')
    expect(await browser.identities()).toMatchObject([
      { name: 'Shop Identity', email: 'ann@new.example', works: true },
    ])
  })

  it('accepts an invitation: as a new person, and as one who has an account', async () => {
    await begin()
    await setUp(browser, server.running.setupUrl)
    const [first, second] = [await invite(browser, 'bob@shop.com'), await invite(browser)]
    browser = createVisitor(publicUrl)
    expect(await browser.enter('bob-1', { invitation: first })).toBe('/')
    const bob = { person: { name: 'Bob' }, operator: false, businesses: [{ role: 'analyst' }] }
    expect(await browser.session()).toMatchObject(bob)
    browser = createVisitor(publicUrl)
    expect(await browser.enter('ann-1', { invitation: second })).toBe('/')
    expect(await browser.session()).toMatchObject({ businesses: [{ role: 'owner' }] })
    expect((await told()).slice(0, 2)).toEqual(['Ann: person.joined', 'Bob: person.joined'])
  })

  it('makes an account of no business for the domains that may', async () => {
    await begin({ signUp: 'domain', domains: ['shop.com'] })
    await setUp(browser, server.running.setupUrl)
    browser = createVisitor(publicUrl)
    expect(await browser.enter('bob-1')).toBe('/')
    expect(await browser.session()).toMatchObject({ operator: false, businesses: [] })
    expect((await told())[0]).toBe('Bob: person.signed_up')
    provider.people.set('mal-1', { email: 'mal@evil-shop.com', email_verified: true })
    browser = createVisitor(publicUrl)
    expect(await browser.enter('mal-1')).toBe('/sign-in?problem=domain')
  })

  it('asks the provider for the address where the ID token has none', async () => {
    const other = await startProvider(publicUrl, { inIdToken: false })
    onTestFinished(other.close)
    other.people.set('ann-1', { email: 'ann@example.com', email_verified: true })
    await begin({ issuer: other.issuer })
    await setUp(browser, server.running.setupUrl)
    await browser.signOut()
    expect(await browser.enter('ann-1')).toBe('/')
  })
})

describe('my account', () => {
  it('is connected with any account at the provider, by its password', async () => {
    await begin()
    await setUp(browser, server.running.setupUrl)
    const wrong = await browser.ask('POST', '/api/account/identities', { password: 'no' })
    expect((await errorOf(wrong)).code).toBe('password_wrong')
    expect(await browser.connect('eve-1')).toBe('/account')
    const connected = { email: 'eve@example.com', used_at: null }
    expect(await browser.identities()).toMatchObject([connected])
    expect((await told())[0]).toBe('Ann: identity.connected')
    expect(await browser.connect('eve-1')).toBe('/account')
    expect(await browser.identities()).toMatchObject([connected])
    await browser.signOut()
    expect(await browser.enter('eve-1')).toBe('/')
    expect((await browser.session()).person?.email).toBe('ann@example.com')
  })

  it('is not connected for who signed out meanwhile, nor with the one of somebody else', async () => {
    await begin()
    await setUp(browser, server.running.setupUrl)
    const invitation = await invite(browser)
    const path = '/api/account/identities'
    const start = await browser.json<{ location: string }>('POST', path, { password: PASSWORD })
    const back = await browser.choose(start.location, 'bob-1')
    const own = browser.cookies.get('twofold_session') ?? ''
    browser.cookies.delete('twofold_session')
    expect(await browser.comeBack(back)).toBe('/account?problem=expired')
    await browser.enter('bob-1', { invitation })
    browser.cookies.set('twofold_session', own)
    expect(await browser.connect('bob-1')).toBe('/account?problem=taken')
    expect(await browser.identities()).toEqual([])
  })

  it('keeps a last way in; a password makes a connection superfluous', async () => {
    await begin()
    await browser.enter('ann-1', { setup: codeIn(server.running.setupUrl) })
    const [identity] = await browser.identities()
    const path = `/api/account/identities/${identity?.identity_id}`
    const refused = await browser.ask('DELETE', path)
    expect([refused.status, (await errorOf(refused)).code]).toEqual([409, 'last_way_in'])
    const change = { current: '', password: PASSWORD }
    expect((await browser.ask('POST', '/api/account/password', change)).status).toBe(204)
    expect((await browser.ask('DELETE', path)).status).toBe(204)
    const gone = await browser.ask('DELETE', path)
    expect((await errorOf(gone)).code).toBe('identity_not_found')
    expect((await told()).slice(0, 2)).toEqual(['Ann: identity.removed', 'Ann: password.changed'])
    await browser.signOut()
    const signIn = { email: 'ann@example.com', password: PASSWORD }
    expect((await browser.ask('POST', '/api/session', signIn)).status).toBe(200)
  })

  it('takes its connections along, and shows those of an earlier provider', async () => {
    await begin()
    const owner = browser
    await setUp(owner, server.running.setupUrl)
    await owner.connect('ann-1')
    const { dataDir } = server
    browser = createVisitor(publicUrl)
    await browser.enter('bob-1', { invitation: await invite(owner) })
    const { person } = await browser.session()
    await owner.ask('DELETE', `/api/people/${person?.person_id}`)
    browser = createVisitor(publicUrl)
    expect(await browser.enter('bob-1')).toBe('/sign-in?problem=no_account')
    await server.running.close()
    await begin({ issuer: 'https://other.example' }, dataDir)
    expect(await owner.identities()).toMatchObject([{ works: false }])
  })
})
