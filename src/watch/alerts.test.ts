import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { ALERT_RETRY_FIRST_MS } from '../diagnostic-limits.ts'
import { datasetSettingsSchema } from '../event/dataset.ts'
import { createSecretBox } from '../secret-box.ts'
import { createAlertBook } from './alert-book.ts'
import type { Owed } from './alert-owed.ts'
import { createAlerts } from './alerts.ts'

const DATASET = { dataset_id: '1', ...datasetSettingsSchema.parse({ name: 'S' }), created_at_ms: 1 }
const OF = { on: 'dataset', id: '1' } as const
const EMPTY = {
  ...{ waiting: [], failures: 0, next_try_ms: 0, told: {}, digest_ms: Number.MAX_SAFE_INTEGER },
  ...{ owed: [], history: [] },
}

const owedOf = (id: string): Owed => ({
  ...{ channel: 'webhook', id, failures: 1, next_try_ms: 0 },
  message: { kind: 'digest', subject: id, text: '', body: {}, findings: [] },
})

/** A desk of one dataset whose webhook is owed digests, and what the webhook was asked. */
async function deskOwing(ids: readonly string[], status: () => number) {
  const clock = { ms: 1000 }
  const tries: string[] = []
  const book = await createAlertBook({
    store: { getSettings: async () => [], putSettings: async () => undefined },
    box: createSecretBox({ key: randomBytes(32), randomBytes }),
  })
  await book.putState('1', { ...EMPTY, owed: ids.map(owedOf) })
  const desk = createAlerts({
    ...{ book, nowMs: () => clock.ms, sendMail: undefined, publicUrl: undefined },
    ...{ datasets: () => [DATASET], findDataset: () => DATASET, businessOf: () => undefined },
    findingsOf: () => ({ findings: [], mutes: [] }),
    every: () => () => undefined,
    fetch: (async (url: string, { headers }: { headers: Record<string, string> }) => {
      tries.push(`${headers['webhook-id']} to ${new URL(url).hostname}`)
      await duringTry()
      return new Response('', { status: status() })
    }) as unknown as typeof fetch,
    onTrouble: (error) => {
      throw error
    },
  })
  let duringTry = async (): Promise<void> => undefined
  await desk.change(OF, { webhook_url: 'https://old.example/a' })
  return {
    ...{ desk, book, clock, tries },
    whileTrying: (work: () => Promise<void>) => {
      duringTry = work
    },
  }
}

it('a webhook that is down is tried once a round, and gets all once it is up', async () => {
  let status = 503
  const { desk, book, clock, tries } = await deskOwing(['a', 'b', 'c'], () => status)
  await desk.tick()
  expect(tries).toEqual(['a to old.example'])
  status = 200
  clock.ms += 2 * ALERT_RETRY_FIRST_MS
  await desk.tick()
  expect(tries.slice(1).toSorted()).toEqual(['a', 'b', 'c'].map((id) => `${id} to old.example`))
  expect(book.state('1').owed).toEqual([])
})

it('nothing goes to an address that was replaced while the message before it left', async () => {
  const { desk, tries, whileTrying } = await deskOwing(['a', 'b'], () => 200)
  whileTrying(() => desk.change(OF, { webhook_url: 'https://new.example/a' }))
  await desk.tick()
  expect(tries).toEqual(['a to old.example', 'b to new.example'])
})

it('a channel that was taken away is owed nothing when another comes', async () => {
  const { desk, book, clock, tries } = await deskOwing(['a', 'b'], () => 200)
  await desk.change(OF, { webhook_url: '' })
  await desk.tick()
  expect(book.state('1').owed).toEqual([])
  await desk.change(OF, { webhook_url: 'https://new.example/a' })
  clock.ms += 2 * ALERT_RETRY_FIRST_MS
  await desk.tick()
  expect(tries).toEqual([])
})
