/** `twofold integration`: what a merchant pastes or uploads, from the server that it will report to. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { unpacked } from '../../src/zip-archive.fixture.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { type Result, twofold } from './twofold.ts'

let server: TestServer
let folder: string

beforeAll(async () => {
  server = await startTwofold()
  await server.createDataset()
  folder = mkdtempSync(join(tmpdir(), 'twofold-integration-'))
})
afterAll(async () => {
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})

const run = (...words: string[]): Promise<Result> =>
  twofold(['integration', ...words], {
    cwd: folder,
    env: { TWOFOLD_URL: server.url, TWOFOLD_ADMIN_TOKEN: server.adminToken },
  })

it('lists what there is, says what to do, and prints one file to paste', async () => {
  expect((await run('list')).stdout).toMatch(/shopify[\s\S]*wordpress[\s\S]*webflow/)
  const shown = await run('show', 'shopify')
  expect(shown.stdout).toContain('1. In Shopify, open Settings, Customer events')
  expect(shown.stdout).toContain('Mind: Is Shopify’s own Meta channel')
  const file = await run('show', 'shopify', '--file', 'custom-pixel.js')
  expect(file.stdout).toContain(`"endpoint":"${server.url}"`)
  expect(JSON.parse((await run('show', 'webflow', '--json')).stdout).name).toBe('webflow')
})

it('saves the zip file once, and over another only when told', async () => {
  expect((await run('save', 'wordpress', '--output', 'plugin.zip')).code).toBe(0)
  const files = unpacked(readFileSync(join(folder, 'plugin.zip')))
  expect(files['twofold/twofold-defaults.php']).toContain(server.url)
  expect((await run('save', 'wordpress', '--output', 'plugin.zip')).code).toBe(2)
  expect((await run('save', 'wordpress', '--output', 'plugin.zip', '--force')).code).toBe(0)
})

it('says what there is when something else is asked for', async () => {
  const unknown = await run('show', 'magento')
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('There are: shopify')])
  const file = await run('show', 'shopify', '--file', 'nothing')
  expect([file.code, file.stderr]).toEqual([2, expect.stringContaining('theme-snippet.liquid')])
  expect((await run('save', 'html')).stderr).toContain('has no zip file')
})
