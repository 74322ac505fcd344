/**
 * A shop for the tests of the checks: seeded customers, the whole pipeline of ingest, a clock of its
 * own, and counters indexed by the hour so that a pass over weeks costs milliseconds. A fault is a
 * function that changes (or swallows) what the shop reports.
 */
import { hash } from 'node:crypto'
import { diceOf } from '../../examples/brewbeans/past/dice.ts'
import { type Dataset, type DatasetSettings, datasetSettingsSchema } from '../event/dataset.ts'
import type { Envelope, Finding } from '../event/shape.ts'
import { createIngest } from '../ingest/accept.ts'
import { diagnose } from '../quality/diagnostics/diagnose.ts'
import type {
  DestinationFacts,
  Evidence,
  RivalFacts,
  TokenFacts,
} from '../quality/diagnostics/evidence.ts'
import { memoryStore } from '../store/drivers/memory.ts'
import {
  type CounterDelta,
  type CounterQuery,
  isAsked,
  type MoneyDelta,
  type Store,
} from '../store/store.ts'
import { createEvidenceReader } from './evidence-reader.ts'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
/** A Monday. */
export const START_MS = Date.UTC(2026, 7, 3)

/** One report on its way, as a fault may change it. */
export interface Report {
  readonly channel: 'browser' | 'server'
  event: Record<string, unknown> & {
    event_name: string
    event_time: number
    user_data: Record<string, unknown>
    custom_data?: Record<string, unknown>
  }
  envelope: Partial<Envelope>
  own: Pick<Envelope, 'browser' | 'consent'> & {
    findings?: readonly Finding[]
    dropped?: string
  }
  /** Sent again as well. */
  again?: Report[]
}

export type Fault = (report: Report, n: number) => Report | undefined

export interface Shop {
  readonly dataset: Dataset
  readonly nowMs: () => number
  /** Customers come until then. */
  run(untilMs: number, fault?: Fault): Promise<void>
  evidence(): Promise<Evidence>
  /** Codes of what is found now. */
  codes(): Promise<string[]>
}

interface Options {
  readonly seed?: number
  readonly ordersPerDay: number
  readonly settings?: Partial<DatasetSettings>
  readonly destinations?: () => readonly DestinationFacts[]
  readonly tokens?: () => readonly TokenFacts[]
  readonly rivals?: readonly RivalFacts[]
  /** What came before: its counters and events are seen, its clock goes on. */
  readonly after?: Shop & { readonly store: Store }
  readonly startMs?: number
}

const AGENTS = [
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605 Version/18.0 Safari/605',
  'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36',
]
const sha = (text: string): string => hash('sha256', text)

/** Share of a day by hour: quiet nights, busy evenings. */
const DAY_CURVE = [2, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 8, 9, 10, 9, 7, 4].map(
  (part, _, all) => part / all.reduce((sum, one) => sum + one, 0),
)
const WEEK_CURVE = [1.1, 1, 1, 1, 0.9, 0.9, 1.1]

