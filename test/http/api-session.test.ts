/** The session cookie, the setup link, and signing in by the public door. */
import { describe, expect, it } from 'vitest'
import { ACCOUNT_FAILURES_MAX, SIGN_IN_FAILURES_MAX } from '../../src/limits.ts'
import { ADMIN, type ApiBench, apiBench } from './api-bench.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const OWN = { ...JSON_TYPE, host: 'twofold.example', origin: 'http://twofold.example' }

async function signedIn(own: ApiBench, token = ADMIN): Promise<string> {
  const reply = await own.app.inject({
    method: 'POST',
    url: '/api/session',
    headers: OWN,
    payload: { token },
  })
  expect(reply.statusCode).toBe(200)
  return String(reply.headers['set-cookie']).split(';', 1)[0] ?? ''
}

describe('the session cookie', () => {
  it.each([
    [undefined, ''],
    ['http://twofold.example', ''],
    ['https://twofold.example', '; Secure'],
  ])('with public URL %s is HttpOnly, Lax%s', async (publicUrl, secure) => {
    const own = await apiBench(publicUrl ? { publicUrl } : {})
    const reply = await own.app.inject({
      method: 'POST',
      url: '/api/session',
      payload: { token: ADMIN },
    })
    expect(reply.headers['set-cookie']).toMatch(
      new RegExp(
        `^twofold_session=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000${secure}$`,
      ),
    )
    expect(reply.json()).toMatchObject({ signed_in: true, purpose: 'admin', dataset_id: '*' })
  })

  it('has the prefix __Host- where it is Secure, but not at another host', async () => {
    const own = await apiBench({ publicUrl: 'https://twofold.example' })
    const prefixed = /^__Host-twofold_session=[\w-]{43}; Path=\/; HttpOnly; .*; Secure$/
    const body = { token: ADMIN }
    const here = await post(own, '/api/session', body, { host: 'twofold.example' })
    expect(here.headers['set-cookie']).toMatch(prefixed)
    const there = await post(own, '/api/session', body, { host: 'localhost:8080' })
    expect(there.headers['set-cookie']).toMatch(/^twofold_session=.*; Secure$/)
  })

  it('of before the prefix goes on, and ends with the next sign-in or sign-out', async () => {
    const own = await apiBench({ publicUrl: 'https://twofold.example' })
    const headers = (cookie: string) => ({ ...OWN, origin: 'https://twofold.example', cookie })
    const purposeWith = async (cookie: string) =>
      (await own.app.inject({ url: '/api/session', headers: headers(cookie) })).json().purpose
    const old = `twofold_session=${await own.access.signIn(ADMIN)}`
    expect(await purposeWith(old)).toBe('admin')
    const { dataset } = await own.access.createDataset({ name: 'Shop' })
    const request = { dataset_id: dataset.dataset_id, purpose: 'read', name: 'agency' } as const
    const { token } = await own.access.createToken(request)
    const again = await post(own, '/api/session', { token }, headers(old))
    const [set = '', ended] = [again.headers['set-cookie'] ?? []].flat()
    expect(ended).toMatch(/^twofold_session=; .*; Max-Age=0; Secure$/)
    const both = `${old}; ${set.split(';', 1)[0]}`
    expect(await purposeWith(both)).toBe('read')
    const out = await own.app.inject({
      method: 'DELETE',
      url: '/api/session',
      headers: headers(both),
    })
    expect([out.headers['set-cookie']].flat()).toMatchObject(
      [
        /^__Host-twofold_session=; .*; Max-Age=0; Secure$/,
        /^twofold_session=; .*; Max-Age=0; Secure$/,
      ].map((pattern) => expect.stringMatching(pattern)),
    )
    expect(await purposeWith(both)).toBeNull()
  })

  it.each<[string, Record<string, string>, number]>([
    ['our own page', OWN, 201],
    [
      'our own page, told by Sec-Fetch-Site',
      { ...JSON_TYPE, 'sec-fetch-site': 'same-origin' },
      201,
    ],
    ['the public URL behind a proxy', { ...JSON_TYPE, origin: 'https://public.example' }, 201],
    ['another site', { ...OWN, origin: 'https://evil.example' }, 403],
    ['another port', { ...OWN, origin: 'http://twofold.example:81' }, 403],
    ['a sandboxed page', { ...OWN, origin: 'null' }, 403],
    ['a sister domain', { ...OWN, 'sec-fetch-site': 'same-site' }, 403],
    ['nobody knows where', JSON_TYPE, 403],
    ['a form', { ...OWN, 'content-type': 'text/plain' }, 403],
  ])('allows changes from %s: %s', async (_name, headers, status) => {
    const own = await apiBench({ publicUrl: 'https://public.example' })
    const cookie = await signedInBehindProxy(own)
    const reply = await own.app.inject({
      method: 'POST',
      url: '/api/datasets',
      headers: { ...headers, cookie },
      payload: JSON.stringify({ name: 'Shop' }),
    })
    expect(reply.statusCode, reply.body).toBe(status)
    expect(own.access.datasets()).toHaveLength(status === 201 ? 1 : 0)
  })

  it('reads, changes and signs out as its token allows', async () => {
    const own = await apiBench()
    const { token } = await own.access.createToken({ dataset_id: '*', purpose: 'read' })
    const cookie = await signedIn(own, token)
    const ask = (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) =>
      own.app.inject({ method, url, headers: { ...OWN, cookie }, ...(payload ? { payload } : {}) })
    expect((await ask('GET', '/api/datasets')).statusCode).toBe(200)
    expect((await ask('POST', '/api/datasets', { name: 'x' })).statusCode).toBe(403)
    expect((await ask('GET', '/api/account')).statusCode).toBe(403)
    expect((await ask('GET', '/api/session')).json()).toMatchObject({ purpose: 'read' })
    const out = await ask('DELETE', '/api/session')
    expect(out.statusCode).toBe(204)
    expect(out.headers['set-cookie']).toMatch(/Max-Age=0/)
    expect((await ask('GET', '/api/session')).json()).toMatchObject({ signed_in: false })
    expect((await ask('GET', '/api/datasets')).statusCode).toBe(401)
  })

  it('cannot be set by another site', async () => {
    const own = await apiBench()
    const reply = await own.app.inject({
      method: 'POST',
      url: '/api/session',
      headers: { ...OWN, origin: 'https://evil.example' },
      payload: { token: ADMIN },
    })
    expect(reply.statusCode).toBe(403)
    expect(reply.headers['set-cookie']).toBeUndefined()
  })
})

