/**
 * Sends a batch in as few requests as its destination needs until every event has its outcome.
 * Where a remote refuses a request as a whole, the bad events are searched for and the others
 * delivered; what stops the search leaves the undecided events to the next try. Knows no remote.
 * Called by every destination.
 */
import { SEARCH_REQUESTS_MAX, SEARCH_UNPROVEN_REQUESTS_MAX } from '../limits.ts'
import { bisect, type GroupAnswer } from './bisect.ts'
import type { Exchange, Failure, Outcome, Sent } from './destination.ts'
import { endOf } from './http-exchange.ts'

/** What an answer means for the events of its request. */
export type Verdict =
  | { readonly kind: 'taken' }
  /** One each; undefined: not taken for another's fault, and sent again without that one. */
  | { readonly kind: 'each'; readonly outcomes: readonly (Outcome | undefined)[] }
  /** None was taken, for the fault of at least one of them. */
  | ({ readonly kind: 'refused' } & Refusal & {
        /** The position of the bad one, as far as the answer says. */
        readonly named?: number | undefined
      })
  /** None was taken, and none need be bad: it is too much for one request. */
  | { readonly kind: 'too_large'; readonly outcome: Outcome }
  /** Nothing is known of them, and no other request would fare better now. */
  | { readonly kind: 'stop'; readonly outcome: Failure }

interface Refusal {
  /** Of an event that is refused alone. */
  readonly outcome: Outcome
  /**
   * A setting may be at fault, and this is what to do then. Once an event of the batch is taken, it
   * is not. While none is, rejecting could lose good events: they are held in doubt, the relay asks
   * again beside others, and the owner is asked.
   */
  readonly doubt?: string | undefined
}

export interface Answer {
  readonly exchange: Exchange
  readonly verdict: Verdict
}

export interface Batch<Event> {
  readonly events: readonly Event[]
  /** Places of the events that go together in a request at first; all in one by default. */
  readonly groups?: readonly (readonly number[])[]
  /** Requests under way at once; one by default. */
  readonly requestsMax?: number
  readonly send: (events: readonly Event[]) => Promise<Answer>
  readonly signal: AbortSignal
}

interface Settling {
  readonly outcomes: (Outcome | undefined)[]
  readonly exchanges: Exchange[]
  readonly exchangeOf: (number | undefined)[]
  /** Places of a request of which nothing was heard. */
  readonly lost: Set<number>
  readonly doubted: { readonly place: number; readonly outcome: Outcome; readonly fix: string }[]
  readonly requestsMax: number
  requests: number
  /** An event was taken, so the settings are good. */
  proven: boolean
  /** What became of all that is undecided, once the search has ended early. */
  stop: Failure | undefined
}

/** One request for each group where all is well, and at most SEARCH_REQUESTS_MAX more. */
export async function settleBatch<Event>(batch: Batch<Event>): Promise<Sent> {
  const { events, groups = [[...events.keys()]], requestsMax = 1 } = batch
  const settling: Settling = {
    outcomes: events.map(() => undefined),
    exchanges: [],
    exchangeOf: events.map(() => undefined),
    lost: new Set(),
    doubted: [],
    requestsMax: groups.length + SEARCH_REQUESTS_MAX,
    requests: 0,
    proven: false,
    stop: undefined,
  }
  const waiting = groups.values()
  const work = async (): Promise<void> => {
    for (const group of waiting) await settleGroup(batch, settling, group)
  }
  await Promise.all(Array.from({ length: Math.min(requestsMax, groups.length) }, work))
  const { outcomes, exchanges, exchangeOf, doubted, proven, stop } = settling
  for (const { place, outcome, fix } of doubted) {
    const undecided = stop && ended(settling, place)
    outcomes[place] = proven
      ? outcome
      : (undecided ?? heldInDoubt(outcome, { fix, doubt: 'alone' }))
  }
  return {
    outcomes: outcomes.map((outcome, place) => outcome ?? ended(settling, place)),
    exchanges,
    exchangeOf,
  }
}

