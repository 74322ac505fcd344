/** `twofold rules` as a program against the real server: try, publish, look, go back. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTwofold, type TestServer } from '../start.ts'
import { type Result, twofold } from './twofold.ts'

let server: TestServer
let folder: string
let file: string
let dataset: { dataset_id: string; access_token: string }

const RULES = [
  {
    id: 'tests',
    when: { op: 'equals', field: 'custom_data.coupon', value: 'TEST' },
    actions: [{ do: 'drop' }],
  },
  { id: 'margin', actions: [{ do: 'margin', margin: '50%' }] },
]

beforeAll(async () => {
  server = await startTwofold()
  dataset = await server.createDataset()
  folder = mkdtempSync(join(tmpdir(), 'twofold-rules-'))
  file = join(folder, 'rules.json')
  writeFileSync(file, JSON.stringify({ rules: RULES }))
})

afterAll(async () => {
  await server.close()
  rmSync(server.dataDir, { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
})

const run = (words: readonly string[], input?: string): Promise<Result> =>
  twofold(words, {
    env: { TWOFOLD_URL: server.url, TWOFOLD_ADMIN_TOKEN: server.adminToken },
    ...(input === undefined ? {} : { input }),
  })

async function sale(id: string, coupon: string): Promise<void> {
  const event = {
    event_name: 'Purchase',
    event_time: Math.floor(Date.now() / 1000),
    event_id: id,
    action_source: 'website',
    user_data: { external_id: 'a'.repeat(64) },
    custom_data: { value: 30, currency: 'EUR', coupon },
  }
  const response = await fetch(`${server.url}/v25.0/${dataset.dataset_id}/events`, {
    method: 'POST',
    body: JSON.stringify({ access_token: dataset.access_token, data: [event] }),
  })
  expect(response.status).toBe(200)
}

const verdicts = async (verdict: string): Promise<unknown[]> => {
  const path = `/api/datasets/${dataset.dataset_id}/events?verdict=${verdict}`
  return (await server.api<{ events: unknown[] }>('GET', path)).events
}

it('tries a file on stored events, publishes it, and goes back', async () => {
  const at = ['--dataset', dataset.dataset_id]
  await sale('one', 'TEST')
  const tried = await run(['rules', 'try', ...at, '--file', file])
  expect([tried.code, tried.stderr]).toEqual([0, ''])
  expect(tried.stdout).toContain('Tried on 1 report: 0 would change, 1 be dropped, 0 be routed.')
  expect(tried.stdout).toMatch(/^tests +1 +1 +1 +0$/m)

  const empty = await run(['rules', 'publish', ...at, '--file', '-', '--json'], '[]')
  expect(JSON.parse(empty.stdout)).toMatchObject({ version: 1, rules: [] })
  const published = await run(['rules', 'publish', ...at, '--file', file, '--note', 'no tests'])
  expect(published.stdout).toBe('Published version 2: 2 rules.\n')
  await sale('two', 'TEST')
  await sale('three', '')
  expect(await verdicts('dropped')).toMatchObject([{ event_id: 'two', reason: 'rule:tests' }])
  expect(await verdicts('accepted')).toMatchObject([
    { event_id: 'three', custom_data: { net_revenue: 15 } },
    { event_id: 'one' },
  ])

  const shown = await run(['rules', 'show', ...at])
  expect(shown.stdout).toContain('Version 2')
  expect(shown.stdout).toContain('tests  (1 event in 7 days)')
  expect(shown.stdout).toContain('When custom_data.coupon is "TEST": do not count it.')
  const back = await run(['rules', 'rollback', ...at, '--to', '1'])
  expect(back.stdout).toBe('Version 3 repeats version 1 and is in force.\n')
  const versions = await run(['rules', 'versions', ...at])
  expect(versions.stdout).toMatch(/^ +2 .* admin token +2 +no tests$/m)
  await sale('four', 'TEST')
  expect(await verdicts('dropped')).toHaveLength(1)

  await run(['rules', 'rollback', ...at, '--to', '2'])
  const none = await run(['rules', 'rollback', ...at, '--to', '0', '--note', 'start anew'])
  expect(none.stdout).toBe('Version 5 has no rules and is in force.\n')
  expect((await run(['rules', 'versions', ...at])).stdout).toMatch(
    /^ +5 .* admin token +0 +no rules, as before version 1. start anew$/m,
  )
  await sale('five', 'TEST')
  expect(await verdicts('dropped')).toHaveLength(1)
}, 240_000)

it('survives a restart of the server', async () => {
  const config = { dataDir: server.dataDir }
  await server.api('POST', `/api/datasets/${dataset.dataset_id}/rules/publish`, { rules: RULES })
  await server.running.close()
  server = await startTwofold(config)
  await sale('five', 'TEST')
  expect(await verdicts('dropped')).toHaveLength(2)
})

it.each([
  [['rules', 'publish', '--file', 'nowhere.json'], /nowhere\.json cannot be read \(ENOENT\)/],
  [['rules', 'try', '--file', '-'], /stdin holds no rules/],
  [['rules', 'rollback', '--to', 'first'], /--to is a number such as 3/],
])(
  '%j ends with 2 and says why',
  async (words, why) => {
    const result = await run(words, '{}')
    expect([result.code, result.stdout]).toEqual([2, ''])
    expect(result.stderr).toMatch(why)
  },
  120_000,
)
