/**
 * Reads what the checks of quality/diagnostics look at: a few totals of counters, a bounded sample
 * of events, how deliveries get on. Reads only. What changes by the hour (the weeks before) or by
 * the day (the seasonal baseline) is remembered for some datasets. Called by watch.ts, once per
 * dataset and pass.
 */

import {
  DIAGNOSTIC_CACHED_DATASETS_MAX,
  DIAGNOSTIC_SAMPLE_EVENTS,
  DIAGNOSTIC_SAMPLE_NAMES_MAX,
} from '../diagnostic-limits.ts'
import type { Dataset } from '../event/dataset.ts'
import { isBrowsing } from '../event/names.ts'
import type { StoredEvent } from '../event/shape.ts'
import { type Count, OTHER_NAME } from '../quality/counters.ts'
import { BASELINE_DAYS } from '../quality/diagnostics/baseline.ts'
import {
  type DestinationFacts,
  type Evidence,
  evidenceOf,
  type MoneyOf,
  type RivalFacts,
  type TokenFacts,
  WINDOW_HOURS,
} from '../quality/diagnostics/evidence.ts'
import type { DestinationSettings, RelayControl } from '../relay/view.ts'
import type { EventQuery, Store } from '../store/store.ts'
import { type Profiles, profilesOf, seriesOf } from './series.ts'

const HOUR_S = 3600
const DAY_S = 86_400

export interface EvidencePorts {
  readonly store: Pick<Store, 'counters' | 'events' | 'destinationStatus' | 'deliveryHours'>
  readonly destinations: Pick<DestinationSettings, 'list'>
  readonly relay: Pick<RelayControl, 'alarms' | 'lanes'>
  readonly tokensOf: (datasetId: string) => readonly TokenFacts[]
  readonly rivalsOf: (datasetId: string) => Promise<readonly RivalFacts[]>
  readonly nowMs: () => number
  readonly upSinceMs: number
}

export interface EvidenceReader {
  read(dataset: Dataset): Promise<Evidence>
  forget(datasetId: string): void
}

/** What the checks compare with: they ask for nothing else of the weeks before. */
const BEFORE_METRICS = [
  'received',
  'accepted',
  'duplicate',
  'note:no_consent',
  'known:',
  'met:',
  'match:',
  'key:',
] as const
export const KEPT_METRICS = ['accepted', 'duplicate'] as const

/** What changes by the hour, and what by the day. */
interface Slow {
  readonly hourS: number
  readonly rowsBefore: readonly Count[]
  readonly moneyBefore: readonly MoneyOf[]
  readonly dayS: number
  readonly profiles: Profiles
}

export function createEvidenceReader(ports: EvidencePorts): EvidenceReader {
  const remembered = new Map<string, Slow>()
  const slowOf = async (id: string, hourS: number): Promise<Slow> => {
    const known = remembered.get(id)
    if (known?.hourS === hourS) return known
    const slow = await readSlow(ports, { id, hourS, known })
    remembered.delete(id)
    remembered.set(id, slow)
    if (remembered.size > DIAGNOSTIC_CACHED_DATASETS_MAX) {
      remembered.delete(remembered.keys().next().value ?? '')
    }
    return slow
  }
  return {
    forget: (id) => remembered.delete(id),
    read: async (dataset) => {
      const { dataset_id: id } = dataset
      const nowMs = ports.nowMs()
      const nowS = Math.floor(nowMs / 1000)
      const hourS = nowS - (nowS % HOUR_S)
      const [slow, windows, recent, destinations] = await Promise.all([
        slowOf(id, hourS),
        Promise.all(
          WINDOW_HOURS.map((hours) =>
            ports.store.counters({
              dataset_id: id,
              from_s: hourS - (hours - 1) * HOUR_S,
              to_s: nowS + 1,
              by: 'total',
            }),
          ),
        ),
        ports.store.counters({
          ...{ dataset_id: id, from_s: hourS - 48 * HOUR_S, to_s: nowS + 1 },
          ...{ by: 'hour', metrics: KEPT_METRICS },
        }),
        destinationsOf(ports, id, hourS),
      ])
      const rows = windows.map(({ counters }) => counters)
      const sample = await sampleOf(ports, id, { rows: rows.at(-1) ?? [], nowS })
      return evidenceOf({
        ...{ nowMs, upSinceMs: ports.upSinceMs, dataset, rows, destinations, sample },
        rowsBefore: slow.rowsBefore,
        money: windows.at(-1)?.money ?? [],
        moneyDay: windows[WINDOW_HOURS.indexOf(24)]?.money ?? [],
        moneyBefore: slow.moneyBefore,
        series: seriesOf(slow.profiles, recent.counters, sample),
        tokens: ports.tokensOf(id),
        rivals: await ports.rivalsOf(id),
      })
    },
  }
}

