/**
 * `twofold/sdk/hono`: middleware for Hono on every runtime. `c.get('twofold')` is a tracker that knows
 * the visitor; the answer gets the cookies; where the platform waits for work (Workers, Vercel), it
 * waits for the events. Optionally a first-party route for the pixel. Imports nothing of Hono.
 */
import type { Twofold } from './client.ts'
import type { Tracker, WaitUntil } from './event-types.ts'
import { checkRequestOptions } from './options.ts'
import { relayPath } from './relay-path.ts'
import { askConsent, type ConsentWord, type RequestOptions } from './request-context.ts'

/** For `new Hono<{ Variables: TwofoldVariables }>()`. */
export interface TwofoldVariables {
  twofold: Tracker
}

export interface TwofoldHonoOptions<Context extends HonoContext>
  extends Omit<RequestOptions, 'consent' | 'remoteAddress'> {
  /** A path such as /t: its /p.js and /e are passed on to Twofold. Left out: no such route. */
  readonly relay?: string
  readonly consent?: (context: Context) => ConsentWord | undefined
  /** The connection's address, where nothing in front names the visitor: getConnInfo of Hono. */
  readonly remoteAddress?: (context: Context) => string | undefined
}

/** What is used of Hono's Context. */
export interface HonoContext {
  readonly req: { readonly raw: Request; readonly path: string }
  readonly executionCtx: { waitUntil(work: Promise<unknown>): void }
  set(key: 'twofold', tracker: Tracker): void
  header(name: string, value?: string, options?: { append?: boolean }): void
}

/** A client, or how to make one of the context: on Workers the token is in `c.env`. */
export function twofoldHono<Context extends HonoContext>(
  client: Twofold | ((context: Context) => Twofold),
  { relay, consent, remoteAddress, ...options }: TwofoldHonoOptions<Context> = {},
): (context: Context, next: () => Promise<void>) => Promise<Response | undefined> {
  checkRequestOptions(options)
  const relayAt = relayPath(relay)
  return async (context, next) => {
    const twofold = typeof client === 'function' ? client(context) : client
    const { raw, path } = context.req
    const read: RequestOptions = {
      ...options,
      consent: askConsent(consent, context),
      remoteAddress: remoteAddress?.(context) ?? nodeAddress(context),
    }
    if (relayAt && path.startsWith(`${relayAt}/`)) return twofold.relay(raw, read)
    const request = twofold.requestContext(raw, read)
    const waitUntil = waitUntilOf(context)
    context.set('twofold', twofold.bind({ request, ...(waitUntil ? { waitUntil } : {}) }))
    await next()
    for (const cookie of request.setCookie) context.header('set-cookie', cookie, { append: true })
    return undefined
  }
}

/** Hono throws where there is none: on Node, Bun and Deno nothing needs to wait. */
function waitUntilOf(context: HonoContext): WaitUntil | undefined {
  try {
    const { executionCtx } = context
    return (work) => executionCtx.waitUntil(work)
  } catch {
    return undefined
  }
}

/** Hono's server for Node puts Node's own request there. */
function nodeAddress(context: HonoContext): string | undefined {
  const { env } = context as { env?: { incoming?: { socket?: { remoteAddress?: string } } } }
  return env?.incoming?.socket?.remoteAddress
}
