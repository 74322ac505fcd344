/**
 * Hourly counters and money in the SQLite driver. Each sum is kept per hour and per UTC day, so
 * that a year's total reads days and not nine thousand hours. Money keeps millions, units and
 * millionths apart: no column can overflow, and the sum is exact.
 */
import type { StatementSync } from 'node:sqlite'
import type { Channel } from '../../event/shape.ts'
import type { CounterDelta, CounterQuery, CounterRow, MoneyDelta, MoneyRow } from '../store.ts'
import type { Connection } from './sqlite-connection.ts'
import { METRICS, type Names } from './sqlite-names.ts'

const HOUR_S = 3600
const DAY_S = 86_400
const MILLION = 1_000_000
/** Stored by position: append only. */
const CHANNELS: readonly Channel[] = ['browser', 'server', 'other']

export class Counters {
  readonly #names: Names
  readonly #sql: ReturnType<typeof prepare>

  constructor(connection: Connection, names: Names) {
    this.#names = names
    this.#sql = prepare(connection)
  }

  /** Inside write. */
  add(datasetNo: number, { hour_s, event_name, channel, metric, n }: CounterDelta): void {
    const name = this.#names.intern(datasetNo, event_name)
    const metricNo = this.#names.intern(METRICS, metric)
    for (const [span, start] of spansOf(hour_s)) {
      const channelNo = CHANNELS.indexOf(channel)
      this.#sql.addCounter.run(datasetNo, span, start, name, channelNo, metricNo, n)
    }
  }

  /** Inside write. */
  addMoney(datasetNo: number, delta: MoneyDelta): void {
    const { hour_s, event_name, currency, units, micros, n } = delta
    const name = this.#names.intern(datasetNo, event_name)
    const millions = Math.floor(units / MILLION)
    const rest = units - millions * MILLION
    for (const [span, start] of spansOf(hour_s)) {
      this.#sql.addMoney.run(datasetNo, span, start, name, currency, millions, rest, micros, n)
    }
  }

  read(
    datasetNo: number,
    { from_s, to_s, by }: CounterQuery,
  ): { counters: CounterRow[]; money: MoneyRow[] } {
    const from = floorTo(from_s, HOUR_S)
    const to = Math.max(from, ceilTo(to_s, HOUR_S))
    const names = this.#names.texts(datasetNo)
    const metrics = this.#names.texts(METRICS)
    const nameOf = (row: Row) => names.get(Number(row.name_no)) ?? ''
    const ranges = rangesOf(from, to).flatMap((range) => [datasetNo, ...range])
    const hourly = by === 'hour'
    const rows = hourly
      ? this.#sql.hourly.all(datasetNo, from, to)
      : this.#sql.totals.all(...ranges)
    const moneyRows = hourly
      ? this.#sql.hourlyMoney.all(datasetNo, from, to)
      : this.#sql.totalMoney.all(...ranges)
    return {
      counters: rows.map((row) => ({
        hour_s: Number(row.start_s),
        event_name: nameOf(row),
        channel: CHANNELS[Number(row.channel)] ?? 'other',
        metric: metrics.get(Number(row.metric_no)) ?? '',
        n: Number(row.n),
      })),
      money: moneyRows.map((row) => ({
        hour_s: Number(row.start_s),
        event_name: nameOf(row),
        currency: String(row.currency),
        units: big(row.millions) * BigInt(MILLION) + big(row.units),
        micros: big(row.micros),
        n: Number(row.n),
      })),
    }
  }
}

type Row = Record<string, unknown>

const big = (value: unknown): bigint => BigInt(value as bigint)
const floorTo = (value: number, step: number): number => Math.floor(value / step) * step
const ceilTo = (value: number, step: number): number => Math.ceil(value / step) * step

const spansOf = (hourS: number): [number, number][] => [
  [HOUR_S, hourS],
  [DAY_S, floorTo(hourS, DAY_S)],
]

/** The hours before the first whole day, the whole days, the hours after the last one. */
function rangesOf(from: number, to: number): [number, number, number][] {
  const firstDay = Math.min(ceilTo(from, DAY_S), to)
  const lastDay = Math.max(floorTo(to, DAY_S), firstDay)
  return [
    [HOUR_S, from, firstDay],
    [DAY_S, firstDay, lastDay],
    [HOUR_S, lastDay, to],
  ]
}

function prepare({
  db,
}: Connection): Record<
  'addCounter' | 'addMoney' | 'hourly' | 'totals' | 'hourlyMoney' | 'totalMoney',
  StatementSync
> {
  const range = 'WHERE dataset_no = ? AND span_s = ? AND start_s >= ? AND start_s < ?'
  const counters = `SELECT name_no, channel, metric_no, n FROM counters ${range}`
  const money = `SELECT name_no, currency, millions, units, micros, n FROM money ${range}`
  const hours = `WHERE dataset_no = ? AND span_s = ${HOUR_S} AND start_s >= ? AND start_s < ?`
  const thrice = (select: string): string => [select, select, select].join(' UNION ALL ')
  const statements = {
    addCounter: db.prepare(`
      INSERT INTO counters VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET n = n + excluded.n`),
    addMoney: db.prepare(`
      INSERT INTO money VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
        millions = millions + excluded.millions, units = units + excluded.units,
        micros = micros + excluded.micros, n = n + excluded.n`),
    hourly: db.prepare(`SELECT start_s, name_no, channel, metric_no, n FROM counters ${hours}`),
    totals: db.prepare(`
      SELECT 0 AS start_s, name_no, channel, metric_no, sum(n) AS n FROM (${thrice(counters)})
      GROUP BY name_no, channel, metric_no`),
    hourlyMoney: db.prepare(`SELECT * FROM money ${hours}`),
    totalMoney: db.prepare(`
      SELECT 0 AS start_s, name_no, currency, sum(millions) AS millions, sum(units) AS units,
        sum(micros) AS micros, sum(n) AS n FROM (${thrice(money)}) GROUP BY name_no, currency`),
  }
  statements.hourlyMoney.setReadBigInts(true)
  statements.totalMoney.setReadBigInts(true)
  return statements
}
