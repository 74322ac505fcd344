/**
 * The promise of the relay over deaths, from outside: a server that sends to the stand-in for Meta
 * is killed with SIGKILL at random moments under load. In the end Meta has counted every accepted
 * event once, no event was sent more often than it was interrupted, and the equations hold.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { attachMeta } from '../../bench/attach.ts'
import { type Program, startTwofoldProgram } from '../../bench/program.ts'
import type { DoctorAnswer } from '../../src/api/types.ts'
import { type FakeMeta, startFakeMeta } from '../../src/fake-meta/fake-meta.ts'
import { LEASE_MS } from '../../src/limits.ts'
import { acceptedIds, api, type CrashDataset, Senders } from './senders.ts'

const KILLS = 12
const SENDERS = 6
const LIFE_MS_MAX = 900
const META_ID = '987654321'
const TOKEN = 'EAABcrash'
const ENV = { TWOFOLD_ALLOW_PRIVATE_TARGETS: '127.0.0.1/32' }

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

describe('kill -9 while it sends', () => {
  it(`Meta counts each event once over ${KILLS} kills`, { timeout: 600_000 }, async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'twofold-crash-relay-'))
    open.push(async () => rmSync(dataDir, { recursive: true, force: true }))
    const meta = await startMeta()
    open.push(() => meta.close())
    const sent = new Map<string, number>()
    const dataset = await prepare(dataDir, meta)
    const senders = new Senders(dataset, SENDERS)
    let server = await startTwofoldProgram(dataDir, ENV)
    open.push(() => server.stop('SIGKILL'))
    let seen = 0
    for (let kill = 0; kill < KILLS; kill++) {
      const dead = wait(Math.random() * LIFE_MS_MAX).then(() => server.stop('SIGKILL'))
      await senders.sendUntilGone(server)
      await dead
      seen = look(meta, seen, sent)
      server = await startTwofoldProgram(dataDir, ENV)
    }
    await senders.finish(server)
    const doctor = await drained(server)
    look(meta, seen, sent)
    const accepted = await acceptedIds(server, dataset.dataset_id)

    const { counted, forgotten } = meta.counted()
    expect(forgotten).toBe(0)
    expect(counted).toBe(accepted.length)
    expect(accepted.filter((id) => !sent.has(id))).toEqual([])
    expect(sent.size).toBe(accepted.length)
    expect([...senders.acknowledged].filter((id) => !sent.has(id))).toEqual([])
    // A delivery that was under way when its server died goes once more, under the same id.
    expect(Math.max(...sent.values())).toBeLessThanOrEqual(1 + KILLS)
    expect(doctor.ok).toBe(true)
    const [deliveries] = doctor.datasets[0]?.deliveries ?? []
    expect(deliveries).toMatchObject({ created: accepted.length, created_further: 0 })
    expect(deliveries?.states).toMatchObject({ delivered: accepted.length, rejected: 0 })
    // The test proves something only if there was load and kills really came while it sent.
    expect(accepted.length).toBeGreaterThan(KILLS * 20)
    expect([...sent.values()].filter((n) => n > 1).length).toBeGreaterThan(0)
  })
})

function startMeta(): Promise<FakeMeta> {
  return startFakeMeta({
    ...{ port: 0, datasetId: META_ID, token: TOKEN },
    nowMs: Date.now,
    random: Math.random,
    sleep: (ms) => wait(ms),
    // So that more of the deaths come between its taking and our hearing of it.
    fail: [{ fail: 'slow', ms: 100, probability: 0.5 }],
  })
}

/** Each has one report only, so each leaves once. */
async function prepare(dataDir: string, meta: FakeMeta): Promise<CrashDataset> {
  const server = await startTwofoldProgram(dataDir, ENV)
  const dataset = await api<CrashDataset>(server, '/api/datasets', { name: 'Crash test' })
  await server.stop()
  const settings = { dataset_id: META_ID, access_token: TOKEN, base_url: meta.url }
  await attachMeta({ dataDir, datasetId: dataset.dataset_id, settings, backlog: false })
  return dataset
}

/** Counts how often each id came, before the stand-in forgets. Returns how far it looked. */
function look(meta: FakeMeta, after: number, sent: Map<string, number>): number {
  for (let last = after; ; ) {
    const { items, next_after } = meta.good({ after: last, limit: 1000 })
    for (const { n, event } of items) {
      last = n
      const id = String(event.event_id)
      sent.set(id, (sent.get(id) ?? 0) + 1)
    }
    if (next_after === undefined) return last
  }
}

/** What the dead had taken is free at once: long before a lease would end by itself. */
async function drained(server: Program): Promise<DoctorAnswer> {
  const deadline = Date.now() + LEASE_MS - 10_000
  for (;;) {
    const doctor = await api<DoctorAnswer>(server, '/api/doctor?deep=true')
    const states = doctor.datasets[0]?.deliveries[0]?.states
    const waiting = states ? states.pending + states.leased + states.retrying + states.held : 0
    if (waiting === 0 || Date.now() > deadline) return doctor
    await wait(2000)
  }
}
