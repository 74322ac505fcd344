/** People: signing in, passwords, invitations, roles, and that a business never loses its owner. */
import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import type { TwofoldError } from '../errors.ts'
import { INVITATION_MS, PASSWORD_LINK_MS, SESSIONS_PER_HOLDER_MAX } from '../limits.ts'
import { memoryStore } from '../store/drivers/memory.ts'
import type { Store } from '../store/store.ts'
import { type Access, createAccess } from './access.ts'
import { requireGoodPassword } from './password.ts'
import type { Role } from './roles.ts'

const PASSWORD = 'a horse with a hat'
const code = (error: unknown): string => (error as TwofoldError).code

let store: Store
let access: Access
let clock: { ms: number }
let business: string

const open = (): Promise<Access> =>
  createAccess({
    store,
    nowMs: () => clock.ms,
    randomBytes,
    adminToken: undefined,
    onDataset: () => undefined,
  })

beforeAll(async () => {
  store = memoryStore()
  clock = { ms: 1_800_000_000_000 }
  access = await open()
  const setup = access.setupCode() ?? ''
  const owner = { name: 'Ann', email: 'ann@example.com', password: PASSWORD }
  await access.redeemSetup({ ...owner, code: setup })
  business = access.businesses()[0]?.business_id ?? ''
})

const invite = async (role: Role, email: string | null = null): Promise<string> =>
  (await access.invite({ business_id: business, role, email, made_by: 'Ann' })).code

/** A new member; their id. */
async function member(role: Role): Promise<string> {
  const email = `${randomBytes(4).toString('hex')}@example.com`
  const session = await access.acceptAsNew(await invite(role), {
    name: 'Somebody',
    email,
    password: PASSWORD,
  })
  const caller = access.sessionCaller(session)
  return caller?.kind === 'person' ? caller.id : ''
}

const idOf = (email: string): string =>
  access.people().find((person) => person.email === email)?.person_id ?? ''

describe('signing in', () => {
  it.each([
    ['ann@example.com', PASSWORD],
    [' ANN@Example.com ', PASSWORD],
  ])('lets %j in', async (email, password) => {
    const session = await access.signInWithPassword({ email, password, browser: 'Firefox' })
    expect(access.sessionCaller(session)).toMatchObject({ kind: 'person', name: 'Ann' })
  })

  it.each([
    ['ann@example.com', 'a horse with a hut'],
    ['ann@example.com', ''],
    ['ann@example.com', 'x'.repeat(5000)],
    ['nobody@example.com', PASSWORD],
  ])('refuses %s with %.20s in the same words', async (email, password) => {
    const refused = access.signInWithPassword({ email, password })
    expect(await refused.catch(code)).toBe('sign_in_failed')
  })

  it('works after a restart, and the sessions go on', async () => {
    const session = await access.signInWithPassword({
      email: 'ann@example.com',
      password: PASSWORD,
    })
    const later = await open()
    expect(later.sessionCaller(session)).toMatchObject({ name: 'Ann' })
    const again = await later.signInWithPassword({ email: 'ann@example.com', password: PASSWORD })
    expect(later.sessionCaller(again)).toMatchObject({ name: 'Ann' })
  })

  it('keeps a bounded number of sessions for each person: the oldest ends', async () => {
    const id = await member('analyst')
    const { email = '' } = access.findPerson(id) ?? {}
    const first = await access.signInWithPassword({ email, password: PASSWORD })
    for (let i = 0; i < SESSIONS_PER_HOLDER_MAX; i++) {
      await access.signInWithPassword({ email, password: PASSWORD })
    }
    expect(access.sessionsOf(id)).toHaveLength(SESSIONS_PER_HOLDER_MAX)
    expect(access.sessionCaller(first)).toBeUndefined()
  })
})

