/**
 * npm run bench [-- --quick] [--json FILE]: what an event costs, as ratios within one run. Not a
 * test: it never fails on a slow machine, it prints the numbers and the goals beside them.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { brotliCompressSync, constants } from 'node:zlib'
import { measureGrowth } from './growth.ts'
import { benchImports, type ImportFigures } from './imports.ts'
import { benchPages } from './pages.ts'
import { benchRelay } from './relay.ts'
import { benchServer, type ServerResult } from './server.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    only: { type: 'string' },
    file: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
if (values.help) {
  process.stdout.write(`npm run bench -- [--quick] [--only capi|pixel|relay|growth|pages|imports] [--json FILE]
  --quick   ends within a minute (growth at 1 million rows instead of 20 million, no pages, no imports)
  --only    one of the benches
  --file    pages: a file of the bench growth to copy, instead of filling one
  --json    writes the figures to FILE
`)
  process.exit(0)
}

const wants = (name: string): boolean => !values.only || values.only === name

const wanted = { capi: wants('capi'), pixel: wants('pixel') }
const { capi, pixel } =
  wanted.capi || wanted.pixel
    ? await benchServer(values.quick, wanted)
    : { capi: undefined, pixel: undefined }
const relay = wants('relay') ? await benchRelay(values.quick) : undefined
const growthDir = mkdtempSync(join(tmpdir(), 'twofold-growth-'))
const growth = wants('growth') ? await grow(values.quick ? 1_000_000 : 20_000_000) : undefined
const grown = growth ? join(growthDir, 'late.db') : undefined
const pages =
  wants('pages') && !values.quick
    ? await benchPages({ rows: 20_000_000, file: values.file ?? grown })
    : undefined
rmSync(growthDir, { recursive: true, force: true })
const imports = wants('imports') && !values.quick ? await benchImports(1_000_000) : undefined
const script = readFileSync(join(import.meta.dirname, '../dist/pixel/p.js'))
const pixelBytes = brotliCompressSync(script, {
  params: { [constants.BROTLI_PARAM_QUALITY]: 11 },
}).length

print()
if (values.json) writeFileSync(values.json, `${JSON.stringify(figures(), null, 2)}\n`)

async function grow(rows: number): ReturnType<typeof measureGrowth> {
  try {
    return await measureGrowth({ rows, dir: growthDir })
  } catch (error) {
    rmSync(growthDir, { recursive: true, force: true })
    throw error
  }
}

function figures(): object {
  return {
    ...(capi
      ? {
          capi_batch: {
            events_per_s: Math.round(capi.eventsPerS),
            ratio_to_floor: capi.ratio,
            ratio_to_append: capi.ratioToAppend,
          },
        }
      : {}),
    ...(pixel
      ? {
          pixel_hits: {
            requests_per_s: Math.round(pixel.requestsPerS),
            ratio_to_empty_route: pixel.ratio,
          },
        }
      : {}),
    ...(relay ? { relay } : {}),
    ...(growth ? { growth } : {}),
    ...(pages ? { pages } : {}),
    ...(imports ? { imports } : {}),
    rss_mb_max: Math.max(capi?.rssMbMax ?? 0, pixel?.rssMbMax ?? 0, growth?.rss_mb_max ?? 0),
    pixel_brotli_bytes: pixelBytes,
  }
}

function print(): void {
  const lines: string[] = []
  const row = (name: string, r: ServerResult, baseline: string, goal: string): void => {
    lines.push(
      name,
      `  events/s        ${count(r.eventsPerS)}   (${baseline}: ${count(r.baselinePerS)})`,
      `  ratio           ${r.ratio.toFixed(2)}   (goal ${goal})`,
      `  p50 / p99       ${r.p50Ms.toFixed(1)} / ${r.p99Ms.toFixed(1)} ms per request`,
      `  CPU per event   ${r.cpuUsPerEvent.toFixed(1)} microseconds`,
      `  memory, peak    ${r.rssMbMax.toFixed(0)} MB`,
      `  disk per event  ${r.bytesPerEvent.toFixed(0)} bytes`,
      ...(r.ratioToAppend === undefined
        ? []
        : [
            `  ratio to append ${r.ratioToAppend.toFixed(2)}   (the loop without its unique index)`,
          ]),
      '',
    )
  }
  if (capi)
    row('Conversions API, batches of 1000, durable', capi, 'bare loop, each id once', '0.50')
  if (pixel) row('Pixel, one event a request, durable', pixel, 'empty route', '0.60')
  if (relay) {
    const { events_per_s, p95_ms, poison_extra_requests, dead_destination_ratio } = relay
    lines.push(
      'Relay, to a target in its own process',
      `  events/s        ${count(events_per_s)}   (goal 10,000)`,
      `  CPU per event   ${relay.cpu_us_per_event.toFixed(1)} microseconds`,
      `  p95, when idle  ${count(p95_ms)} ms from sent to arrived   (goal 1,000)`,
      `  poison in 1000  ${poison_extra_requests} extra requests   (goal 12)`,
      `  dead target     ${dead_destination_ratio.toFixed(2)} of ingest without one   (goal 0.95)`,
      '',
    )
  }
  if (growth) {
    lines.push('Growth', ...Object.entries(growth).map(([k, v]) => `  ${k}: ${count(v)}`), '')
  }
  if (pages) {
    lines.push(
      `Pages on ${count(pages.rows)} reports: p50 / p95, first look, in ms   (goal: p95 under 100)`,
      ...pages.routes.map(
        ({ route, p50_ms, p95_ms, first_ms }) =>
          `  ${route.padEnd(32)} ${p50_ms.toFixed(1)} / ${p95_ms.toFixed(1)}, ${first_ms.toFixed(1)}`,
      ),
      '',
    )
  }
  if (imports) lines.push(...importLines('orders', imports.orders))
  if (imports) lines.push(...importLines('offline', imports.offline))
  lines.push(`Pixel script: ${count(pixelBytes)} bytes (brotli)`, '')
  process.stdout.write(lines.join('\n'))
}

function count(value: unknown): string {
  if (typeof value !== 'number') return String(value)
  return Number.isInteger(value) || value > 1000
    ? Math.round(value).toLocaleString('en-US')
    : value.toFixed(2)
}

function importLines(kind: string, figures: ImportFigures): string[] {
  const { rows, file_mb, seconds, rows_per_s, cpu_us_per_row, growth, again } = figures
  return [
    `twofold import ${kind}, ${count(rows)} rows, ${count(file_mb)} MB`,
    `  rows/s          ${count(rows_per_s)}   (${count(Math.round(seconds))} s)`,
    `  CPU per row     ${count(cpu_us_per_row)} microseconds`,
    `  growth          ${growth.toFixed(2)}   (CPU per row, to a tenth of the file; goal 1.3)`,
    `  once more       ${again.toFixed(2)}   of the first time, and nothing changes`,
    `  memory, peak    ${figures.server_mb} MB the server   (${figures.server_mb_at_tenth} at a tenth)`,
    `                  ${figures.command_mb} MB the command`,
    '',
  ]
}
