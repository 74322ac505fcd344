/** Feeds that are fetched by themselves: one by one each, and what goes wrong is told as it was. */
import { randomBytes } from 'node:crypto'
import { expect, it, vi } from 'vitest'
import { FEEDS_AT_ONCE } from '../../catalog-limits.ts'
import { createSecretBox } from '../../secret-box.ts'
import { memoryStore } from '../../store/drivers/memory.ts'
import type { Store } from '../../store/store.ts'
import { createCatalogs } from './catalogs.ts'

const FEED = 'id,title,price\nSKU-1,Mug,8.50 EUR\n'
const NOW_MS = Date.parse('2026-11-01T12:00:00Z')

type Body = string | ReadableStream

const boxOf = () => createSecretBox({ key: randomBytes(32), randomBytes })

function deskOf(
  store: Store,
  answer = (_url: string): Body | undefined => FEED,
  sightings = async (_id: string): Promise<undefined> => undefined,
) {
  const clock = { nowMs: NOW_MS }
  const troubles: unknown[] = []
  const open: AbortSignal[] = []
  const stopping = new AbortController()
  const desk = createCatalogs({
    ...{ store, box: boxOf(), nowMs: () => clock.nowMs, hasDataset: () => true },
    sightings,
    stopping: stopping.signal,
    fetch: (async (url: string, init: RequestInit) => {
      if (init.signal) open.push(init.signal)
      const body = answer(url)
      if (body === undefined)
        return new Promise((_, fail) => init.signal?.addEventListener('abort', fail))
      return new Response(body)
    }) as typeof fetch,
    onTrouble: (error) => troubles.push(error),
  })
  return { ...desk, clock, troubles, open, stop: () => stopping.abort() }
}

it('a feed that drips holds up no other, and only so many are fetched at a time', async () => {
  const ends: (() => void)[] = []
  const drip = (): Body =>
    new ReadableStream({ start: (body) => void ends.push(() => body.close()) })
  const desk = deskOf(memoryStore(), (url) => (url.includes('drip') ? drip() : FEED))
  const set = (id: string, url: string) => desk.setSource(id, { url, every_hours: 1 })
  await set('slow', 'https://shop.example/drip')
  await set('quick', 'https://shop.example/feed')
  await desk.fetchDue()
  await vi.waitFor(async () => expect((await desk.state('quick')).products).toBe(1))
  expect((await desk.state('slow')).running).not.toBeNull()
  for (let n = 0; n <= FEEDS_AT_ONCE; n++) await set(`more${n}`, 'https://shop.example/drip')
  await desk.fetchDue()
  await desk.fetchDue()
  await vi.waitFor(() => expect(ends).toHaveLength(FEEDS_AT_ONCE))
  for (const end of ends) end()
  await desk.idle()
  expect(ends).toHaveLength(FEEDS_AT_ONCE)
  await desk.fetchDue()
  await vi.waitFor(() => expect(ends).toHaveLength(FEEDS_AT_ONCE + 2))
  for (const end of ends.slice(FEEDS_AT_ONCE)) end()
  await desk.idle()
})

it('a fault of the store is not told as one of the address', async () => {
  const fault = new Error('disk I/O error')
  const putProducts = () => Promise.reject(fault)
  const desk = deskOf({ ...memoryStore(), putProducts })
  await desk.setSource('d', { url: 'https://shop.example/feed', every_hours: 1 })
  const report = await desk.fetchNow('d', { confirmed: false })
  expect(report).toMatchObject({ result: 'failed' })
  expect(report.stopped?.reason).toMatch(/could not be stored/)
  expect(desk.troubles).toEqual([fault])
  expect((await desk.state('d')).source).toMatchObject({ failures: 1 })
})

it('what breaks off on its way is the fault of the address', async () => {
  const broken = (): Body => new ReadableStream({ start: (body) => body.error(new Error('x')) })
  const desk = deskOf(memoryStore(), broken)
  await desk.setSource('d', { url: 'https://shop.example/feed', every_hours: 1 })
  const report = await desk.fetchNow('d', { confirmed: false })
  expect(report.stopped?.reason).toBe('It could not be fetched.')
  expect(desk.troubles).toEqual([])
})

it('lets go of what it did not read to its end', async () => {
  const zip = new Uint8Array([0x50, 0x4b, 3, 4, 0, 0])
  const desk = deskOf(
    memoryStore(),
    () => new ReadableStream({ start: (body) => body.enqueue(zip) }),
  )
  await desk.setSource('d', { url: 'https://shop.example/feed.zip', every_hours: 1 })
  expect(await desk.fetchNow('d', { confirmed: false })).toMatchObject({ result: 'broken' })
  expect(desk.open.map(({ aborted }) => aborted)).toEqual([true])
})

it('an address stored under another key is said to be unreadable; the catalog is shown', async () => {
  const store = memoryStore()
  const before = deskOf(store)
  await before.setSource('d', { url: 'https://shop.example/feed?key=1', every_hours: 1 })
  await before.fetchNow('d', { confirmed: false })
  const after = deskOf(store)
  const state = await after.state('d')
  expect(state).toMatchObject({ products: 1, source: { url: null, every_hours: 1 } })
  expect(state.source?.error).toMatch(/stored under another key.*Set the address again/)
  expect(await after.fetchNow('d', { confirmed: false })).toMatchObject({ result: 'failed' })
  expect(after.troubles).toEqual([])
})

it('a stop in the middle of a fetch is no failure of the address', async () => {
  const desk = deskOf(memoryStore(), () => undefined)
  await desk.setSource('d', { url: 'https://shop.example/feed', every_hours: 1 })
  await desk.fetchDue()
  await vi.waitFor(() => expect(desk.open).toHaveLength(1))
  desk.stop()
  await desk.idle()
  const { source, imports } = await desk.state('d')
  expect(source).toMatchObject({ failures: 0, error: null, next_ms: NOW_MS })
  expect(imports).toEqual([])
})

it('a dataset that cannot be measured keeps no other from it', async () => {
  const store = memoryStore()
  const fault = new Error('damaged')
  const measured: string[] = []
  const sightings = async (id: string): Promise<undefined> => {
    if (id === 'damaged') throw fault
    measured.push(id)
  }
  const desk = deskOf(store, () => FEED, sightings)
  for (const id of ['damaged', 'whole']) {
    await desk.setSource(id, { url: 'https://shop.example/feed', every_hours: 1 })
    await desk.fetchNow(id, { confirmed: false })
  }
  await expect(desk.measureAll()).rejects.toBe(fault)
  expect(measured).toEqual(['whole'])
})
