import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { describeStore } from '../conformance.ts'
import { openSqliteStore } from './sqlite.ts'

let folder = ''
let files = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twofold-sqlite-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

describeStore('the SQLite driver', async (nowMs) => {
  files += 1
  const file = join(folder, `${files}.db`)
  const again = () => openSqliteStore({ file, nowMs })
  return { store: await again(), again }
})