describe('a password', () => {
  it.each([
    ['short', /10 to 200/],
    ['x'.repeat(201), /10 to 200/],
    ['aaaaaaaaaaaa', /guessed/],
    ['1234567890', /guessed/],
    ['Password123', /guessed/],
    ['ann@example.com', /name or e-mail/],
  ])('%.20s is refused', (password, why) => {
    expect(() => requireGoodPassword(password, ['ann@example.com'])).toThrow(why)
  })

  it('is the same however its letters are composed', async () => {
    const id = await member('analyst')
    const { email = '' } = access.findPerson(id) ?? {}
    const change = { current: PASSWORD, password: 'Café au lait\u0301', session_id: '' }
    await access.changePassword(id, change)
    const decomposed = 'Cafe\u0301 au lait\u0301'
    const session = await access.signInWithPassword({ email, password: decomposed })
    expect(access.sessionCaller(session)).toBeDefined()
  })

  it('changed ends every other session; a wrong one so far changes nothing', async () => {
    const id = await member('analyst')
    const { email = '' } = access.findPerson(id) ?? {}
    const here = await access.signInWithPassword({ email, password: PASSWORD })
    const there = await access.signInWithPassword({ email, password: PASSWORD })
    const caller = access.sessionCaller(here)
    const session_id = caller?.kind === 'person' ? caller.session_id : ''
    const wrong = { current: 'something else', password: 'another horse, no hat', session_id }
    expect(await access.changePassword(id, wrong).catch(code)).toBe('password_wrong')
    expect(access.sessionCaller(there)).toBeDefined()
    await access.changePassword(id, { ...wrong, current: PASSWORD })
    expect(access.sessionCaller(here)).toBeDefined()
    expect(access.sessionCaller(there)).toBeUndefined()
    expect((await open()).sessionCaller(there)).toBeUndefined()
    const old = access.signInWithPassword({ email, password: PASSWORD })
    expect(await old.catch(code)).toBe('sign_in_failed')
  })

  it('that is lost is set anew by a link, once, within a day', async () => {
    const id = await member('analyst')
    const before = access.sessionsOf(id)
    const { code: late } = access.createPasswordCode(id)
    clock.ms += PASSWORD_LINK_MS
    const reset = (link: string) =>
      access.redeemPasswordCode({ code: link, password: 'brand new one' })
    expect(await reset(late).catch(code)).toBe('link_invalid')
    const { code: good } = access.createPasswordCode(id)
    const session = await reset(good)
    expect(access.sessionCaller(session)).toMatchObject({ id })
    expect(access.sessionsOf(id)).toHaveLength(1)
    expect(before).not.toHaveLength(0)
    expect(await reset(good).catch(code)).toBe('link_invalid')
  })
})

describe('an invitation', () => {
  it('works once, gives its role, and is gone afterwards', async () => {
    const link = await invite('developer')
    expect(access.findInvitation(link)).toMatchObject({ role: 'developer', made_by: 'Ann' })
    const bob = { name: 'Bob', email: 'bob@example.com', password: PASSWORD }
    const session = await access.acceptAsNew(link, bob)
    const caller = access.sessionCaller(session)
    expect(caller && access.rights.roleIn(caller, business)).toBe('developer')
    const again = access.acceptAsNew(link, { ...bob, email: 'bill@example.com' })
    expect(await again.catch(code)).toBe('link_invalid')
    expect(access.findInvitation(link)).toBeUndefined()
  })

  it('ends after its days and when it is withdrawn', async () => {
    const late = await invite('analyst')
    clock.ms += INVITATION_MS
    const eve = { name: 'Eve', email: 'eve@example.com', password: PASSWORD }
    expect(await access.acceptAsNew(late, eve).catch(code)).toBe('link_invalid')
    const link = await invite('analyst')
    const [open] = access.invitations(business)
    await access.withdrawInvitation(business, open?.invitation_id ?? '')
    expect(await access.acceptAsNew(link, eve).catch(code)).toBe('link_invalid')
    const gone = access.withdrawInvitation(business, open?.invitation_id ?? '')
    expect(await gone.catch(code)).toBe('invitation_not_found')
  })

  it('for one address is for no other, and an account is made once', async () => {
    const link = await invite('analyst', 'Cleo@example.com')
    const cleo = { name: 'Cleo', email: 'cleo@example.com', password: PASSWORD }
    const other = access.acceptAsNew(link, { ...cleo, email: 'dan@example.com' })
    expect(await other.catch(code)).toBe('forbidden')
    await access.acceptAsNew(link, cleo)
    const second = await invite('admin')
    expect(await access.acceptAsNew(second, cleo).catch(code)).toBe('email_taken')
    await access.acceptAs(second, idOf('cleo@example.com'))
    const roles = access.members(business).filter(({ person_id }) => person_id === idOf(cleo.email))
    expect(roles).toMatchObject([{ role: 'admin' }])
  })

  it('never lowers a role', async () => {
    const id = await member('admin')
    await access.acceptAs(await invite('analyst'), id)
    const found = access.members(business).find(({ person_id }) => person_id === id)
    expect(found?.role).toBe('admin')
  })
})

