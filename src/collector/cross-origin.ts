/**
 * What lets a page of another origin read an answer and keep our cookies: the pixel's and Meta's
 * script both fetch with credentials. Whether the page may report at all is hits.ts's question.
 */
import type { Visit } from './visit.ts'

/** Names and values in turn. */
export function originHeaders({ headers: { origin } }: Visit): string[] {
  if (!origin) return []
  return [
    ...['access-control-allow-origin', origin],
    ...['access-control-allow-credentials', 'true'],
    ...['vary', 'Origin'],
  ]
}

/** For the answer to a preflight; our own requests need none. */
export const PREFLIGHT: readonly string[] = [
  ...['access-control-allow-methods', 'POST'],
  ...['access-control-allow-headers', 'content-type'],
  ...['access-control-max-age', '86400'],
]
