/** A file that is imported again after its first import broke off, however long ago that was. */
import { hash } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Dataset } from '../../event/dataset.ts'
import type { EventQuery } from '../../store/store.ts'
import { createOffline } from './offline.ts'
import type { OfflineAsked } from './view.ts'

const DAY_MS = 86_400_000
const ASKED: OfflineAsked = { columns: {}, currency: 'EUR', dryRun: false }

function broken() {
  const clock = { nowMs: Date.parse('2026-11-01T12:00:00Z') }
  const counted = new Map<string, string>()
  const asked: EventQuery[] = []
  let isBroken = true
  const unused = () => expect.unreachable()
  const offline = createOffline({
    store: {
      records: async () => [],
      settleReceived: async () => {
        if (isBroken) throw new Error('The process ended here.')
        return { conflict: false }
      },
      events: async (query) => {
        asked.push(query)
        const isKnown = counted.get(query.event_id ?? '') === query.event_name
        return { events: isKnown ? [{ legs: [unused as never] }] : [] }
      },
      getSettings: async () => [],
      putSettings: async () => undefined,
    },
    accept: async ({ events }) =>
      events.map((event) => {
        const { event_id, event_name } = event as { event_id: string; event_name: string }
        counted.set(event_id, event_name)
        return { verdict: 'accepted' as const, seq: counted.size } as never
      }),
    findDataset: (dataset_id) => ({ dataset_id, orders_time_zone: 'UTC' }) as Dataset,
    sha256: (text) => hash('sha256', text),
    nowMs: () => clock.nowMs,
  })
  return { offline, clock, asked, counted, mend: () => (isBroken = false) }
}

async function* text(file: string): AsyncGenerator<string> {
  yield file
}

it.each([
  ['a sale with its order id', 'time,total,order id\n2026-10-31 10:00,5,R1\n', 29],
  ['a sale that has none', 'time,total\n2026-10-31 10:00,5\n', 3],
  ['a lead', 'time,event\n2026-10-31 10:00,Lead\n', 3],
])('%s counts once, though it was not written down that it was told', async (_, file, days) => {
  const { offline, clock, asked, counted, mend } = broken()
  await expect(offline.import('1', text(file), ASKED)).rejects.toThrow('ended here')
  expect(counted.size).toBe(1)
  mend()
  clock.nowMs += days * DAY_MS
  expect(await offline.import('1', text(file), ASKED)).toMatchObject({ added: 0, known: 1 })
  // By its id alone, one that is new would be looked for in every block of the log.
  expect(asked.every((query) => query.event_name && query.event_id)).toBe(true)
})
