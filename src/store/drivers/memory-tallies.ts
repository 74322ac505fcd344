/** The counters of the memory driver's outbox: per destination, and per destination and hour. */
import type { DeliveryState, HourlyDeliveries, SkipWrite } from '../outbox.ts'

type Where = { readonly dataset_id: string; readonly destination_id: string }
type Writable<T> = { -readonly [K in keyof T]: T[K] }

interface Tally extends Where {
  readonly counts: { created: number; created_further: number; let_go: number }
  readonly states: Record<DeliveryState, number>
  readonly skipped: Map<string, number>
  readonly hours: Map<number, Writable<HourlyDeliveries>>
}

const HOUR_S = 3600
const nameOf = ({ dataset_id, destination_id }: Where): string => `${dataset_id}\n${destination_id}`

export class MemoryTallies {
  readonly #tallies = new Map<string, Tally>()

  destination({ dataset_id, destination_id }: Where): Tally {
    const name = nameOf({ dataset_id, destination_id })
    const known = this.#tallies.get(name)
    if (known) return known
    const tally: Tally = {
      ...{ dataset_id, destination_id },
      counts: { created: 0, created_further: 0, let_go: 0 },
      states: { pending: 0, leased: 0, retrying: 0, held: 0, delivered: 0, rejected: 0 },
      skipped: new Map(),
      hours: new Map(),
    }
    this.#tallies.set(name, tally)
    return tally
  }

  hour(where: Where, nowMs: number): Writable<HourlyDeliveries> {
    const { destination_id, hours } = this.destination(where)
    const hour_s = Math.floor(nowMs / 1000 / HOUR_S) * HOUR_S
    const row = hours.get(hour_s) ?? {
      destination_id,
      hour_s,
      delivered: 0,
      rejected: 0,
      retried: 0,
    }
    hours.set(hour_s, row)
    return row
  }

  skip(skip: SkipWrite): void {
    const { skipped } = this.destination(skip)
    skipped.set(skip.reason, (skipped.get(skip.reason) ?? 0) + skip.n)
  }

  of(datasetId: string): Tally[] {
    return [...this.#tallies.values()]
      .filter(({ dataset_id }) => dataset_id === datasetId)
      .sort((a, b) => (a.destination_id < b.destination_id ? -1 : 1))
  }

  hours(datasetId: string, fromS: number, toS: number): HourlyDeliveries[] {
    return this.of(datasetId).flatMap(({ hours }) =>
      [...hours.values()]
        .filter(({ hour_s }) => hour_s + HOUR_S > fromS && hour_s < toS)
        .sort((a, b) => a.hour_s - b.hour_s)
        .map((row) => ({ ...row })),
    )
  }

  forget(where: Where): void {
    this.#tallies.delete(nameOf(where))
  }
}
