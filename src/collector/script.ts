/**
 * GET /p.js?id=...: the pixel with the settings of its datasets filled in, so that the page's first
 * event waits for nothing. Each variant (datasets, origin) is made and compressed once and kept.
 */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { callingCode } from '../event/calling-code.ts'
import { type DatasetSettings, datasetSettingsSchema } from '../event/dataset.ts'
import type { PixelDatasetSettings, PixelSettings } from '../event/pixel-wire.ts'
import { SCRIPT_DATASETS_MAX, SCRIPTS_CACHED_MAX } from '../limits.ts'
import type { CollectorPorts } from './ports.ts'
import { ownOrigin } from './site.ts'

interface Script {
  readonly etag: string
  readonly plain: Buffer
  readonly br: Buffer
  readonly gzip: Buffer
}

/** A changed setting reaches every page within ten minutes; an older copy bridges the fetch. */
const CACHE_CONTROL = 'public, max-age=600, stale-while-revalidate=86400'

export function registerScript(app: FastifyInstance, ports: CollectorPorts): void {
  const made = new Map<string, Promise<Script>>()
  app.get('/p.js', async (request, reply) => {
    const settings = inScript(settingsFor(request, ports))
    const script = made.get(settings) ?? makeScript(ports.pixelScript, settings)
    if (made.size >= SCRIPTS_CACHED_MAX) made.clear()
    made.set(settings, script)
    return sendScript(request, reply, await script)
  })
}

function settingsFor(request: FastifyRequest, ports: CollectorPorts): PixelSettings {
  const { id } = request.query as { id?: string | string[] }
  const ids = new Set((id ?? '').toString().split(',').slice(0, SCRIPT_DATASETS_MAX).sort())
  const datasets: Record<string, PixelDatasetSettings> = {}
  for (const one of ids) {
    const dataset = ports.findDataset(one.trim())
    if (dataset) datasets[dataset.dataset_id] = pixelSettings(dataset)
  }
  return { endpoint: ownOrigin(request.raw, ports) ?? '', datasets, defaults: DEFAULTS }
}

function pixelSettings(settings: DatasetSettings): PixelDatasetSettings {
  const code = callingCode(settings.default_country)
  return {
    auto_matching: settings.auto_matching,
    first_party_cookies: settings.first_party_cookies,
    gpc: settings.gpc,
    replay_revoked: settings.replay_revoked,
    builder_forms: settings.builder_forms,
    ...(code ? { default_calling_code: code } : {}),
  }
}

const DEFAULTS = pixelSettings(datasetSettingsSchema.parse({ name: 'default' }))

/** JSON that stays a JavaScript expression wherever the script is put, also between script tags. */
function inScript(settings: PixelSettings): string {
  return JSON.stringify(settings).replaceAll('<', '\\u003c')
}

async function makeScript(source: string, settings: string): Promise<Script> {
  const plain = Buffer.from(source.replace('__TWOFOLD_SETTINGS__', () => settings))
  const [br, gzipped] = await Promise.all([
    promisify(brotliCompress)(plain),
    promisify(gzip)(plain),
  ])
  const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`
  return { etag, plain, br, gzip: gzipped }
}

function sendScript(request: FastifyRequest, reply: FastifyReply, script: Script): FastifyReply {
  reply
    .header('cache-control', CACHE_CONTROL)
    .header('etag', script.etag)
    .header('vary', 'Accept-Encoding')
    .header('access-control-allow-origin', '*')
    .header('cross-origin-resource-policy', 'cross-origin')
    .header('timing-allow-origin', '*')
    .header('x-content-type-options', 'nosniff')
  if (request.headers['if-none-match']?.includes(script.etag)) return reply.code(304).send()
  reply.header('content-type', 'text/javascript; charset=utf-8')
  const encoding = encodingFor(request.headers['accept-encoding']?.toString() ?? '')
  if (encoding === 'plain') return reply.send(script.plain)
  return reply.header('content-encoding', encoding).send(script[encoding])
}

function encodingFor(accepted: string): 'br' | 'gzip' | 'plain' {
  for (const encoding of ['br', 'gzip'] as const) {
    if (new RegExp(`\\b${encoding}\\b(?!\\s*;\\s*q=0(?:\\.0*)?(?:\\s*,|$))`).test(accepted)) {
      return encoding
    }
  }
  return 'plain'
}