export function openShop(options: Options): Shop & { readonly store: Store } {
  const { seed = 1, ordersPerDay, settings = {}, after, startMs = START_MS } = options
  const dice = diceOf(seed)
  let nowMs = after?.nowMs() ?? startMs
  let customers = Math.floor(nowMs / HOUR_MS) * 1000
  const store = indexed(memoryStore())
  const dataset: Dataset = {
    ...datasetSettingsSchema.parse({ name: 'Shop', ...settings }),
    dataset_id: '123456789012345',
    created_at_ms: startMs,
  }
  const ingest = createIngest({
    store,
    nowMs: () => nowMs,
    routesOf: () => [],
    clockMs: () => 0,
    soon: setImmediate,
    sha256: sha,
    isBot: (agent) => agent.includes('Googlebot'),
    rulesOf: () => undefined,
    onCommitted: () => undefined,
    onError: (error) => {
      throw error
    },
    onStep: () => undefined,
  })
  let sent = 0
  const send = async (report: Report, fault: Fault | undefined): Promise<void> => {
    const faulty = fault ? fault(report, sent++) : report
    if (!faulty) return
    const { channel, event, envelope, own, again = [] } = faulty
    const via = channel === 'browser' ? 'pixel' : 'graph'
    await ingest.accept({
      dataset,
      envelope: { channel, via, ...envelope },
      events: [event],
      perEvent: [own],
      bytes: 100,
    })
    for (const more of again) await send(more, undefined)
  }
  const run: Shop['run'] = async (untilMs, fault) => {
    while (nowMs < untilMs) {
      const hour = new Date(nowMs).getUTCHours()
      const day = WEEK_CURVE[new Date(nowMs).getUTCDay()] ?? 1
      const rate = ordersPerDay * 4 * (DAY_CURVE[hour] ?? 0.04) * day
      nowMs += Math.max(1, Math.round((-Math.log(1 - dice.random()) / rate) * HOUR_MS))
      if (nowMs >= untilMs) break
      for (const report of visit(customers++, dice, nowMs)) await send(report, fault)
    }
    nowMs = untilMs
  }
  const whole = after ? joined(after.store, store) : store
  const reader = createEvidenceReader({
    store: whole,
    destinations: { list: () => [] },
    relay: { alarms: () => [], lanes: () => [] },
    tokensOf: () => options.tokens?.() ?? [],
    rivalsOf: async () => options.rivals ?? [],
    ...{ nowMs: () => nowMs, upSinceMs: startMs },
  })
  const evidence = async (): Promise<Evidence> => ({
    ...(await reader.read(dataset)),
    destinations: options.destinations?.() ?? [],
  })
  const codes = async (): Promise<string[]> => {
    const { diagnoses, failures } = diagnose(await evidence())
    if (failures[0]) throw failures[0].error
    return [...new Set(diagnoses.map(({ code }) => code))]
  }
  return { dataset, nowMs: () => nowMs, run, evidence, codes, store }
}

/** One visitor in four buys; the browser of one buyer in five is blocked. */
function visit(customer: number, dice: ReturnType<typeof diceOf>, nowMs: number): Report[] {
  const nowS = Math.floor(nowMs / 1000)
  const agent = dice.one(AGENTS)
  const ip = `203.${customer % 200}.${dice.whole(0, 250)}.${dice.whole(1, 250)}`
  const fbp = `fb.1.${nowMs - dice.whole(60_000, 40 * DAY_MS)}.${1_000_000_000 + customer}`
  const person = {
    client_ip_address: ip,
    client_user_agent: agent,
    fbp,
    ...(dice.chance(0.3) ? { fbc: `fb.1.${nowMs - 600_000}.IwAR${sha(fbp).slice(0, 56)}Xy` } : {}),
  }
  const base = (channel: Report['channel'], event_name: string, page: string): Report => ({
    channel,
    event: {
      event_name,
      event_id: `${event_name}-${customer}-${page}`,
      event_time: nowS,
      action_source: 'website',
      event_source_url: `https://www.shop.example/${page}`,
      user_data: { ...person },
    },
    envelope: {},
    own: channel === 'browser' ? { browser: { mode: 'replace' } } : {},
  })
  const buys = dice.chance(0.25)
  const blocked = dice.chance(0.2)
  const reports: Report[] = []
  if (!blocked) {
    reports.push(base('browser', 'PageView', ''))
    const view = base('browser', 'ViewContent', 'shoe')
    view.event.custom_data = { content_ids: [`sku-${dice.whole(1, 40)}`], content_type: 'product' }
    reports.push(view)
  }
  if (!buys) return reports
  const value = dice.whole(1500, 18_000) / 100
  for (const channel of blocked ? (['server'] as const) : (['browser', 'server'] as const)) {
    const sale = base(channel, 'Purchase', 'thanks')
    sale.event.event_id = `purchase:${customer}`
    sale.event.custom_data = {
      value,
      currency: 'EUR',
      order_id: String(customer),
      contents: [{ id: `sku-${customer % 40}`, quantity: 1, item_price: value }],
    }
    sale.event.user_data.em = [sha(`customer${customer}@example.com`)]
    sale.event.user_data.external_id = [sha(`id${customer}`)]
    if (channel === 'server') delete sale.event.user_data.fbc
    // What a blocker keeps away: the cookie as well.
    if (blocked) delete sale.event.user_data.fbp
    reports.push(sale)
  }
  return reports
}

