/** By the public door: what one person or tenant cannot take from the others, nor keep for later. */
import type { LightMyRequestResponse } from 'fastify'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Role } from '../../src/access/roles.ts'
import {
  DATASETS_PER_BUSINESS_MAX,
  SESSIONS_PER_HOLDER_MAX,
  SIGN_IN_FAILURES_MAX,
  TOKENS_PER_DATASET_MAX,
} from '../../src/limits.ts'
import { ADMIN, type ApiBench, apiBench } from './api-bench.ts'

const OWN = { host: 'twofold.example', origin: 'http://twofold.example' }
const PASSWORD = 'a horse with a hat'
const ANN = { name: 'Ann', email: 'ann@example.com', password: PASSWORD }

let bench: ApiBench
/** The owner's. */
let ann: string

beforeEach(async () => {
  bench = await apiBench()
  const code = bench.access.setupCode()
  ann = cookieIn(await ask('POST', '/api/setup', { body: { ...ANN, code } }))
})

interface Asked {
  readonly cookie?: string
  readonly body?: object
}

function ask(
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  url: string,
  { cookie, body }: Asked = {},
): Promise<LightMyRequestResponse> {
  const headers = { ...OWN, ...(cookie ? { cookie } : {}) }
  return bench.app.inject({ method, url, headers, ...(body ? { payload: body } : {}) })
}

const codeOf = (reply: LightMyRequestResponse): string | undefined => reply.json().error?.code

/** Makes an account by an invitation into `business`. */
async function join(name: string, role: Role, business: string) {
  const invitations = `/api/businesses/${business}/invitations`
  const { code } = (await ask('POST', invitations, { cookie: ann, body: { role } })).json()
  const account = { name, email: `${name}@example.com`, password: PASSWORD }
  const joined = await ask('POST', '/api/invitations/accept', { body: { code, account } })
  const id: string = joined.json().person.person_id
  return { cookie: cookieIn(joined), id }
}

const firstBusiness = (): string => bench.access.businesses()[0]?.business_id ?? ''

const cookieIn = (reply: LightMyRequestResponse): string =>
  String(reply.headers['set-cookie']).split(';', 1)[0] ?? ''

describe('signing in with a token again and again', () => {
  it('ends its own oldest sign-ins and nobody else’s', async () => {
    const { token } = await bench.access.createToken({ dataset_id: '*', purpose: 'read' })
    const enter = () => ask('POST', '/api/session', { body: { token } })
    const first = cookieIn(await enter())
    for (let i = 0; i < SESSIONS_PER_HOLDER_MAX; i++) expect((await enter()).statusCode).toBe(200)
    expect((await ask('GET', '/api/datasets', { cookie: first })).statusCode).toBe(401)
    expect((await ask('GET', '/api/account', { cookie: ann })).statusCode).toBe(200)
    expect(await bench.store.getSettings('session')).toHaveLength(SESSIONS_PER_HOLDER_MAX + 1)
  })
})

describe('the tokens of a dataset', () => {
  const make = (id: string, body: object = {}) =>
    ask('POST', '/api/tokens', { cookie: ann, body: { dataset_id: id, purpose: 'send', ...body } })
  const rotate = (id: string, overlap_hours: number) =>
    ask('POST', `/api/tokens/${id}/rotate`, { cookie: ann, body: { overlap_hours } })

  it('are bounded, and may still be replaced one by one', async () => {
    const { dataset } = await bench.access.createDataset({ name: 'Shop' })
    const { dataset_id } = dataset
    // The dataset came with one.
    for (let i = 1; i < TOKENS_PER_DATASET_MAX - 1; i++) await make(dataset_id)
    const last = await make(dataset_id)
    expect(last.statusCode).toBe(201)
    expect(codeOf(await make(dataset_id))).toBe('limit_reached')
    expect(codeOf(await rotate(last.json().id, 1))).toBe('limit_reached')
    expect((await rotate(last.json().id, 0)).statusCode).toBe(201)
    const other = await bench.access.createDataset({ name: 'Other' })
    expect((await make(other.dataset.dataset_id)).statusCode).toBe(201)
  })

  it('that ended are forgotten when too many follow, by replacing them too', async () => {
    const { dataset } = await bench.access.createDataset({ name: 'Shop' })
    const first = (await make(dataset.dataset_id)).json()
    let { id } = first
    for (let i = 0; i < TOKENS_PER_DATASET_MAX * 2; i++) {
      bench.clock.ms += 1000
      id = (await rotate(id, 0)).json().id
    }
    const ids = bench.access.tokens().map((record) => record.id)
    expect(ids).not.toContain(first.id)
    expect(ids).toContain(id)
    expect(ids.length).toBeLessThanOrEqual(TOKENS_PER_DATASET_MAX + 3)
    expect(await bench.store.getSettings('token')).toHaveLength(ids.length)
  })
})

