/** `twofold gtm`: templates for Tag Manager, asked of a server or made without one. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readTemplate } from '../gtm/template-file.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { type Result, twofold } from './twofold.ts'

const ORIGIN = 'https://events.shop.example'

let server: TestServer
let folder: string
let datasetId: string

beforeAll(async () => {
  server = await startTwofold({ publicUrl: ORIGIN })
  datasetId = (await server.createDataset()).dataset_id
  folder = mkdtempSync(join(tmpdir(), 'twofold-gtm-'))
})
afterAll(async () => {
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})

const run = (words: readonly string[], env: Record<string, string> = {}): Promise<Result> =>
  twofold(['gtm', ...words], { cwd: folder, env })
const asking = (...words: string[]): Promise<Result> =>
  run(words, { TWOFOLD_URL: server.url, TWOFOLD_ADMIN_TOKEN: server.adminToken })

it('asks the server: the template is for the address that pages use, and its only dataset', async () => {
  const { code, stdout } = await asking('web')
  expect(code).toBe(0)
  const { parameters, permissions } = readTemplate(stdout)
  expect(parameters.find(({ name }) => name === 'datasetIds')?.defaultValue).toBe(datasetId)
  expect(permissions.inject_script?.urls).toEqual([`${ORIGIN}/*`])
  const steps = await asking()
  expect(steps.stdout).toMatch(/1\. Download the templates[\s\S]*twofold gtm server --out/)
})

it('of a server without an https address shows the steps and what is missing, makes nothing', async () => {
  const local = await startTwofold()
  try {
    await local.createDataset()
    const env = { TWOFOLD_URL: local.url, TWOFOLD_ADMIN_TOKEN: local.adminToken }
    const steps = await run([], env)
    expect([steps.code, steps.stderr]).toEqual([0, ''])
    expect(steps.stdout).toMatch(/1\. Download the templates[\s\S]*Mind: .*no https address/)
    const web = await run(['web'], env)
    expect([web.code, web.stdout]).toEqual([2, ''])
    expect(web.stderr).toMatch(/https addresses only[\s\S]*TWOFOLD_PUBLIC_URL/)
  } finally {
    await local.close()
  }
})

it('without a server: both are named, and the same comes out', async () => {
  const both = ['--dataset', datasetId, '--url', `${ORIGIN}/some/path`]
  const saved = await run(['server', ...both, '--out', 'a.tpl', '--json'])
  expect(JSON.parse(saved.stdout)).toEqual({
    template: 'server',
    url: ORIGIN,
    dataset_id: datasetId,
    file: 'a.tpl',
  })
  const { stdout } = await asking('server')
  expect(stdout.trim()).toBe(readFileSync(join(folder, 'a.tpl'), 'utf8').trim())
  expect((await run(['server', ...both, '--out', 'a.tpl'])).code).toBe(2)
  expect((await run(['event-id', ...both, '--out', 'a.tpl', '--force'])).code).toBe(0)
})

it('says what is wrong and what to do, and writes nothing', async () => {
  const faults: readonly [words: string[], message: RegExp][] = [
    [['phone', '--dataset', '1', '--url', ORIGIN], /no template named phone[\s\S]*event-id/],
    [['web', '--dataset', 'x', '--url', ORIGIN], /"x" is no dataset id/],
    [['web', '--dataset', '1', '--url', 'http://a.example'], /https addresses only[\s\S]*--url/],
    [['--out', 'b.tpl'], /Which template/],
  ]
  for (const [words, message] of faults) {
    const { code, stderr, stdout } = await run(words)
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)])
  }
  const both = ['--dataset', '1', '--url', ORIGIN]
  const nowhere = await run(['web', ...both, '--out', 'no/such/folder.tpl'])
  expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringContaining('ENOENT')])
  expect(existsSync(join(folder, 'b.tpl'))).toBe(false)
})