interface Asked {
  readonly id: string
  readonly hourS: number
  readonly known: Slow | undefined
}

async function readSlow({ store }: EvidencePorts, { id, hourS, known }: Asked): Promise<Slow> {
  const beforeS = hourS - 23 * HOUR_S
  const fromS = beforeS - (beforeS % DAY_S) - BASELINE_DAYS * DAY_S
  const dayS = hourS - (hourS % DAY_S)
  const [before, profiles] = await Promise.all([
    store.counters({
      ...{ dataset_id: id, from_s: fromS, to_s: beforeS },
      ...{ by: 'total', metrics: BEFORE_METRICS },
    }),
    known?.dayS === dayS ? known.profiles : readProfiles(store, id, dayS),
  ])
  return { hourS, rowsBefore: before.counters, moneyBefore: before.money, dayS, profiles }
}

/** Of whole days only, so that they change with the day. */
async function readProfiles(
  store: Pick<Store, 'counters'>,
  dataset_id: string,
  toS: number,
): Promise<Profiles> {
  const fromS = toS - BASELINE_DAYS * DAY_S
  const { counters } = await store.counters({
    ...{ dataset_id, from_s: fromS, to_s: toS },
    ...{ by: 'hour', metrics: KEPT_METRICS },
  })
  return profilesOf(counters, { fromS, toS })
}

/** The newest events of the most frequent names, conversions first, and what was not counted. */
async function sampleOf(
  { store }: EvidencePorts,
  dataset_id: string,
  { rows, nowS }: { readonly rows: readonly Count[]; readonly nowS: number },
): Promise<readonly StoredEvent[]> {
  const counted = new Map<string, number>()
  let refused = 0
  for (const { event_name, metric, n } of rows) {
    if (metric === 'accepted') counted.set(event_name, (counted.get(event_name) ?? 0) + n)
    if (metric === 'dropped' || metric === 'rejected') refused += n
  }
  const names = [...counted]
    .filter(([name]) => name !== OTHER_NAME)
    .sort(([a, n], [b, m]) => Number(isBrowsing(a)) - Number(isBrowsing(b)) || m - n)
    .slice(0, DIAGNOSTIC_SAMPLE_NAMES_MAX)
    .map(([name]) => name)
  // Page views tell of double installations and foreign sites, whatever else there is.
  if (counted.has('PageView') && !names.includes('PageView')) names.push('PageView')
  const range = { dataset_id, from_s: nowS - 7 * DAY_S, limit: DIAGNOSTIC_SAMPLE_EVENTS }
  const queries: EventQuery[] = names.map((event_name) => ({ ...range, event_name }))
  if (refused > 0) queries.push({ ...range, verdicts: ['dropped', 'rejected'] })
  const found: StoredEvent[] = []
  // One after the other: events and pages come in between, and need not wait for all of them.
  for (const query of queries) found.push(...(await store.events(query)).events)
  return found
}

async function destinationsOf(
  { store, destinations, relay }: EvidencePorts,
  id: string,
  hourS: number,
): Promise<DestinationFacts[]> {
  const views = destinations.list(id)
  if (views.length === 0) return []
  const [status, hours] = await Promise.all([
    store.destinationStatus(id),
    store.deliveryHours(id, hourS - 23 * HOUR_S, hourS + HOUR_S),
  ])
  const [alarms, lanes] = [relay.alarms(id), relay.lanes(id)]
  return views.map(({ destination_id, name, type, enabled, settings }) => {
    const remoteId = type === 'meta' ? settings.dataset_id : undefined
    const isOwn = (one: { readonly destination_id: string }) =>
      one.destination_id === destination_id
    const own = status.find(isOwn)
    const states = own?.states
    const alarm = alarms.find(isOwn)
    const sum = (field: 'delivered' | 'rejected' | 'retried') =>
      hours.filter(isOwn).reduce((all, hour) => all + hour[field], 0)
    return {
      ...{ destination_id, name, type, enabled },
      ...(typeof remoteId === 'string' ? { remote_id: remoteId } : {}),
      lane: lanes.find(isOwn)?.state ?? 'running',
      ...(alarm
        ? { alarm: { code: alarm.code, detail: alarm.detail, since_ms: alarm.since_ms } }
        : {}),
      waiting: states ? states.pending + states.leased + states.retrying + states.held : 0,
      ...(own?.oldest_waiting_ms === undefined ? {} : { oldest_waiting_ms: own.oldest_waiting_ms }),
      ...{ delivered: sum('delivered'), rejected: sum('rejected'), retried: sum('retried') },
    }
  })
}
