/** `twofold import orders` and `twofold reconcile` as programs against the real server. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { OrderImportAnswer, ReconciliationAnswer, SentAnswer } from '../../src/api/types.ts'
import { startAged } from '../aged-server.ts'
import type { TestServer } from '../start.ts'
import { type Result, twofold } from './twofold.ts'

const folder = mkdtempSync(join(tmpdir(), 'twofold-orders-'))
let server: TestServer
let datasetId: string

beforeAll(async () => {
  const aged = await startAged([{ orders_from: 'csv' }])
  server = aged.server
  datasetId = aged.datasets[0]?.dataset_id ?? ''
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const run = (...words: string[]): Promise<Result> =>
  twofold(words, {
    env: { TWOFOLD_URL: server.url, TWOFOLD_ADMIN_TOKEN: server.adminToken },
  })

const timeOf = (ageS: number): string => new Date(Date.now() - ageS * 1000).toISOString()

it('imports a file, keeps its bad rows beside it, compares and sends', async () => {
  const file = join(folder, 'orders.csv')
  const rows = Array.from(
    { length: 1200 },
    (_, n) => `o-${n},${timeOf(7200 + n)},${n}.5,EUR,paid,jo${n}@example.com`,
  )
  rows[600] = `o-600,${timeOf(7200)},much,EUR,paid,jo600@example.com`
  const head = 'Order;Paid at;Total;Currency;Status;E-mail'
  writeFileSync(file, [head, ...rows.map((row) => row.replaceAll(',', ';'))].join('\r\n'))

  const tried = await run('import', 'orders', file, '--dry-run')
  expect([tried.code, tried.stderr]).toEqual([1, expect.stringContaining('1 bad row.')])
  expect(tried.stdout).toMatch(/1,199 orders: Would add 1,199, changed 0, known 0/)
  expect(tried.stdout).toMatch(/602 +Total +It is no amount: write 29\.95\./)
  const bad = readFileSync(join(folder, 'orders.bad.csv'), 'utf8').split('\n')
  expect(bad[0]).toContain('Order;Paid at')
  expect(bad[1]).toMatch(/^o-600;.*Total: It is no amount/)

  const imported = await run('import', 'orders', file, '--json')
  expect(JSON.parse(imported.stdout) as OrderImportAnswer).toMatchObject({ added: 1199, bad: 1 })
  const compared = await run('reconcile', '--json')
  const { total } = JSON.parse(compared.stdout) as ReconciliationAnswer
  expect(total).toMatchObject({ orders: 1199, missing: 1199, counted: 0 })
  expect((await run('reconcile', '--above', '1')).code).toBe(1)

  const trial = await run('reconcile', '--send', '--dry-run')
  expect(trial.stdout).toContain('1,199 orders missing: 1,199 would be sent.')
  const sent = await run('reconcile', '--send', '--json')
  expect(JSON.parse(sent.stdout) as SentAnswer).toMatchObject({ sent: 1199, refused: {} })
  const after = await run('reconcile', '--above', '1', '--rows')
  expect([after.code, after.stdout]).toEqual([0, expect.stringContaining('Everything fits.')])
  expect(after.stdout).toMatch(/0 missing, 0 extra/)
  const { events } = await server.api<{ events: readonly { event_id: string }[] }>(
    'GET',
    `/api/datasets/${datasetId}/events?event_name=Purchase&order_id=o-17`,
  )
  expect(events.map(({ event_id }) => event_id)).toEqual(['purchase:o-17'])
  expect((await run('import', 'orders', join(folder, 'none.csv'))).code).toBe(2)
}, 120_000)
