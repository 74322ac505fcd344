/**
 * What a file of a million rows costs: orders and offline sales, each by the command as a person
 * runs it, into a server of its own; first a tenth of it, so that growth shows, then all, then all
 * again, which must change nothing. bench/main.ts calls it.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ADMIN_TOKEN,
  cpuSeconds,
  type Program,
  peakMemoryMb,
  startTwofoldProgram,
} from './program.ts'

export interface ImportFigures {
  readonly rows: number
  readonly file_mb: number
  readonly seconds: number
  readonly rows_per_s: number
  /** Processor time of the server. */
  readonly cpu_us_per_row: number
  /** Processor time per row of all, to that of the tenth. */
  readonly growth: number
  /** Of all once more, to the first time, in processor time. */
  readonly again: number
  readonly server_mb: number
  readonly server_mb_at_tenth: number
  readonly command_mb: number
}

export interface Imports {
  readonly orders: ImportFigures
  readonly offline: ImportFigures
}

type Kind = keyof Imports

const HEADS: Record<Kind, string> = {
  orders: 'id,created at,total,currency,status,email,phone,first name,last name,city,zip,country',
  offline: 'order id,time,value,currency,email,phone,first name,last name,city,zip,country',
}

export async function benchImports(rows: number): Promise<Imports> {
  return { orders: await measure('orders', rows), offline: await measure('offline', rows) }
}

async function measure(kind: Kind, rows: number): Promise<ImportFigures> {
  const dir = mkdtempSync(join(tmpdir(), 'twofold-imports-'))
  try {
    const small = join(dir, 'small.csv')
    const whole = join(dir, 'whole.csv')
    await writeRows(small, kind, rows / 10)
    await writeRows(whole, kind, rows)
    const tenth = await inFresh(join(dir, 'small'), (server) => runImport(server, kind, small))
    const [all, again] = await inFresh(join(dir, 'whole'), async (server) => {
      const first = await runImport(server, kind, whole)
      return [first, await runImport(server, kind, whole)]
    })
    if (all.added !== rows || again.added !== 0) {
      throw new Error(`imports: ${all.added} of ${rows} added, then ${again.added} more`)
    }
    return {
      rows,
      file_mb: Math.round(statSync(whole).size / 1024 ** 2),
      seconds: all.seconds,
      rows_per_s: Math.round(rows / all.seconds),
      cpu_us_per_row: Math.round((all.cpuS / rows) * 1e6),
      growth: all.cpuS / (10 * tenth.cpuS),
      again: again.cpuS / all.cpuS,
      server_mb: Math.round(Math.max(all.serverMb, again.serverMb)),
      server_mb_at_tenth: Math.round(tenth.serverMb),
      command_mb: Math.round(Math.max(all.commandMb, again.commandMb)),
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function inFresh<T>(dataDir: string, run: (server: Program) => Promise<T>): Promise<T> {
  const server = await startTwofoldProgram(dataDir)
  try {
    const response = await fetch(`${server.url}/api/datasets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Large shop', default_country: 'DE' }),
    })
    if (!response.ok) throw new Error(`imports: no dataset, ${await response.text()}`)
    return await run(server)
  } finally {
    await server.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

interface Run {
  readonly added: number
  readonly seconds: number
  readonly cpuS: number
  readonly serverMb: number
  readonly commandMb: number
}

async function runImport(server: Program, kind: Kind, file: string): Promise<Run> {
  const startMs = performance.now()
  const cpuBeforeS = await cpuSeconds(server.url)
  const child = spawn(
    join(import.meta.dirname, '../bin/twofold'),
    ['import', kind, file, '--json'],
    {
      env: { ...process.env, TWOFOLD_URL: server.url, TWOFOLD_ADMIN_TOKEN: ADMIN_TOKEN },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let commandMb = 0
  const looks = setInterval(() => {
    commandMb = Math.max(commandMb, peakMemoryMb(child.pid ?? 0))
  }, 100)
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  const [code] = await once(child, 'exit')
  clearInterval(looks)
  if (code !== 0) throw new Error(`imports: twofold import ${kind} ended with ${code}`)
  const { added } = JSON.parse(text) as { added: number }
  const seconds = (performance.now() - startMs) / 1000
  const cpuS = (await cpuSeconds(server.url)) - cpuBeforeS
  return { added, seconds, cpuS, serverMb: peakMemoryMb(server.pid), commandMb }
}

/** Of the last seven weeks, so that a store may still send each of them. */
async function writeRows(file: string, kind: Kind, rows: number): Promise<void> {
  const out = createWriteStream(file)
  const nowMs = Date.now() - 60_000
  out.write(`${HEADS[kind]}\n`)
  for (let n = 0; n < rows; n++) {
    const at = new Date(nowMs - (rows - n) * Math.floor((49 * 86_400_000) / rows))
    const value = `${1 + (n % 250)}.${String(n % 100).padStart(2, '0')}`
    const status = kind === 'orders' ? ',paid' : ''
    const person = `ann${n}@example.com,+4930${100_000_000 + n},Ann,Lee${n % 977},Berlin,10115,DE`
    const row = `${1_000_000 + n},${at.toISOString()},${value},EUR${status},${person}\n`
    if (!out.write(row)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
}
