/** `twofold import offline` as a program against the real server. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { OfflineImportAnswer } from '../../src/api/types.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { type Result, twofold } from './twofold.ts'

const folder = mkdtempSync(join(tmpdir(), 'twofold-offline-'))
let server: TestServer

beforeAll(async () => {
  server = await startTwofold()
  await server.createDataset()
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const run = (...words: string[]): Promise<Result> =>
  twofold(words, {
    env: { TWOFOLD_URL: server.url, TWOFOLD_ADMIN_TOKEN: server.adminToken },
  })

it('tries a file, counts it once, and keeps its bad rows beside it to be mended', async () => {
  const file = join(folder, 'sales.csv')
  const time = new Date(Date.now() - 3_600_000).toISOString()
  const rows = Array.from({ length: 1200 }, (_, n) => `s-${n};${time};${n},50;jo${n}@example.com`)
  rows[600] = `"s-\n600";${time};"a ""lot""";jo600@example.com`
  writeFileSync(file, ['Receipt;Date;Total;E-mail', ...rows].join('\r\n'))

  const lost = await run('import', 'offline', file, '--dry-run')
  expect(lost.code).toBe(1)
  expect(lost.stderr).toMatch(/Column currency: .*say the currency of all[\s\S]*--column/)

  const tried = await run('import', 'offline', file, '--currency', 'EUR', '--dry-run')
  expect([tried.code, tried.stderr]).toEqual([1, expect.stringContaining('1 bad row.')])
  expect(tried.stdout).toMatch(/1,199 rows: would count 1,199, known before 0/)
  expect(tried.stdout).toMatch(/602 +Total +It is no amount: write 29\.95\./)
  const bad = readFileSync(join(folder, 'sales.bad.csv'), 'utf8')
  expect(bad).toBe(
    'Receipt;Date;Total;E-mail;reason\n' +
      `"s-\n600";${time};"a ""lot""";jo600@example.com;Total: It is no amount: write 29.95.\n`,
  )

  const imported = await run('import', 'offline', file, '--currency', 'EUR', '--json')
  expect(JSON.parse(imported.stdout) as OfflineImportAnswer).toMatchObject({ added: 1199, bad: 1 })

  const mended = join(folder, 'mended.csv')
  writeFileSync(mended, bad.replace('"a ""lot"""', '600,50'))
  const second = await run('import', 'offline', mended)
  expect([second.code, second.stdout]).toEqual([0, expect.stringContaining('counted 1,')])
  const again = await run('import', 'offline', file, '--json')
  expect(JSON.parse(again.stdout) as OfflineImportAnswer).toMatchObject({ added: 0, known: 1199 })
})

it('says what is wrong with what it was told', async () => {
  expect((await run('import', 'offline', join(folder, 'none.csv'))).code).toBe(2)
  const wrong = await run('import', 'offline', join(folder, 'sales.csv'), '--source', 'pigeon')
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('action_source')])
})

it('says where bad rows cannot go, and leaves the file as it was', async () => {
  const file = join(folder, 'all-bad.csv')
  const text = 'Time,Total,Currency\nsomeday,5,EUR\n'
  writeFileSync(file, text)
  const lost = await run('import', 'offline', file, '--bad', join(folder, 'nowhere', 'bad.csv'))
  expect([lost.code, lost.stderr]).toEqual([1, expect.stringContaining('(ENOENT)')])
  expect(lost.stderr).not.toMatch(/^\s+at /m)
  const itself = await run('import', 'offline', file, '--bad', file)
  expect([itself.code, readFileSync(file, 'utf8')]).toEqual([2, text])
})
