/** What `twofold catalog` says to people. Called by catalog.ts. */
import type {
  CatalogAnswer,
  CatalogImportAnswer,
  CatalogReportAnswer,
  ProductsAnswer,
} from '../api/types.ts'
import { count, countOf, plain, say, table, time } from './output.ts'

/** Bad rows and ids shown in the terminal. */
const SHOWN = 10

const RESULTS: Readonly<Record<CatalogImportAnswer['result'], string>> = {
  taken: 'taken',
  tried: 'tried, nothing changed',
  unchanged: 'unchanged since the last fetch',
  broken: 'not taken: it could not be read to its end',
  empty: 'not taken: no good row in it',
  shrunk: 'not taken: more than half of the products are gone',
  failed: 'not taken: it could not be fetched',
}

export function describeImport(report: CatalogImportAnswer): void {
  const { result, format, rows, products, bad, before, columns, faults, stopped } = report
  const read = Object.entries(columns).map(([what, name]) => `${what} from ${plain(name)}`)
  if (read.length > 0) say(`${format?.toUpperCase() ?? 'Feed'}: ${read.join(', ')}.`)
  say(
    `${countOf(rows, 'row')}: ${countOf(products, 'product')}, ${countOf(bad, 'bad row')}. ` +
      `Before: ${countOf(before, 'product')}. Result: ${RESULTS[result]}.`,
  )
  if (bad > 0) {
    const shown = faults.slice(0, SHOWN)
    const lines = shown.map(({ line, column, reason }) => [String(line), plain(column), reason])
    say(table([['line', 'column', 'what is wrong'], ...lines], [0]))
    if (bad > shown.length) say(`The first ${shown.length} of ${count(bad)} bad rows.`)
  }
  if (stopped) say(`${stopped.line > 0 ? `Line ${stopped.line}: ` : ''}${plain(stopped.reason)}`)
}

export function describeStatus({ products, imported_ms, seen, ...rest }: CatalogAnswer): void {
  const { source, running, imports } = rest
  if (imported_ms === null) say('There is no catalog yet: twofold catalog import feed.csv')
  else {
    say(`${countOf(products, 'product')} since ${moment(imported_ms)} (UTC).`)
    say(`${count(seen)} of them named by events in the last 28 days.`)
  }
  if (source) {
    const url = source.url === null ? 'an address that cannot be read' : plain(source.url)
    say(`Fetched from ${url} every ${countOf(source.every_hours, 'hour')}, `)
    say(`  next ${moment(source.next_ms)} (UTC).`)
    if (source.url === null) say(`  ${plain(source.error ?? '')}`)
    else if (source.error) {
      say(`  Failed ${countOf(source.failures, 'time')}, the last: ${plain(source.error)}`)
    }
  }
  if (running) say(`An import is under way: ${countOf(running.rows, 'row')} so far.`)
  if (imports.length === 0) return
  const rows = imports.map(({ at_ms, from, result, products: n, bad }) => [
    ...[moment(at_ms), from, result, count(n), count(bad)],
  ])
  say(table([['import', 'from', 'result', 'products', 'bad rows'], ...rows], [3, 4]))
}

const moment = (ms: number): string => time(ms / 1000)

export function describeProducts({ products, next_after }: ProductsAnswer): void {
  if (products.length === 0 && next_after === null) {
    say('No product.')
    return
  }
  const rows = products.map((one) => [
    ...[plain(one.product_id), plain(one.group_id ?? ''), `${one.price} ${one.currency}`],
    one.sale_price ? `${one.sale_price} ${one.currency}` : '',
    ...[one.availability ?? '', one.seen_s === null ? 'never' : time(one.seen_s)],
    plain(one.title ?? ''),
  ])
  const head = ['id', 'group', 'price', 'sale', 'availability', 'last named (UTC)', 'title']
  say(table([head, ...rows], [2, 3]))
  if (next_after !== null) say('There are more: search, or take the API.')
}

export function describeReport(answer: CatalogReportAnswer, window: string): void {
  const { products, events } = answer
  if (products === 0) say('There is no catalog yet: twofold catalog import feed.csv')
  else if (events.length === 0) say(`No event named a product in the last ${window}.`)
  else describeEvents(answer)
}

function describeEvents({ events, unknown, price }: CatalogReportAnswer): void {
  const rows = events.map((one) => [
    ...[plain(one.event_name), count(one.reports), share(one.matched)],
    ...[interval(one.matched), count(one.unknown)],
    ...[count(one.group_as_product), count(one.product_as_group)],
    ...[share(one.price_off), share(one.currency_off)],
  ])
  const head = [
    ...['event', 'reports', 'ids matched', '95 %', 'unknown', 'group as product'],
    ...['product as group', 'price off', 'currency off'],
  ]
  say(table([head, ...rows], [1, 2, 3, 4, 5, 6, 7, 8]))
  if (unknown.length > 0) {
    const ids = unknown.slice(0, SHOWN).map(({ product_id, n }) => [plain(product_id), count(n)])
    say(`\n${table([['unknown id', 'reports in 28 days'], ...ids], [1])}`)
  }
  if (price.length > 0) {
    const off = price
      .slice(0, SHOWN)
      .map(({ product_id, n, said, feed, currency }) => [
        ...[plain(product_id), count(n), `${said} ${currency}`, `${feed} ${currency}`],
      ])
    const titles = ['product', 'reports in 28 days', 'event said', 'feed says']
    say(`\n${table([titles, ...off], [1, 2, 3])}`)
  }
}

interface Share {
  readonly n: number
  readonly of: number
  readonly low: number
  readonly high: number
}

const percent = (part: number): string => `${Math.round(1000 * part) / 10} %`

const share = ({ n, of }: Share): string => (of === 0 ? '-' : `${percent(n / of)} of ${count(of)}`)

const interval = ({ of, low, high }: Share): string =>
  of === 0 ? '' : `${percent(low)} to ${percent(high)}`
