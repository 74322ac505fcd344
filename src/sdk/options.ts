/**
 * What the user gives when making a client, checked at once: a client that is made works, and what
 * is wrong is said where it can be mended. The words name the option, never its value.
 */
import type { WaitUntil } from './event-types.ts'
import { BATCH_EVENTS, BATCH_EVENTS_MAX, GATHER_MS, GIVE_UP_MS, QUEUE_EVENTS } from './limits.ts'
import type { Fetch } from './platform.ts'
import type { TwofoldProblem } from './problem.ts'
import type { RequestOptions } from './request-context.ts'
import type { Spool } from './spool.ts'

export interface TwofoldOptions extends Omit<RequestOptions, 'remoteAddress' | 'consent'> {
  /** Where Twofold runs, such as https://events.shop.com. */
  readonly url: string
  /** The dataset's id. */
  readonly dataset: string
  /** A token that may send to the dataset; it stays on the server. */
  readonly token: string
  /** Hears of every event that did not arrive; left out: a warning on the console. */
  readonly onError?: (problem: TwofoldProblem) => void
  /** Shows all events under Test events. */
  readonly testEventCode?: string
  /** Digits such as "49", for phones that are written without a country code. */
  readonly callingCode?: string
  /** The dataset's setting builder_forms; true unless it was switched off there. */
  readonly builderForms?: boolean
  /** Events of one request, 1 to 1000. */
  readonly batchEvents?: number
  /** What an event waits for company, in ms. */
  readonly gatherMs?: number
  /** Events that wait at most. */
  readonly queueEvents?: number
  /** An event is tried so long, in ms. */
  readonly giveUpMs?: number
  /** For platforms that stop when the answer is out; see TrackContext. */
  readonly waitUntil?: WaitUntil
  /** Keeps events over a crash: fileSpool() of twofold/sdk/file-spool, or your own. */
  readonly spool?: Spool
  readonly fetch?: Fetch
}

export interface Settings extends TwofoldOptions {
  readonly batchEvents: number
  readonly gatherMs: number
  readonly queueEvents: number
  readonly giveUpMs: number
  readonly builderForms: boolean
}

/** Throws a TypeError that names the option and what it must be. */
export function readOptions(options: TwofoldOptions): Settings {
  if (typeof options !== 'object' || options === null) {
    throw wrong('options', 'an object with url, dataset and token')
  }
  checkRequestOptions(options)
  const { callingCode, origin } = options
  if (callingCode !== undefined && !/^[1-9]\d{0,3}$/.test(callingCode)) {
    throw wrong('callingCode', 'one to four digits, such as "49"')
  }
  return {
    ...options,
    url: addressOf(options.url, 'url'),
    ...(origin === undefined ? {} : { origin: addressOf(origin, 'origin') }),
    dataset: textOf(options.dataset, 'dataset', /^\d+$/),
    token: textOf(options.token, 'token', /^[\x21-\x7e]+$/),
    builderForms: options.builderForms ?? true,
    batchEvents: wholeOf(options.batchEvents ?? BATCH_EVENTS, 'batchEvents', [1, BATCH_EVENTS_MAX]),
    gatherMs: wholeOf(options.gatherMs ?? GATHER_MS, 'gatherMs', [0, 60_000]),
    queueEvents: wholeOf(options.queueEvents ?? QUEUE_EVENTS, 'queueEvents', [1, 1_000_000]),
    giveUpMs: wholeOf(options.giveUpMs ?? GIVE_UP_MS, 'giveUpMs', [1, 7 * GIVE_UP_MS]),
  }
}

/** Those that an adapter takes, too. */
export function checkRequestOptions(options: RequestOptions): void {
  const { cookieDomain, origin, ipHeader, trustedProxies = 0 } = options
  if (ipHeader !== undefined && /^(x-)?forwarded(-for)?$/i.test(ipHeader)) {
    throw wrong('ipHeader', 'a header with one address; for X-Forwarded-For set trustedProxies')
  }
  if (cookieDomain !== undefined && !/^[a-z\d-]+(\.[a-z\d-]+)+$/.test(cookieDomain)) {
    throw wrong('cookieDomain', 'a domain in lower case without a dot in front, such as shop.com')
  }
  if (origin !== undefined) addressOf(origin, 'origin')
  wholeOf(trustedProxies, 'trustedProxies', [0, 10])
}

function addressOf(value: unknown, name: string): string {
  const what = 'the address of a server, such as https://events.shop.com, without a query'
  let url: URL
  try {
    url = new URL(String(value))
  } catch {
    throw wrong(name, what)
  }
  const isPlain = !url.search && !url.hash && !url.username && !url.password
  if (!/^https?:$/.test(url.protocol) || !isPlain) throw wrong(name, what)
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

function textOf(value: unknown, name: string, form: RegExp): string {
  // Environment variables come with line breaks more often than with intent.
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : ''
  if (!text) throw wrong(name, 'given; it is empty. Is the environment variable set?')
  if (form.test(text)) return text
  throw wrong(name, name === 'token' ? 'a token as Twofold gave it' : "a dataset's id, digits only")
}

function wholeOf(value: number, name: string, [min, max]: readonly [number, number]): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw wrong(name, `a whole number from ${min} to ${max}`)
}

function wrong(name: string, what: string): TypeError {
  return new TypeError(`twofold: ${name} must be ${what}.`)
}
