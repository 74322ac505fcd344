/** Whatever is done to a log, by two who share the file, it reads as the memory driver's does. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Leg } from '../../event/shape.ts'
import { idWrite, leg, NOTHING, paged, put, SHOP, START_MS, scanned } from '../conformance-legs.ts'
import type { Store } from '../store.ts'
import { memoryStore } from './memory.ts'
import { storeOn } from './sqlite.ts'
import { openDatabase } from './sqlite-schema.ts'

const nowMs = () => START_MS
const PEOPLE = 4
const hashOf = (person: number): string => String(person).repeat(64)

const size = fc.constantFrom(1, 20, 63, 64, 129, 256, 257, 600)
/** Of how many legs one is a Purchase. */
const step = fc.constantFrom(1, 2, 3, 7, 50, 1000)
const commit = fc.record({ kind: fc.constant('commit'), size, step, long: fc.boolean() })
const other = fc.record({
  kind: fc.constantFrom('join', 'erase a person', 'erase all', 'reopen', 'fail'),
  size,
  step,
  long: fc.constant(false),
})
const action = fc.record({
  who: fc.nat(1),
  person: fc.nat(PEOPLE - 1),
  what: fc.oneof({ weight: 3, arbitrary: commit }, { weight: 2, arbitrary: other }),
})
type What = typeof commit extends fc.Arbitrary<infer T> ? T : never

/** Some of them twins of the one before; every second long one is some kilobytes. */
function legsFrom(first: number, { size, step, long }: Omit<What, 'kind'>): Leg[] {
  const legs: Leg[] = []
  for (let n = 0; n < size; n++) {
    const seq = first + n
    const before = legs.at(-1)
    const user = { em: [hashOf(seq % PEOPLE)] }
    if (before && before.of_seq === undefined && seq % 11 === 0) {
      const { event_name: name, event_id: id = '' } = before.event
      legs.push(leg(seq, { name, id, user, of: before.seq }))
    } else {
      const name = n % step === step - 1 ? 'Purchase' : n % 5 === 0 ? 'Pur"chase' : 'PageView'
      const id = `e-${seq}${long && n % 2 === 0 ? 'ü'.repeat(3000) : ''}`
      legs.push(leg(seq, { name, id, user, ...(name === 'Purchase' ? { order: id } : {}) }))
    }
  }
  return legs
}

/** Everything that reads legs: one after the other, by a page, by a key, by an order. */
async function read(store: Store, legs: readonly Leg[]): Promise<unknown[]> {
  const some = legs.filter(({ seq }, at) => at === 0 || seq % 97 === 0)
  const ids = some.map(({ event: { event_id = '' } }) => ({ order_id: event_id, event_id }))
  const reads = some.map((one) => ({ ...idWrite(one), want: 'events' as const }))
  return [
    await scanned(store),
    await scanned(store, SHOP, Math.ceil(legs.length / 3) + 1),
    await paged(store, { event_name: 'Purchase', limit: 200 }),
    await paged(store, { event_name: 'PageView', limit: 200 }),
    await store.purchases(SHOP, ids),
    (await store.load(reads, [SHOP])).events,
  ]
}

it('reads as the memory driver does after any commits, joins, erasures and failures', async () => {
  const property = fc.asyncProperty(fc.array(action, { maxLength: 12 }), async (actions) => {
    const folder = await mkdtemp(join(tmpdir(), 'twofold-model-'))
    const file = join(folder, 'twofold.db')
    const open = (): Store => storeOn(openDatabase(file, 1000), { file, nowMs })
    const stores = [open(), open()]
    const model = memoryStore({ nowMs })
    const nextSeq = async () => (await model.load([], [SHOP])).nextSeq.get(SHOP) ?? 1
    for (const { who, person, what } of actions) {
      const store = stores[who] as Store
      const legs = legsFrom(await nextSeq(), what)
      const keys = legs.filter(({ of_seq }) => of_seq === undefined).map(idWrite)
      if (what.kind === 'commit') for (const one of [store, model]) await put(one, { legs, keys })
      if (what.kind === 'join') while (await store.tidyUp(START_MS));
      if (what.kind === 'reopen') {
        await store.close()
        stores[who] = open()
      }
      if (what.kind === 'fail') {
        // Found out only after the blocks were written: their ids are given again.
        const { revision } = await store.load([], [])
        const wrong = [{ ...keys[0], family: 'none' }] as unknown as typeof keys
        await expect(store.commit({ ...NOTHING, revision, legs, keys: wrong })).rejects.toThrow()
      }
      if (what.kind.startsWith('erase')) {
        const hashes = what.kind === 'erase all' ? [] : [[hashOf(person)]]
        expect(await store.erase(SHOP, ...hashes)).toBe(await model.erase(SHOP, ...hashes))
      }
      const expected = await read(model, await scanned(model))
      for (const one of stores) expect(await read(one, await scanned(model))).toEqual(expected)
    }
    for (const one of stores) await one.close()
    const db = openDatabase(file, 1000)
    const lost = 'SELECT block_id FROM block_sales WHERE block_id NOT IN (SELECT id FROM blocks)'
    expect(db.prepare(lost).all()).toEqual([])
    db.close()
    await rm(folder, { recursive: true })
  })
  await fc.assert(property, { numRuns: 20 })
}, 120_000)
