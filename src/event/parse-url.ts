/**
 * Reads a page address. It is kept as it was sent, appendix included, because Meta wants it so;
 * schemes that a link in our own pages must never have are kept out.
 */
import { URL_CHARS_MAX } from './bounds.ts'
import type { Report } from './parse-report.ts'
import { isAbsent } from './parse-scalars.ts'

/** Web pages, and the apps that browsers name as referrers. */
const SCHEME = /^(?:https?|android-app|ios-app):\/\/[^\s/]/i

export function readUrl(value: unknown, key: string, report: Report): string | undefined {
  if (isAbsent(value)) return undefined
  const url = typeof value === 'string' ? value.trim() : ''
  if (!SCHEME.test(url)) {
    report.note('invalid_url', key, 'does not begin with https:// or http://')
    return undefined
  }
  if (url.length <= URL_CHARS_MAX) {
    report.spend(url.length)
    return url
  }
  report.note('url_too_long', key, `is longer than ${URL_CHARS_MAX} characters`)
  const [page = ''] = url.split(/[?#]/, 1)
  return page.length <= URL_CHARS_MAX ? page : undefined
}
