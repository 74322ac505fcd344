/**
 * The pixel's script for the relay: fetched from the server, kept for as long as browsers keep it,
 * and told to report to the path it came from. An old copy bridges an outage. For relay.ts.
 */
import { RELAY_OLD_SCRIPT_MS, RELAY_SCRIPT_MS, RELAY_SCRIPTS_MAX } from './limits.ts'
import type { Settings } from './options.ts'
import type { Platform } from './platform.ts'
import type { HeaderReader } from './request-context.ts'

/** An answer as plain data, for frameworks of every make. */
export interface Relayed {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** `base`: the path that the script and the reports share. Throws when there is no copy at all. */
export type ScriptCopy = (base: string, get: HeaderReader) => Promise<Relayed>

interface Copy {
  readonly text: string
  readonly etag: string
  readonly cacheControl: string
  untilMs: number
}

/** By address: on Workers every request makes a client of its own, and they share this. */
const copies = new Map<string, Copy>()

export function createScriptCopy({ settings, platform }: ScriptPorts): ScriptCopy {
  const address = `${settings.url}/p.js?id=${settings.dataset}`
  const fresh = async (): Promise<Copy> => {
    const known = copies.get(address)
    if (known && platform.nowMs() < known.untilMs) return known
    // One page asks; the others get the old copy meanwhile, however long the server hangs.
    if (known) known.untilMs = platform.nowMs() + RELAY_OLD_SCRIPT_MS
    try {
      const copy = await fetchScript(address, platform)
      if (copies.size >= RELAY_SCRIPTS_MAX) copies.clear()
      copies.set(address, copy)
      return copy
    } catch (error) {
      if (known) return known
      throw error
    }
  }
  return async (base, get) => {
    const { text, etag, cacheControl } = await fresh()
    const headers: [string, string][] = [
      ['content-type', 'text/javascript; charset=utf-8'],
      ['cache-control', cacheControl],
      ['x-content-type-options', 'nosniff'],
    ]
    if (etag) headers.push(['etag', etag])
    if (etag && get('if-none-match')?.includes(etag)) return { status: 304, headers, body: '' }
    const endpoint = JSON.stringify(base).replaceAll('<', '\\u003c')
    const body = text.replace(/"endpoint":"[^"]*"/, () => `"endpoint":${endpoint}`)
    return { status: 200, headers, body }
  }
}

interface ScriptPorts {
  readonly settings: Pick<Settings, 'url' | 'dataset'>
  readonly platform: Platform
}

async function fetchScript(address: string, platform: Platform): Promise<Copy> {
  const answer = await platform.fetch(address, {
    redirect: 'manual',
    signal: platform.deadline(),
  })
  if (answer.status !== 200) throw new Error('', { cause: { code: `status ${answer.status}` } })
  return {
    text: await answer.text(),
    etag: answer.headers.get('etag') ?? '',
    cacheControl: answer.headers.get('cache-control') ?? 'public, max-age=600',
    untilMs: platform.nowMs() + RELAY_SCRIPT_MS,
  }
}
