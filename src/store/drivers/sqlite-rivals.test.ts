import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { SHOP, START_MS, scanned } from '../conformance-legs.ts'
import { openSqliteStore } from './sqlite.ts'

const EVENTS = 300

it('counts every event once when three processes take the same events at once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'twofold-rivals-'))
  try {
    const file = join(folder, 'twofold.db')
    const rival = join(import.meta.dirname, 'sqlite-rival.fixture.ts')
    const children = Array.from({ length: 3 }, () =>
      spawn(process.execPath, [rival, file, String(EVENTS)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    )
    await Promise.all(children.map(({ stdout }) => once(stdout, 'data')))
    for (const { stdin } of children) stdin.write('go')
    const accepted = await Promise.all(children.map(({ stdout }) => text(stdout)))
    expect(accepted.reduce((sum, n) => sum + Number(n), 0)).toBe(EVENTS)
    const store = await openSqliteStore({ file, nowMs: () => START_MS })
    const ids = (await scanned(store, SHOP)).map(({ event }) => event.event_id)
    expect(ids).toEqual(Array.from({ length: EVENTS }, (_, n) => `event-${n + 1}`))
    await store.close()
  } finally {
    await rm(folder, { recursive: true })
  }
}, 60_000)
