/**
 * One try of one batch: within its time, whatever the destination's code does, and what it means
 * for every delivery of it. Secrets are hidden from all that is kept. Called by lane.ts, which
 * decides what it means for the destination.
 */
import type { Outcome, SendPorts, Sent } from '../destinations/destination.ts'
import {
  DELIVERY_DETAIL_CHARS_MAX,
  EXCHANGE_ANSWER_CHARS_MAX,
  SEND_HARD_MS,
  SEND_LAST_WORDS_MS,
} from '../limits.ts'
import { hideSecrets } from '../secret-settings.ts'
import type { ExchangeRecord, Settlement } from '../store/outbox.ts'
import { backoffMs } from './backoff.ts'
import { type Batch, keyOf } from './batch.ts'
import type { Opened } from './configs.ts'
import type { Problem } from './view.ts'

export type Ready = Extract<Opened, { state: 'ready' }>

/** Resolves after `ms`, or at once when `signal` is given up. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>

export interface TryPorts extends Omit<SendPorts, 'signal'> {
  readonly sleep: Sleep
  /** The server stops: what is under way is cut off. */
  readonly cut: AbortSignal
}

export interface Tried {
  readonly outcomes: readonly Outcome[]
  readonly exchanges: readonly ExchangeRecord[]
  /** Which exchange decided the event at an index. */
  readonly exchangeOf: (index: number) => number | undefined
  readonly pauseMs: number
  readonly ms: number
}

/** Never rejects. */
export async function trySend(batch: Batch, ready: Ready, ports: TryPorts): Promise<Tried> {
  const { sleep, cut, nowMs, fetch, random } = ports
  const startedMs = nowMs()
  const giveUp = new AbortController()
  const over = new AbortController()
  const sent = ask(batch, ready, { fetch, nowMs, random, signal: giveUp.signal })
  let answer = await Promise.race([sent, tooLate(ports, over.signal)])
  if (answer === undefined) {
    giveUp.abort(cut.aborted ? undefined : new DOMException('hard timeout', 'TimeoutError'))
    // It may know that half of the batch went through: what it says now saves sending that twice.
    const lost = sleep(SEND_LAST_WORDS_MS, over.signal).then(() => undefined)
    answer = await Promise.race([sent, lost])
  }
  over.abort()
  const kept = answer ?? allRetry(batch, { ...(cut.aborted ? STOPPED : TIMEOUT), lost: true })
  return triedOf(kept, ready, { startedMs, nowMs: nowMs() })
}

/** After the hard timeout, or at once when the server cuts off; earlier when it is `over`. */
async function tooLate({ sleep, cut }: TryPorts, over: AbortSignal): Promise<undefined> {
  const wait = new AbortController()
  const end = (): void => wait.abort()
  over.addEventListener('abort', end, { once: true })
  // Not AbortSignal.any: `cut` lives as long as the server and would remember every batch.
  cut.addEventListener('abort', end, { once: true })
  if (cut.aborted) end()
  await sleep(SEND_HARD_MS, wait.signal)
  cut.removeEventListener('abort', end)
}

const TIMEOUT: Problem = {
  code: 'timeout',
  detail: `There was no answer within ${SEND_HARD_MS / 1000} s.`,
}
const STOPPED: Problem = { code: 'stopped', detail: 'The server stopped before the answer came.' }

async function ask({ events }: Batch, ready: Ready, ports: SendPorts): Promise<Sent> {
  try {
    const sent = await ready.destination.send(events, ready.settings, ports)
    if (sent.outcomes.length === events.length) return sent
    throw new RangeError('not one outcome per event')
  } catch (error) {
    // Its message may quote a token or a person: only its name is told.
    const name = error instanceof Error ? error.name : 'error'
    if (ports.signal.aborted) return allRetry({ events }, { ...TIMEOUT, lost: true })
    return allRetry({ events }, { code: 'internal', detail: `Sending failed here (${name}).` })
  }
}

