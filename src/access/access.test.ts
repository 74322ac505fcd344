import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { TwofoldError } from '../errors.ts'
import { SESSION_MS, SESSIONS_MAX, SIGN_IN_CODE_MS } from '../limits.ts'
import { memoryStore } from '../store/drivers/memory.ts'
import type { Store } from '../store/store.ts'
import { type Access, createAccess } from './access.ts'
import { ALL } from './grant.ts'

const ADMIN = 'configured-admin-token'

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
    const { session, admin_token } = await access.redeemSetup(access.setupCode() ?? '')
    const stored = JSON.stringify([
      await store.getSettings('token'),
      await store.getSettings('session'),
      await store.getSettings('instance'),
      await store.getSettings('dataset'),
    ])
    for (const secret of [access_token, admin_token, session, ADMIN]) {
      expect(stored).not.toContain(secret)
    }
  })

  it('do nothing once revoked, and neither do their sessions', async () => {
    const { access, restart } = await bench()
    const { token, record } = await access.createToken({ dataset_id: ALL, purpose: 'read' })
    const session = await access.signIn(token)
    expect(access.sessionGrant(session)).toMatchObject({ purpose: 'read', dataset_id: ALL })
    await access.revokeToken(record.id)
    expect(access.authorize(token, ALL, 'read')).toBe(false)
    expect(access.session(session)).toBe(false)
    expect((await restart()).session(session)).toBe(false)
    expect(await access.revokeToken(record.id).catch(code)).toBe('token_not_found')
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
    expect((await restart()).session(session)).toBe(true)
    const changed = await restart('another-admin-token')
    expect(changed.authorize(ADMIN, ALL, 'admin')).toBe(false)
    expect(changed.session(session)).toBe(false)
  })
})

describe('the first sign-in', () => {
  it('works once, with the code printed last', async () => {
    const { access, restart } = await bench()
    const older = access.setupCode() ?? ''
    const later = await restart()
    const newer = later.setupCode() ?? ''
    expect(newer).not.toBe(older)
    expect(await later.redeemSetup(older).catch(code)).toBe('setup_link_invalid')
    const { session, admin_token } = await later.redeemSetup(newer)
    expect(later.sessionGrant(session)).toMatchObject({ purpose: 'admin', dataset_id: ALL })
    expect(later.authorize(admin_token, ALL, 'admin')).toBe(true)
    expect(await later.redeemSetup(newer).catch(code)).toBe('setup_link_invalid')
    expect(later.setupCode()).toBeUndefined()
    expect((await restart()).setupCode()).toBeUndefined()
  })

  it('lets only one of two who redeem at once in', async () => {
    const { access } = await bench()
    const setup = access.setupCode() ?? ''
    const both = await Promise.allSettled([access.redeemSetup(setup), access.redeemSetup(setup)])
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  })

  it('is over as soon as anybody signed in with a token', async () => {
    const { access } = await bench()
    await access.signIn(ADMIN)
    expect(access.setupCode()).toBeUndefined()
  })
})

describe('sessions', () => {
  it('end after their time and by signing out', async () => {
    const { access, clock, restart } = await bench()
    const one = await access.signIn(ADMIN)
    const two = await access.signIn(ADMIN)
    await access.signOut(one)
    expect([access.session(one), access.session(two)]).toEqual([false, true])
    expect((await restart()).session(one)).toBe(false)
    clock.ms += SESSION_MS
    expect(access.session(two)).toBe(false)
  })

  it('are bounded: the oldest ends', async () => {
    const { access, clock, store } = await bench()
    const first = await access.signIn(ADMIN)
    for (let i = 0; i < SESSIONS_MAX; i++) {
      clock.ms += 1
      await access.signIn(ADMIN)
    }
    expect(access.session(first)).toBe(false)
    expect(await store.getSettings('session')).toHaveLength(SESSIONS_MAX)
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
    expect(access.sessionGrant(session)).toEqual(grant)
    expect(await access.redeemSignInCode(used)).toBeUndefined()
    const { code: late } = access.createSignInCode(grant)
    clock.ms += SIGN_IN_CODE_MS
    expect(await access.redeemSignInCode(late)).toBeUndefined()
  })
})
