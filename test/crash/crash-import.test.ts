/**
 * Files that are being read when the server dies, from outside: killed with SIGKILL in the middle,
 * started again, told the same file again. Every row is there once, and what was there before is
 * only looked at.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { ADMIN_TOKEN, type Program, startTwofoldProgram } from '../../bench/program.ts'
import type {
  DoctorAnswer,
  OfflineImportAnswer,
  OrderImportAnswer,
  ReconciliationAnswer,
} from '../../src/api/types.ts'
import { acceptedIds, api } from './senders.ts'

const ROWS = 5_000
/** Rows that the server surely has when it is killed. */
const BEFORE = 1_500

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

async function started(): Promise<{ dataDir: string; server: Program; id: string }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'twofold-crash-import-'))
  open.push(async () => rmSync(dataDir, { recursive: true, force: true }))
  const server = await startTwofoldProgram(dataDir)
  open.push(() => server.stop('SIGKILL'))
  const made = await api<{ dataset_id: string }>(server, '/api/datasets', { name: 'Shop' })
  return { dataDir, server, id: made.dataset_id }
}

/** Ten days back, so that nothing but what is stored can tell that a row was counted. */
function fileOf(head: string): string {
  const startMs = Date.now() - 10 * 86_400_000
  const rows = Array.from({ length: ROWS }, (_, n) => {
    const time = new Date(startMs + n * 1000).toISOString()
    // Every other one has no number of its own.
    const order = head.startsWith('receipt') && n % 2 === 1 ? '' : `s-${n}`
    return `${order},${time},${n}.50,EUR,jo${n}@example.com`
  })
  return [head, ...rows].join('\n')
}

const upload = async (server: Program, path: string, text: string): Promise<Response> =>
  fetch(server.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'text/csv' },
    body: text,
  })

/** Sends the file, and kills the server once it has some of it. */
async function interrupted(
  server: Program,
  path: string,
  { text, stored }: { text: string; stored: () => Promise<number> },
): Promise<void> {
  const cut = upload(server, path, text).then(
    () => 'answered',
    () => 'cut',
  )
  while ((await stored()) < BEFORE) await new Promise((done) => setTimeout(done, 40))
  await server.stop('SIGKILL')
  expect(await cut).toBe('cut')
}

async function again(dataDir: string): Promise<Program> {
  const server = await startTwofoldProgram(dataDir)
  open.push(() => server.stop('SIGKILL'))
  return server
}

it('offline sales: each counts once', { timeout: 120_000 }, async () => {
  const { dataDir, server, id } = await started()
  const path = `/api/datasets/${id}/offline-imports`
  const text = fileOf('receipt,time,total,currency,email')
  const stored = async () => (await api<DoctorAnswer>(server, '/api/doctor')).store?.legs ?? 0
  await interrupted(server, path, { text, stored })

  const second = await again(dataDir)
  const answer = await upload(second, path, text)
  const report = (await answer.json()) as OfflineImportAnswer
  expect(report).toMatchObject({ rows: ROWS, added: ROWS - report.known, repeated: 0, bad: 0 })
  expect(report.known).toBeGreaterThanOrEqual(BEFORE)
  const ids = await acceptedIds(second, id)
  expect([ids.length, new Set(ids).size]).toEqual([ROWS, ROWS])
  expect(await api<DoctorAnswer>(second, '/api/doctor')).toMatchObject({ ok: true })
})

it('orders: each is in the book once', { timeout: 120_000 }, async () => {
  const { dataDir, server, id } = await started()
  const path = `/api/datasets/${id}/order-imports`
  const text = fileOf('order id,time,total,currency,email')
  const booked = async (program: Program): Promise<number> => {
    const found = await api<ReconciliationAnswer>(program, `/api/datasets/${id}/reconciliation`)
    return found.books[0]?.orders ?? 0
  }
  await interrupted(server, path, { text, stored: () => booked(server) })

  const second = await again(dataDir)
  const report = (await (await upload(second, path, text)).json()) as OrderImportAnswer
  expect(report).toMatchObject({ rows: ROWS, changed: 0, added: ROWS - report.same, bad: 0 })
  expect(report.same).toBeGreaterThanOrEqual(BEFORE)
  expect(await booked(second)).toBe(ROWS)
})