/** Of one that is undecided. Only what was in a request without an answer may have arrived. */
function ended({ stop = SEARCH_CUT, lost }: Settling, place: number): Failure {
  if (stop.state !== 'retry') return stop
  const { lost: _, ...known } = stop
  return lost.has(place) ? { ...known, lost: true } : known
}

export const SEARCH_CUT: Failure = {
  state: 'retry',
  code: 'search_cut',
  detail:
    'Other events of the batch are bad, and finding them took too many requests. ' +
    'This one waits for the next try.',
}

async function settleGroup<Event>(
  batch: Batch<Event>,
  settling: Settling,
  group: readonly number[],
): Promise<void> {
  const { outcomes, doubted } = settling
  const ask = (part: readonly number[]) => askFor(batch, settling, part)
  const { taken, refused } = await bisect(group, ask, settling.requestsMax)
  for (const place of taken) outcomes[place] = DELIVERED
  for (const { item: place, refusal } of refused) {
    const { outcome, doubt: fix } = refusal
    if (fix === undefined) outcomes[place] = outcome
    else doubted.push({ place, outcome, fix })
  }
}

const DELIVERED: Outcome = { state: 'delivered' }
const STOPPED = { kind: 'stopped' } as const

async function askFor<Event>(
  { events, send, signal }: Batch<Event>,
  settling: Settling,
  places: readonly number[],
): Promise<GroupAnswer<Refusal>> {
  if (signal.aborted) settling.stop ??= endOf(signal)
  if (settling.stop || settling.requests >= settling.requestsMax) return STOPPED
  const index = settling.requests
  settling.requests += 1
  for (const place of places) settling.exchangeOf[place] = index
  const { exchange, verdict } = await send(places.map((place) => events[place] as Event))
  settling.exchanges[index] = exchange
  switch (verdict.kind) {
    case 'taken':
      settling.proven = true
      return verdict
    case 'each':
      return answerOfEach(verdict.outcomes, settling)
    case 'stop':
      settling.stop ??= verdict.outcome
      if (verdict.outcome.state === 'retry' && verdict.outcome.lost) {
        for (const place of places) settling.lost.add(place)
      }
      return STOPPED
    case 'too_large':
      return { kind: 'too_large', refusal: verdict }
    case 'refused': {
      const { outcome, doubt, named } = verdict
      const isSearchVain = !settling.proven && settling.requests >= SEARCH_UNPROVEN_REQUESTS_MAX
      if (doubt !== undefined && isSearchVain) {
        settling.stop ??= heldInDoubt(outcome, { fix: doubt, doubt: 'among' })
        return STOPPED
      }
      return { kind: 'refused', refusal: { outcome, doubt }, named }
    }
  }
}

function answerOfEach(
  outcomes: readonly (Outcome | undefined)[],
  settling: Settling,
): GroupAnswer<Refusal> {
  const isTaken = (outcome: Outcome | undefined) => outcome?.state === 'delivered'
  if (outcomes.some(isTaken)) settling.proven = true
  const decided = [...outcomes.entries()].flatMap(([item, outcome]) =>
    outcome ? [{ item, refusal: { outcome } }] : [],
  )
  if (decided.length === 0) return { kind: 'refused', refusal: { outcome: UNNAMED } }
  if (decided.length < outcomes.length) return { kind: 'told', bad: decided }
  return { kind: 'taken', but: decided.filter(({ refusal }) => !isTaken(refusal.outcome)) }
}

const UNNAMED: Outcome = {
  state: 'rejected',
  code: 'refused',
  detail: 'The request was refused without a reason.',
}

function heldInDoubt(
  outcome: Outcome,
  { fix, doubt }: { readonly fix: string; readonly doubt: 'alone' | 'among' },
): Failure {
  const { code, detail } = outcome as Failure
  const why = 'No event of the batch was taken, so a setting may be at fault.'
  return { state: 'held', code, detail: `${detail} ${why} ${fix}`, doubt }
}