async function signedInBehindProxy(own: ApiBench): Promise<string> {
  return `twofold_session=${await own.access.signIn(ADMIN)}`
}

const post = (own: ApiBench, url: string, payload: object, headers = {}) =>
  own.app.inject({ method: 'POST', url, payload, headers })
const cookieIn = (reply: { headers: Record<string, unknown> }): string =>
  String(reply.headers['set-cookie']).split(';', 1)[0] ?? ''

const ANN = { name: 'Ann', email: 'ann@example.com', password: 'a horse with a hat' }

async function withOwner(): Promise<{ own: ApiBench; cookie: string }> {
  const own = await apiBench()
  const reply = await post(own, '/api/setup', { ...ANN, code: own.access.setupCode() })
  expect(reply.statusCode, reply.body).toBe(200)
  return { own, cookie: cookieIn(reply) }
}

describe('the setup link', () => {
  it('makes the first owner, who is signed in and operates the server', async () => {
    const own = await apiBench()
    const code = own.access.setupCode() ?? ''
    expect((await own.app.inject('/api/session')).json()).toMatchObject({
      setup_needed: true,
      setup_open: true,
    })
    const first = await post(own, '/api/setup', { ...ANN, code, business: 'Ann Ltd.' })
    expect(first.json()).toMatchObject({
      signed_in: true,
      setup_needed: false,
      setup_open: false,
      operator: true,
      person: { name: 'Ann', email: 'ann@example.com' },
      businesses: [{ name: 'Ann Ltd.', role: 'owner' }],
    })
    expect(first.body).not.toContain('argon2')
    const headers = { cookie: cookieIn(first) }
    expect((await own.app.inject({ url: '/api/status', headers })).statusCode).toBe(200)
    const again = await post(own, '/api/setup', { ...ANN, code })
    expect(again.json().error.code).toBe('setup_link_invalid')
  })

  it.each([
    [{ password: 'short' }, /password: take/],
    [{ email: 'no address' }, /body\.email/],
    [{ name: ' ' }, /body\.name/],
    [{ business: '' }, /body\.business/],
  ])('refuses %j and works on', async (change, why) => {
    const own = await apiBench()
    const code = own.access.setupCode()
    const reply = await post(own, '/api/setup', { ...ANN, ...change, code })
    expect(reply.statusCode).toBe(400)
    expect(reply.json().error.detail).toMatch(why)
    expect((await post(own, '/api/setup', { ...ANN, code })).statusCode).toBe(200)
  })

  it('has a small sister for tokens: a link that signs a browser in', async () => {
    const own = await apiBench()
    const link = (await own.send('POST', '/api/sign-in-links')).json()
    expect(link.path).toBe(`/#sign-in=${link.code}`)
    const reply = await post(own, '/api/session', { code: link.code })
    expect(reply.json()).toMatchObject({ signed_in: true, purpose: 'admin', person: null })
    expect(reply.headers['set-cookie']).toMatch(/^twofold_session=/)
    const again = await post(own, '/api/session', { code: link.code })
    expect(again.json().error.code).toBe('link_invalid')
  })

  it('cannot be guessed: failures are counted', async () => {
    const own = await apiBench()
    for (let i = 0; i < SIGN_IN_FAILURES_MAX; i++) {
      const wrong = await post(own, '/api/session', { token: 'guess' })
      expect(wrong.json().error.code).toBe('token_unknown')
    }
    const right = await post(own, '/api/session', { token: ADMIN })
    expect(right.statusCode).toBe(429)
    expect(Number(right.headers['retry-after'])).toBe(60)
    own.clock.ms += 60_000
    expect((await post(own, '/api/session', { token: ADMIN })).statusCode).toBe(200)
  })
})

