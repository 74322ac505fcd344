/**
 * The promise of durability, from outside: the server is killed with SIGKILL at random moments under
 * load, again and again on one data folder, while senders repeat what was not acknowledged. In the
 * end every acknowledged event is there exactly once, and nothing is there twice.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ADMIN_TOKEN, type Program, startTwofoldProgram } from '../../bench/program.ts'

const KILLS = 50
const SENDERS = 6
/** Longest life of one server, so that kills fall into every phase: start, first commit, upkeep. */
const LIFE_MS_MAX = 500

interface Sender {
  next: number
  /** The request that was sent but not acknowledged; repeated after the restart. */
  open: { ids: string[]; attempt: number } | undefined
}

describe('kill -9 under load', () => {
  it(`loses nothing and doubles nothing over ${KILLS} kills`, { timeout: 600_000 }, async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'twofold-crash-'))
    const senders = Array.from({ length: SENDERS }, (): Sender => ({ next: 0, open: undefined }))
    const acknowledged = new Set<string>()
    let server = await startTwofoldProgram(dataDir)
    const dataset = await createDataset(server)
    let repeated = 0
    for (let kill = 0; kill < KILLS; kill++) {
      const life = Math.random() * LIFE_MS_MAX
      const dead = new Promise((resolve) => setTimeout(resolve, life)).then(() =>
        server.stop('SIGKILL'),
      )
      await Promise.all(
        senders.map(async (sender, index) => {
          for (;;) {
            if (sender.open) repeated += 1
            sender.open ??= { ids: newIds(sender, index), attempt: 0 }
            sender.open.attempt += 1
            if (!(await send(server, dataset, index, sender.open.ids))) return
            for (const id of sender.open.ids) acknowledged.add(id)
            sender.open = undefined
          }
        }),
      )
      await dead
      server = await startTwofoldProgram(dataDir)
    }
    const found = await acceptedIds(server, dataset.dataset_id)
    const doctor = await api<{ ok: boolean }>(server, '/api/doctor?deep=true')
    await server.stop()
    rmSync(dataDir, { recursive: true, force: true })

    const counts = new Map<string, number>()
    for (const id of found) counts.set(id, (counts.get(id) ?? 0) + 1)
    expect([...counts].filter(([, n]) => n > 1)).toEqual([])
    expect([...acknowledged].filter((id) => !counts.has(id))).toEqual([])
    expect(doctor.ok).toBe(true)
    // The test proves something only if there was load and if kills really cut requests off.
    expect(acknowledged.size).toBeGreaterThan(KILLS * 20)
    expect(repeated).toBeGreaterThan(KILLS)
  })
})

/** Half of the senders are pixels with one event a request, half are servers with a batch. */
function newIds(sender: Sender, index: number): string[] {
  const size = index % 2 === 0 ? 1 : 1 + Math.floor(Math.random() * 200)
  return Array.from({ length: size }, () => `s${index}-${sender.next++}`)
}

/** True once acknowledged; false when the server died or answered anything else. */
async function send(
  server: Program,
  dataset: { dataset_id: string; access_token: string },
  index: number,
  ids: readonly string[],
): Promise<boolean> {
  const events = ids.map((event_id) => ({
    event_name: 'Purchase',
    event_time: Math.floor(Date.now() / 1000),
    event_id,
    action_source: 'website',
    event_source_url: 'https://shop.example.com/thanks',
    user_data: { fbp: `fb.1.1700000000000.${index}`, client_user_agent: 'Mozilla/5.0 Chrome/140' },
    custom_data: { value: 9.9, currency: 'EUR', order_id: `order-${event_id}` },
  }))
  const pixel = index % 2 === 0
  const url = pixel
    ? `${server.url}/e`
    : `${server.url}/v24.0/${dataset.dataset_id}/events?access_token=${dataset.access_token}`
  const { dataset_id } = dataset
  const body = pixel
    ? { sent_at: Date.now(), events: events.map((event) => ({ dataset_id, ...event })) }
    : { data: events }
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': pixel ? 'text/plain' : 'application/json' },
      body: JSON.stringify(body),
    })
    const answer = (await response.json()) as { events_received?: number }
    return response.status === 200 && answer.events_received === ids.length
  } catch {
    return false
  }
}

async function createDataset(
  server: Program,
): Promise<{ dataset_id: string; access_token: string }> {
  return api(server, '/api/datasets', { name: 'Crash test' })
}

async function acceptedIds(server: Program, datasetId: string): Promise<string[]> {
  const ids: string[] = []
  let cursor = ''
  do {
    const page = await api<{ events: { event_id: string }[]; next_cursor?: string | null }>(
      server,
      `/api/datasets/${datasetId}/events?limit=1000${cursor && `&cursor=${cursor}`}`,
    )
    ids.push(...page.events.map((event) => event.event_id))
    cursor = page.next_cursor ?? ''
  } while (cursor)
  return ids
}

async function api<T>(server: Program, path: string, body?: unknown): Promise<T> {
  const response = await fetch(server.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}
