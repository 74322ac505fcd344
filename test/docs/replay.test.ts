/** Runs the examples of docs/replay.md as they stand there, against the stand-in for Meta. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startStandin } from '../http/fake-meta-fixture.ts'
import { startTwofold } from '../start.ts'

const root = join(import.meta.dirname, '../..')

it('docs/replay.md: every example does what it says', async () => {
  const text = readFileSync(join(root, 'docs/replay.md'), 'utf8')
  const blocks = [...text.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block)
  expect(blocks.length).toBe(4)
  const metaThere = await startStandin({ datasetId: '777', token: 'EAAB1', nowMs: Date.now })
  const server = await startTwofold()
  const folder = mkdtempSync(join(tmpdir(), 'twofold-docs-'))
  try {
    const { dataset_id, access_token } = await server.createDataset()
    const event = {
      event_name: 'Purchase',
      event_time: Math.floor(Date.now() / 1000) - 5,
      event_id: 'order-17',
      action_source: 'website',
      event_source_url: 'https://shop.example/thanks',
      user_data: { external_id: 'a'.repeat(64), client_user_agent: 'Firefox' },
      custom_data: { value: 30, currency: 'EUR' },
    }
    await fetch(`${server.url}/v25.0/${dataset_id}/events`, {
      method: 'POST',
      body: JSON.stringify({ access_token, data: [event] }),
    })
    const { destination_id } = await server.running.destinations.create(dataset_id, {
      type: 'meta',
      name: 'Meta',
      settings: { dataset_id: '777', access_token: 'EAAB1', base_url: metaThere.url },
    })
    const { code, output } = await sh(blocks, folder, {
      TWOFOLD_URL: server.url,
      TWOFOLD_ADMIN_TOKEN: server.adminToken,
      DATASET: dataset_id,
      DESTINATION: destination_id,
    })
    expect(code, output).toBe(0)
    expect(output).toMatch(/^ {2}to be sent +1$/m)
    expect(output).toContain('custom_data.currency: "EUR" -> "CHF"')
    expect(output).toContain('1 copy went on to the relay')
    expect(output).toContain('0 copies went on to the relay')
    expect(output).toContain('"dry_run":true')
    const counted = () => metaThere.ask('GET', '/counted')
    await expect.poll(counted, { timeout: 30_000 }).toMatchObject({ counted: 1, copies: 1 })
  } finally {
    await server.close()
    await metaThere.close()
    rmSync(folder, { recursive: true, force: true })
  }
}, 240_000)

async function sh(
  blocks: readonly string[],
  cwd: string,
  env: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const script = [`twofold() { "${root}/bin/twofold" "$@"; }`, 'set -eu', ...blocks].join('\n')
  const child = spawn('sh', ['-c', script], { cwd, env: { ...process.env, ...env } })
  let output = ''
  const take = (chunk: Buffer): void => {
    output += chunk
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, output }
}
