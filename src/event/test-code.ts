/**
 * Codes of tests (test_event_code) that mean something to us: those that never count, and those
 * that a link to a page of the shop carries. The latter end by themselves, so that a link which
 * travels on marks nobody's visit later. Shared by the collector, ingest and the Events Manager.
 */

/** Events under a code that begins so are shown and never counted, whatever the dataset says. */
export const SANDBOX_PREFIX = 'SANDBOX-'
/** The parameter in the address of a page: Meta's name for it. */
export const TEST_CODE_PARAMETER = 'test_event_code'
/** A test of a shop, from the first page to the paid order, fits in an hour. */
export const TEST_LINK_MS = 3_600_000

const MINUTE_MS = 60_000
const COUNTED_PREFIX = 'TEST-'
/** The end in minutes and something that tells codes of one minute apart, both in base 36. */
const LINK_CODE = /^(?:SANDBOX|TEST)-([0-9A-Z]{5})-[0-9A-Z]{3}$/
const TELLING_APART = 36 ** 3

export const neverCounts = (code: string): boolean => code.startsWith(SANDBOX_PREFIX)

interface LinkCodeParts {
  readonly nowMs: number
  readonly counts: boolean
  /** From 0 to under 1. */
  readonly random: number
}

/** A code for a link, good from now on for TEST_LINK_MS. */
export function linkCode({ nowMs, counts, random }: LinkCodeParts): string {
  const ends = base36(Math.ceil((nowMs + TEST_LINK_MS) / MINUTE_MS), 5)
  const own = base36(Math.floor(random * TELLING_APART), 3)
  return `${counts ? COUNTED_PREFIX : SANDBOX_PREFIX}${ends}-${own}`
}

/** When the code of a link ends (ms); undefined: it is none, or claims more time than it gets. */
export function linkCodeEndMs(code: string, nowMs: number): number | undefined {
  const minutes = LINK_CODE.exec(code)?.[1]
  if (minutes === undefined) return undefined
  const endMs = Number.parseInt(minutes, 36) * MINUTE_MS
  const isLive = endMs > nowMs && endMs <= nowMs + TEST_LINK_MS + 2 * MINUTE_MS
  return isLive ? endMs : undefined
}

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

const base36 = (value: number, digits: number): string =>
  value.toString(36).toUpperCase().padStart(digits, '0')
