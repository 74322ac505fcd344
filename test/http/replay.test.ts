/**
 * Replays by the public door, with the real Meta destination and the stand-in for Meta: a day that
 * was lost is found and counted once each, and a diff shows what changed rules and settings make.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type {
  HistoryAnswer,
  HistoryEntryView,
  ReplayAnswer,
  ReplayRequest,
} from '../../src/api/types.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { type Standin, startStandin } from './fake-meta-fixture.ts'

const META_DATASET = '777777777777777'
const META_TOKEN = 'EAABstand-in-token-0001'
const SOON = { timeout: 30_000, interval: 50 }

let server: TestServer
let metaThere: Standin
let dataset: { dataset_id: string; access_token: string }
let destination: { dataset_id: string; destination_id: string }

beforeEach(async () => {
  metaThere = await startStandin({ datasetId: META_DATASET, token: META_TOKEN, nowMs: Date.now })
  server = await startTwofold()
  dataset = await server.createDataset()
  const made = await server.running.destinations.create(dataset.dataset_id, {
    type: 'meta',
    name: 'Meta',
    settings: { dataset_id: META_DATASET, access_token: META_TOKEN, base_url: metaThere.url },
    legs: { default: { send: 'both', wait_s: 0 } },
  })
  destination = { dataset_id: made.dataset_id, destination_id: made.destination_id }
})
afterEach(async () => {
  await server.close()
  await metaThere.close()
})

const nowS = (): number => Math.floor(Date.now() / 1000)

const sale = (order: number, more: object = {}) => ({
  event_name: 'Purchase',
  event_time: nowS() - 5,
  event_id: `purchase:${order}`,
  action_source: 'website',
  event_source_url: 'https://shop.example.com/thanks',
  user_data: {
    client_ip_address: '198.51.100.7',
    client_user_agent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36',
    external_id: [String(order).padStart(64, '0')],
  },
  custom_data: { value: 10, currency: 'EUR', order_id: String(order) },
  ...more,
})

const send = async (events: readonly unknown[]): Promise<void> => {
  const response = await fetch(`${server.url}/v25.0/${dataset.dataset_id}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ access_token: dataset.access_token, data: events }),
  })
  expect(response.status).toBe(200)
}
const sell = (from: number, n: number): Promise<void> =>
  send(Array.from({ length: n }, (_, i) => sale(from + i)))

const change = (patch: object) => server.running.destinations.update(destination, patch)
const path = () => `/api/datasets/${dataset.dataset_id}/replays`

const replay = async (asked: Partial<ReplayRequest>): Promise<ReplayAnswer> => {
  const { destination_id } = destination
  const body = { destination_id, from: nowS() - 86_400, dry_run: false, ...asked }
  const { replay_id } = await server.api<ReplayAnswer>('POST', path(), body)
  let seen: ReplayAnswer | undefined
  await expect
    .poll(async () => {
      seen = await server.api<ReplayAnswer>('GET', `${path()}/${replay_id}`)
      return seen.state
    }, SOON)
    .not.toBe('running')
  if (!seen) throw new Error('it was read')
  expect(seen.error).toBe(null)
  expectSums(seen)
  return seen
}

/** What the document promises of the counts. */
function expectSums({ counts }: ReplayAnswer): void {
  const { would_send, already_delivered, waiting, dropped_by_rules, too_old } = counts
  const refused = counts.not_accepted.reduce((sum, { events }) => sum + events, 0)
  const compared = would_send + already_delivered
  expect(counts.matching).toBe(compared + waiting + dropped_by_rules + too_old + refused)
  expect(counts.changed + counts.unchanged).toBe(compared)
}

/** A dry run changes nothing: it is none. */
const replaysInHistory = async (): Promise<readonly HistoryEntryView[]> => {
  const path = `/api/datasets/${dataset.dataset_id}/history`
  const { entries } = await server.api<HistoryAnswer>('GET', path)
  return entries.filter(({ action }) => action.startsWith('replay.'))
}

const there = () => metaThere.ask<{ counted: number; copies: number }>('GET', '/counted')
const countedThere = async (): Promise<number> => (await there()).counted
const good = async () =>
  (await metaThere.ask<{ items: { event: Record<string, unknown> }[] }>('GET', '/good')).items

const publish = (rules: readonly unknown[]): Promise<unknown> =>
  server.api('POST', `/api/datasets/${dataset.dataset_id}/rules/publish`, { rules })

const RENAME = {
  id: 'orders',
  when: { op: 'equals', field: 'event_name', value: 'order_placed' },
  actions: [
    { do: 'rename', to: 'Purchase' },
    { do: 'set', field: 'event_id', value: 'another-id' },
    { do: 'default', field: 'custom_data.currency', value: 'CHF' },
  ],
}

