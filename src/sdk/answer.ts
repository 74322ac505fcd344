/**
 * What the server's answer to a batch means for its events. Pure; http.ts sends, sender.ts acts on
 * it. Refusals are worded for the owner; they hold the server's words, which name no values.
 */
import { RETRY_AFTER_MS_MAX } from './limits.ts'
import { shortened } from './problem.ts'

export type Verdict =
  /** Taken, but for the refused ones, by their place in the batch. */
  | { readonly kind: 'taken'; readonly refused: readonly Refusal[] }
  /** Those are refused, and the others are to be sent again without them. */
  | { readonly kind: 'partly'; readonly refused: readonly Refusal[]; readonly status: number }
  | { readonly kind: 'refused'; readonly reason: string; readonly status: number }
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs?: number }
  /** Too large: half of it may pass. */
  | { readonly kind: 'split' }

export interface Refusal {
  readonly place: number
  readonly reason: string
}

export interface Answer {
  readonly status: number
  readonly retryAfter: string | null
  readonly text: string
  /** How many events were sent. */
  readonly events: number
  readonly nowMs: number
}

export function readAnswer(answer: Answer): Verdict {
  const { status, events } = answer
  const body = bodyOf(answer.text)
  const alien: Verdict = { kind: 'retry', reason: `the answer ${status} is not Twofold's` }
  if (status >= 200 && status < 300) {
    // A page of a proxy says 200, too; what took the events counts them.
    if (typeof body.events_received === 'number') {
      return { kind: 'taken', refused: refusals(body.messages, events) }
    }
    return alien
  }
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const afterMs = waitMs(answer)
    const reason = `the server answered ${status}`
    return { kind: 'retry', reason, ...(afterMs === undefined ? {} : { afterMs }) }
  }
  // A proxy says so while what stands behind it starts anew; Twofold itself gives a reason.
  if (status === 404 && !body.error) return alien
  if (status === 413 && events > 1) return { kind: 'split' }
  if (status < 400) {
    return { kind: 'refused', reason: 'The address redirects: give the SDK the other.', status }
  }
  const refused = refusals(body.messages, events)
  if (refused.length > 0) return { kind: 'partly', refused, status }
  return { kind: 'refused', reason: wordsOf(body, status), status }
}

interface Body {
  readonly events_received?: unknown
  readonly messages?: unknown
  readonly error?: { readonly message?: unknown; readonly error_user_msg?: unknown }
}

function bodyOf(text: string): Body {
  try {
    return Object(JSON.parse(text)) as Body
  } catch {
    return {}
  }
}

/**
 * Of "data[3].event_time is ...". Left alone: what the owner's own settings dropped, and the good
 * events of a dataset in `meta` mode, which refuses them for the sake of a bad one.
 */
function refusals(messages: unknown, events: number): Refusal[] {
  const found: Refusal[] = []
  for (const message of Array.isArray(messages) ? messages : []) {
    const text = String(message)
    const place = /^data\[(\d+)\](?! was dropped: )/.exec(text)?.[1]
    if (place !== undefined && +place < events) {
      found.push({ place: +place, reason: shortened(text.replace(/^data\[\d+\]\.?\s*/, '')) })
    }
  }
  return found
}

/** What Meta's shape of an error says to a person, else to a program. */
function wordsOf({ error }: Body, status: number): string {
  const words = error?.error_user_msg ?? error?.message
  return typeof words === 'string' && words ? shortened(words) : `The server answered ${status}.`
}

/** Seconds, or the date of an HTTP header. */
function waitMs({ retryAfter, nowMs }: Answer): number | undefined {
  if (!retryAfter) return undefined
  const seconds = Number(retryAfter)
  const ms = Number.isNaN(seconds) ? Date.parse(retryAfter) - nowMs : seconds * 1000
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), RETRY_AFTER_MS_MAX)
}
