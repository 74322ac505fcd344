/** Runs ./bin/twofold as a person would, for the tests of the command line. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { join } from 'node:path'

const bin = join(import.meta.dirname, '../../bin/twofold')

export interface Result {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

interface Options {
  readonly env?: Record<string, string>
  readonly input?: string
  readonly cwd?: string
}

export function spawnTwofold(
  words: readonly string[],
  { env = {}, cwd }: Options = {},
): ChildProcessWithoutNullStreams {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('TWOFOLD_'))
  return spawn(bin, words, { env: { ...Object.fromEntries(clean), ...env }, cwd })
}

export async function twofold(words: readonly string[], options: Options = {}): Promise<Result> {
  const child = spawnTwofold(words, options)
  child.stdin.end(options.input ?? '')
  return ended(child)
}

export function ended(child: ChildProcessWithoutNullStreams): Promise<Result> {
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

/** The first line of stdout that matches; rejects when the program ends before. */
export function lineOf(child: ChildProcessWithoutNullStreams, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    let errors = ''
    child.stderr.on('data', (chunk) => {
      errors += chunk
    })
    child.stdout.on('data', (chunk) => {
      text += chunk
      const line = text.split('\n').find((one) => pattern.test(one))
      if (line !== undefined) resolve(line)
    })
    child.on('close', (code) => reject(new Error(`ended with ${code}: ${text} ${errors}`)))
  })
}