describe('e-mail and password', () => {
  it('sign in; a wrong one says no more than that, and too many wait', async () => {
    const { own } = await withOwner()
    const { email, password } = ANN
    const reply = await post(own, '/api/session', { email, password })
    expect(reply.json()).toMatchObject({ person: { name: 'Ann' } })
    const wrong = await post(own, '/api/session', { email, password: 'wrong' })
    const nobody = await post(own, '/api/session', { email: 'x@example.com', password: 'wrong' })
    expect(wrong.statusCode).toBe(401)
    expect(wrong.json()).toEqual(nobody.json())
    for (let i = 1; i < ACCOUNT_FAILURES_MAX; i++) {
      // Another minute for the address; the account's window is longer.
      if (i % 5 === 0) own.clock.ms += 60_000
      await post(own, '/api/session', { email: ` ${email.toUpperCase()}`, password: 'wrong' })
    }
    const late = await post(own, '/api/session', { email, password })
    expect(late.statusCode).toBe(429)
    expect(Number(late.headers['retry-after'])).toBeGreaterThan(60)
  })

  it('are changed by their owner, who sees and ends the sessions', async () => {
    const { own, cookie } = await withOwner()
    const headers = { ...OWN, cookie }
    const { email } = ANN
    const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
    await post(own, '/api/session', { email, password: ANN.password }, { 'user-agent': agent })
    const list = await own.app.inject({ url: '/api/account/sessions', headers })
    const { sessions } = list.json()
    expect(sessions).toMatchObject([
      { browser: 'Firefox on Linux', current: false },
      { current: true },
    ])
    const change = { current: ANN.password, password: 'another horse, no hat' }
    const changed = await post(own, '/api/account/password', change, headers)
    expect(changed.statusCode, changed.body).toBe(204)
    const after = await own.app.inject({ url: '/api/account/sessions', headers })
    expect(after.json().sessions).toHaveLength(1)
    const patched = await own.app.inject({
      method: 'PATCH',
      url: '/api/account',
      headers,
      payload: { name: 'Anna' },
    })
    expect(patched.json()).toMatchObject({ name: 'Anna', email, has_password: true })
    const out = await own.app.inject({ method: 'DELETE', url: '/api/account/sessions', headers })
    expect(out.statusCode).toBe(204)
    expect((await own.app.inject({ url: '/api/account', headers })).statusCode).toBe(401)
  })
})