describe('the datasets of a business', () => {
  it('are bounded, made there or moved there; another business has its own', async () => {
    const make = (name: string, business = mine) =>
      ask('POST', `/api/businesses/${business}/datasets`, { cookie: ann, body: { name } })
    const mine = firstBusiness()
    const owner = bench.access.people()[0]?.person_id
    const { business_id: second } = await bench.access.createBusiness('Second', owner)
    for (let i = 0; i < DATASETS_PER_BUSINESS_MAX; i++) {
      await bench.access.createDataset({ name: `Shop ${i}` }, { business_id: mine })
    }
    expect(codeOf(await make('One more'))).toBe('limit_reached')
    const elsewhere = await make('Elsewhere', second)
    expect(elsewhere.statusCode).toBe(201)
    const url = `/api/datasets/${elsewhere.json().dataset_id}/move`
    const moved = await ask('POST', url, { cookie: ann, body: { business_id: mine } })
    expect(codeOf(moved)).toBe('limit_reached')
  })
})

describe('the invitations of an admin', () => {
  const people = (business: string, id: string) => `/api/businesses/${business}/people/${id}`
  const invite = (business: string, cookie: string) =>
    ask('POST', `/api/businesses/${business}/invitations`, { cookie, body: { role: 'admin' } })
  const look = async (code: string) =>
    (await ask('POST', '/api/invitations/look', { body: { code } })).statusCode

  it.each<[string, number, (business: string, id: string) => Promise<LightMyRequestResponse>]>([
    ['removed', 403, (at, id) => ask('DELETE', people(at, id), { cookie: ann })],
    [
      'with a lower role',
      403,
      (at, id) => ask('PATCH', people(at, id), { cookie: ann, body: { role: 'developer' } }),
    ],
    [
      'with a higher role',
      200,
      (at, id) => ask('PATCH', people(at, id), { cookie: ann, body: { role: 'owner' } }),
    ],
    ['deleted', 403, (_at, id) => ask('DELETE', `/api/people/${id}`, { cookie: ann })],
  ])('%s are answered %i; those of others go on', async (_name, status, change) => {
    const business = firstBusiness()
    const bob = await join('bob', 'admin', business)
    const bobs = (await invite(business, bob.cookie)).json().code
    const anns = (await invite(business, ann)).json().code
    expect(await look(bobs)).toBe(200)
    expect((await change(business, bob.id)).statusCode).toBeOneOf([200, 204])
    expect(await look(bobs)).toBe(status)
    expect(await look(anns)).toBe(200)
    const left = status === 200 ? 2 : 1
    expect(await bench.store.getSettings('invitation')).toHaveLength(left)
  })

  it('into another business go on when they leave this one', async () => {
    const owner = bench.access.people()[0]?.person_id
    const second = (await bench.access.createBusiness('Second', owner)).business_id
    const bob = await join('bob', 'admin', firstBusiness())
    const { code } = (await invite(second, ann)).json()
    await ask('POST', '/api/invitations/accept', { cookie: bob.cookie, body: { code } })
    const there = (await invite(second, bob.cookie)).json().code
    await ask('DELETE', people(firstBusiness(), bob.id), { cookie: ann })
    expect(await look(there)).toBe(200)
  })
})

describe('a link to a new password', () => {
  const annsId = () => bench.access.people()[0]?.person_id ?? ''
  const make = async (id: string): Promise<string> => {
    const made = await ask('POST', `/api/people/${id}/password-link`, { cookie: ann })
    expect(made.statusCode).toBe(201)
    return made.json().code
  }
  const reset = (code: string) =>
    ask('POST', '/api/password', { body: { code, password: 'a brand new horse' } })

  it('ends when another is made, and leaves those of others alone', async () => {
    const bob = await join('bob', 'analyst', firstBusiness())
    const first = await make(annsId())
    const bobs = await make(bob.id)
    const second = await make(annsId())
    expect(codeOf(await reset(first))).toBe('link_invalid')
    expect((await reset(bobs)).statusCode).toBe(200)
    expect((await reset(second)).statusCode).toBe(200)
    expect(codeOf(await reset(second))).toBe('link_invalid')
  })

  it('ends when its person changes the password', async () => {
    const code = await make(annsId())
    const body = { current: PASSWORD, password: 'another horse, no hat' }
    const changed = await ask('POST', '/api/account/password', { cookie: ann, body })
    expect(changed.statusCode).toBe(204)
    expect(codeOf(await reset(code))).toBe('link_invalid')
  })
})

