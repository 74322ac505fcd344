/**
 * Events of sources into ingest: completed with the shopper of the Purchase where a refund names
 * nobody, and with what came of each. Called by translator.ts.
 */
import type { Dataset } from '../../event/dataset.ts'
import { mergeLegs } from '../../event/merge.ts'
import type { Accept, Delivery, Outcome } from '../../ingest/ingest.ts'
import { INBOX_EVENTS_SHOWN_MAX } from '../../limits.ts'
import type { InboxEvent } from '../../store/inbox.ts'
import type { Store } from '../../store/store.ts'
import type { CommonSettings } from '../source.ts'
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
    events.map((planned) => ({
      job,
      planned,
      code: planned.test ? (settings.test_event_code ?? undefined) : undefined,
    })),
  )
  const outcomes = new Map<(typeof all)[number], Outcome>()
  for (const [code, group] of Map.groupBy(all, (one) => one.code)) {
    const events = []
    for (const { planned } of group) events.push(await completed(planned, dataset, ports))
    const done = await ports.accept(
      deliveryOf(
        dataset,
        code,
        group.map((one) => one.planned),
        events,
      ),
    )
    for (const [index, one] of group.entries()) {
      const outcome = done[index]
      if (outcome) outcomes.set(one, outcome)
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

function deliveryOf(
  dataset: Dataset,
  testEventCode: string | undefined,
  planned: readonly PlannedEvent[],
  events: readonly unknown[],
): Delivery {
  return {
    dataset,
    envelope: {
      channel: 'other',
      via: 'source',
      ...(testEventCode === undefined ? {} : { test_event_code: testEventCode }),
    },
    events,
    perEvent: planned.map(({ consent }) =>
      consent ? { consent: { state: consent, signal: 'api' } } : {},
    ),
    bytes: JSON.stringify(events).length,
  }
}

/** Of the last events of an order that are looked through for its Purchase. */
const ORDER_EVENTS_READ = 20

/** A refund names the shopper of its purchase: hashed, as it is stored. */
async function completed(
  { event, joinFrom }: PlannedEvent,
  { dataset_id }: Dataset,
  { store }: HandOverPorts,
): Promise<unknown> {
  if (joinFrom === undefined) return event
  const query = { dataset_id, order_id: joinFrom, limit: ORDER_EVENTS_READ }
  const { events } = await store.events(query)
  const bought = events.find(({ legs: [kept] }) =>
    /^(Purchase|Renewal)$/.test(kept.event.event_name),
  )
  return bought ? { ...event, user_data: mergeLegs(bought.legs).user_data } : event
}
