/**
 * What went wrong after the client was made, as a value: the SDK never throws into the user's code.
 * Carries counts, event ids and the server's words; never a token, a value of a person or an
 * address with a query. sender.ts and client.ts make them, `onError` gets them.
 */
import { PROBLEM_CHARS_MAX, WARN_MS } from './limits.ts'
import type { Platform } from './platform.ts'

export type ProblemCode =
  /** The call could not be made into an event; nothing of it is sent. */
  | 'invalid_event'
  /** Too many events wait; the newest are refused until there is room. */
  | 'queue_full'
  /** The server does not answer; the events wait and are tried again. */
  | 'delayed'
  /** The server refused events; sending them again would not help. */
  | 'refused'
  /** Events were tried as long as was allowed, or the client was closed first. */
  | 'given_up'
  /** The spool could not keep or bring back events; those in memory are sent all the same. */
  | 'spool_failed'
  /** A visitor's request passed on by the relay did not reach the server, or names no address. */
  | 'relay_failed'

export interface TwofoldProblem {
  readonly code: ProblemCode
  /** What happened and what to do, in words. */
  readonly message: string
  /** How many events it is about. */
  readonly events: number
  /** Of the first of them. */
  readonly eventIds?: readonly string[]
  /** Of the server's answer, if there was one. */
  readonly status?: number
}

export type Report = (problem: TwofoldProblem) => void

/** Whatever the user's own function does, nothing comes back from it. */
export function safeReport(onError: Report | undefined, platform: Platform): Report {
  const tell = onError ?? warning(platform)
  return (problem) => {
    try {
      const returned = tell(problem) as unknown
      if (returned instanceof Promise) returned.catch(() => undefined)
    } catch {
      // There is nobody left to tell.
    }
  }
}

/** The default: each kind of problem at most once a minute. */
function warning({ nowMs, warn }: Platform): Report {
  const toldAtMs = new Map<ProblemCode, number>()
  return ({ code, message }) => {
    const last = toldAtMs.get(code)
    if (last !== undefined && nowMs() - last < WARN_MS) return
    toldAtMs.set(code, nowMs())
    warn(`twofold: ${message}`)
  }
}

export function shortened(words: string): string {
  return words.length > PROBLEM_CHARS_MAX ? `${words.slice(0, PROBLEM_CHARS_MAX)}…` : words
}

/** "1 event", "3 events". */
export function countOf(events: number): string {
  return events === 1 ? '1 event' : `${events} events`
}

/** The name or code of what a failed fetch threw; its message may hold an address. */
export function reasonOf(error: unknown): string {
  const { name, cause } = Object(error) as { name?: unknown; cause?: { code?: unknown } }
  const code = cause?.code
  if (typeof code === 'string') return code
  return name === 'TimeoutError' ? 'no answer in time' : 'the network failed'
}
