/**
 * In which order deliveries are listed, and the cursor that goes on in it: newest leg first, so
 * that no page shifts while new events come in. Pure; used by the drivers only.
 */
import { TwofoldError } from '../errors.ts'
import type { DeliveryKey, DeliveryQuery, DeliveryRow } from './outbox.ts'

/** Where a delivery stands in the list. */
export interface DeliveryPlace {
  /** Seq of the leg it was made for: the one that leaves, or the kept one of a merged event. */
  readonly position: number
  readonly isLeg: boolean
  readonly destinationId: string
  /** Number of the exchange that delivered it; Infinity as long as it is not delivered. */
  readonly exchangeNo: number
}

export const positionOf = ({ seq, leg_seq }: Pick<DeliveryKey, 'seq' | 'leg_seq'>): number =>
  leg_seq === 0 ? seq : leg_seq

export function placeOf(key: DeliveryKey, exchangeNo = Number.POSITIVE_INFINITY): DeliveryPlace {
  const { destination_id, leg_seq } = key
  const position = positionOf(key)
  return { position, isLeg: leg_seq > 0, destinationId: destination_id, exchangeNo }
}

/** For Array.sort: negative when `a` is listed before `b`. */
export function comparePlaces(a: DeliveryPlace, b: DeliveryPlace): number {
  if (a.position !== b.position) return b.position - a.position
  if (a.isLeg !== b.isLeg) return a.isLeg ? -1 : 1
  if (a.destinationId !== b.destinationId) return a.destinationId < b.destinationId ? -1 : 1
  if (a.exchangeNo === b.exchangeNo) return 0
  return a.exchangeNo > b.exchangeNo ? -1 : 1
}

export function cursorOf({ position, isLeg, destinationId, exchangeNo }: DeliveryPlace): string {
  return [position, isLeg ? 1 : 0, exchangeNo, destinationId].join('.')
}

/** Throws invalid_request for a text that cursorOf did not make. */
export function placeAt(cursor: string): DeliveryPlace {
  const [, position, isLeg, exchangeNo, destinationId = ''] = CURSOR.exec(cursor) ?? []
  if (position === undefined) {
    throw new TwofoldError('invalid_request', 'cursor: pass next_cursor of the page before.')
  }
  return {
    position: Number(position),
    isLeg: isLeg === '1',
    destinationId,
    exchangeNo: Number(exchangeNo),
  }
}

const CURSOR = /^(\d{1,16})\.([01])\.(\d{1,16}|Infinity)\.(.*)$/

/** Whether a delivery belongs on a page of `query` (all but seq, limit and cursor). */
export function matchesDelivery(query: DeliveryQuery, row: DeliveryRow): boolean {
  const { destination_id, states, code, from_ms, to_ms } = query
  if (destination_id !== undefined && row.destination_id !== destination_id) return false
  if (states !== undefined && !states.includes(row.state)) return false
  if (code !== undefined && row.code !== code) return false
  if (from_ms !== undefined && row.created_ms < from_ms) return false
  return to_ms === undefined || row.created_ms < to_ms
}
