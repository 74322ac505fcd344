/** The outbox in the SQLite driver: not there yet. */
import { TwofoldError } from '../../errors.ts'
import type { Outbox } from '../outbox.ts'

const missing = async (): Promise<never> => {
  throw new TwofoldError('store_failed', 'The SQLite driver has no outbox yet.')
}

export const noOutbox: Outbox = {
  claim: missing,
  settle: missing,
  dueDeliveries: async () => ({ due: [] }),
  deliveries: missing,
  requeue: missing,
  enqueue: missing,
  destinationStatus: async () => [],
  auditDeliveries: async () => [],
  deliveryHours: async () => [],
  eraseDestination: missing,
}
