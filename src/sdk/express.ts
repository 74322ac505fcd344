/**
 * `twofold/sdk/express`: each request gets `req.twofold`, a tracker that knows the visitor, and its
 * answer the cookies; optionally a first-party route for the pixel. Imports nothing of Express: any
 * framework that calls `(req, res, next)` will do.
 */
import type { Twofold } from './client.ts'
import type { Tracker } from './event-types.ts'
import { type NodeRequest, type NodeResponse, relayNode } from './node-request.ts'
import { checkRequestOptions } from './options.ts'
import { relayPath } from './relay-path.ts'
import { askConsent, type ConsentWord, type RequestOptions } from './request-context.ts'

declare global {
  namespace Express {
    interface Request {
      /** Set by twofoldExpress(). */
      twofold: Tracker
    }
  }
}

export interface TwofoldExpressOptions extends Omit<RequestOptions, 'consent' | 'remoteAddress'> {
  /** A path such as /t: its /p.js and /e are passed on to Twofold. Left out: no such route. */
  readonly relay?: string
  /** What the visitor of a request allowed, as far as you know. */
  readonly consent?: (request: ExpressRequest) => ConsentWord | undefined
}

/** What is used of Express's request; its `ip` and `protocol` obey Express's `trust proxy`. */
export interface ExpressRequest extends NodeRequest {
  readonly ip?: string | undefined
  readonly protocol?: string
  readonly originalUrl?: string
  twofold?: Tracker
}

type Next = (error?: unknown) => void

export function twofoldExpress(
  twofold: Twofold,
  { relay, consent, ...options }: TwofoldExpressOptions = {},
): (req: ExpressRequest, res: NodeResponse, next: Next) => void {
  checkRequestOptions(options)
  const path = relayPath(relay)
  return (req, res, next) => {
    const request = {
      ...{ method: req.method, headers: req.headers },
      url: seenUrl(req),
    }
    const read = { remoteAddress: req.ip, consent: askConsent(consent, req), ...options }
    if (path && (req.originalUrl ?? req.url)?.startsWith(`${path}/`)) {
      // It fails where something else has answered meanwhile, such as a middleware for time-outs.
      relayNode(twofold, { req, res, request, options: read }).catch(next)
      return
    }
    const context = twofold.requestContext(request, read)
    req.twofold = twofold.bind({ request: context })
    for (const cookie of context.setCookie) res.appendHeader('set-cookie', cookie)
    next()
  }
}

/** The whole address, with the scheme that Express believes. */
function seenUrl({ headers, protocol = 'http', originalUrl, url }: ExpressRequest): string {
  return `${protocol}://${headers.host ?? 'localhost'}${originalUrl ?? url ?? '/'}`
}
