/**
 * What the doors for browsers read of a request besides its body: plain data, so that a request can
 * be answered in another thread. An IncomingMessage is one as it is.
 */
import type { IncomingHttpHeaders } from 'node:http'

const NAMES = [
  'host',
  'origin',
  'referer',
  'cookie',
  'user-agent',
  'x-forwarded-for',
  'x-forwarded-proto',
  'sec-gpc',
] as const

export type VisitHeaders = { readonly [K in (typeof NAMES)[number]]?: IncomingHttpHeaders[K] }

export interface Visit {
  readonly headers: VisitHeaders
  /** `encrypted` stands only on sockets that speak TLS themselves. */
  readonly socket: { readonly remoteAddress?: string | undefined; readonly encrypted?: boolean }
}

/** One line for each header: a header holds no line break. Empty counts as absent. */
export function packVisit({ headers, socket }: Visit): string {
  let text = `${socket.remoteAddress ?? ''}\n${'encrypted' in socket ? '1' : ''}`
  for (const name of NAMES) text += `\n${headers[name] ?? ''}`
  return text
}

export function unpackVisit(text: string): Visit {
  const lines = text.split('\n')
  const [remoteAddress, encrypted] = lines
  const headers: Record<string, string> = {}
  for (let index = 0; index < NAMES.length; index++) {
    const value = lines[2 + index]
    if (value) headers[NAMES[index] as (typeof NAMES)[number]] = value
  }
  return {
    headers,
    socket: {
      ...(remoteAddress ? { remoteAddress } : {}),
      ...(encrypted ? { encrypted: true } : {}),
    },
  }
}
