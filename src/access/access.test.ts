import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { TwofoldError } from '../errors.ts'
import { SESSION_MS, SIGN_IN_CODE_MS, TOKEN_FORGET_MS, TOKEN_USE_STEP_MS } from '../limits.ts'
import { memoryStore } from '../store/drivers/memory.ts'
import type { Store } from '../store/store.ts'
import { type Access, createAccess } from './access.ts'
import { ALL } from './grant.ts'

const ADMIN = 'configured-admin-token'
const OWNER = { name: 'Ann', email: 'Ann@example.com', password: 'a horse with a hat' }

interface Bench {
  readonly store: Store
  readonly clock: { ms: number }
  readonly access: Access
  readonly restart: (adminToken?: string) => Promise<Access>
}

async function bench(adminToken: string | undefined = ADMIN): Promise<Bench> {
  const store = memoryStore()
  const clock = { ms: 1_800_000_000_000 }
  const restart = (token = adminToken): Promise<Access> =>
    createAccess({
      store,
      nowMs: () => clock.ms,
      randomBytes,
      adminToken: token,
      onDataset: () => undefined,
    })
  return { store, clock, access: await restart(), restart }
}

const code = (error: unknown): string => (error as TwofoldError).code

describe('datasets', () => {
  it('get an id of 15 digits that does not begin with 0', async () => {
    const { access } = await bench()
    for (let i = 0; i < 200; i++) {
      const { dataset } = await access.createDataset({ name: `Shop ${i}` })
      expect(dataset.dataset_id).toMatch(/^[1-9]\d{14}$/)
    }
    expect(new Set(access.datasets().map(({ dataset_id }) => dataset_id)).size).toBe(200)
  })

  it('survive a restart with their settings and tokens', async () => {
    const { access, restart } = await bench()
    const made = await access.createDataset({ name: 'Shop', mode: 'meta' }, { demo: true })
    const later = await restart()
    expect(later.findDataset(made.dataset.dataset_id)).toEqual(made.dataset)
    expect(later.authorize(made.access_token, made.dataset.dataset_id, 'send')).toBe(true)
  })

  it.each([
    [{}, /name/],
    [{ name: '' }, /name/],
    [{ name: 'x', mode: 'loose' }, /mode/],
    [{ name: 'x', colour: 'red' }, /colour/],
    ['text', /object/],
    [null, /object/],
  ])('refuse settings %j and name the field', async (settings, field) => {
    const { access } = await bench()
    await expect(access.createDataset(settings)).rejects.toThrow(field)
    expect(access.datasets()).toEqual([])
  })

  it('keep what a change does not name', async () => {
    const { access } = await bench()
    const { dataset } = await access.createDataset({ name: 'Shop', repair: 'merge', bots: 'keep' })
    const changed = await access.updateDataset(dataset.dataset_id, { name: 'New name' })
    expect(changed).toEqual({ ...dataset, name: 'New name' })
    expect(access.findDataset(dataset.dataset_id)).toEqual(changed)
  })

  it('keep both of two changes made at once', async () => {
    const { access } = await bench()
    const { dataset } = await access.createDataset({ name: 'Shop' })
    const id = dataset.dataset_id
    await Promise.all([
      access.updateDataset(id, { name: 'New name' }),
      access.updateDataset(id, { mode: 'meta' }),
    ])
    expect(access.findDataset(id)).toMatchObject({ name: 'New name', mode: 'meta' })
  })

  it('cannot be given another id or age by a change', async () => {
    const { access } = await bench()
    const { dataset } = await access.createDataset({ name: 'Shop' })
    const change = access.updateDataset(dataset.dataset_id, { dataset_id: '1', created_at_ms: 0 })
    await expect(change).rejects.toThrow(/dataset_id/)
  })

  it('go with their tokens, and late events are erased at the next start', async () => {
    const { access, restart, store } = await bench()
    const { dataset, access_token } = await access.createDataset({ name: 'Shop' })
    const erased: string[] = []
    const erase = store.erase
    store.erase = async (id) => {
      erased.push(id)
      return erase(id)
    }
    await access.deleteDataset(dataset.dataset_id)
    expect(access.findDataset(dataset.dataset_id)).toBeUndefined()
    expect(access.authorize(access_token, dataset.dataset_id, 'send')).toBe(false)
    const later = await restart()
    expect(later.datasets()).toEqual([])
    expect(erased).toEqual([dataset.dataset_id, dataset.dataset_id])
    expect(await store.getSettings('dataset')).toEqual([])
    expect(await store.getSettings('token')).toEqual([])
  })

  it('stay as they were when the store fails', async () => {
    const { access, store } = await bench()
    const { dataset } = await access.createDataset({ name: 'Shop' })
    store.putSettings = () => Promise.reject(new TwofoldError('store_full'))
    const change = access.updateDataset(dataset.dataset_id, { name: 'Other' })
    expect(await change.catch(code)).toBe('store_full')
    expect(access.findDataset(dataset.dataset_id)).toEqual(dataset)
    expect(await access.createDataset({ name: 'Two' }).catch(code)).toBe('store_full')
    expect(access.datasets()).toHaveLength(1)
  })
})

