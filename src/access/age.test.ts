/** What people made is listed the oldest first, also after a restart, when it is read by its ids. */
import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { memoryStore } from '../store/drivers/memory.ts'
import type { Store } from '../store/store.ts'
import { type Access, createAccess } from './access.ts'

const NAMES = Array.from({ length: 8 }, (_, n) => `Number ${n}`)

/** As SQLite gives them: by their ids, which are random. */
function byIds(store: Store): Store {
  return {
    ...store,
    getSettings: async (kind) =>
      [...(await store.getSettings(kind))].sort((a, b) => (a.id < b.id ? -1 : 1)),
  }
}

it('holds for datasets, tokens, businesses, people and invitations', async () => {
  const store = byIds(memoryStore())
  const clock = { ms: 1_800_000_000_000 }
  const open = (): Promise<Access> =>
    createAccess({
      ...{ store, randomBytes, adminToken: undefined },
      nowMs: () => clock.ms,
      onDataset: () => undefined,
    })
  const access = await open()
  const { business_id } = await access.createBusiness('Shop')
  const invite = () =>
    access.invite({ business_id, role: 'analyst', email: null, made_by: 'a token' })
  for (const name of NAMES) {
    clock.ms += 1000
    await access.createDataset({ name }, { business_id })
    await access.createBusiness(name)
    const { code } = await invite()
    const email = `${name.replace(' ', '')}@example.com`
    await access.acceptAsNew(code, { name, email, password: 'a horse with a hat' })
    await invite()
  }
  const [first] = access.people()
  await access.updatePerson(first?.person_id ?? '', { name: 'Number 0' })

  for (const one of [access, await open()]) {
    expect(one.datasets().map(({ name }) => name)).toEqual(NAMES)
    expect(one.tokens().map(({ dataset_id }) => one.findDataset(dataset_id)?.name)).toEqual(NAMES)
    expect(one.businesses().map(({ name }) => name)).toEqual(['Shop', ...NAMES])
    expect(one.people().map(({ name }) => name)).toEqual(NAMES)
    const people = one.members(business_id).map(({ person_id }) => one.findPerson(person_id)?.name)
    expect(people).toEqual(NAMES)
    const made = one.invitations(business_id).map(({ created_at_ms }) => created_at_ms)
    expect(made).toEqual(made.toSorted((a, b) => a - b))
  }
})
