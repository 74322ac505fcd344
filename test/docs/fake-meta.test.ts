/** Runs the examples of docs/fake-meta.md as they stand there, in one shell, on a free port. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { FAILURE_NAMES } from '../../src/fake-meta/failures.ts'

const root = join(import.meta.dirname, '../..')
const text = readFileSync(join(root, 'docs/fake-meta.md'), 'utf8')

it('docs/fake-meta.md: every example does what it says', async () => {
  const blocks = [...text.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block)
  const port = await freePort()
  const script = ['set -eu', ...blocks].join('\necho\n').replaceAll('8090', String(port))
  const folder = mkdtempSync(join(tmpdir(), 'twofold-docs-'))
  try {
    const { code, output } = await sh(script, folder)
    expect(code, output).toBe(0)
    expect(output).toContain(`http://127.0.0.1:${port}/v25.0/123/events`)
    expect(output).toContain('{"events_received":1,"messages":[],')
    expect(output).toContain('"counted":1,"discarded":{"by_event_id":1')
    expect(output).toContain(
      '"Purchase":{"count":1,"browser":1,"server":0,"values":{"EUR":"30.1"}}',
    )
    expect(output).toContain('"message":"Service temporarily unavailable"')
    expect(output).toContain('{"cleared":1}')
    expect(output).toContain('"error_subcode":463')
    expect(output).toContain('{"token":"valid"}')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

it('docs/fake-meta.md names failures that exist', () => {
  const told = [...text.matchAll(/"fail":"(\w+)"|--fail "(\w+)/g)].map(([, a, b]) => a ?? b)
  expect(told.length).toBeGreaterThan(2)
  expect(told.filter((name) => !(FAILURE_NAMES as readonly unknown[]).includes(name))).toEqual([])
})

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

/** In a group of its own, which ends with the test, whatever an example left running. */
async function sh(script: string, cwd: string): Promise<{ code: number | null; output: string }> {
  const env = { ...process.env, PATH: `${join(root, 'bin')}:${process.env.PATH}` }
  const child = spawn('sh', ['-c', script], { cwd, env, detached: true })
  let output = ''
  const take = (chunk: Buffer): void => {
    output += chunk
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const code = await new Promise<number | null>((resolve) => child.on('exit', resolve))
  try {
    process.kill(-(child.pid as number), 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
  return { code, output }
}
