/**
 * Codes of tests (test_event_code) that mean something to us: those that never count, and those
 * that a link to a page of the shop carries (collector/test-codes.ts makes them). Shared by the
 * collector, ingest and the Events Manager.
 */

/** Events under a code that begins so are shown and never counted, whatever the dataset says. */
export const SANDBOX_PREFIX = 'SANDBOX-'
/** The parameter in the address of a page: Meta's name for it. */
export const TEST_CODE_PARAMETER = 'test_event_code'
/** A test of a shop, from the first page to the paid order, fits in an hour. */
export const TEST_LINK_MS = 3_600_000

export const COUNTED_PREFIX = 'TEST-'

export const neverCounts = (code: string): boolean => code.startsWith(SANDBOX_PREFIX)

/** The code in the address of a page, as it stands there. */
export function codeInUrl(url: string): string | undefined {
  // Looked for as text first: nearly no address has it, and taking one apart costs microseconds.
  if (!url.includes(TEST_CODE_PARAMETER)) return undefined
  return URL.parse(url)?.searchParams.get(TEST_CODE_PARAMETER) ?? undefined
}

/** The page with the code in its address; undefined where `page` is no web address. */
export function urlWithCode(page: string, code: string): string | undefined {
  const url = URL.parse(page)
  if (!url || !/^https?:$/.test(url.protocol)) return undefined
  url.searchParams.set(TEST_CODE_PARAMETER, code)
  return url.href
}
