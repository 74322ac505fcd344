/**
 * One batch to Meta. What is certain to be refused is not sent; the rest goes in as few requests as
 * fit; a refused one is bisected, so that only the bad events end rejected, with Meta's own code
 * and words. Whatever stops the search leaves the undecided events as it found them.
 */
import {
  EVENTS_PER_REQUEST_MAX,
  META_BODY_BYTES_MAX,
  META_REQUESTS_PER_BATCH_MAX,
  META_UNPROVEN_REQUESTS_MAX,
} from '../limits.ts'
import { bisect, type GroupAnswer } from './bisect.ts'
import type { Exchange, OutboundEvent, Outcome, SendPorts, Sent } from './destination.ts'
import { readAnswer } from './meta-answer.ts'
import { refusedBeforehand } from './meta-check.ts'
import { META_ANSWERS } from './meta-errors.ts'
import { usagePauseMs } from './meta-pace.ts'
import { metaPayload } from './meta-payload.ts'
import { type MetaRequest, metaRequest, postEvents } from './meta-request.ts'
import type { MetaSettings } from './meta-settings.ts'

/** One event on the wire: its place in the batch and its JSON. */
interface Item {
  readonly place: number
  readonly text: string
}

interface Refusal {
  readonly outcome: Outcome
  /** Event or setting, see `doubt` in meta-errors.ts: what to do in the second case. */
  readonly inDoubt?: string
}

interface Batch {
  readonly request: MetaRequest
  readonly ports: SendPorts
  readonly outcomes: (Outcome | undefined)[]
  readonly exchangeOf: (number | undefined)[]
  readonly exchanges: Exchange[]
  readonly doubted: { readonly place: number; readonly outcome: Outcome; readonly fix: string }[]
  /** An event was taken, so the settings are good. */
  proven: boolean
  pauseMs: number
  /** What became of all that is undecided, once the search has ended early. */
  stop: Outcome | undefined
}

export async function sendToMeta(
  events: readonly OutboundEvent[],
  settings: MetaSettings,
  ports: SendPorts,
): Promise<Sent> {
  const batch: Batch = {
    request: metaRequest(settings),
    ports,
    outcomes: events.map(({ event }) =>
      settings.check_first ? refusedBeforehand(event) : undefined,
    ),
    exchangeOf: events.map(() => undefined),
    exchanges: [],
    doubted: [],
    proven: false,
    pauseMs: 0,
    stop: undefined,
  }
  const items = events.flatMap(({ event, payload }, place) =>
    batch.outcomes[place] ? [] : [{ place, text: payload ?? JSON.stringify(metaPayload(event)) }],
  )
  for (const chunk of chunksOf(items)) await sendChunk(batch, chunk)
  settleDoubted(batch)
  const { outcomes, exchanges, exchangeOf, pauseMs } = batch
  return {
    outcomes: outcomes.map((outcome) => outcome ?? SEARCH_CUT),
    exchanges,
    exchangeOf,
    ...(pauseMs > 0 && { pauseMs }),
  }
}

const SEARCH_CUT: Outcome = {
  state: 'retry',
  code: 'search_cut',
  detail: `${META_ANSWERS.search_cut.about} This one waits for the next try.`,
}

/** In order, each within the events and bytes of one request. */
function chunksOf(items: readonly Item[]): Item[][] {
  const chunks: Item[][] = []
  let bytesLeft = 0
  for (const item of items) {
    const bytes = Buffer.byteLength(item.text) + 1
    if (bytes > bytesLeft || chunks.at(-1)?.length === EVENTS_PER_REQUEST_MAX) {
      chunks.push([])
      bytesLeft = META_BODY_BYTES_MAX - ENVELOPE_BYTES
    }
    chunks.at(-1)?.push(item)
    bytesLeft -= bytes
  }
  return chunks
}

/** More than what stands around the events in a body. */
const ENVELOPE_BYTES = 1024

async function sendChunk(batch: Batch, chunk: readonly Item[]): Promise<void> {
  const requestsLeft = META_REQUESTS_PER_BATCH_MAX - batch.exchanges.length
  const { taken, refused, rest } = await bisect(chunk, (group) => ask(batch, group), requestsLeft)
  for (const { place } of taken) batch.outcomes[place] = { state: 'delivered' }
  for (const { item, refusal } of refused) {
    const { outcome, inDoubt: fix } = refusal
    if (fix === undefined) batch.outcomes[item.place] = outcome
    else batch.doubted.push({ place: item.place, outcome, fix })
  }
  for (const { place } of rest) batch.outcomes[place] = batch.stop ?? SEARCH_CUT
}

async function ask(batch: Batch, group: readonly Item[]): Promise<GroupAnswer<Refusal>> {
  const { ports, request, exchanges } = batch
  if (ports.signal.aborted) batch.stop ??= STOPPED
  if (batch.stop) return { kind: 'stopped' }
  const texts = group.map(({ text }) => text)
  const reply = await postEvents(request, texts, ports)
  const exchange = exchanges.push(reply.exchange) - 1
  for (const { place } of group) batch.exchangeOf[place] = exchange
  const reading = readAnswer(reply, group.length, ports.nowMs())
  batch.pauseMs = Math.max(batch.pauseMs, usagePauseMs(reply.headers))
  switch (reading.kind) {
    case 'taken': {
      batch.proven = true
      const but = [...reading.but].map(([item, outcome]) => ({ item, refusal: { outcome } }))
      return { kind: 'taken', but }
    }
    case 'too_large':
      return { kind: 'too_large', refusal: { outcome: reading.outcome } }
    case 'stop':
      batch.stop = reading.outcome
      batch.pauseMs = Math.max(batch.pauseMs, reading.pauseMs ?? 0)
      return { kind: 'stopped' }
    case 'refused': {
      const { outcome, inDoubt, fix, named } = reading
      if (inDoubt && !batch.proven && exchanges.length >= META_UNPROVEN_REQUESTS_MAX) {
        batch.stop = heldInDoubt(outcome, fix)
        return { kind: 'stopped' }
      }
      return { kind: 'refused', refusal: { outcome, ...(inDoubt && { inDoubt: fix }) }, named }
    }
  }
}

const STOPPED: Outcome = { state: 'retry', code: 'stopped', detail: META_ANSWERS.stopped.about }

/**
 * Refusals for which a setting may be at fault. One event of the batch was taken: then it is not.
 * None was: rejecting them could lose good events for a wrong setting, so the owner is asked.
 */
function settleDoubted({ doubted, outcomes, proven, stop }: Batch): void {
  for (const { place, outcome, fix } of doubted) {
    outcomes[place] = proven ? outcome : (stop ?? heldInDoubt(outcome, fix))
  }
}

function heldInDoubt(outcome: Outcome, fix: string): Outcome {
  if (outcome.state === 'delivered') return outcome
  const { code, detail } = outcome
  const why = 'No event of the batch was taken, so a setting may be at fault.'
  return { state: 'held', code, detail: `${detail} ${why} ${fix}` }
}
