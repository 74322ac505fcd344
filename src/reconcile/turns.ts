/**
 * Comparisons of one dataset in turn: each reads thousands of purchases through the thread that
 * keeps events, so that many at once would be no faster and stand in the way of events. What other
 * datasets compare is not waited for. Made by reconciler.ts.
 */
import { TwofoldError } from '../errors.ts'
import { RECONCILE_WAITING_MAX } from '../order-limits.ts'
import { serialByKey } from '../serial.ts'

/** Throws `busy` where too many wait already. */
export type Turns = <T>(datasetId: string, work: () => Promise<T>) => Promise<T>

export function createTurns(): Turns {
  const inOrder = serialByKey()
  const waiting = new Map<string, number>()
  return async (datasetId, work) => {
    const before = waiting.get(datasetId) ?? 0
    if (before >= RECONCILE_WAITING_MAX) throw new TwofoldError('busy')
    waiting.set(datasetId, before + 1)
    try {
      return await inOrder.run(datasetId, work)
    } finally {
      const left = (waiting.get(datasetId) ?? 1) - 1
      if (left > 0) waiting.set(datasetId, left)
      else waiting.delete(datasetId)
    }
  }
}
