/**
 * The APIs of Tag Manager's sandbox that ask for no permission and touch nothing outside: the same
 * in pages and in server containers. Runs in Node and in a browser. A test tool.
 */
export type Api = unknown
export type Apis = Readonly<Record<string, Api>>

export interface Chance {
  readonly nowMs: () => number
  readonly random: () => number
}

/** Thrown where the sandbox would stop the code. */
export class Refused extends Error {}

export const pureApis = ({ nowMs, random }: Chance): Apis => ({
  JSON: {
    parse: (text: unknown) => {
      try {
        return JSON.parse(String(text))
      } catch {
        return undefined
      }
    },
    stringify: (value: unknown) => JSON.stringify(value),
  },
  Math: only(Math, ['abs', 'ceil', 'floor', 'max', 'min', 'pow', 'round', 'sqrt']),
  Object: {
    ...only(Object, ['entries', 'freeze', 'keys', 'values']),
    delete: (object: Record<string, unknown>, key: string) => delete object[key],
  },
  encodeUriComponent: (text: unknown) => {
    try {
      return encodeURIComponent(String(text))
    } catch {
      return undefined
    }
  },
  generateRandom: (min: number, max: number) => min + Math.floor(random() * (max - min + 1)),
  getTimestampMillis: () => nowMs(),
  getType: (value: unknown) =>
    value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value,
  makeInteger: (value: unknown) => Number.parseInt(String(value), 10) || 0,
  makeNumber: (value: unknown) => Number(value),
  makeString: (value: unknown) => String(value),
  makeTableMap: (table: readonly Readonly<Record<string, unknown>>[], key: string, value: string) =>
    Object.fromEntries(table.map((row) => [row[key], row[value]])),
  parseUrl,
})

function only(from: object, names: readonly string[]): object {
  return Object.fromEntries(names.map((name) => [name, from[name as keyof typeof from]]))
}

function parseUrl(text: unknown): object | undefined {
  const url = URL.parse(String(text))
  if (!url) return undefined
  const searchParams: Record<string, string | string[]> = {}
  for (const key of new Set(url.searchParams.keys())) {
    const values = url.searchParams.getAll(key)
    searchParams[key] = values.length > 1 ? values : (values[0] ?? '')
  }
  const { href, origin, protocol, host, hostname, port, pathname, search, hash } = url
  return { href, origin, protocol, host, hostname, port, pathname, search, hash, searchParams }
}

/** As the editor matches addresses: the scheme and host as they are, `*` for the rest of a path. */
export function isAllowedUrl(url: string, patterns: unknown): boolean {
  return (patterns as readonly string[]).some((pattern) =>
    pattern.endsWith('*') ? url.startsWith(pattern.slice(0, -1)) : url === pattern,
  )
}

/** A copy, as values pass in and out of the sandbox; functions pass as they are. */
export function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, copied(one)]))
  }
  return value
}
