/**
 * Builds the pixel: src/pixel/main.ts and what it imports become one small classic script in
 * dist/pixel/p.js. The name `__TWOFOLD_SETTINGS__` stays in it, once; the collector fills it in.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { minify } from 'terser'
import { build } from 'vite'

const root = join(import.meta.dirname, '..')

/** Writes dist/pixel/p.js. */
export async function buildPixel(): Promise<{ brotliBytes: number }> {
  const script = await bundlePixel()
  const folder = join(root, 'dist/pixel')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'p.js'), script)
  return { brotliBytes: brotliBytes(script) }
}

/** The script's text, its settings not filled in. */
export async function bundlePixel(): Promise<string> {
  const result = await build({
    configFile: false,
    root,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2021',
      modulePreload: false,
      lib: { entry: join(root, 'src/pixel/main.ts'), formats: ['iife'], name: 'twofold' },
    },
  })
  const [output] = Array.isArray(result) ? result : [result]
  if (!output || !('output' in output)) throw new Error('vite built no pixel')
  const strict = output.output[0].code
    .trim()
    // Only strict code sees that it was called without `this`.
    .replace(/^\(function\(\)\{/, "(function(){'use strict';")
  // A second minifier, of another make, finds another hundred bytes.
  const { code: script = '' } = await minify(strict, {
    ecma: 2020,
    compress: { passes: 3 },
    // Names of ours that neither the page nor the wire ever sees.
    mangle: { properties: { regex: /^(builderForms|found|revoked|settings|sha256|viewed)$/ } },
    format: { ecma: 2020, comments: false },
  })
  if (script.split('__TWOFOLD_SETTINGS__').length !== 2) {
    throw new Error('the pixel must hold __TWOFOLD_SETTINGS__ once; main.ts reads it')
  }
  return script
}

export function brotliBytes(script: string): number {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11 }
  return brotliCompressSync(script, { params }).length
}
