/**
 * The APIs of a server container's sandbox: one request of a browser with its cookies and its event
 * data. `sendHttpRequest` really sends. Each refuses what the permissions do not allow. A test tool.
 */
import { createHash } from 'node:crypto'
import { getDomain } from 'tldts'
import { type Apis, copied, isAllowedUrl, Refused } from './pure-apis.ts'
import type { Permissions } from './template-file.ts'

export interface ServerRequest {
  readonly eventData: Readonly<Record<string, unknown>>
  readonly cookies: Readonly<Record<string, string>>
  /** What the answer to the browser sets. */
  readonly setCookies: Map<string, { value: string; options: Readonly<Record<string, unknown>> }>
  log(...words: readonly unknown[]): void
}

interface HttpOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly timeout?: number
}

export function serverApis(request: ServerRequest, permissions: Permissions): Apis {
  return {
    getAllEventData: () => {
      if (permissions.read_event_data?.eventDataAccess !== 'any') refuse('read_event_data')
      return copied(request.eventData)
    },
    getCookieValues: (name: string) => {
      const names = (permissions.get_cookies?.cookieNames ?? []) as string[]
      if (!names.includes(name)) refuse('get_cookies', name)
      return [request.cookies[name]].filter((value) => value !== undefined)
    },
    setCookie: (name: string, value: string, options: Readonly<Record<string, unknown>> = {}) => {
      const cookies = (permissions.set_cookies?.allowedCookies ?? []) as { name: string }[]
      if (!cookies.some((cookie) => cookie.name === name)) refuse('set_cookies', name)
      request.setCookies.set(name, { value, options })
    },
    computeEffectiveTldPlusOne: (url: string) => getDomain(url) ?? '',
    sha256Sync: (text: string, { outputEncoding = 'base64' } = {}) =>
      createHash('sha256')
        .update(text)
        .digest(outputEncoding as 'hex'),
    sendHttpRequest: async (url: string, options: HttpOptions = {}, body = '') => {
      if (!isAllowedUrl(url, permissions.send_http?.urls ?? [])) refuse('send_http', url)
      const { method = 'GET', headers = {}, timeout = 15_000 } = options
      const signal = AbortSignal.timeout(timeout)
      const answer = await fetch(url, { method, headers, body, signal })
      const text = await answer.text()
      return { statusCode: answer.status, headers: Object.fromEntries(answer.headers), body: text }
    },
    logToConsole: (...words: unknown[]) => {
      if (!permissions.logging) refuse('logging')
      request.log(...words)
    },
  }
}

/** Which of the permissions each API needs. */
export const SERVER_NEEDS: Readonly<Record<string, string>> = {
  getAllEventData: 'read_event_data',
  getCookieValues: 'get_cookies',
  setCookie: 'set_cookies',
  sendHttpRequest: 'send_http',
  logToConsole: 'logging',
}

function refuse(permission: string, what = ''): never {
  throw new Refused(`not permitted: ${permission} ${what}`)
}
