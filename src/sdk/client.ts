/**
 * The client: takes calls of track(), makes events of them and hands them to the sender. Nothing of
 * it throws once it is made. Imported by main.ts and the adapters.
 */
import { eventId } from '../event/ids.ts'
import type {
  CustomData,
  Flushed,
  TrackContext,
  Tracked,
  Tracker,
  WaitUntil,
} from './event-types.ts'
import { createPost, type Post } from './http.ts'
import { AFTER_REQUEST_MS, FLUSH_MS } from './limits.ts'
import { readOptions, type Settings, type TwofoldOptions } from './options.ts'
import { createPlatform, type Platform } from './platform.ts'
import { type Report, safeReport, shortened } from './problem.ts'
import { createRelay, type Relay } from './relay.ts'
import {
  type RequestContext,
  type RequestLike,
  type RequestOptions,
  readRequest,
} from './request-context.ts'
import { Sender } from './sender.ts'
import { CallFault, makeEvent } from './server-event.ts'

export interface Twofold extends Tracker {
  /** What a request tells of its visitor, and the cookies to set; for answers that you make. */
  requestContext(request: RequestLike, options?: RequestOptions): RequestContext
  /** A tracker of which every event has this context; what a call says itself wins. */
  bind(context: TrackContext): Tracker
  /** Passes a pixel's request on to the server: see docs/sdk.md. */
  readonly relay: Relay
  /** The last flush: what comes after it is refused. Ends when all has arrived or time is up. */
  close(ms?: number): Promise<Flushed>
}

/** Throws a TypeError for options that cannot work; nothing else of the SDK ever throws. */
export function createTwofold(options: TwofoldOptions): Twofold {
  const settings = readOptions(options)
  const platform = createPlatform(settings.fetch)
  const report = safeReport(settings.onError, platform)
  const post = createPost(settings, platform)
  const requestContext: Twofold['requestContext'] = (request, own) => {
    try {
      return readRequest(request, { ...settings, ...own }, platform)
    } catch {
      const message = 'requestContext() needs a Request, or an object with headers.'
      report({ code: 'invalid_event', message, events: 0 })
      return { setCookie: [] }
    }
  }
  const parts: Parts = { settings, platform, report, post, requestContext }
  const main = senderFor(parts)
  const bind = (bound: TrackContext): Tracker => createTracker(parts, bound, main)
  const own = bind({})
  return {
    ...own,
    bind,
    requestContext,
    relay: createRelay(parts),
    close: async (ms = FLUSH_MS) => {
      const closed = main.close(ms)
      if (!settings.waitUntil) return closed
      const [one, other] = await Promise.all([closed, own.flush(ms)])
      return { waiting: one.waiting + other.waiting }
    },
  }
}

interface Parts {
  readonly settings: Settings
  readonly platform: Platform
  readonly report: Report
  readonly post: Post
  readonly requestContext: Twofold['requestContext']
}

/** What a tracker hands its events to. */
type Taker = Pick<Sender, 'add' | 'flush'>

function senderFor({ settings, ...parts }: Parts): Sender {
  return new Sender({ ...settings, ...parts })
}

function createTracker(parts: Parts, bound: TrackContext, main: Taker): Tracker {
  const waitUntil = bound.waitUntil ?? parts.settings.waitUntil
  const usual = waitUntil ? senderOfRequest(parts, waitUntil) : main
  return {
    eventId,
    flush: (ms = FLUSH_MS) => usual.flush(ms),
    track: (name, ...[data, own]) => {
      try {
        const sender = own?.waitUntil ? senderOfRequest(parts, own.waitUntil) : usual
        return take(parts, { name, data, context: { ...bound, ...own } }, sender)
      } catch (error) {
        const words = error instanceof CallFault ? error.message : UNFORESEEN
        const message = shortened(words)
        parts.report({ code: 'invalid_event', message, events: 1 })
        return { eventId: '' }
      }
    },
  }
}

/** Of what the call held nothing is told: it may be about a person. */
const UNFORESEEN = 'track() could not make an event of what it was given.'

interface Taken {
  readonly name: string
  readonly data: CustomData | undefined
  readonly context: TrackContext
}

function take(parts: Parts, { name, data, context }: Taken, sender: Taker): Tracked {
  const { settings, platform, report } = parts
  const { callingCode, builderForms } = settings
  const { request: given, ...rest } = context
  // No answer is made here that could set cookies, and an id that is kept nowhere names nobody.
  const unkept = { cookies: false }
  const request = given && 'headers' in given ? parts.requestContext(given, unkept) : given
  const made = makeEvent(
    { name, data, context: { ...rest, ...(request ? { request } : {}) } },
    { ...platform, builderForms, ...(callingCode ? { defaultCallingCode: callingCode } : {}) },
  )
  const { eventId, text, leftOut } = made
  if (leftOut) report({ code: 'invalid_event', message: leftOut, events: 1, eventIds: [eventId] })
  const testEventCode = context.testEventCode ?? settings.testEventCode
  const queued = { key: platform.uuid(), queuedAtMs: platform.nowMs(), dataset: settings.dataset }
  sender.add({ ...queued, eventId, text, ...(testEventCode ? { testEventCode } : {}) })
  return { eventId }
}

/**
 * Events of a request whose platform waits for them are sent by that very request: elsewhere it may
 * be stopped at any moment, and Workers let no request wait for the network of another.
 */
function senderOfRequest(parts: Parts, waitUntil: WaitUntil): Taker {
  const { spool: _, ...usual } = parts.settings
  const settings = { ...usual, gatherMs: 0, giveUpMs: AFTER_REQUEST_MS }
  let sender: Sender | undefined
  const sent = new Set<Promise<Flushed>>()
  const open = (): Sender => {
    if (sender) return sender
    const made = senderFor({ ...parts, settings })
    sender = made
    // After the call that asked for it, so that events of one moment share a request.
    const closed = Promise.resolve().then(() => {
      sender = undefined
      return made.close(AFTER_REQUEST_MS)
    })
    sent.add(closed)
    void closed.finally(() => sent.delete(closed))
    try {
      waitUntil(closed)
    } catch {
      // Outside of a request there is nothing that waits: they are sent all the same.
    }
    return made
  }
  return {
    add: (event) => open().add(event),
    flush: async () => {
      const ends = await Promise.all(sent)
      return { waiting: ends.reduce((sum, { waiting }) => sum + waiting, 0) }
    },
  }
}