describe('tokens', () => {
  it('allow their purpose on their dataset; admin allows all three', async () => {
    const { access } = await bench()
    const one = (await access.createDataset({ name: 'One' })).dataset.dataset_id
    const two = (await access.createDataset({ name: 'Two' })).dataset.dataset_id
    const purposes = ['send', 'read', 'admin'] as const
    for (const purpose of purposes) {
      const { token } = await access.createToken({ dataset_id: one, purpose })
      expect(token).toMatch(new RegExp(`^tf_${purpose}_[A-Za-z0-9_-]{43}$`))
      for (const wanted of purposes) {
        const allowed = purpose === 'admin' || purpose === wanted
        expect([purpose, wanted, access.authorize(token, one, wanted)]).toEqual([
          purpose,
          wanted,
          allowed,
        ])
        expect(access.authorize(token, two, wanted)).toBe(false)
        expect(access.authorize(token, ALL, wanted)).toBe(false)
      }
    }
    const { token } = await access.createToken({ dataset_id: ALL, purpose: 'read' })
    expect(access.authorize(token, one, 'read')).toBe(true)
    expect(access.authorize(token, two, 'read')).toBe(true)
    expect(access.authorize(token, two, 'admin')).toBe(false)
  })

  it('are never stored themselves', async () => {
    const { access, store } = await bench()
    const { access_token } = await access.createDataset({ name: 'Shop' })
    const code = access.setupCode() ?? ''
    const session = await access.redeemSetup({ ...OWNER, code })
    const { code: invited } = await access.invite({
      business_id: access.businesses()[0]?.business_id ?? '',
      role: 'analyst',
      email: null,
      made_by: 'Ann',
    })
    const stored = JSON.stringify([
      await store.getSettings('token'),
      await store.getSettings('session'),
      await store.getSettings('instance'),
      await store.getSettings('dataset'),
      await store.getSettings('person'),
      await store.getSettings('invitation'),
    ])
    for (const secret of [access_token, session, ADMIN, OWNER.password, invited]) {
      expect(stored).not.toContain(secret)
    }
  })

  it('do nothing once revoked, and neither do their sessions', async () => {
    const { access, restart } = await bench()
    const { token, record } = await access.createToken({ dataset_id: ALL, purpose: 'read' })
    const session = await access.signIn(token)
    expect(access.sessionCaller(session)).toMatchObject({
      kind: 'token',
      grant: { purpose: 'read', dataset_id: ALL },
    })
    await access.revokeToken(record.id)
    expect(access.authorize(token, ALL, 'read')).toBe(false)
    expect(access.sessionCaller(session)).toBeUndefined()
    expect((await restart()).sessionCaller(session)).toBeUndefined()
    expect(await access.revokeToken(record.id).catch(code)).toBe('token_not_found')
  })

  it('end when they expire, and their sessions with them; long after, they are forgotten', async () => {
    const { access, clock, restart } = await bench()
    const expires_at_ms = clock.ms + 1000
    const { token, record } = await access.createToken({
      dataset_id: ALL,
      purpose: 'read',
      expires_at_ms,
    })
    const session = await access.signIn(token)
    expect(access.grantOf(token)).toBeDefined()
    clock.ms = expires_at_ms
    expect(access.grantOf(token)).toBeUndefined()
    expect(access.sessionCaller(session)).toBeUndefined()
    expect((await restart()).authorize(token, ALL, 'read')).toBe(false)
    expect(access.tokens()).toContainEqual(record)
    clock.ms += TOKEN_FORGET_MS
    await access.createToken({ dataset_id: ALL, purpose: 'read' })
    expect(access.tokens()).not.toContainEqual(record)
  })

  it('are replaced by one that may do the same, and go on for a while', async () => {
    const { access, clock, restart } = await bench()
    const { dataset_id } = (await access.createDataset({ name: 'Shop' })).dataset
    const DAY_MS = 86_400_000
    const old = await access.createToken({
      dataset_id,
      purpose: 'send',
      name: 'backend',
      expires_at_ms: clock.ms + 90 * DAY_MS,
    })
    clock.ms += 80 * DAY_MS
    const next = await access.rotateToken(old.record.id, { overlapMs: DAY_MS, made_by: 'Ann' })
    expect(next.record).toMatchObject({
      purpose: 'send',
      name: 'backend',
      made_by: 'Ann',
      expires_at_ms: clock.ms + 90 * DAY_MS,
    })
    const sends = (token: string, at = access): boolean => at.authorize(token, dataset_id, 'send')
    expect([sends(old.token), sends(next.token)]).toEqual([true, true])
    clock.ms += DAY_MS
    expect([sends(old.token), sends(next.token)]).toEqual([false, true])
    const later = await restart()
    expect([sends(old.token, later), sends(next.token, later)]).toEqual([false, true])
    const again = access.rotateToken(old.record.id, { overlapMs: DAY_MS, made_by: 'Ann' })
    expect(await again.catch(code)).toBe('token_replaced')
    const none = access.rotateToken('tok_none', { overlapMs: 0, made_by: '' })
    expect(await none.catch(code)).toBe('token_not_found')
  })

  it('are replaced once: what is left of the old one is no measure for another', async () => {
    const { access, clock, restart } = await bench()
    const { record } = await access.createToken({ dataset_id: ALL, purpose: 'send' })
    const rotation = { overlapMs: 3_600_000, made_by: 'Ann' }
    const next = await access.rotateToken(record.id, rotation)
    expect(next.record).toMatchObject({ expires_at_ms: null, replaced_by: null })
    const later = await restart()
    expect(await later.rotateToken(record.id, rotation).catch(code)).toBe('token_replaced')
    const brief = await access.createToken({
      dataset_id: ALL,
      purpose: 'send',
      expires_at_ms: clock.ms + 1000,
    })
    clock.ms += 1000
    expect(await access.rotateToken(brief.record.id, rotation).catch(code)).toBe('token_replaced')
  })

  it('tell when they were last used, with a write now and then and not for every use', async () => {
    const { access, clock, restart, store } = await bench()
    const { token, record } = await access.createToken({ dataset_id: ALL, purpose: 'send' })
    expect(access.tokenUsedMs(record.id)).toBeUndefined()
    let writes = 0
    const put = store.putSettings
    store.putSettings = (documents) => {
      writes += 1
      return put(documents)
    }
    const first = clock.ms
    for (let i = 0; i < 1000; i++) {
      clock.ms += 10
      access.grantOf(token)
    }
    expect(access.tokenUsedMs(record.id)).toBe(first + 10)
    await access.storeTokenUses()
    await access.storeTokenUses()
    expect(writes).toBe(1)
    expect((await restart()).tokenUsedMs(record.id)).toBe(first + 10)
    clock.ms += TOKEN_USE_STEP_MS
    access.grantOf(token)
    expect(access.tokenUsedMs(record.id)).toBe(clock.ms)
    await access.revokeToken(record.id)
    await access.storeTokenUses()
    expect(await store.getSettings('token_use')).toEqual([])
  })

  it('need a dataset that exists', async () => {
    const { access } = await bench()
    const made = access.createToken({ dataset_id: '123', purpose: 'send' })
    expect(await made.catch(code)).toBe('dataset_not_found')
  })

  it.each(['', 'x', `${ADMIN} `, ADMIN.slice(1), 'tf_admin_x'])('%j is none', async (token) => {
    const { access } = await bench()
    expect(access.authorize(token, ALL, 'read')).toBe(false)
  })

  it('include the configured one, as long as it is configured', async () => {
    const { access, restart } = await bench()
    expect(access.authorize(ADMIN, ALL, 'admin')).toBe(true)
    const session = await access.signIn(ADMIN)
    expect((await restart()).sessionCaller(session)).toBeDefined()
    const changed = await restart('another-admin-token')
    expect(changed.authorize(ADMIN, ALL, 'admin')).toBe(false)
    expect(changed.sessionCaller(session)).toBeUndefined()
  })
})

