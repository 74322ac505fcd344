/**
 * Loading the past of the demo shop into a folder: once, whole, and with nothing left to send. What
 * the pages say of it is held against the truth in pages-truth.test.ts.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Summary } from '../../src/api/types.ts'
import { loadPast, type PastOptions } from '../../src/demo-load.ts'
import { startTwofold } from '../start.ts'
import {
  DAY_S,
  END_MS,
  expectedByName,
  type OpenPast,
  openPast,
  optionsOf,
  shownByName,
} from './past-fixture.ts'

const open: OpenPast[] = []

async function load(days: number, options: Partial<PastOptions>): Promise<OpenPast> {
  const past = await openPast(days, options)
  open.push(past)
  return past
}

afterAll(async () => {
  for (const past of open) await past.close()
})

describe('a clean shop', () => {
  it('has nothing to find, nothing lost and nothing counted wrong', async () => {
    const shop = await load(2, { kind: 'clean', sessionsPerDay: 400, ordersPerDay: 20 })
    const { by_event, reasons, findings, dropped, rejected } = await shop.ask<Summary>('summary')
    expect({ reasons, findings, dropped, rejected }).toEqual({
      ...{ reasons: [], findings: [], dropped: 0, rejected: 0 },
    })
    expect(shownByName(by_event)).toEqual(expectedByName(shop.truth.total.events))
    const sales = by_event.find(({ event_name }) => event_name === 'Purchase')
    expect(sales?.counted).toBe(shop.truth.total.orders)
  })
})

describe('loading', () => {
  const small = { sessionsPerDay: 40, ordersPerDay: 4 }

  it('happens once: the same past again is there already, another one is refused', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'twofold-past-'))
    try {
      const first = await loadPast(optionsOf(dataDir, 2, small))
      expect(first.events).toBeGreaterThan(50)
      const again = await loadPast(optionsOf(dataDir, 2, { ...small, nowMs: END_MS + 9e7 }))
      expect(again).toEqual({ dataset_id: first.dataset_id, truth_file: first.truth_file })
      await expect(loadPast(optionsOf(dataDir, 3, small))).rejects.toThrow(
        /past of 2 days \(seed 7\)/,
      )
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  })

  it('begins anew when it was stopped on the way', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'twofold-past-'))
    const stop = (): never => {
      throw new Error('stopped')
    }
    try {
      await expect(loadPast(optionsOf(dataDir, 2, { ...small, onProgress: stop }))).rejects.toThrow(
        'stopped',
      )
      const { events } = await loadPast(optionsOf(dataDir, 2, small))
      const server = await startTwofold({ dataDir })
      const { datasets } = await server.api<{ datasets: { dataset_id: string }[] }>(
        ...(['GET', '/api/datasets'] as const),
      )
      expect(datasets).toHaveLength(1)
      const id = datasets[0]?.dataset_id
      const path = `/api/datasets/${id}/summary?from=${END_MS / 1000 - 30 * DAY_S}&to=${END_MS / 1000}`
      const { received } = await server.api<Summary>('GET', path)
      await server.close()
      expect(received.browser + received.server).toBe(events)
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  })

  it('leaves nothing to send to a destination that is added later', async () => {
    const { server, past } = await load(2, small)
    const base = `/api/datasets/${past.dataset_id}`
    await server.api('POST', `${base}/destinations`, {
      ...{ type: 'webhook', name: 'Later' },
      settings: { url: 'http://127.0.0.1:9/', secret: `whsec_${'A'.repeat(43)}=` },
    })
    const { deliveries } = await server.api<{ deliveries: unknown[] }>('GET', `${base}/deliveries`)
    expect(deliveries).toEqual([])
    const report = await server.api<{ ok: boolean }>('GET', '/api/doctor?deep=true')
    expect(report).toMatchObject({ ok: true })
  })
})
