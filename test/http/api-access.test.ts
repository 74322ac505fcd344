/**
 * Who may call what: every route with every role, with the roles of a foreign business, with every
 * kind of token and with nobody. What each may do is written down here a second time, by hand.
 */
import type { LightMyRequestResponse } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Purpose } from '../../src/access/grant.ts'
import type { Role } from '../../src/access/roles.ts'
import type { Route } from '../../src/api/route.ts'
import { ROUTES } from '../../src/api/routes.ts'
import { ADMIN, type ApiBench, apiBench } from './api-bench.ts'

type Need = 'read' | 'develop' | 'administer' | 'own'

interface Holder {
  /** What it may do on the dataset, and on the business around it. */
  readonly dataset: readonly Need[]
  readonly business: readonly Need[]
  /** What it may do anywhere at all; a person may always ask for a list. */
  readonly anywhere: readonly Need[]
  readonly instance?: true
  readonly person?: true
  /** Knows that the dataset exists, whatever it may do. */
  readonly knows?: true
}

const NONE: readonly Need[] = []
const READ: readonly Need[] = ['read']
const DEVELOP: readonly Need[] = ['read', 'develop']
const ADMINISTER: readonly Need[] = ['read', 'develop', 'administer']
const OWN: readonly Need[] = ['read', 'develop', 'administer', 'own']

const person = (needs: readonly Need[]): Holder => ({
  dataset: needs,
  business: needs,
  anywhere: OWN,
  person: true,
})
const datasetToken = (needs: readonly Need[]): Holder => ({
  dataset: needs,
  business: NONE,
  anywhere: needs,
  knows: true,
})
const foreignToken = (needs: readonly Need[]): Holder => ({
  dataset: NONE,
  business: NONE,
  anywhere: needs,
})

const HOLDERS = {
  owner: person(OWN),
  admin: person(ADMINISTER),
  developer: person(DEVELOP),
  analyst: person(READ),
  'foreign owner': person(NONE),
  'foreign admin': person(NONE),
  'foreign developer': person(NONE),
  'foreign analyst': person(NONE),
  'person of no business': person(NONE),
  operator: { ...person(NONE), instance: true },
  'send token': datasetToken(NONE),
  'read token': datasetToken(READ),
  'admin token': datasetToken(ADMINISTER),
  'foreign read token': foreignToken(READ),
  'foreign admin token': foreignToken(ADMINISTER),
  'read token for all': { dataset: READ, business: READ, anywhere: READ, knows: true },
  'admin token for all': { dataset: OWN, business: OWN, anywhere: OWN, instance: true },
  'configured token': { dataset: OWN, business: OWN, anywhere: OWN, instance: true },
} as const satisfies Record<string, Holder>
type HolderName = keyof typeof HOLDERS | 'nobody' | 'unknown token'

/** What the rule of a route says, told apart from how the server works it out. */
function expected({ auth }: Route, name: HolderName): 'in' | 401 | 403 | 404 {
  if (auth === 'public') return 'in'
  if (name === 'nobody' || name === 'unknown token') return 401
  const holder: Holder = HOLDERS[name]
  if (auth === 'person') return holder.person ? 'in' : 403
  if (auth === 'token') return !holder.person && holder.anywhere.includes('read') ? 'in' : 403
  if (auth.on === 'instance') return holder.instance ? 'in' : 403
  if (auth.on === 'own') return holder.anywhere.includes(auth.needs) ? 'in' : 403
  const needs = holder[auth.on]
  if (needs.includes(auth.needs)) return 'in'
  const knows = needs.length > 0 || (auth.on === 'dataset' && holder.knows === true)
  return knows ? 403 : 404
}

const PASSWORD = 'a horse with a hat'

let bench: ApiBench
let datasetId: string
let businessId: string
const tokens = new Map<HolderName, string>([
  ['unknown token', 'tf_admin_not-a-token-of-ours'],
  ['configured token', ADMIN],
])
const cookies = new Map<HolderName, string>()

const emailOf = (name: HolderName): string => `${name.replaceAll(' ', '-')}@example.com`

async function join(name: HolderName, business_id: string, role: Role): Promise<void> {
  const { access } = bench
  const { code } = await access.invite({ business_id, role, email: null, made_by: 'test' })
  await access.acceptAsNew(code, { name, email: emailOf(name), password: PASSWORD })
}

beforeAll(async () => {
  bench = await apiBench()
  const { access } = bench
  const operator = { name: 'operator', email: emailOf('operator'), password: PASSWORD }
  await access.redeemSetup({ ...operator, code: access.setupCode() ?? '' })
  businessId = (await access.createBusiness('Mine')).business_id
  const foreignId = (await access.createBusiness('Foreign')).business_id
  const mine = { business_id: businessId }
  datasetId = (await access.createDataset({ name: 'Mine' }, mine)).dataset.dataset_id
  // Stays when the other is deleted, so that the business never ends.
  await access.createDataset({ name: 'Kept' }, mine)
  const foreign = await access.createDataset({ name: 'Other' }, { business_id: foreignId })
  for (const role of ['owner', 'admin', 'developer', 'analyst'] as const) {
    await join(role, businessId, role)
    await join(`foreign ${role}`, foreignId, role)
  }
  await join('person of no business', businessId, 'analyst')
  const stray = access.people().find(({ name }) => name === 'person of no business')
  await access.removeMember(businessId, stray?.person_id ?? '')
  const make = async (name: HolderName, dataset_id: string, purpose: Purpose): Promise<void> => {
    tokens.set(name, (await access.createToken({ dataset_id, purpose })).token)
  }
  await make('send token', datasetId, 'send')
  await make('read token', datasetId, 'read')
  await make('admin token', datasetId, 'admin')
  await make('foreign read token', foreign.dataset.dataset_id, 'read')
  await make('foreign admin token', foreign.dataset.dataset_id, 'admin')
  await make('read token for all', '*', 'read')
  await make('admin token for all', '*', 'admin')
})

