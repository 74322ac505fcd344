/** Runs the examples of docs/consent.md and docs/gateway.md as they stand there. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startTwofold } from '../start.ts'

const root = join(import.meta.dirname, '../..')

async function outputOf(page: string): Promise<string> {
  const text = readFileSync(join(root, 'docs', page), 'utf8')
  const blocks = [...text.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block)
  expect(blocks.length).toBeGreaterThan(2)
  const server = await startTwofold()
  const folder = mkdtempSync(join(tmpdir(), 'twofold-docs-'))
  try {
    const { dataset_id, access_token } = await server.createDataset()
    const script = [`twofold() { "${root}/bin/twofold" "$@"; }`, 'set -eu', ...blocks].join('\n')
    const child = spawn('sh', ['-c', script], {
      cwd: folder,
      env: {
        ...process.env,
        TWOFOLD_URL: server.url,
        TWOFOLD_ADMIN_TOKEN: server.adminToken,
        DATASET: dataset_id,
        TOKEN: access_token,
      },
    })
    let output = ''
    const take = (chunk: Buffer): void => {
      output += chunk
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
    expect(code, output).toBe(0)
    return output
  } finally {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

it('docs/consent.md: the refused purchase is proven', async () => {
  const output = await outputOf('consent.md')
  const line = output.split('\n').find((one) => one.startsWith('{"seq":1')) ?? '{}'
  expect(JSON.parse(line)).toMatchObject({
    event_id: 'order-17',
    verdict: 'dropped',
    reason: 'not_consented',
    signal: 'tcf',
    region: 'EEA',
    destinations: { meta: 'not_consented', webhook: 'not_consented' },
    stripped: ['external_id'],
  })
  expect(output).toContain('Saved the consents to consents.csv.')
})

it('docs/gateway.md: both hits are one page view', async () => {
  const output = await outputOf('gateway.md')
  expect(output).toContain('{"events_received":1,"messages":[]}')
  expect(output.trim().split('\n').at(-1)).toMatch(/PageView +view-1 .*browser \+ browser/)
})
