import { describe, expect, it } from 'vitest'
import { brotliBytes, bundlePixel } from '../../scripts/build-pixel.ts'
import budget from './budget.json' with { type: 'json' }

/** What a visitor's phone has to load; the number in budget.json may only be lowered. */
describe('the script', () => {
  it('stays within its budget', { timeout: 60_000 }, async () => {
    expect(budget.brotli_bytes_max).toBeLessThanOrEqual(5120)
    expect(brotliBytes(await bundlePixel())).toBeLessThanOrEqual(budget.brotli_bytes_max)
  })
})
