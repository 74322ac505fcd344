/** `twofold events` beyond listing: a person by what is typed, and the export. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTwofold, type TestServer } from '../start.ts'
import { type Result, twofold } from './twofold.ts'

let server: TestServer
let folder: string

beforeAll(async () => {
  server = await startTwofold()
  folder = mkdtempSync(join(tmpdir(), 'twofold-cli-'))
})

afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const run = (...words: string[]): Promise<Result> =>
  twofold(words, { env: { TWOFOLD_URL: server.url, TWOFOLD_ADMIN_TOKEN: server.adminToken } })

const lines = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('events', () => {
  it('finds a person by what is typed, and exports what it finds', async () => {
    const { dataset_id } = await server.createDataset()
    const at = ['--dataset', dataset_id]
    await run('send', ...at, '--event-id', 'a', '--email', 'Ann@Example.com')
    await run('send', ...at, '--event-id', 'b', '--email', 'bob@example.com')
    const person = ['--person', ' ann@EXAMPLE.com']
    const found = lines((await run('events', ...at, ...person, '--json')).stdout)
    expect(found.map(({ event_id }) => event_id)).toEqual(['a'])
    expect((await run('events', ...at, '--person', ' ')).code).toBe(2)
    const all = lines((await run('events', ...at, '--export')).stdout)
    expect(all.map(({ event_id }) => event_id)).toEqual(['b', 'a'])
    const file = join(folder, 'events.csv')
    const csv = ['events', ...at, ...person, '--export', '--format', 'csv', '-o', file]
    expect((await run(...csv)).stdout).toContain('Saved the events to')
    expect(readFileSync(file, 'utf8').split('\r\n')).toHaveLength(3)
    expect((await run(...csv)).code).toBe(2)
  })
})
