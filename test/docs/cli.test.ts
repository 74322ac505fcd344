/** Runs the examples of docs/cli.md as they stand there, in one shell, against a fresh server. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startTwofold } from '../start.ts'

const root = join(import.meta.dirname, '../..')

it('docs/cli.md: every example does what it says', async () => {
  const text = readFileSync(join(root, 'docs/cli.md'), 'utf8')
  const blocks = [...text.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block)
  expect(blocks.length).toBeGreaterThan(4)
  const server = await startTwofold()
  const folder = mkdtempSync(join(tmpdir(), 'twofold-docs-'))
  const script = [`twofold() { "${root}/bin/twofold" "$@"; }`, 'set -eu', ...blocks].join('\n')
  try {
    const { code, output } = await sh(script, folder, {
      TWOFOLD_URL: server.url,
      TWOFOLD_ADMIN_TOKEN: server.adminToken,
    })
    expect(code, output).toBe(0)
    expect(output).toMatch(/Purchase +order-17 +30\.00 EUR +server \+ server +event_id/)
    expect(output).toContain('Received 3 events')
    expect(output).toContain('holds.')
  } finally {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
  // Each of the commands is a program of its own.
}, 300_000)

async function sh(
  script: string,
  cwd: string,
  env: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
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