/** A session of the person; a route may just have ended the last one. */
async function cookieOf(name: HolderName): Promise<string | undefined> {
  if (!(name in HOLDERS) || !(HOLDERS as Record<string, Holder>)[name]?.person) return undefined
  const known = cookies.get(name)
  if (known && bench.access.sessionCaller(known)) return known
  const signIn = { email: emailOf(name), password: PASSWORD }
  const session = await bench.access.signInWithPassword(signIn)
  cookies.set(name, session)
  return session
}

const OWN_PAGE = { host: 'twofold.example', origin: 'http://twofold.example' }

/** A query and a body that no route accepts: who is let in is told so, but not 401 or 403. */
async function ask(route: Route, name: HolderName): Promise<LightMyRequestResponse> {
  const token = tokens.get(name)
  const cookie = await cookieOf(name)
  const id = route.path.startsWith('/api/businesses/') ? businessId : datasetId
  return bench.app.inject({
    method: route.method,
    url: `${route.path.replace('{id}', id)}?no_such_parameter=1`,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(cookie ? { ...OWN_PAGE, cookie: `twofold_session=${cookie}` } : {}),
    },
    ...(route.method === 'GET' || route.method === 'DELETE' ? {} : { payload: { '': 0 } }),
  })
}

describe('authorization', () => {
  const names: readonly HolderName[] = [
    'nobody',
    'unknown token',
    ...(Object.keys(HOLDERS) as HolderName[]),
  ]
  const isDeletion = ({ method, path }: Route): boolean =>
    method === 'DELETE' && path === '/api/datasets/{id}'
  // The deletion comes last, and those who may do it last of all: it succeeds, and takes the
  // dataset's own tokens along.
  const table = [...ROUTES.filter((route) => !isDeletion(route)), ...ROUTES.filter(isDeletion)]
    .flatMap((route) => {
      const rows = names.map((holder) => ({ route, holder, answer: expected(route, holder) }))
      const order = ({ holder, answer }: (typeof rows)[number]): number =>
        answer !== 'in' ? 0 : holder === 'admin token' ? 1 : 2
      return rows.toSorted((a, b) => order(a) - order(b))
    })
    .map((row) => ({ name: `${row.route.method} ${row.route.path} as ${row.holder}`, ...row }))
  it.each(table)('$name: $answer', async ({ route, holder, answer }) => {
    const reply = await ask(route, holder)
    if (answer === 'in') return expect([401, 403]).not.toContain(reply.statusCode)
    expect(reply.statusCode, reply.body).toBe(answer)
    const { error } = reply.json()
    expect(error).toMatchObject({ fix: expect.any(String), retryable: false })
    if (answer === 404) expect(error.code).toMatch(/^(dataset|business)_not_found$/)
  })

  it('answers a foreign dataset or business exactly like one that does not exist', async () => {
    const cookie = `twofold_session=${await cookieOf('foreign owner')}`
    const seen = async (path: string): Promise<unknown> =>
      (await bench.app.inject({ url: path, headers: { cookie } })).json()
    const { access } = bench
    const { dataset_id } = (
      await access.createDataset({ name: 'New' }, { business_id: businessId })
    ).dataset
    for (const [path, real, made] of [
      ['/api/datasets/ID/summary', dataset_id, '100000000000000'],
      ['/api/businesses/ID', businessId, 'bus_000000000000000000'],
    ] as const) {
      const unknown = JSON.stringify(await seen(path.replace('ID', made)))
      const foreign = JSON.stringify(await seen(path.replace('ID', real)))
      expect(foreign.replaceAll(real, 'ID')).toBe(unknown.replaceAll(made, 'ID'))
    }
  })
})

describe('lists', () => {
  it('show everybody only what is theirs', async () => {
    const own = await apiBench()
    const { access } = own
    const one = await access.createBusiness('One')
    const two = await access.createBusiness('Two')
    const first = await access.createDataset({ name: 'A' }, { business_id: one.business_id })
    const second = await access.createDataset({ name: 'B' }, { business_id: two.business_id })
    const request = { business_id: one.business_id, role: 'owner', email: null } as const
    const { code } = await access.invite({ ...request, made_by: 'test' })
    const ann = { name: 'Ann', email: 'ann@example.com', password: PASSWORD }
    const cookie = `twofold_session=${await access.acceptAsNew(code, ann)}`
    const { dataset_id } = first.dataset
    const { token } = await access.createToken({ dataset_id, purpose: 'admin' })
    const lists = ROUTES.filter(
      ({ method, path, auth }) => method === 'GET' && !path.includes('{') && auth !== 'public',
    )
    expect(lists.length).toBeGreaterThan(5)
    for (const headers of [{ cookie }, { authorization: `Bearer ${token}` }]) {
      let shown = ''
      for (const { path, auth } of lists) {
        // Ann is the first person, so she operates the server: those lists are meant to be whole.
        if (typeof auth === 'object' && auth.on === 'instance') continue
        shown += (await own.app.inject({ url: path, headers })).body
      }
      expect(shown).toContain(dataset_id)
      for (const foreign of [second.dataset.dataset_id, two.business_id]) {
        expect(shown).not.toContain(foreign)
      }
    }
    const asked = `/api/doctor?dataset_id=${second.dataset.dataset_id}`
    expect((await own.get(asked, token)).statusCode).toBe(404)
    // How much there is of all businesses together is for the operator alone.
    expect((await own.get('/api/doctor', token)).json()).not.toHaveProperty('store')
    expect((await own.get('/api/doctor')).json()).toHaveProperty('store.legs')
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
