/**
 * Sends a batch until every event has its outcome: where an API refuses a batch as a whole, it is
 * halved until the bad event is found, and the others are delivered. Knows no API. Called by the
 * destinations whose API does not say which event was wrong.
 */
import { BATCH_REQUESTS_MAX } from '../limits.ts'
import type { Exchange, Outcome, Sent } from './destination.ts'
import type { Verdict } from './post-json.ts'

export interface PartAnswer {
  readonly exchange: Exchange
  /** One for all of the part, or one each; undefined: not taken, send it without the others. */
  readonly verdict: Verdict | readonly (Outcome | undefined)[]
}

/**
 * Costs one request where all is well and about 2 log2(n) for one bad event in n. What was not
 * settled after BATCH_REQUESTS_MAX requests, or when the try was ended, is tried again later.
 */
export async function settleBatch<Event>(
  events: readonly Event[],
  sendPart: (part: readonly Event[]) => Promise<PartAnswer>,
  signal: AbortSignal,
): Promise<Sent> {
  const outcomes: Outcome[] = events.map(() => NOT_YET)
  const exchanges: Exchange[] = []
  const waiting: (readonly number[])[] = [events.map((_, index) => index)]
  for (let part = waiting.pop(); part; part = waiting.pop()) {
    if (exchanges.length >= BATCH_REQUESTS_MAX || signal.aborted) break
    const answer = await sendPart(part.map((index) => events[index] as Event))
    exchanges.push(answer.exchange)
    const { verdict } = answer
    if (!('state' in verdict)) {
      waiting.push(...settleEach(part, verdict, outcomes))
      continue
    }
    if (verdict.state === 'split') {
      waiting.push(...halve(part, verdict, outcomes))
      continue
    }
    for (const index of part) outcomes[index] = verdict
    if (verdict.state === 'delivered' || verdict.state === 'rejected') continue
    // The remote is down, busy or refuses us: the rest would fare no better.
    for (const index of waiting.flat()) outcomes[index] = verdict
    break
  }
  return { outcomes, exchanges }
}

const NOT_YET: Outcome = {
  state: 'retry',
  code: 'not_settled',
  detail: 'The search for the refused event was not finished; it goes on with the next try.',
}

/** Returns what has to be sent again. */
function settleEach(
  part: readonly number[],
  verdicts: readonly (Outcome | undefined)[],
  outcomes: Outcome[],
): (readonly number[])[] {
  const open = part.filter((index, at) => {
    const outcome = verdicts[at]
    if (outcome) outcomes[index] = outcome
    return !outcome
  })
  if (open.length === 0) return []
  return open.length < part.length ? [open] : halve(part, UNNAMED, outcomes)
}

const UNNAMED = { code: 'refused', detail: 'The request was refused without a reason.' }

/** The first half is sent first: it is popped from the end. */
function halve(
  part: readonly number[],
  { code, detail }: { readonly code: string; readonly detail: string },
  outcomes: Outcome[],
): (readonly number[])[] {
  const [first] = part
  if (part.length < 2) {
    if (first !== undefined) outcomes[first] = { state: 'rejected', code, detail }
    return []
  }
  const middle = Math.ceil(part.length / 2)
  return [part.slice(middle), part.slice(0, middle)]
}
