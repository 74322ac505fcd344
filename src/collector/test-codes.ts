/**
 * The codes of links to a page of the shop: made for one dataset, signed, and over after an hour,
 * so that nobody else can make a link whose visitors do not count, and one that travels on marks
 * nobody's visit later. Both threads check them with the key that main.ts makes at every start.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { COUNTED_PREFIX, SANDBOX_PREFIX, TEST_LINK_MS } from '../event/test-code.ts'

export interface TestCodes {
  /** Good from now on for TEST_LINK_MS. */
  make(datasetId: string, counts: boolean): string
  /** When it ends (ms); undefined: it is over, or none of ours. */
  endMs(datasetId: string, code: string): number | undefined
}

const MINUTE_MS = 60_000
/** The end in minutes, in base 36, and the signature. */
const LINK_CODE = /^((?:SANDBOX|TEST)-([0-9A-Z]{5}))-([0-9A-F]{12})$/

export function createTestCodes(key: string, nowMs: () => number): TestCodes {
  const sign = (datasetId: string, head: string): string =>
    createHmac('sha256', key)
      .update(`${datasetId}:${head}`)
      .digest('hex')
      .slice(0, 12)
      .toUpperCase()
  return {
    make: (datasetId, counts) => {
      const ends = Math.ceil((nowMs() + TEST_LINK_MS) / MINUTE_MS)
        .toString(36)
        .toUpperCase()
      const head = `${counts ? COUNTED_PREFIX : SANDBOX_PREFIX}${ends.padStart(5, '0')}`
      return `${head}-${sign(datasetId, head)}`
    },
    endMs: (datasetId, code) => {
      const [, head = '', ends = '', signature = ''] = LINK_CODE.exec(code) ?? []
      const endMs = Number.parseInt(ends, 36) * MINUTE_MS
      if (!(endMs > nowMs())) return undefined
      const own = Buffer.from(sign(datasetId, head))
      return timingSafeEqual(own, Buffer.from(signature)) ? endMs : undefined
    },
  }
}
