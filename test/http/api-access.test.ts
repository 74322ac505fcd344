/** Who may call what: every route with every kind of credential, and the cookie's rules. */
import type { LightMyRequestResponse } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Purpose } from '../../src/access/grant.ts'
import type { Route } from '../../src/api/route.ts'
import { ROUTES } from '../../src/api/routes.ts'
import { SIGN_IN_FAILURES_MAX } from '../../src/limits.ts'
import { ADMIN, type ApiBench, apiBench } from './api-bench.ts'

const HOLDERS = [
  'nobody',
  'wrong',
  'send',
  'read',
  'admin',
  'other read',
  'other admin',
  'all read',
  'all admin',
  'configured',
] as const
type Holder = (typeof HOLDERS)[number]

/** What the rule of a route says about a holder, told apart from how the server works it out. */
function expected(route: Route, holder: Holder): 'in' | 401 | 403 {
  if (route.auth === 'public') return 'in'
  if (holder === 'nobody' || holder === 'wrong') return 401
  const { purpose, on } = route.auth
  const isAll = holder.startsWith('all') || holder === 'configured'
  const isAdmin = holder.endsWith('admin') || holder === 'configured'
  const mayDo = isAdmin || (purpose === 'read' && holder.endsWith('read'))
  const mayHere = isAll || on === 'own' || (on === 'dataset' && !holder.startsWith('other'))
  return mayDo && mayHere ? 'in' : 403
}

let bench: ApiBench
let datasetId: string
const tokens = new Map<Holder, string>([
  ['wrong', 'tf_admin_not-a-token-of-ours'],
  ['configured', ADMIN],
])

beforeAll(async () => {
  bench = await apiBench()
  datasetId = (await bench.access.createDataset({ name: 'Mine' })).dataset.dataset_id
  const other = (await bench.access.createDataset({ name: 'Other' })).dataset.dataset_id
  const make = async (holder: Holder, dataset_id: string, purpose: Purpose): Promise<void> => {
    tokens.set(holder, (await bench.access.createToken({ dataset_id, purpose })).token)
  }
  await make('send', datasetId, 'send')
  await make('read', datasetId, 'read')
  await make('admin', datasetId, 'admin')
  await make('other read', other, 'read')
  await make('other admin', other, 'admin')
  await make('all read', '*', 'read')
  await make('all admin', '*', 'admin')
})

/** A query and a body that no route accepts: who is let in is told 4xx, but not 401 or 403. */
function ask(route: Route, holder: Holder): Promise<LightMyRequestResponse> {
  const token = tokens.get(holder)
  return bench.app.inject({
    method: route.method,
    url: `${route.path.replace('{id}', datasetId)}?no_such_parameter=1`,
    headers: token ? { authorization: `Bearer ${token}` } : {},
    ...(route.method === 'GET' || route.method === 'DELETE' ? {} : { payload: { '': 0 } }),
  })
}

describe('authorization', () => {
  const isDeletion = ({ method, path }: Route): boolean =>
    method === 'DELETE' && path === '/api/datasets/{id}'
  // The deletion comes last: it succeeds.
  const table = [...ROUTES.filter((route) => !isDeletion(route)), ...ROUTES.filter(isDeletion)]
    .flatMap((route) => HOLDERS.map((holder) => ({ route, holder })))
    .map(({ route, holder }) => ({
      name: `${route.method} ${route.path} with ${holder}`,
      route,
      holder,
      answer: expected(route, holder),
    }))
  it.each(table)('$name: $answer', async ({ route, holder, answer }) => {
    const reply = await ask(route, holder)
    if (answer === 'in') expect([401, 403]).not.toContain(reply.statusCode)
    else {
      expect(reply.statusCode).toBe(answer)
      expect(reply.json().error).toMatchObject({ fix: expect.any(String), retryable: false })
    }
  })

  it('shows the holder of one dataset only that one', async () => {
    const own = await apiBench()
    const one = await own.access.createDataset({ name: 'One' })
    const two = await own.access.createDataset({ name: 'Two' })
    const { dataset_id } = one.dataset
    const { token } = await own.access.createToken({ dataset_id, purpose: 'admin' })
    const seen = async (path: string): Promise<string> => (await own.get(path, token)).body
    for (const path of ['/api/datasets', '/api/tokens', '/api/doctor']) {
      expect(await seen(path)).toContain(dataset_id)
      expect(await seen(path)).not.toContain(two.dataset.dataset_id)
    }
    const foreign = own.access.tokens().find((record) => record.dataset_id !== dataset_id)
    const revoked = await own.app.inject({
      method: 'DELETE',
      url: `/api/tokens/${foreign?.id}`,
      headers: { authorization: `Bearer ${token}` },
    })
    expect(revoked.statusCode).toBe(404)
    expect(own.access.tokens()).toHaveLength(3)
  })
})

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

describe('the setup link', () => {
  const redeem = (own: ApiBench, code: string) =>
    own.app.inject({ method: 'POST', url: '/api/setup', payload: { code } })

  it('signs in once and shows an admin token once', async () => {
    const own = await apiBench()
    const code = own.access.setupCode() ?? ''
    expect((await own.app.inject('/api/session')).json()).toMatchObject({ setup_needed: true })
    const first = await redeem(own, code)
    expect(first.statusCode).toBe(200)
    expect((await own.get('/api/status', first.json().admin_token)).statusCode).toBe(200)
    const cookie = String(first.headers['set-cookie']).split(';', 1)[0] ?? ''
    const session = await own.app.inject({ url: '/api/session', headers: { cookie } })
    expect(session.json()).toMatchObject({ signed_in: true, setup_needed: false })
    expect((await redeem(own, code)).json().error.code).toBe('setup_link_invalid')
  })

  it('has a small sister for later: a link an admin makes', async () => {
    const own = await apiBench()
    const link = (await own.send('POST', '/api/sign-in-links')).json()
    expect(link.path).toBe(`/#setup=${link.code}`)
    const reply = await redeem(own, link.code)
    expect(reply.json()).toEqual({})
    expect(reply.headers['set-cookie']).toMatch(/^twofold_session=/)
    expect((await redeem(own, link.code)).statusCode).toBe(403)
  })

  it('cannot be guessed: failures are counted', async () => {
    const own = await apiBench()
    const wrong = { method: 'POST', url: '/api/session', payload: { token: 'guess' } } as const
    for (let i = 0; i < SIGN_IN_FAILURES_MAX; i++) {
      expect((await own.app.inject(wrong)).json().error.code).toBe('token_unknown')
    }
    const right = await own.app.inject({ ...wrong, payload: { token: ADMIN } })
    expect(right.statusCode).toBe(429)
    expect(Number(right.headers['retry-after'])).toBe(60)
    own.clock.ms += 60_000
    expect((await own.app.inject({ ...wrong, payload: { token: ADMIN } })).statusCode).toBe(200)
  })
})
