/**
 * The promise of durability, from outside: the server is killed with SIGKILL at random moments under
 * load, again and again on one data folder, while senders repeat what was not acknowledged. In the
 * end every acknowledged event is there exactly once, and nothing is there twice.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startTwofoldProgram } from '../../bench/program.ts'
import { acceptedIds, api, type CrashDataset, Senders } from './senders.ts'

const KILLS = 50
const SENDERS = 6
/** Longest life of one server, so that kills fall into every phase: start, first commit, upkeep. */
const LIFE_MS_MAX = 500

describe('kill -9 under load', () => {
  it(`loses nothing and doubles nothing over ${KILLS} kills`, { timeout: 600_000 }, async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'twofold-crash-'))
    let server = await startTwofoldProgram(dataDir)
    const dataset = await api<CrashDataset>(server, '/api/datasets', { name: 'Crash test' })
    const senders = new Senders(dataset, SENDERS)
    for (let kill = 0; kill < KILLS; kill++) {
      const life = Math.random() * LIFE_MS_MAX
      const dead = new Promise((resolve) => setTimeout(resolve, life)).then(() =>
        server.stop('SIGKILL'),
      )
      await senders.sendUntilGone(server)
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
    expect([...senders.acknowledged].filter((id) => !counts.has(id))).toEqual([])
    expect(doctor.ok).toBe(true)
    // The test proves something only if there was load and if kills really cut requests off.
    expect(senders.acknowledged.size).toBeGreaterThan(KILLS * 20)
    expect(senders.repeated).toBeGreaterThan(KILLS)
  })
})
