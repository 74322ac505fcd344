/**
 * The equation of the relay: per destination, what was created is the sum of the states and of the
 * dead letters let go. From the
 * counters, or (deep) also counted from what is stored. Called by doctor.ts.
 */
import type { DeliveryAudit, DeliveryState, DestinationStatus } from '../store/outbox.ts'
import type { Store } from '../store/store.ts'
import type { DoctorAnswer } from './types.ts'

type Deliveries = DoctorAnswer['datasets'][number]['deliveries']
type Counted = Pick<
  DestinationStatus,
  'destination_id' | 'created' | 'created_further' | 'states' | 'let_go'
>

interface Examined {
  readonly deliveries: Deliveries
  readonly problems: readonly string[]
}

export async function examineDeliveries(store: Store, id: string): Promise<Examined> {
  const statuses = await store.destinationStatus(id)
  const deliveries = statuses.map((status) => ({ ...countsOf(status), skipped: status.skipped }))
  return { deliveries, problems: statuses.flatMap(unbalanced) }
}

/** Both sides of an audit are of one moment, so deliveries may go on meanwhile. */
export async function countDeliveries(store: Store, id: string): Promise<Examined> {
  const audits = await store.auditDeliveries(id)
  const skips = new Map(
    (await store.destinationStatus(id)).map((status) => [status.destination_id, status.skipped]),
  )
  const deliveries = audits.map((audit) => ({
    ...countsOf(audit),
    skipped: skips.get(audit.destination_id) ?? {},
    stored: { ...audit.stored },
  }))
  return { deliveries, problems: audits.flatMap((one) => [...unbalanced(one), ...outside(one)]) }
}

function countsOf({ destination_id, created, created_further, let_go, states }: Counted) {
  return { destination_id, created, created_further, let_go, states: { ...states } }
}

function unbalanced(counted: Counted): string[] {
  const { destination_id, created, created_further, let_go, states } = counted
  const sum = Object.values(states).reduce((total, n) => total + n, let_go)
  if (sum === created + created_further) return []
  return [
    `destination ${destination_id}: ${created + created_further} deliveries were created, ` +
      `the states and those let go add up to ${sum}`,
  ]
}

function outside({ destination_id, states, stored }: DeliveryAudit): string[] {
  return (Object.keys(states) as DeliveryState[])
    .filter((state) => states[state] !== stored[state])
    .map(
      (state) =>
        `destination ${destination_id}: ${state}: the counters say ${states[state]}, ` +
        `the stored deliveries ${stored[state]}`,
    )
}
