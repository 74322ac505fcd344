/**
 * Events of sources into ingest: completed by identity.ts with what else is known of the
 * shopper, and with what came of each. Called by translator.ts.
 */
import type { Dataset } from '../../event/dataset.ts'
import type { Accept, Delivery, Outcome } from '../../ingest/ingest.ts'
import {
  BODY_UNPACKED_BYTES_MAX,
  EVENTS_PER_REQUEST_MAX,
  INBOX_EVENTS_SHOWN_MAX,
} from '../../limits.ts'
import type { InboxEvent } from '../../store/inbox.ts'
import type { Store } from '../../store/store.ts'
import type { CommonSettings } from '../source.ts'
import { type Completed, completed } from './identity.ts'
import type { PlannedEvent } from './plan.ts'

export interface HandOverPorts {
  readonly accept: Accept
  readonly store: Pick<Store, 'events'>
}

/** The events of one delivery. */
export interface Wanted {
  readonly settings: CommonSettings
  readonly events: readonly PlannedEvent[]
}

export interface HandedOver {
  readonly events: readonly InboxEvent[]
  /** Ingest takes none of them, ever: each is too old, or has no time. */
  readonly refused: { readonly reason: string; readonly detail: string } | undefined
}

/** One per delivery, in order. Throws what accept throws: then it is all to be done again. */
export async function handOver(
  wanted: readonly Wanted[],
  dataset: Dataset,
  ports: HandOverPorts,
): Promise<readonly HandedOver[]> {
  const all = wanted.flatMap(({ events, settings }, job) =>
    events.map(
      (planned): One => ({
        job,
        planned,
        code: planned.test ? (settings.test_event_code ?? undefined) : undefined,
      }),
    ),
  )
  const outcomes = new Map<One, Outcome>()
  for (const [code, group] of Map.groupBy(all, (one) => one.code)) {
    for await (const slice of slicesOf(group, dataset, ports)) {
      const done = await ports.accept(deliveryOf(dataset, code, slice))
      for (const [index, { one }] of slice.entries()) {
        const outcome = done[index]
        if (outcome) outcomes.set(one, outcome)
      }
    }
  }
  return wanted.map((_, job) => {
    const own = all.filter((one) => one.job === job)
    const done = own.map((one) => outcomes.get(one))
    const isRefused = done.length > 0 && done.every((one) => one?.verdict === 'rejected')
    const shown = own.slice(0, INBOX_EVENTS_SHOWN_MAX).map((one): InboxEvent => {
      const { verdict = 'rejected', reason } = outcomes.get(one) ?? {}
      const { event_name, event_id } = one.planned.event
      return { event_name, event_id, verdict, ...(reason ? { reason } : {}) }
    })
    const { reason = 'rejected', problem } = done[0] ?? {}
    const detail = problem?.message ?? 'Ingest refused the event.'
    return { events: shown, refused: isRefused ? { reason, detail } : undefined }
  })
}

interface One {
  /** Its place in `wanted`. */
  readonly job: number
  readonly planned: PlannedEvent
  readonly code: string | undefined
}

interface Ready {
  readonly one: One
  readonly done: Completed
  readonly chars: number
}

/** No larger than a request may be: the queue of ingest has room for that sooner or later. */
async function* slicesOf(
  group: readonly One[],
  dataset: Dataset,
  ports: HandOverPorts,
): AsyncGenerator<readonly Ready[]> {
  let slice: Ready[] = []
  let sum = 0
  for (const one of group) {
    const done = await completed(one.planned, dataset, ports)
    const chars = JSON.stringify(done.event).length
    const isFull = slice.length === EVENTS_PER_REQUEST_MAX || sum + chars > BODY_UNPACKED_BYTES_MAX
    if (isFull && slice.length > 0) {
      yield slice
      slice = []
      sum = 0
    }
    slice.push({ one, done, chars })
    sum += chars
  }
  if (slice.length > 0) yield slice
}

function deliveryOf(
  dataset: Dataset,
  testEventCode: string | undefined,
  slice: readonly Ready[],
): Delivery {
  return {
    dataset,
    envelope: {
      channel: 'other',
      via: 'source',
      ...(testEventCode === undefined ? {} : { test_event_code: testEventCode }),
    },
    events: slice.map(({ done }) => done.event),
    perEvent: slice.map(({ done: { consent } }) => (consent ? { consent } : {})),
    bytes: slice.reduce((sum, { chars }) => sum + chars, 0),
  }
}
