/** The route of the loss meter: browser, server, destinations and orders beside one another. */
import { decimalOf } from '../event/money.ts'
import { isBrowsing } from '../event/names.ts'
import { QUALITY_STANDING_EVENTS } from '../limits.ts'
import type { Count } from '../quality/counters.ts'
import { LOSS_METRICS, type Loss, type LossReport, lossReport } from '../quality/loss.ts'
import { ORIGIN_OF } from '../store/orders.ts'
import type { DeliveryKey } from '../store/outbox.ts'
import type { MoneyRow } from '../store/store.ts'
import type { Context } from './ports.ts'
import { rangeOf } from './quality.ts'
import { lossQuerySchema, lossReportSchema } from './quality-schemas.ts'
import { qualityWindow } from './quality-window.ts'
import { type Route, route } from './route.ts'
import type { LossAnswer } from './types.ts'
import type { Window } from './window.ts'

export const lossRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/datasets/{id}/loss',
    auth: { needs: 'read', on: 'dataset' },
    summary: 'What browsers lose and what the server brings back',
    description:
      'Of conversions on the website that the server reported: how many the browser did not, by ' +
      "browser, system and app, with Wilson's interval. Without event_name: Purchase where there " +
      'are any, else every conversion together.',
    query: lossQuerySchema,
    answer: { status: 200, description: 'The report.', schema: lossReportSchema },
    run: async ({ id, query }, context): Promise<LossAnswer> => {
      const window = qualityWindow(query, context.nowMs())
      const range = rangeOf(id, window)
      const read = await context.store.counters({ ...range, by: 'total', metrics: LOSS_METRICS })
      const names = conversionsIn(read.counters)
      const event_name = chosenEvent(query.event_name, names)
      const of = ({ event_name: name }: { event_name: string }): boolean =>
        event_name === null ? !isBrowsing(name) : name === event_name
      const report = lossReport(read.counters.filter(of))
      const { both, browser_only, server_only } = report
      return {
        dataset_id: id,
        ...window,
        event_name,
        event_names: names,
        browser: both + browser_only,
        server: both + server_only,
        counted: both + browser_only + server_only,
        both,
        browser_only,
        server_only,
        ...view(report),
        orders_sold: await soldIn(context, { id, window, event_name }),
        recovered: {
          events: report.recovered.events,
          money: [...report.recovered.money],
          counted_money: countedMoney(read.money.filter(of)),
        },
        destinations: await destinationsOf(context, { id, window, event_name }),
      }
    },
  }),
]

/** Every conversion together, one event, or Purchase where there are any. */
const EVERY = '*'

function chosenEvent(asked: string | undefined, names: readonly string[]): string | null {
  if (asked === EVERY) return null
  return asked ?? names.find((name) => name === 'Purchase') ?? null
}

function view(
  report: LossReport,
): Pick<LossAnswer, 'orders' | 'total' | 'by_browser' | 'by_os' | 'by_place'> {
  const { orders, total, by_browser, by_os, by_place } = report
  return {
    orders,
    total: lossView(total),
    by_browser: by_browser.map((one) => ({ name: one.name, ...lossView(one) })),
    by_os: by_os.map((one) => ({ name: one.name, ...lossView(one) })),
    by_place: by_place.map((one) => ({ name: one.name, ...lossView(one) })),
  }
}

function lossView({ known, lost, rate, interval, few }: Loss): LossAnswer['total'] {
  return { known, lost, rate: rate ?? null, ...interval, few }
}

/** Names with conversions in the window, the most first. */
function conversionsIn(rows: readonly Count[]): string[] {
  const counted = new Map<string, number>()
  for (const { event_name, metric, n } of rows) {
    if (isBrowsing(event_name) || !metric.startsWith('pair:')) continue
    counted.set(event_name, (counted.get(event_name) ?? 0) + n)
  }
  return [...counted]
    .filter(([, n]) => n > 0)
    .sort(([a, n], [b, m]) => m - n || a.localeCompare(b))
    .map(([name]) => name)
}

function countedMoney(rows: readonly MoneyRow[]): LossAnswer['recovered']['money'] {
  const sums = new Map<string, { units: bigint; micros: bigint }>()
  for (const { currency, units, micros } of rows) {
    const sum = sums.get(currency) ?? { units: 0n, micros: 0n }
    sums.set(currency, { units: sum.units + units, micros: sum.micros + micros })
  }
  return [...sums]
    .map(([currency, { units, micros }]) => ({ currency, sum_exact: decimalOf(units, micros) }))
    .sort((a, b) => Number(b.sum_exact) - Number(a.sum_exact))
}

interface Asked {
  readonly id: string
  readonly window: Window
  readonly event_name: string | null
}

/** What was really sold, where the dataset has a book of orders; of purchases alone. */
async function soldIn(
  { store, access }: Context,
  { id, window, event_name }: Asked,
): Promise<number | null> {
  const from = access.findDataset(id)?.orders_from ?? 'none'
  if (from === 'none' || event_name !== 'Purchase') return null
  const range = { from_s: window.from, to_s: window.to }
  return store.paidOrders({ dataset_id: id, origin: ORIGIN_OF[from], ...range })
}

async function destinationsOf(
  { store, destinations }: Context,
  { id, window, event_name }: Asked,
): Promise<LossAnswer['destinations']> {
  const all = destinations.list(id)
  if (all.length === 0) return []
  const hours = await store.deliveryHours(id, window.from, window.to)
  const events = await newestEvents({ store }, { id, window, event_name })
  return Promise.all(
    all.map(async ({ destination_id, name, type }) => {
      const own = hours.filter((hour) => hour.destination_id === destination_id)
      const keys = events.map(({ seq, legs }) =>
        [0, ...legs].map((leg_seq) => ({ dataset_id: id, destination_id, seq, leg_seq })),
      )
      return {
        destination_id,
        name,
        type,
        delivered: own.reduce((sum, hour) => sum + hour.delivered, 0),
        rejected: own.reduce((sum, hour) => sum + hour.rejected, 0),
        sample: { events: events.length, delivered: await deliveredOf(store, keys) },
      }
    }),
  )
}

async function newestEvents(
  { store }: Pick<Context, 'store'>,
  { id, window, event_name }: Asked,
): Promise<{ seq: number; legs: number[] }[]> {
  if (event_name === null) return []
  const { events } = await store.events({
    ...rangeOf(id, window),
    event_name,
    limit: QUALITY_STANDING_EVENTS,
  })
  return events.map(({ legs }) => ({ seq: legs[0].seq, legs: legs.map(({ seq }) => seq) }))
}

/** Of these events, each with the keys under which it may have left, how many were delivered. */
async function deliveredOf(
  store: Context['store'],
  events: readonly (readonly DeliveryKey[])[],
): Promise<number> {
  const standings = await store.standings(events.flat())
  let at = 0
  return events.filter((keys) => {
    const own = standings.slice(at, at + keys.length)
    at += keys.length
    return own.some(({ delivered }) => delivered)
  }).length
}
