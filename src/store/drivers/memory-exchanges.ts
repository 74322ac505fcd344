/** What destinations were asked and answered, in the memory driver: a bounded list. */
import { EXCHANGE_MS_MAX, EXCHANGES_PER_DESTINATION_MAX } from '../../limits.ts'
import { type DeliveryKey, type DeliveryRow, type ExchangeRecord, keptExchange } from '../outbox.ts'

type Where = Pick<DeliveryKey, 'dataset_id' | 'destination_id'>

export interface KeptExchange extends Where {
  readonly no: number
  readonly record: ExchangeRecord
  /** The deliveries it brought to their end. */
  readonly delivered: DeliveryRow[]
  isKept: boolean
}

export class MemoryExchanges {
  #list: KeptExchange[] = []
  #next = 1

  all(): readonly KeptExchange[] {
    return this.#list
  }

  add({ dataset_id, destination_id }: Where, asked: ExchangeRecord): KeptExchange {
    const record = keptExchange(asked)
    const no = this.#next++
    const exchange = { no, dataset_id, destination_id, record, delivered: [], isKept: true }
    this.#list.push(exchange)
    return exchange
  }

  tidyUp(nowMs: number): void {
    const perDestination = Map.groupBy(
      this.#list,
      ({ dataset_id, destination_id }) => `${dataset_id}\n${destination_id}`,
    )
    for (const exchanges of perDestination.values()) {
      const last = exchanges.slice(-EXCHANGES_PER_DESTINATION_MAX)
      const kept = new Set(last.filter(({ record }) => record.at_ms >= nowMs - EXCHANGE_MS_MAX))
      for (const exchange of exchanges) exchange.isKept = kept.has(exchange)
    }
    this.#list = this.#list.filter(({ isKept }) => isKept)
  }

  erase({ dataset_id, destination_id }: Where): void {
    this.#list = this.#list.filter(
      (one) => one.dataset_id !== dataset_id || one.destination_id !== destination_id,
    )
  }

  /** Empties the answers of exchanges that brought such deliveries: they may name the person. */
  silence(isTheirs: (key: DeliveryKey) => boolean): void {
    for (const exchange of this.#list) {
      if (exchange.delivered.some(isTheirs)) silence(exchange)
    }
  }
}

export function silence(exchange: KeptExchange): void {
  Object.assign(exchange.record, { answer: '' })
}
