/**
 * One round's working memory: what was loaded, overlaid with what this round itself decides, so
 * that two copies in one batch meet as surely as two copies hours apart. Ends as a CommitBatch.
 */
import { amountOf } from '../event/money.ts'
import type { Channel, Leg, StoredEvent } from '../event/shape.ts'
import type { DeliveryWrite, SkipWrite } from '../store/outbox.ts'
import {
  type CommitBatch,
  type CounterDelta,
  eventKey,
  type KeyRead,
  type KeyWrite,
  keyOf,
  type Loaded,
  type MoneyDelta,
} from '../store/store.ts'

const HOUR_S = 3600

/** The counters of one hour, event name and channel, by metric. */
interface Tally {
  readonly dataset_id: string
  readonly hour_s: number
  readonly event_name: string
  readonly channel: Channel
  readonly counts: Map<string, number>
}

/** What this round has decided so far in one dataset. */
interface Overlay {
  readonly events: Map<number, StoredEvent>
  readonly window: Map<string, KeyWrite>
  readonly order: Map<string, KeyWrite>
}

export class Round {
  readonly #loaded: Loaded
  readonly #nextSeq: Map<string, number>
  readonly #overlays = new Map<string, Overlay>()
  readonly #tallies = new Map<string, Tally>()
  readonly #money = new Map<string, { -readonly [K in keyof MoneyDelta]: MoneyDelta[K] }>()
  readonly #legs: Leg[] = []
  #countedLeg: Leg | undefined
  #countedTally: Tally | undefined
  readonly #deliveries: DeliveryWrite[] = []
  readonly #skips = new Map<string, { -readonly [K in keyof SkipWrite]: SkipWrite[K] }>()

  constructor(loaded: Loaded) {
    this.#loaded = loaded
    this.#nextSeq = new Map(loaded.nextSeq)
  }

  takeSeq(datasetId: string): number {
    const seq = this.#nextSeq.get(datasetId)
    if (seq === undefined) throw new Error(`store.load gave no nextSeq for dataset ${datasetId}`)
    this.#nextSeq.set(datasetId, seq + 1)
    return seq
  }

  seqs(read: KeyRead): readonly number[] {
    const written = this.#overlayOf(read.dataset_id)[read.family].get(read.key)
    if (written) return written.seqs
    // Most keys are new: their names are not even put together while nothing was loaded.
    if (this.#loaded.seqs.size === 0) return NONE
    return this.#loaded.seqs.get(keyOf(read)) ?? NONE
  }

  event(datasetId: string, seq: number): StoredEvent | undefined {
    const decided = this.#overlayOf(datasetId).events.get(seq)
    return decided ?? this.#loaded.events.get(eventKey(datasetId, seq))
  }

  putKey({ dataset_id, family, key }: KeyRead, seqs: readonly number[], at_ms: number): void {
    this.#overlayOf(dataset_id)[family].set(key, { dataset_id, family, key, seqs, at_ms })
  }

  /** Adds a leg; `kept` is the event that a duplicate joins. */
  addLeg(leg: Leg, kept?: StoredEvent): void {
    this.#legs.push(leg)
    const { events } = this.#overlayOf(leg.envelope.dataset_id)
    if (kept) events.set(kept.legs[0].seq, { legs: [...kept.legs, leg] })
    else events.set(leg.seq, { legs: [leg] })
  }

  count(leg: Leg, metric: string, n = 1): void {
    const { counts } = this.#tallyOf(leg)
    counts.set(metric, (counts.get(metric) ?? 0) + n)
  }

  /** Adds one to each metric: one look-up for all that a leg counts. */
  countAll(leg: Leg, metrics: readonly string[]): void {
    const { counts } = this.#tallyOf(leg)
    for (const metric of metrics) counts.set(metric, (counts.get(metric) ?? 0) + 1)
  }

  /** Adds (sign 1) or takes back (-1) what an event is worth, in the hour of its kept leg. */
  addMoney(leg: Leg, money: { value?: number; currency?: string }, sign: 1 | -1): void {
    const amount = money.value === undefined ? undefined : amountOf(money.value)
    if (!amount || !money.currency) return
    const { dataset_id } = leg.envelope
    const { event_name } = leg.event
    const hour_s = hourOf(leg.envelope.received_at_ms)
    const { currency } = money
    const name = `${dataset_id}\n${hour_s}\n${currency}\n${event_name}`
    const zero = { dataset_id, hour_s, event_name, currency, units: 0, micros: 0, n: 0 }
    const sum = this.#money.get(name) ?? zero
    sum.units += sign * amount.units
    sum.micros += sign * amount.micros
    sum.n += sign
    this.#money.set(name, sum)
  }

  deliver(write: DeliveryWrite): void {
    this.#deliveries.push(write)
  }

  skip({ dataset_id, destination_id, reason, n }: SkipWrite): void {
    const name = `${dataset_id}\n${destination_id}\n${reason}`
    const known = this.#skips.get(name)
    if (known) known.n += n
    else this.#skips.set(name, { dataset_id, destination_id, reason, n })
  }

  batch(): CommitBatch {
    return {
      revision: this.#loaded.revision,
      legs: this.#legs,
      keys: [...this.#overlays.values()].flatMap(({ window, order }) => [
        ...window.values(),
        ...order.values(),
      ]),
      counters: this.#counters(),
      money: [...this.#money.values()],
      deliveries: this.#deliveries,
      skips: [...this.#skips.values()].filter(({ n }) => n !== 0),
    }
  }

  #overlayOf(datasetId: string): Overlay {
    const known = this.#overlays.get(datasetId)
    if (known) return known
    const overlay: Overlay = { events: new Map(), window: new Map(), order: new Map() }
    this.#overlays.set(datasetId, overlay)
    return overlay
  }

  /** A leg counts many things in a row: where they belong is looked up once. */
  #tallyOf(leg: Leg): Tally {
    if (leg !== this.#countedLeg || !this.#countedTally) {
      this.#countedLeg = leg
      this.#countedTally = this.#findTally(leg)
    }
    return this.#countedTally
  }

  #findTally({
    envelope: { dataset_id, channel, received_at_ms },
    event: { event_name },
  }: Leg): Tally {
    const hour_s = hourOf(received_at_ms)
    const name = `${dataset_id}\n${hour_s}\n${channel}\n${event_name}`
    const known = this.#tallies.get(name)
    if (known) return known
    const tally: Tally = { dataset_id, hour_s, event_name, channel, counts: new Map() }
    this.#tallies.set(name, tally)
    return tally
  }

  #counters(): CounterDelta[] {
    return [...this.#tallies.values()].flatMap(({ counts, ...where }) =>
      // What a twin in the same round took back again.
      [...counts].filter(([, n]) => n !== 0).map(([metric, n]) => ({ ...where, metric, n })),
    )
  }
}

const NONE: readonly number[] = []

function hourOf(receivedAtMs: number): number {
  return Math.floor(receivedAtMs / 1000 / HOUR_S) * HOUR_S
}