describe('a day that was lost', () => {
  it('is sent by a replay, counted once each, and a second replay sends nothing', async () => {
    await sell(0, 20)
    await expect.poll(countedThere, SOON).toBe(20)
    await change({ enabled: false })
    await sell(20, 300)
    await change({ enabled: true })
    const dry = await replay({ dry_run: true })
    expect(dry.counts).toMatchObject({ scanned: 320, matching: 320, would_send: 300 })
    expect(dry.counts).toMatchObject({ already_delivered: 20, unchanged: 320 })
    expect([dry.enqueued, await countedThere()]).toEqual([0, 20])
    expect(dry.warnings).toMatchObject([{ code: 'needs_again' }])

    const first = await replay({})
    expect(first).toMatchObject({ enqueued: 300, counts: { would_send: 300 } })
    expect(await replaysInHistory()).toMatchObject([
      {
        action: 'replay.started',
        words: 'Started a replay',
        details: { fields: expect.any(String) },
      },
    ])
    expect(JSON.stringify(await replaysInHistory())).not.toContain('dry_run')
    await expect.poll(countedThere, SOON).toBe(320)
    expect(await there()).toMatchObject({ copies: 320 })
    const second = await replay({})
    expect(second).toMatchObject({ enqueued: 0, counts: { would_send: 0, scanned: 320 } })
    const doctor = await server.api<{ ok: boolean }>('GET', '/api/doctor?deep=true')
    expect(doctor.ok).toBe(true)
    expect(await there()).toMatchObject({ counted: 320, copies: 320 })
  })

  it('is sent once more only when `again` says so, under the same ids', async () => {
    await sell(0, 5)
    await expect.poll(countedThere, SOON).toBe(5)
    expect(await replay({ states: ['delivered'] })).toMatchObject({ enqueued: 0 })
    expect(await replay({ states: ['delivered'], again: true })).toMatchObject({ enqueued: 5 })
    await expect.poll(async () => (await there()).copies, SOON).toBe(10)
    expect(await countedThere()).toBe(5)
  })

  it('may be picked by name, by time and by how it stands', async () => {
    await change({ enabled: false })
    await sell(0, 3)
    await send([sale(9, { event_name: 'Lead', event_id: 'lead:9' })])
    await change({ enabled: true })
    const counts = async (asked: Partial<ReplayRequest>): Promise<number> =>
      (await replay({ dry_run: true, ...asked })).counts.would_send
    expect(await counts({ event_names: ['Lead'] })).toBe(1)
    expect(await counts({ event_names: ['Lead', 'Purchase', 'Lead', 'Search'] })).toBe(4)
    expect(await counts({ from: nowS() + 60, to: nowS() + 120 })).toBe(0)
    expect(await counts({ states: ['never_sent'] })).toBe(4)
    expect(await counts({ states: ['held', 'rejected', 'delivered'] })).toBe(0)
  })
})

describe('what a destination refused or held', () => {
  const currency = {
    id: 'currency',
    actions: [{ do: 'default', field: 'custom_data.currency', value: 'CHF' }],
  }
  const states = async (): Promise<Record<string, number>> => {
    const path = '/api/doctor'
    type Found = { datasets: { deliveries: { states: Record<string, number> }[] }[] }
    const { datasets } = await server.api<Found>('GET', path)
    return datasets[0]?.deliveries[0]?.states ?? {}
  }

  it('as refused is delivered once a rule has mended it', async () => {
    await send([1, 2].map((order) => sale(order, { custom_data: { value: 10 } })))
    await expect.poll(states, SOON).toMatchObject({ rejected: 2 })
    const before = await replay({ states: ['rejected'], dry_run: true })
    expect(before.counts).toMatchObject({ would_send: 2, unchanged: 2 })
    await publish([currency])
    const sent = await replay({ states: ['rejected'] })
    expect(sent).toMatchObject({ enqueued: 2, counts: { would_send: 2, changed: 2 } })
    await expect.poll(states, SOON).toMatchObject({ rejected: 0, delivered: 2 })
    expect((await good())[0]?.event).toMatchObject({ custom_data: { value: 10, currency: 'CHF' } })
  })

  it('as held leaves after the mend, in the form the replay gave it', async () => {
    await change({ settings: { access_token: 'EAABa-token-that-expired-9' } })
    await send([sale(1, { event_name: 'AddToCart', custom_data: { value: 10 } })])
    await expect.poll(states, SOON).toMatchObject({ held: 1 })
    await publish([currency])
    const sent = await replay({ states: ['held'] })
    expect(sent).toMatchObject({ enqueued: 1, counts: { changed: 1 } })
    expect(sent.warnings).toMatchObject([{ code: 'destination_held' }])
    await expect.poll(states, SOON).toMatchObject({ held: 1 })
    await change({ settings: { access_token: META_TOKEN } })
    await expect.poll(states, SOON).toMatchObject({ held: 0, delivered: 1 })
    expect((await good())[0]?.event).toMatchObject({ custom_data: { value: 10, currency: 'CHF' } })
  })
})

