/** The history of changes: written with the settings it is about, read page by page. */
import { expect, it } from 'vitest'
import type { Suite } from './conformance-legs.ts'
import type { HistoryEntry, HistoryQuery, Store } from './store.ts'

const entry = (value: unknown, ids: Partial<HistoryEntry> = {}): HistoryEntry => ({
  at_ms: 1_800_000_000_000,
  business_id: null,
  dataset_id: null,
  value,
  ...ids,
})

export function describeHistory({ store: make }: Suite): void {
  const values = async (store: Store, query: Partial<HistoryQuery> = {}): Promise<unknown[]> =>
    (await store.history({ limit: 100, ...query })).map(({ value }) => value)

  it('is empty at first, and gives back what was written, the newest first', async () => {
    const store = await make()
    expect(await store.history({ limit: 10 })).toEqual([])
    const value = { by: { name: 'Zoë ☕' }, list: [1, null] }
    await store.putSettings([{ kind: 'a', id: '1', value: 1 }], [entry(value)])
    await store.putSettings([], [entry('second'), entry('third', { at_ms: 5 })])
    value.by.name = 'changed by the caller'
    const rows = await store.history({ limit: 10 })
    expect(rows).toMatchObject([
      { value: 'third', at_ms: 5 },
      { value: 'second' },
      { value: { by: { name: 'Zoë ☕' }, list: [1, null] }, business_id: null, dataset_id: null },
    ])
    expect(await store.getSettings('a')).toHaveLength(1)
  })

  it('is read by business, by dataset, and in pages', async () => {
    const store = await make()
    for (let i = 0; i < 6; i++) {
      const business_id = i % 2 === 0 ? 'one' : 'two'
      await store.putSettings([], [entry(i, { business_id, dataset_id: i < 3 ? 'd' : null })])
    }
    expect(await values(store, { business_id: 'one' })).toEqual([4, 2, 0])
    expect(await values(store, { dataset_id: 'd' })).toEqual([2, 1, 0])
    expect(await values(store, { business_id: 'two', dataset_id: 'd' })).toEqual([1])
    const read: unknown[] = []
    for (let before: number | undefined; ; ) {
      const page = await store.history({
        limit: 2,
        ...(before === undefined ? {} : { before_no: before }),
      })
      read.push(...page.map(({ value }) => value))
      before = page.at(-1)?.no
      if (page.length < 2) break
    }
    expect(read).toEqual([5, 4, 3, 2, 1, 0])
  })

  it('stays when its dataset is erased', async () => {
    const store = await make()
    await store.putSettings([], [entry('deleted', { dataset_id: 'd' })])
    await store.erase('d')
    expect(await values(store, { dataset_id: 'd' })).toEqual(['deleted'])
  })
}
