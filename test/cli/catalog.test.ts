/** `twofold catalog` as a program against the real server. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTwofold, type TestServer } from '../start.ts'
import { type Result, twofold } from './twofold.ts'

const folder = mkdtempSync(join(tmpdir(), 'twofold-catalog-'))
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
  twofold(['catalog', ...words], {
    env: { TWOFOLD_URL: server.url, TWOFOLD_ADMIN_TOKEN: server.adminToken },
  })

const FEED = 'id,title,price\nA,Mug,8.50 EUR\nB,Cup,9\nC,Pot,30 EUR\n'

it('tries a file, takes it, shows it, and refuses one that lost most products', async () => {
  const file = join(folder, 'feed.csv')
  writeFileSync(file, FEED)
  const tried = await run('import', file, '--dry-run')
  expect(tried.code).toBe(0)
  expect(tried.stdout).toMatch(
    /3 rows: 2 products, 1 bad row\. Before: 0 products.*nothing changed/,
  )
  expect(tried.stdout).toMatch(/3 +price +It names no currency/)
  expect((await run('status')).stdout).toMatch(/no catalog yet/)
  expect((await run('import', file, '--currency', 'EUR')).stdout).toMatch(/3 products, 0 bad/)
  expect((await run('show', 'cup')).stdout).toMatch(/B +9 EUR +never +Cup/)
  writeFileSync(file, 'id,title,price\nA,Mug,8.50 EUR\n')
  const shrunk = await run('import', file)
  expect(shrunk.code).toBe(1)
  expect(shrunk.stderr).toMatch(/the former catalog stands\.\n {2}.*add --confirm/)
  expect((await run('import', file, '--confirm')).code).toBe(0)
  expect((await run('status')).stdout).toMatch(/1 product since [\s\S]*file +shrunk +1/)
  expect((await run('report')).stdout).toMatch(/No event named a product/)
}, 120_000)

it('fetches an address, and says what became of it', async () => {
  const shop = createServer((request, response) => {
    response.writeHead(request.url?.startsWith('/feed') ? 200 : 404).end(FEED)
  })
  await new Promise<void>((done) => shop.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`
  try {
    const taken = await run('import', `${url}/feed?key=secret`, '--every', '6', '--currency', 'EUR')
    expect([taken.code, taken.stderr]).toEqual([0, ''])
    const status = await run('status')
    expect(status.stdout).toMatch(/\/feed\?… every 6 hours/)
    expect(status.stdout).not.toContain('secret')
    const lost = await run('import', `${url}/lost`, '--json')
    expect(lost.code).toBe(1)
    expect(JSON.parse(lost.stdout)).toMatchObject({ result: 'failed', before: 3 })
    expect((await run('remove', '--address')).code).toBe(0)
    expect((await run('remove', '--yes')).code).toBe(0)
    expect((await run('show')).stdout).toBe('No product.\n')
  } finally {
    shop.close()
  }
}, 120_000)
