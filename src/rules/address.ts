/**
 * Page addresses as rules see them: host, path, query parameters; and addresses without some of
 * their parameters. Works on the text itself, so what a rule does not name stays as it was sent,
 * letter by letter. Pure.
 */

export interface Address {
  /** Lower case, without port. */
  readonly host: string
  /** Decoded; without the query. */
  readonly path: string
  /** As written, without the question mark; empty when there is none. */
  readonly query: string
}

const PARTS = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?/i

export function addressOf(url: string): Address | undefined {
  const parts = PARTS.exec(url)
  if (!parts) return undefined
  const [, authority = '', path = '', query = ''] = parts
  const host = authority.slice(authority.lastIndexOf('@') + 1).replace(/:\d*$/, '')
  return { host: host.toLowerCase(), path: decoded(path) || '/', query }
}

/** Every value of a parameter, decoded; an empty list when it is not there. */
export function parametersOf(query: string, name: string): string[] {
  if (query === '') return []
  return query
    .split('&')
    .filter((pair) => nameOf(pair) === name)
    .map((pair) => formDecoded(pair.slice(pair.split('=', 1)[0]?.length ?? 0).slice(1)))
}

/** `url` without the parameters that `isGone` names; the question mark goes with the last one. */
export function withoutParameters(url: string, isGone: (name: string) => boolean): string {
  return withQuery(url, (pairs) => pairs.filter((pair) => pair !== '' && !isGone(nameOf(pair))))
}

/** `url` with `word` for the values of the parameters that `isHidden` names. */
export function withHidden(url: string, isHidden: (name: string) => boolean, word: string): string {
  return withQuery(url, (pairs) =>
    pairs.map((pair) =>
      pair.includes('=') && isHidden(nameOf(pair)) ? `${pair.split('=', 1)[0]}=${word}` : pair,
    ),
  )
}

export function withoutFragment(url: string): string {
  return url.split('#', 1)[0] ?? ''
}

function withQuery(url: string, change: (pairs: readonly string[]) => readonly string[]): string {
  const page = withoutFragment(url)
  const at = page.indexOf('?')
  if (at < 0) return url
  const before = page.slice(at + 1)
  const after = change(before.split('&')).join('&')
  if (after === before) return url
  return page.slice(0, at) + (after === '' ? '' : `?${after}`) + url.slice(page.length)
}

function nameOf(pair: string): string {
  return formDecoded(pair.split('=', 1)[0] ?? '')
}

function formDecoded(text: string): string {
  return decoded(text.replaceAll('+', ' '))
}

/** What is no valid encoding stays as it is written. */
function decoded(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return text
    throw error
  }
}
