/**
 * Offline sales as a whole: files taken in and how they were read remembered for the next one,
 * the one under way to be looked at, and single sales typed in by hand. Made by reconciling.ts.
 */
import { TwofoldError } from '../../errors.ts'
import { isCurrency } from '../../event/currency.ts'
import type { Dataset } from '../../event/dataset.ts'
import type { UserData } from '../../event/shape.ts'
import { isZone } from '../../event/zone.ts'
import { ORDER_IMPORT_FAULTS_KEPT, ORDER_IMPORTS_MAX } from '../../order-limits.ts'
import {
  type GrowingReport,
  importOffline,
  newReport,
  type OfflinePorts,
  tell,
  unknownOf,
} from './offline-import.ts'
import { eventOfSale, refusalOf } from './offline-row.ts'
import type {
  Offline,
  OfflineAsked,
  OfflineOutcome,
  OfflineReading,
  OfflineReport,
  OfflineSale,
} from './view.ts'

const KIND = 'offline_imports'

interface Remembered {
  readonly reading: OfflineReading | null
  readonly imports: readonly OfflineReport[]
}

export function createOffline(ports: OfflinePorts): Offline {
  const running = new Map<string, GrowingReport>()
  return {
    state: async (datasetId) => {
      const { at_ms, dry_run, rows, added, known, bad } = running.get(datasetId) ?? {}
      const isRunning = at_ms !== undefined
      const now = { at_ms, dry_run, rows, added, known, bad } as OfflineReport
      return { ...(await rememberedOf(datasetId, ports)), running: isRunning ? now : null }
    },
    import: async (datasetId, text, asked) => {
      const dataset = datasetOf(datasetId, ports)
      const report = newReport(asked.dryRun, ports.nowMs())
      const before = await rememberedOf(datasetId, ports)
      const whole = readingBy(asked, { dataset, before: before.reading })
      running.set(datasetId, report)
      try {
        await importOffline(text, { dataset, report, reading: whole }, ports)
      } finally {
        running.delete(datasetId)
      }
      if (!report.dry_run && report.stopped?.line !== 1) {
        const zone = asked.zone ?? before.reading?.zone
        const { last_columns: _, ...reading } = { ...whole, zone }
        await remember(datasetId, { report, reading, before }, ports)
      }
      return report
    },
    record: (datasetId, sale) => record(datasetOf(datasetId, ports), sale, ports),
  }
}

function datasetOf(id: string, { findDataset }: OfflinePorts): Dataset {
  const dataset = findDataset(id)
  if (dataset) return dataset
  throw new TwofoldError('dataset_not_found', `There is none with id ${id}.`)
}

/**
 * What is asked now wins over what was asked last time. What rows are and where they happened is
 * never taken from there: a file of sales after one of calls would silently become calls.
 */
function readingBy(
  { dryRun, columns, ...asked }: OfflineAsked,
  { dataset, before }: { readonly dataset: Dataset; readonly before: OfflineReading | null },
) {
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined))
  const { currency: lastCurrency, zone: lastZone, prefix } = before ?? {}
  const last = { currency: lastCurrency, zone: lastZone, prefix }
  const rest: OfflineReading = { ...last, ...given, columns }
  const { zone = dataset.orders_time_zone, currency } = rest
  if (!isZone(zone)) throw new TwofoldError('invalid_request', `zone: "${zone}" is no time zone.`)
  if (currency && !isCurrency(currency)) {
    throw new TwofoldError('invalid_request', 'currency: write a code of ISO 4217, such as EUR.')
  }
  return { ...rest, zone, last_columns: before?.columns }
}

async function rememberedOf(
  id: string,
  { store }: Pick<OfflinePorts, 'store'>,
): Promise<Remembered> {
  const own = (await store.getSettings(KIND)).find((one) => one.id === id)
  return own ? (own.value as Remembered) : { reading: null, imports: [] }
}

async function remember(
  id: string,
  done: {
    readonly report: OfflineReport
    readonly reading: OfflineReading
    readonly before: Remembered
  },
  { store }: OfflinePorts,
): Promise<void> {
  const { report, reading, before } = done
  const faults = report.faults.slice(0, ORDER_IMPORT_FAULTS_KEPT)
  const imports = [{ ...report, faults }, ...before.imports].slice(0, ORDER_IMPORTS_MAX)
  const columns = { ...before.reading?.columns, ...reading.columns, ...report.columns }
  const value: Remembered = { reading: { ...reading, columns }, imports }
  await store.putSettings([{ kind: KIND, id, value }])
}

export function forgetOffline(id: string, { store }: Pick<OfflinePorts, 'store'>): Promise<void> {
  return store.putSettings([{ kind: KIND, id, value: undefined }])
}

async function record(
  dataset: Dataset,
  { consent, user_data, ...sale }: OfflineSale,
  ports: OfflinePorts,
): Promise<OfflineOutcome> {
  const event = eventOfSale({ ...sale, user_data: user_data as UserData }, ports.sha256)
  const { event_id } = event
  const refused = refusalOf(event, ports.nowMs())
  if (refused) throw new TwofoldError('invalid_request', `${refused.key}: ${refused.reason}`)
  const rows = [{ event, consent }]
  const [fresh] = await unknownOf(rows, dataset.dataset_id, ports)
  if (!fresh) return { verdict: 'duplicate', reason: null, event_id, seq: null }
  const [outcome] = await tell(rows, dataset, ports)
  if (!outcome) throw new TwofoldError('internal', 'The sale was not answered.')
  const { verdict, reason = null, seq, of_seq = seq } = outcome
  return { verdict, reason, event_id, seq: of_seq }
}