describe('changed rules', () => {
  const shop = [
    sale(1, { event_name: 'order_placed', event_id: 'one', custom_data: { value: 3 } }),
    sale(2, { event_name: 'order_placed', event_id: 'two', custom_data: { value: 4 } }),
    sale(3),
  ]

  it('are tried by a dry run, field by field, and nothing leaves', async () => {
    await change({ enabled: false })
    await send(shop)
    const dry = await replay({ dry_run: true, rules: [RENAME] as ReplayRequest['rules'] })
    expect(dry).toMatchObject({ rules: 'draft', rules_version: null, enqueued: 0 })
    expect(dry.counts).toMatchObject({ would_send: 3, changed: 2, unchanged: 1 })
    expect(dry.by_field).toEqual([
      { field: 'event_name', changed: 2 },
      { field: 'custom_data.currency', changed: 2 },
    ])
    expect(dry.samples).toHaveLength(2)
    expect(dry.samples[1]).toMatchObject({
      event_id: 'one',
      changes: [
        { field: 'event_name', before: 'order_placed', after: 'Purchase' },
        { field: 'custom_data.currency', before: null, after: 'CHF' },
      ],
      before: { event_name: 'order_placed', event_id: 'one' },
      after: { event_name: 'Purchase', custom_data: { currency: 'CHF' } },
    })
    expect(dry.warnings).toContainEqual(expect.objectContaining({ code: 'id_kept' }))
    expect(JSON.stringify(dry)).not.toContain(META_TOKEN)
    const drop = { id: 'all', actions: [{ do: 'drop' }] }
    const dropped = await replay({ dry_run: true, rules: [drop] as ReplayRequest['rules'] })
    expect(dropped.counts).toMatchObject({ dropped_by_rules: 3, would_send: 0 })
    expect(await there()).toMatchObject({ copies: 0 })
  })

  it('once published, a replay sends what the diff showed, and nothing else is changed', async () => {
    await change({ enabled: false })
    await send(shop)
    await publish([RENAME])
    await change({ enabled: true })
    const asStored = await replay({ dry_run: true, rules: 'none' })
    expect(asStored.counts).toMatchObject({ changed: 0, unchanged: 3 })
    const sent = await replay({})
    expect(sent).toMatchObject({ rules: 'published', rules_version: 1, enqueued: 3 })
    expect(sent.counts).toMatchObject({ changed: 2, would_send: 3 })
    await expect.poll(async () => (await good()).length, SOON).toBe(3)
    const left = (await good()).map(({ event }) => event)
    for (const { after } of sent.samples)
      expect(left).toContainEqual(expect.objectContaining(after))
    expect(left.map(({ event_id }) => event_id).sort()).toEqual(['one', 'purchase:3', 'two'])
    const stored = await server.api<{ events: { event_name: string }[] }>(
      'GET',
      `/api/datasets/${dataset.dataset_id}/events?event_name=order_placed`,
    )
    expect(stored.events).toHaveLength(2)
  })

  it('do not run twice over what they have seen', async () => {
    await publish([{ id: 'net', actions: [{ do: 'multiply', field: 'custom_data.value', by: 2 }] }])
    await change({ enabled: false })
    await sell(0, 1)
    await change({ enabled: true })
    expect(await replay({})).toMatchObject({ enqueued: 1, counts: { unchanged: 1 } })
    await expect.poll(async () => (await good()).length, SOON).toBe(1)
    expect((await good())[0]?.event).toMatchObject({ custom_data: { value: 20 } })
    await publish([{ id: 'net', actions: [{ do: 'multiply', field: 'custom_data.value', by: 3 }] }])
    const dry = await replay({ dry_run: true, again: true })
    expect(dry.samples[0]?.changes).toEqual([{ field: 'custom_data.value', before: 20, after: 60 }])
    expect(dry.warnings).toMatchObject([{ code: 'ruled_before' }])
  })
})

it('shows what changed settings of the destination would make, and changes nothing', async () => {
  await sell(0, 2)
  await expect.poll(countedThere, SOON).toBe(2)
  const settings = { partner_agent: 'another-agent' }
  const dry = await replay({ dry_run: true, settings })
  expect(dry).toMatchObject({ settings_changed: true, counts: { already_delivered: 2 } })
  const view = server.running.destinations.find(destination)
  expect(view?.settings).not.toMatchObject(settings)
})

it('lists replays, stops one, and forgets them with the server', async () => {
  await sell(0, 1)
  const { replay_id } = await replay({ dry_run: true })
  const { replays } = await server.api<{ replays: ReplayAnswer[] }>('GET', path())
  expect(replays).toMatchObject([{ replay_id, state: 'done', states: ['any'] }])
  await server.api('DELETE', `${path()}/${replay_id}`)
  const { dataset_id } = await server.createDataset()
  const elsewhere = server.api('GET', `/api/datasets/${dataset_id}/replays/${replay_id}`)
  await expect(elsewhere).rejects.toThrow(/replay_not_found/)
})
