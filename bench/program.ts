/** Starts a program of ours as its own process and finds out where it listens. For bench and tests. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

export interface Program {
  readonly url: string
  readonly pid: number
  /** Ends it with a signal and waits until it is gone. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>
}

const root = join(import.meta.dirname, '..')

/** `command` relative to the project; it is given the port and must answer GET `ready`. */
export async function startProgram(options: {
  command: readonly [string, ...string[]]
  args: (port: number) => readonly string[]
  ready: string
  env?: Record<string, string>
}): Promise<Program> {
  const port = await freePort()
  const [program, ...first] = options.command
  const child = spawn(program, [...first, ...options.args(port)], {
    cwd: root,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  child.stderr?.on('data', (words: Buffer) => {
    // Every server says so when it is told to stop; a bench stops many.
    if (!words.toString().startsWith('Stopping:')) process.stderr.write(words)
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = `http://127.0.0.1:${port}`
  await answers(url + options.ready, child)
  if (child.pid === undefined) throw new Error(`${program} did not start`)
  return {
    url,
    pid: child.pid,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal)
      await gone
    },
  }
}

export const ADMIN_TOKEN = 'bench-admin-token-0123456789'

export function startTwofoldProgram(
  dataDir: string,
  env: Record<string, string> = {},
): Promise<Program> {
  return startProgram({
    command: [join(root, 'bin/twofold')],
    args: (port) => ['serve', '--port', String(port), '--data', dataDir, '--log', 'error'],
    ready: '/readyz',
    env: { TWOFOLD_ADMIN_TOKEN: ADMIN_TOKEN, ...env },
  })
}

/** Processor time that a server of ours has used. */
export async function cpuSeconds(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^process_cpu_seconds_total (\S+)/m.exec(text)?.[1] ?? Number.NaN)
}

/** Highest resident memory the process ever had, in MB; 0 where the system does not tell. */
export function peakMemoryMb(pid: number): number {
  try {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return Number(kilobytes ?? 0) / 1024
  } catch {
    return 0
  }
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + 30_000
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the program ended with code ${child.exitCode}`)
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    )
    if (ok) return
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
  child.kill('SIGKILL')
  throw new Error(`nothing answered at ${url} within 30 s`)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
