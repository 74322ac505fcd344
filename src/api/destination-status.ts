/**
 * A destination as people see it: its settings (masked by relay/configs.ts), what the relay says of
 * it and what the store counts. Called by destinations.ts; reads counters, never events.
 */
import type { z } from 'zod'
import type { Alarm, DestinationKey, DestinationView, LaneStatus } from '../relay/view.ts'
import type { DestinationStatus, HourlyDeliveries } from '../store/outbox.ts'
import type { destinationSchema } from './destination-schemas.ts'
import type { Context } from './ports.ts'

type Shown = z.infer<typeof destinationSchema>

const HOUR_S = 3600
const HOURS_SHOWN = 24

/** In the order given. */
export async function shownDestinations(
  context: Context,
  datasetId: string,
  views: readonly DestinationView[],
): Promise<Shown[]> {
  if (views.length === 0) return []
  const { store, relay, destinations, nowMs } = context
  const toS = Math.floor(nowMs() / 1000) + 1
  const [counted, hours] = await Promise.all([
    store.destinationStatus(datasetId),
    store.deliveryHours(datasetId, toS - (toS % HOUR_S) - (HOURS_SHOWN - 1) * HOUR_S, toS),
  ])
  const titles = new Map(destinations.types().map(({ name, title }) => [name, title]))
  const lanes = relay.lanes(datasetId)
  const alarms = relay.alarms(datasetId)
  return views.map((view) => {
    const own = <T extends { readonly destination_id: string }>(all: readonly T[]): T[] =>
      all.filter(({ destination_id }) => destination_id === view.destination_id)
    const { created_at_ms, problem, ...rest } = view
    return {
      ...rest,
      title: titles.get(view.type) ?? view.type,
      created_at: Math.floor(created_at_ms / 1000),
      problem: problem ?? null,
      status: {
        ...laneOf(view, own(lanes)[0]),
        ...countsOf(own(counted)[0]),
        alarm: alarmOf(own(alarms)[0]),
        hours: own(hours).map(hourOf),
      },
    }
  })
}

type Status = Shown['status']

function laneOf(
  { enabled }: DestinationView,
  lane: LaneStatus | undefined,
): Pick<Status, 'lane' | 'until_ms' | 'in_flight' | 'last_error' | 'last_delivered_ms'> {
  return {
    lane: lane?.state ?? (enabled ? 'running' : 'disabled'),
    until_ms: whole(lane?.until_ms),
    in_flight: lane?.in_flight ?? 0,
    last_error: lane?.last_error ? errorOf(lane.last_error) : null,
    last_delivered_ms: whole(lane?.last_delivered_ms),
  }
}

function errorOf({
  code,
  detail,
  at_ms,
  mended_ms,
}: NonNullable<LaneStatus['last_error']>): Status['last_error'] {
  return { code, detail, at_ms: floor(at_ms), mended_ms: whole(mended_ms) }
}

/** What is still to be sent to one, on hold or not: a look at counters. */
export async function waitingOf(
  { store }: Pick<Context, 'store'>,
  { dataset_id, destination_id }: DestinationKey,
): Promise<number> {
  const counted = await store.destinationStatus(dataset_id)
  return countsOf(counted.find((one) => one.destination_id === destination_id)).waiting
}

const NONE = { pending: 0, leased: 0, retrying: 0, held: 0, delivered: 0, rejected: 0 }

function countsOf(
  counted: DestinationStatus | undefined,
): Pick<
  Status,
  'created' | 'created_further' | 'states' | 'let_go' | 'waiting' | 'oldest_waiting_ms' | 'skipped'
> {
  const states = counted?.states ?? NONE
  return {
    created: counted?.created ?? 0,
    created_further: counted?.created_further ?? 0,
    let_go: counted?.let_go ?? 0,
    states: { ...states },
    waiting: states.pending + states.leased + states.retrying + states.held,
    oldest_waiting_ms: whole(counted?.oldest_waiting_ms),
    skipped: { ...counted?.skipped },
  }
}

function alarmOf(alarm: Alarm | undefined): Status['alarm'] {
  if (!alarm) return null
  const { code, detail, since_ms, next_try_ms } = alarm
  return { code, detail, since_ms: floor(since_ms), next_try_ms: whole(next_try_ms) }
}

function hourOf({
  hour_s,
  delivered,
  rejected,
  retried,
}: HourlyDeliveries): Status['hours'][number] {
  return { time: hour_s, delivered, rejected, retried }
}

const floor = Math.floor

function whole(ms: number | undefined): number | null {
  return ms === undefined || !Number.isFinite(ms) ? null : floor(ms)
}
