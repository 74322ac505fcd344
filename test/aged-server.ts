/**
 * A server whose datasets are a month old, for tests of what lies behind us: the real program makes
 * them, then their age is set in its file while it is stopped.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { startTwofold, type TestServer } from './start.ts'

export interface AgedDataset {
  readonly dataset_id: string
  readonly access_token: string
}

const MONTH_MS = 30 * 86_400_000

export async function startAged(
  settings: readonly Record<string, unknown>[],
): Promise<{ server: TestServer; datasets: AgedDataset[] }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'twofold-aged-'))
  const young = await startTwofold({ dataDir })
  const made: { dataset: { dataset_id: string }; access_token: string }[] = []
  for (const one of settings) {
    made.push(await young.api('POST', '/api/datasets', { name: 'Aged shop', ...one }))
  }
  await young.close()
  const db = new DatabaseSync(join(dataDir, 'twofold.db'))
  db.prepare(
    `UPDATE settings SET value = json_set(value, '$.created_at_ms', ?) WHERE kind = 'dataset'`,
  ).run(Date.now() - MONTH_MS)
  db.close()
  const server = await startTwofold({ dataDir })
  const close = async (): Promise<void> => {
    await server.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
  const datasets = made.map(({ dataset, access_token }) => {
    return { dataset_id: dataset.dataset_id, access_token }
  })
  return { server: { ...server, close }, datasets }
}