describe('the setup link', () => {
  it('makes the first owner, once, with the code printed last', async () => {
    const { access, restart } = await bench()
    const older = access.setupCode() ?? ''
    const later = await restart()
    const newer = later.setupCode() ?? ''
    expect(newer).not.toBe(older)
    const redeem = (code: string) => later.redeemSetup({ ...OWNER, code, business: 'Ann Ltd.' })
    expect(await redeem(older).catch(code)).toBe('setup_link_invalid')
    const session = await redeem(newer)
    const caller = later.sessionCaller(session)
    expect(caller).toMatchObject({ kind: 'person', name: 'Ann' })
    expect(later.people()).toMatchObject([{ email: 'ann@example.com', operator: true }])
    const [business] = later.businesses()
    expect(business?.name).toBe('Ann Ltd.')
    expect(caller && later.rights.roleIn(caller, business?.business_id ?? '')).toBe('owner')
    expect(await redeem(newer).catch(code)).toBe('setup_link_invalid')
    expect(later.setupCode()).toBeUndefined()
    expect((await restart()).setupCode()).toBeUndefined()
  })

  it('lets only one of two who redeem at once in', async () => {
    const { access } = await bench()
    const owner = { ...OWNER, code: access.setupCode() ?? '' }
    const both = await Promise.allSettled([access.redeemSetup(owner), access.redeemSetup(owner)])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(access.people()).toHaveLength(1)
  })

  it('gives the owner what was there before: datasets, and the business around them', async () => {
    const { access } = await bench()
    await access.signIn(ADMIN)
    const { dataset } = await access.createDataset({ name: 'Shop' })
    const session = await access.redeemSetup({ ...OWNER, code: access.setupCode() ?? '' })
    const caller = access.sessionCaller(session)
    const scope = { on: 'dataset', id: dataset.dataset_id } as const
    expect(caller && access.rights.may(caller, 'own', scope)).toBe(true)
    expect(access.businesses()).toHaveLength(1)
  })
})

