/** The examples of docs/conversions-api.md, run as they stand there. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EventsAnswer } from '../../src/api/types.ts'
import { startTwofold, type TestServer } from '../start.ts'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/conversions-api.md'), 'utf8')
const run = promisify(execFile)

let server: TestServer
let env: Record<string, string>
let datasetId: string

beforeAll(async () => {
  server = await startTwofold()
  const { dataset_id, access_token } = await server.createDataset()
  datasetId = dataset_id
  const { PATH = '' } = process.env
  env = { PATH, TWOFOLD_URL: server.url, DATASET: dataset_id, TOKEN: access_token }
})
afterAll(() => server.close())

function block(language: string, beginning: string): string {
  const blocks = [...page.matchAll(/```(\w+)\n([\s\S]*?)```/g)]
  return (
    blocks.find(([, name, text]) => name === language && text?.startsWith(beginning))?.[2] ?? ''
  )
}

async function names(): Promise<string[]> {
  const path = `/api/datasets/${datasetId}/events`
  const { events } = await server.api<EventsAnswer>('GET', path)
  return events.map(({ event_name }) => event_name)
}

describe('docs/conversions-api.md', () => {
  it('curl sends a purchase', async () => {
    const { stdout } = await run(
      'sh',
      ['-c', block('sh', 'curl "$TWOFOLD_URL/v24.0/$DATASET/events" \\')],
      { env },
    )
    expect(JSON.parse(stdout)).toMatchObject({ events_received: 1, messages: [] })
    expect(await names()).toContain('Purchase')
  })

  it('curl probes the token', async () => {
    const probe = block('sh', 'curl "$TWOFOLD_URL/v24.0/$DATASET/events?')
    const { stdout } = await run('sh', ['-c', probe], { env })
    expect(JSON.parse(stdout).error.message).toBe('(#100) param data must be non-empty.')
  })

  it('the Node SDK sends a lead', async () => {
    const script = block('js', 'import sdk')
    const options = { env, cwd: root }
    await run(process.execPath, ['--input-type=module', '--eval', script], options)
    expect(await names()).toContain('Lead')
  })

  it('the image counts a page view', async () => {
    const [, url = ''] = /src="([^"]+)"/.exec(block('html', '<noscript>')) ?? []
    const address = url.replace('https://events.shop.com', server.url).replace('DATASET', datasetId)
    expect(
      (await fetch(address, { headers: { 'user-agent': 'Mozilla/5.0 Firefox/140.0' } })).status,
    ).toBe(200)
    expect(await names()).toContain('PageView')
  })
})
