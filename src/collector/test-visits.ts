/**
 * Visits that began with a test: a page opened by a link that carries a code (test-codes.ts).
 * The browser's events of that page carry it, and those of the same visitor's next pages until the
 * code ends. The pixel knows nothing of it. In memory: a restart ends the tests that are under way.
 */
import { codeInUrl } from '../event/test-code.ts'
import { TEST_VISITS_MAX } from '../limits.ts'
import type { TestCodes } from './test-codes.ts'

export interface TestVisits {
  /** The code of a browser's event; undefined for all who are no test. */
  codeOf(datasetId: string, event: Readonly<Record<string, unknown>>): string | undefined
}

interface Visit {
  readonly code: string
  readonly endMs: number
}

export function createTestVisits(codes: TestCodes, nowMs: () => number): TestVisits {
  const visits = new Map<string, Visit>()
  return {
    codeOf: (datasetId, { event_source_url: url, user_data }) => {
      const code = typeof url === 'string' ? codeInUrl(url) : undefined
      if (code === undefined && visits.size === 0) return undefined
      const fbp = (user_data as { fbp?: unknown } | undefined)?.fbp
      const key =
        typeof fbp === 'string' ? `${datasetId}:${fbp.slice(0, KEY_CHARS_MAX)}` : undefined
      const endMs = code === undefined ? undefined : codes.endMs(datasetId, code)
      if (code !== undefined && endMs !== undefined) {
        if (key) remember(visits, key, { code, endMs })
        return code
      }
      const known = key === undefined ? undefined : visits.get(key)
      if (known && known.endMs > nowMs()) return known.code
      if (known && key) visits.delete(key)
      return undefined
    },
  }
}

/** A browser id of Meta's form is under 50 characters. */
const KEY_CHARS_MAX = 100

/** The oldest goes first. */
function remember(visits: Map<string, Visit>, key: string, visit: Visit): void {
  visits.delete(key)
  const [oldest] = visits.keys()
  if (visits.size >= TEST_VISITS_MAX && oldest !== undefined) visits.delete(oldest)
  visits.set(key, visit)
}
