import { brotliCompressSync, constants } from 'node:zlib'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import budget from './budget.json' with { type: 'json' }

/** What a function on an edge has to load; the number in budget.json may only be lowered. */
describe('twofold/sdk in an edge bundle', () => {
  it('stays within its budget, and asks for no module of a runtime', async () => {
    const { outputFiles, metafile } = await build({
      entryPoints: ['src/sdk/main.ts'],
      ...{ bundle: true, minify: true, write: false, metafile: true },
      ...{ format: 'esm', platform: 'neutral', target: 'es2022' },
    })
    const outside = Object.values(metafile.outputs).flatMap(({ imports }) => imports)
    expect(outside).toEqual([])
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11 }
    const { length } = brotliCompressSync(outputFiles[0]?.text ?? '', { params })
    expect(budget.brotli_bytes_max).toBeLessThanOrEqual(12_300)
    expect(length).toBeLessThanOrEqual(budget.brotli_bytes_max)
  })
})