describe('an invitation', () => {
  it('of automation, before there is an account, makes nobody the operator', async () => {
    const own = await apiBench()
    const made = await own.send('POST', '/api/businesses', { name: 'Client' })
    const path = `/api/businesses/${made.json().business_id}/invitations`
    const { code } = (await own.send('POST', path, { role: 'analyst' })).json()
    const account = { name: 'Bob', email: 'bob@example.com', password: 'a mule with a cap' }
    const joined = await post(own, '/api/invitations/accept', { code, account })
    expect(joined.json()).toMatchObject({ operator: false, setup_needed: false, purpose: 'read' })
    const setup = { ...ANN, code: own.access.setupCode() }
    expect((await post(own, '/api/setup', setup)).json()).toMatchObject({ operator: true })
    expect(own.access.setupCode()).toBeUndefined()
  })

  it('leads a new person in, by a link that says what it is for', async () => {
    const { own, cookie } = await withOwner()
    const headers = { ...OWN, cookie }
    const [business] = (await own.app.inject({ url: '/api/businesses', headers })).json().businesses
    const path = `/api/businesses/${business.business_id}`
    const invited = await post(own, `${path}/invitations`, { role: 'analyst' }, headers)
    const { code, path: link } = invited.json()
    expect(invited.statusCode).toBe(201)
    expect(link).toBe(`/#invitation=${code}`)
    const list = await own.app.inject({ url: `${path}/invitations`, headers })
    expect(list.json().invitations).toHaveLength(1)
    expect(list.body).not.toContain(code)
    const look = await post(own, '/api/invitations/look', { code })
    expect(look.json()).toMatchObject({ business: business.name, role: 'analyst', me: null })
    const account = { name: 'Bob', email: 'bob@example.com', password: 'a mule with a cap' }
    const joined = await post(own, '/api/invitations/accept', { code, account })
    expect(joined.json()).toMatchObject({
      person: { name: 'Bob' },
      operator: false,
      businesses: [{ role: 'analyst' }],
      purpose: 'read',
    })
    const bob = { ...OWN, cookie: cookieIn(joined) }
    expect((await own.app.inject({ url: '/api/datasets', headers: bob })).statusCode).toBe(200)
    const people = await own.app.inject({ url: `${path}/people`, headers: bob })
    expect(people.statusCode).toBe(403)
    const again = await post(own, '/api/invitations/accept', { code, account })
    expect(again.json().error.code).toBe('link_invalid')
  })

  it('lets only owners make owners, and admins touch no owner', async () => {
    const { own, cookie } = await withOwner()
    const business = own.access.businesses()[0]?.business_id ?? ''
    const request = { business_id: business, role: 'admin', email: null, made_by: 'Ann' } as const
    const { code } = await own.access.invite(request)
    const bob = { name: 'Bob', email: 'bob@example.com', password: 'a mule with a cap' }
    const admin = { ...OWN, cookie: `twofold_session=${await own.access.acceptAsNew(code, bob)}` }
    const path = `/api/businesses/${business}`
    const ask = (
      method: 'POST' | 'PATCH' | 'DELETE',
      url: string,
      headers: object,
      body?: object,
    ) =>
      own.app.inject({
        method,
        url: path + url,
        headers: { ...headers },
        ...(body ? { payload: body } : {}),
      })
    const ann = own.access.people().find(({ name }) => name === 'Ann')?.person_id
    const bobId = own.access.people().find(({ name }) => name === 'Bob')?.person_id
    const status = async (reply: ReturnType<typeof ask>) => (await reply).statusCode
    expect(await status(ask('POST', '/invitations', admin, { role: 'owner' }))).toBe(403)
    expect(await status(ask('PATCH', `/people/${bobId}`, admin, { role: 'owner' }))).toBe(403)
    expect(await status(ask('PATCH', `/people/${ann}`, admin, { role: 'analyst' }))).toBe(403)
    expect(await status(ask('DELETE', `/people/${ann}`, admin))).toBe(403)
    const owner = { ...OWN, cookie }
    expect(await status(ask('PATCH', `/people/${bobId}`, owner, { role: 'owner' }))).toBe(200)
    expect(await status(ask('DELETE', `/people/${ann}`, admin))).toBe(204)
    expect((await own.app.inject({ url: path, headers: owner })).statusCode).toBe(404)
  })

  it('joins the one signed in, when asked from our own page', async () => {
    const { own, cookie } = await withOwner()
    const { business_id } = await own.access.createBusiness('Client')
    const invite = { business_id, role: 'developer', email: null, made_by: 'them' } as const
    const { code } = await own.access.invite(invite)
    const evil = { ...OWN, cookie, origin: 'https://evil.example' }
    expect((await post(own, '/api/invitations/accept', { code }, evil)).statusCode).toBe(403)
    expect((await post(own, '/api/invitations/accept', { code })).statusCode).toBe(401)
    const joined = await post(own, '/api/invitations/accept', { code }, { ...OWN, cookie })
    expect(joined.json().businesses).toMatchObject([{ role: 'owner' }, { role: 'developer' }])
  })
})

describe('a lost password', () => {
  it('is set anew by a link of the operator', async () => {
    const { own, cookie } = await withOwner()
    const id = own.access.people()[0]?.person_id
    const made = await post(own, `/api/people/${id}/password-link`, {}, { ...OWN, cookie })
    expect(made.json().path).toBe(`/#password=${made.json().code}`)
    const request = { code: made.json().code, password: 'a brand new horse' }
    const reset = await post(own, '/api/password', request)
    expect(reset.json()).toMatchObject({ person: { name: 'Ann' } })
    expect((await own.app.inject({ url: '/api/account', headers: { cookie } })).statusCode).toBe(
      401,
    )
    expect((await post(own, '/api/password', request)).json().error.code).toBe('link_invalid')
  })
})