describe('a business', () => {
  it('keeps an owner: the last one is neither lowered, removed nor deleted', async () => {
    const ann = idOf('ann@example.com')
    const lower = (): Promise<unknown> => access.changeRole(business, ann, 'admin')
    expect(await lower().catch(code)).toBe('last_owner')
    expect(await access.removeMember(business, ann).catch(code)).toBe('last_owner')
    expect(await access.deletePerson(ann).catch(code)).toBe('last_owner')
    const second = await member('admin')
    await access.changeRole(business, second, 'owner')
    await lower()
    await access.changeRole(business, ann, 'owner')
    await access.removeMember(business, second)
  })

  it('is left for good: a removed person sees nothing of it, and may come back', async () => {
    const id = await member('developer')
    const caller = { kind: 'person', id, name: '', session_id: '' } as const
    const scope = { on: 'business', id: business } as const
    expect(access.rights.sees(caller, scope)).toBe(true)
    await access.removeMember(business, id)
    expect(access.rights.sees(caller, scope)).toBe(false)
    expect(await access.removeMember(business, id).catch(code)).toBe('person_not_found')
    await access.acceptAs(await invite('analyst'), id)
    expect((await open()).rights.roleIn(caller, business)).toBe('analyst')
  })

  it('ends only without datasets, and takes its invitations along', async () => {
    const made = await access.createBusiness('Branch', idOf('ann@example.com'))
    const { business_id } = made
    const { dataset } = await access.createDataset({ name: 'Shop' }, { business_id })
    expect(await access.deleteBusiness(business_id).catch(code)).toBe('business_not_empty')
    const request = { business_id, role: 'admin', email: null, made_by: 'Ann' } as const
    const { code: link } = await access.invite(request)
    await access.moveDataset(dataset.dataset_id, business)
    expect(access.businessOf(dataset.dataset_id)).toBe(business)
    await access.deleteBusiness(business_id)
    expect(access.findBusiness(business_id)).toBeUndefined()
    expect(access.findInvitation(link)).toBeUndefined()
    expect((await open()).businesses()).toHaveLength(1)
  })
})

describe('deleting a person', () => {
  it('ends what they were and frees the address', async () => {
    const id = await member('developer')
    const { email = '' } = access.findPerson(id) ?? {}
    const session = await access.signInWithPassword({ email, password: PASSWORD })
    await access.deletePerson(id)
    expect(access.sessionCaller(session)).toBeUndefined()
    expect(access.members(business).map(({ person_id }) => person_id)).not.toContain(id)
    expect(await access.deletePerson(id).catch(code)).toBe('person_not_found')
    const again = { name: 'New', email, password: PASSWORD }
    await access.acceptAsNew(await invite('analyst'), again)
  })
})
