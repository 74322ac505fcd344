/**
 * Reconciliation and offline sales put together for main.ts: what they read and send by, and the
 * look that sends by itself what nobody reported, with its entry in the history.
 */
import { hash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Access } from './access/access.ts'
import type { History, HistoryValue } from './access/history.ts'
import { isBot } from './collector/bots.ts'
import type { Dataset } from './event/dataset.ts'
import type { Ledger } from './ledger/ledger.ts'
import { RECONCILE_LOOK_MS } from './order-limits.ts'
import {
  createReconciler,
  forgetImports,
  type ReconcilerPorts,
  sendByItself,
} from './reconcile/reconciler.ts'
import type { Reconciler } from './reconcile/view.ts'
import type { DestinationSettings } from './relay/view.ts'
import { createOffline, forgetOffline } from './sources/offline/offline.ts'
import type { Offline } from './sources/offline/view.ts'

export interface Reconciling {
  readonly reconciler: Reconciler
  readonly offline: Offline
  readonly removeDataset: (datasetId: string) => Promise<void>
  readonly start: () => void
  /** Resolves when nothing of it is under way any more. */
  readonly stop: () => Promise<void>
}

export interface ReconcilingPorts {
  readonly store: History['store']
  readonly accept: Ledger['accept']
  readonly access: Pick<Access, 'findDataset' | 'datasets' | 'businessOf'>
  readonly destinations: Pick<DestinationSettings, 'list'>
  readonly nowMs: () => number
  readonly every: (ms: number, run: () => void) => () => void
  readonly log: FastifyInstance['log']
}

export function openReconciling(open: ReconcilingPorts): Reconciling {
  const { store, accept, access, destinations, nowMs } = open
  const ports: ReconcilerPorts = {
    ...{ store, accept, isBot, nowMs, findDataset: access.findDataset },
    destinationsOf: (id) =>
      destinations
        .list(id)
        .filter(({ enabled }) => enabled)
        .map(({ destination_id }) => destination_id),
    sha256: (text) => hash('sha256', text),
  }
  let stop = (): void => undefined
  let stopped = false
  let running: Promise<void> | undefined
  const look = async (): Promise<void> => {
    for (const dataset of access.datasets()) {
      if (stopped) return
      const sent = await sendByItself(dataset, ports)
      if (sent > 0) await note(dataset, sent, open)
    }
  }
  const reconciler = createReconciler(ports)
  return {
    reconciler,
    offline: createOffline(ports),
    removeDataset: async (id) => {
      await forgetImports(id, ports)
      await forgetOffline(id, ports)
    },
    start: () => {
      stop = open.every(RECONCILE_LOOK_MS, () => {
        reconciler.tidyUp()
        // One look at a time: a long one is not overtaken by the next.
        running ??= look()
          .catch((err: unknown) => open.log.error({ err }, 'orders could not be sent; tried again'))
          .finally(() => {
            running = undefined
          })
      })
    },
    stop: async () => {
      stopped = true
      stop()
      await running
    },
  }
}

async function note(
  { dataset_id }: Dataset,
  sent: number,
  { store, access, nowMs }: ReconcilingPorts,
): Promise<void> {
  const value: HistoryValue = {
    by: { kind: 'nobody', id: '', name: 'Twofold, by itself' },
    action: 'orders.sent',
    ...{ subject: dataset_id, name: null, details: { sent } },
  }
  const business_id = access.businessOf(dataset_id) ?? null
  await store.putSettings([], [{ at_ms: nowMs(), business_id, dataset_id, value }])
}