describe('a file from before there were businesses', () => {
  it('gets one, which owns every dataset', async () => {
    const { access, store, restart } = await bench()
    const { dataset } = await access.createDataset({ name: 'Shop' })
    const { dataset_id, ...value } = dataset
    for (const { kind, id } of await store.getSettings('business')) {
      await store.putSettings([{ kind, id, value: undefined }])
    }
    await store.putSettings([{ kind: 'dataset', id: dataset_id, value }])
    const later = await restart()
    const [business] = later.businesses()
    expect(later.businessOf(dataset_id)).toBe(business?.business_id)
    expect((await restart()).businesses()).toEqual([business])
  })
})

describe('sessions', () => {
  it('end after their time and by signing out', async () => {
    const { access, clock, restart } = await bench()
    const one = await access.signIn(ADMIN)
    const two = await access.signIn(ADMIN)
    await access.signOut(one)
    expect(access.sessionCaller(one)).toBeUndefined()
    expect(access.sessionCaller(two)).toBeDefined()
    expect((await restart()).sessionCaller(one)).toBeUndefined()
    clock.ms += SESSION_MS
    expect(access.sessionCaller(two)).toBeUndefined()
  })

  it('are not for tokens that only send, nor for unknown ones', async () => {
    const { access } = await bench()
    const { access_token } = await access.createDataset({ name: 'Shop' })
    expect(await access.signIn(access_token).catch(code)).toBe('forbidden')
    expect(await access.signIn('nonsense').catch(code)).toBe('token_unknown')
  })

  it('begin with a one-time code that lasts minutes', async () => {
    const { access, clock } = await bench()
    const grant = access.grantOf(ADMIN)
    if (!grant) throw new Error('the configured token has a grant')
    const { code: used } = access.createSignInCode(grant)
    const session = (await access.redeemSignInCode(used)) ?? ''
    expect(access.sessionCaller(session)).toMatchObject({ kind: 'token', grant })
    expect(await access.redeemSignInCode(used)).toBeUndefined()
    const { code: late } = access.createSignInCode(grant)
    clock.ms += SIGN_IN_CODE_MS
    expect(await access.redeemSignInCode(late)).toBeUndefined()
  })
})