function allRetry(
  { events }: Pick<Batch, 'events'>,
  problem: Problem & { readonly lost?: true },
): Sent {
  return { outcomes: events.map(() => ({ state: 'retry', ...problem })), exchanges: [] }
}

function triedOf(
  { outcomes, exchanges, exchangeOf, pauseMs }: Sent,
  { secrets }: Ready,
  { startedMs, nowMs }: { readonly startedMs: number; readonly nowMs: number },
): Tried {
  const hidden = (text: string, charsMax: number): string =>
    hideSecrets(text, secrets).slice(0, charsMax)
  const last = exchanges.length > 0 ? exchanges.length - 1 : undefined
  return {
    outcomes: outcomes.map((outcome) =>
      outcome.state === 'delivered'
        ? outcome
        : { ...outcome, detail: hidden(outcome.detail, DELIVERY_DETAIL_CHARS_MAX) },
    ),
    exchanges: exchanges.map(({ url, status, ms, events, answer }) => ({
      at_ms: nowMs,
      url: hideSecrets(url, secrets),
      status,
      ms,
      events,
      answer: hidden(answer, EXCHANGE_ANSWER_CHARS_MAX),
    })),
    exchangeOf: (index) => (exchangeOf ? exchangeOf[index] : last),
    pauseMs: pauseMs ?? 0,
    ms: nowMs - startedMs,
  }
}

/** What a try of a whole batch says about its destination. */
export type Verdict =
  | { readonly kind: 'taken' }
  | ({ readonly kind: 'failed'; readonly afterMs: number } & Problem)
  /** `inDoubt`: or the events are bad; newer ones find it out. */
  | ({ readonly kind: 'held'; readonly inDoubt: boolean } & Problem)

/** One event held: the destination is. Every event to be tried again: the try failed. */
export function verdictOf({ outcomes }: Tried): Verdict {
  const held = outcomes.filter((outcome) => outcome.state === 'held')
  const worst = held.find(({ doubt }) => doubt === undefined) ?? held[0]
  if (worst) {
    const { code, detail, doubt } = worst
    return { kind: 'held', code, detail, inDoubt: doubt !== undefined }
  }
  const retries = outcomes.filter((outcome) => outcome.state === 'retry')
  const [first] = retries
  if (!first || retries.length < outcomes.length) return { kind: 'taken' }
  const afterMs = Math.max(0, ...retries.map((retry) => retry.afterMs ?? 0))
  return { kind: 'failed', code: first.code, detail: first.detail, afterMs }
}

interface Settling {
  readonly nowMs: number
  readonly random: () => number
  /** Cut off by the stop of the server: what has no answer was not tried. */
  readonly cut: boolean
  /** The settings changed meanwhile: what was held under the old ones is tried with the new. */
  readonly outdated: boolean
}

export function settlementsOf(batch: Batch, tried: Tried, settling: Settling): Settlement[] {
  return batch.claimed.map((claimed, index) => {
    const outcome = tried.outcomes[index]
    if (!outcome) throw new Error('one outcome per event')
    const exchange = tried.exchangeOf(index)
    const key = { ...keyOf(claimed), ...(exchange === undefined ? {} : { exchange }) }
    const { nowMs, random, cut, outdated } = settling
    if (outcome.state === 'delivered') return { ...key, state: 'delivered' }
    const isLost = outcome.state === 'retry' && outcome.lost
    const maybe = isLost ? { maybe_sent_ms: nowMs - tried.ms } : {}
    const { code, detail } = outcome
    if (outcome.state === 'rejected') return { ...key, state: 'rejected', code, detail }
    if (outcome.state === 'held' && !outdated) return { ...key, state: 'held', code, detail }
    if (cut || outcome.state === 'held') {
      return { ...keyOf(claimed), state: 'pending', due_ms: nowMs, ...maybe }
    }
    const { attempts } = claimed
    const due_ms = nowMs + backoffMs({ attempts, afterMs: outcome.afterMs }, random)
    return { ...key, state: 'retrying', due_ms, code, detail, ...maybe }
  })
}