describe('a sign-in link', () => {
  it('ends when its token makes another, never by those of other tokens', async () => {
    const { dataset } = await bench.access.createDataset({ name: 'shop' })
    const make = async (token: string): Promise<string> => {
      const headers = { authorization: `Bearer ${token}` }
      return (await bench.app.inject({ method: 'POST', url: '/api/sign-in-links', headers })).json()
        .code
    }
    const enter = (code: string) => ask('POST', '/api/session', { body: { code } })
    const first = await make(ADMIN)
    const second = await make(ADMIN)
    for (let n = 0; n < 20; n++) {
      const { dataset_id } = dataset
      const made = await bench.access.createToken({ dataset_id, purpose: 'admin', name: `${n}` })
      await make(made.token)
    }
    expect(codeOf(await enter(first))).toBe('link_invalid')
    expect((await enter(second)).statusCode).toBe(200)
  })
})

describe('a password', () => {
  it('counts its characters as people do, when it is set and when it is given', async () => {
    const change = { current: PASSWORD, password: `horse ${'🐎'.repeat(190)}` }
    const body = { email: ANN.email, password: change.password }
    const changed = await ask('POST', '/api/account/password', { cookie: ann, body: change })
    expect(changed.statusCode).toBe(204)
    expect((await ask('POST', '/api/session', { body })).statusCode).toBe(200)
  })
})

describe('the e-mail address of an account', () => {
  const email = 'anna@example.com'
  const change = (body: object) => ask('PATCH', '/api/account', { cookie: ann, body })

  it.each([
    ['without the password', {}],
    ['with a wrong one', { password: 'a horse without' }],
  ])('stays as it is %s', async (_name, proof) => {
    const refused = await change({ email, ...proof })
    expect([refused.statusCode, codeOf(refused)]).toEqual([401, 'password_wrong'])
    expect((await ask('GET', '/api/account', { cookie: ann })).json().email).toBe(ANN.email)
  })

  it('changes with the password; the name, and the same address, change without', async () => {
    expect((await change({ name: 'Anna', email: ' ANN@example.com' })).statusCode).toBe(200)
    const changed = await change({ email, password: PASSWORD })
    expect(changed.json()).toMatchObject({ name: 'Anna', email })
    const body = { email, password: PASSWORD }
    expect((await ask('POST', '/api/session', { body })).statusCode).toBe(200)
    const [entry] = (await bench.get('/api/history')).json().entries
    expect(entry).toMatchObject({ action: 'person.changed', details: { fields: 'email' } })
  })

  it('is guarded as signing in is: a stolen session does not guess the password', async () => {
    for (let n = 0; n < SIGN_IN_FAILURES_MAX; n++) {
      expect((await change({ email, password: `a horse with hat ${n}` })).statusCode).toBe(401)
    }
    expect((await change({ email, password: PASSWORD })).statusCode).toBe(429)
    expect((await change({ name: 'Anna' })).statusCode).toBe(200)
  })
})

describe('failed sign-ins', () => {
  const tryFrom = async (remoteAddress: string): Promise<number> => {
    const payload = { token: 'tf_read_not_this_one' }
    const sent = { method: 'POST', url: '/api/session', payload, remoteAddress } as const
    return (await bench.app.inject(sent)).statusCode
  }

  it('from one /64 of IPv6 are those of one client, whatever address each comes from', async () => {
    for (let n = 0; n < SIGN_IN_FAILURES_MAX; n++) {
      expect(await tryFrom(`2001:db8:1:2::${n}`)).toBe(401)
    }
    expect(await tryFrom('2001:db8:1:2:a:b:c:d')).toBe(429)
    expect(await tryFrom('2001:db8:1:3::1')).toBe(401)
    expect(await tryFrom('::ffff:198.51.100.7')).toBe(401)
  })
})
