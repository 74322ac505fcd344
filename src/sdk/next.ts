/**
 * `twofold/sdk/next`: for Next's App Router, whose handlers speak Web Request and Response. Wraps a
 * route handler, sets the cookies in middleware, and makes the first-party route for the pixel.
 * Imports nothing of Next: `after` is passed in, so that Next waits for what a request tracked.
 */
import type { Twofold } from './client.ts'
import type { Tracker, WaitUntil } from './event-types.ts'
import { checkRequestOptions } from './options.ts'
import { askConsent, type ConsentWord, type RequestOptions } from './request-context.ts'

export interface TwofoldNextOptions extends Omit<RequestOptions, 'consent' | 'remoteAddress'> {
  /** `import { after } from 'next/server'` (Next 15.1 and later), or waitUntil of @vercel/functions. */
  readonly after?: WaitUntil
  readonly consent?: (request: Request) => ConsentWord | undefined
}

export interface TwofoldNext {
  /** A route handler that gets a tracker as its last argument. */
  handler<Context>(
    handle: (request: Request, context: Context, twofold: Tracker) => Response | Promise<Response>,
  ): (request: Request, context: Context) => Promise<Response>
  /** For middleware (proxy.ts): puts the cookies on the answer that you made, and returns it. */
  cookies<Answer extends Response>(request: Request, answer: Answer): Answer
  /** For app/t/[...path]/route.ts: `export const { GET, POST } = relay`. */
  readonly relay: {
    readonly GET: (request: Request) => Promise<Response>
    readonly POST: (request: Request) => Promise<Response>
  }
  /** For server actions and components: give it `await headers()`. */
  tracker(headers: Headers): Tracker
}

export function twofoldNext(
  twofold: Twofold,
  { after, consent, ...options }: TwofoldNextOptions = {},
): TwofoldNext {
  checkRequestOptions(options)
  const read = (request: Request): RequestOptions => ({
    ...options,
    consent: askConsent(consent, request),
  })
  const waiting = after ? { waitUntil: after } : {}
  const passOn = (request: Request): Promise<Response> => twofold.relay(request, read(request))
  return {
    handler: (handle) => async (request, context) => {
      const visitor = twofold.requestContext(request, read(request))
      const answer = await handle(request, context, twofold.bind({ request: visitor, ...waiting }))
      return withCookies(answer, visitor.setCookie)
    },
    cookies: (request, answer) => {
      const { setCookie } = twofold.requestContext(request, read(request))
      for (const cookie of setCookie) answer.headers.append('set-cookie', cookie)
      return answer
    },
    relay: { GET: passOn, POST: passOn },
    tracker: (headers) => {
      const request = twofold.requestContext({ headers, method: 'POST' }, read(callOf(headers)))
      return twofold.bind({ request, ...waiting })
    },
  }
}

/** For the consent function alone, which reads cookies and the like of a request. */
function callOf(headers: Headers): Request {
  return new Request(ofNowhere, { method: 'POST', headers })
}

/** Headers alone do not tell which address was called. */
const ofNowhere = 'http://localhost/'

/** Answers that were fetched or redirect have headers that cannot be changed. */
function withCookies(answer: Response, cookies: readonly string[]): Response {
  try {
    for (const cookie of cookies) answer.headers.append('set-cookie', cookie)
    return answer
  } catch {
    const { status, statusText } = answer
    const headers = new Headers(answer.headers)
    for (const cookie of cookies) headers.append('set-cookie', cookie)
    return new Response(answer.body, { status, statusText, headers })
  }
}