type Index = Map<number, { counters: CounterDelta[]; money: MoneyDelta[] }>

const indexes = new WeakMap<Store, Index>()

/** Counters by hour beside the store's own, which scans all of them. */
function indexed(store: Store): Store {
  const index: Index = new Map()
  const own: Store = {
    ...store,
    commit: async (batch) => {
      const done = await store.commit(batch)
      if (!done.conflict) {
        const at = (hourS: number) => {
          const hour = index.get(hourS) ?? { counters: [], money: [] }
          index.set(hourS, hour)
          return hour
        }
        for (const delta of batch.counters) add(at(delta.hour_s).counters, delta)
        for (const delta of batch.money) addMoney(at(delta.hour_s).money, delta)
      }
      return done
    },
    counters: async (query) => countersIn([index], query),
  }
  indexes.set(own, index)
  return own
}

function joined(before: Store, now: Store): Store {
  const both = [indexes.get(before), indexes.get(now)].filter((one) => one !== undefined)
  return {
    ...now,
    counters: async (query) => countersIn(both, query),
    events: async (query) => {
      const newest = await now.events(query)
      const older = await before.events({ ...query, limit: query.limit - newest.events.length + 1 })
      return { events: [...newest.events, ...older.events].slice(0, query.limit) }
    },
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

function add(rows: CounterDelta[], delta: CounterDelta): void {
  const known = rows.find(
    (row) =>
      row.metric === delta.metric &&
      row.event_name === delta.event_name &&
      row.channel === delta.channel,
  )
  if (known) (known as Writable<CounterDelta>).n += delta.n
  else rows.push({ ...delta })
}

function addMoney(rows: MoneyDelta[], delta: MoneyDelta): void {
  const known = rows.find(
    (row) => row.event_name === delta.event_name && row.currency === delta.currency,
  ) as Writable<MoneyDelta> | undefined
  if (!known) rows.push({ ...delta })
  else {
    known.units += delta.units
    known.micros += delta.micros
    known.n += delta.n
  }
}

function countersIn(
  all: readonly Index[],
  { from_s, to_s, by, metrics }: CounterQuery,
): ReturnType<Store['counters']> extends Promise<infer T> ? T : never {
  const counters = new Map<string, Writable<CounterDelta>>()
  const money = new Map<string, Writable<MoneyDelta>>()
  for (let hourS = Math.floor(from_s / 3600) * 3600; hourS < to_s; hourS += 3600) {
    const at = by === 'hour' ? hourS : 0
    for (const index of all) {
      const hour = index.get(hourS)
      for (const row of hour?.counters ?? []) {
        if (!isAsked(metrics, row.metric)) continue
        const key = `${at} ${row.event_name} ${row.channel} ${row.metric}`
        const known = counters.get(key)
        if (known) known.n += row.n
        else counters.set(key, { ...row, hour_s: at })
      }
      for (const row of hour?.money ?? []) {
        const key = `${at} ${row.event_name} ${row.currency}`
        const known = money.get(key)
        if (!known) money.set(key, { ...row, hour_s: at })
        else {
          known.units += row.units
          known.micros += row.micros
          known.n += row.n
        }
      }
    }
  }
  return {
    counters: [...counters.values()],
    money: [...money.values()].map((row) => ({
      ...row,
      units: BigInt(row.units),
      micros: BigInt(row.micros),
    })),
  }
}
