/**
 * Hourly counters and money in the SQLite driver. Each sum is kept per hour and per UTC day, so
 * that a year's total reads days and not nine thousand hours. Money keeps millions, units and
 * millionths apart: no column can overflow, and the sum is exact.
 */
import type { StatementSync } from 'node:sqlite'
import type { Channel } from '../../event/shape.ts'
import {
  type CounterDelta,
  type CounterQuery,
  type CounterRow,
  isAsked,
  type MoneyDelta,
  type MoneyRow,
} from '../store.ts'
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
    const day_s = floorTo(hour_s, DAY_S)
    const channelNo = CHANNELS.indexOf(channel)
    this.#sql.addCounter.run(datasetNo, hour_s, day_s, name, channelNo, metricNo, n)
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

  read(datasetNo: number, query: CounterQuery): { counters: CounterRow[]; money: MoneyRow[] } {
    const names = this.#names.texts(datasetNo)
    const metrics = this.#names.texts(METRICS)
    const nameOf = (row: Row) => names.get(Number(row.name_no)) ?? ''
    const { rows, moneyRows } = this.#rows(datasetNo, query, metrics)
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

  #rows(
    datasetNo: number,
    { from_s, to_s, by, metrics }: CounterQuery,
    texts: ReadonlyMap<number, string>,
  ): { rows: Row[]; moneyRows: Row[] } {
    const step = by === 'day' ? DAY_S : HOUR_S
    const from = floorTo(from_s, step)
    const to = Math.max(from, ceilTo(to_s, step))
    const sql = this.#sql
    const asked = metrics && JSON.stringify(numbersOf(metrics, texts))
    if (by !== 'total') {
      const range = [datasetNo, step, from, to]
      const moneyRows = sql.moneyRows.all(...range)
      const rows = asked ? sql.askedRows.all(...range, asked) : sql.rows.all(...range)
      return { rows, moneyRows }
    }
    const ranges = rangesOf(from, to).flatMap((range) => [datasetNo, ...range])
    const moneyRows = sql.totalMoney.all(...ranges)
    const rows = asked ? sql.askedTotals.all(...ranges, asked) : sql.totals.all(...ranges)
    return { rows, moneyRows }
  }
}

/** Metrics are few, rows are many: the names are compared here, SQLite compares their numbers. */
function numbersOf(metrics: readonly string[], texts: ReadonlyMap<number, string>): number[] {
  return [...texts].filter(([, text]) => isAsked(metrics, text)).map(([no]) => no)
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

type Statement =
  | 'addCounter'
  | 'addMoney'
  | 'rows'
  | 'askedRows'
  | 'totals'
  | 'askedTotals'
  | 'moneyRows'
  | 'totalMoney'

function prepare({ db }: Connection): Record<Statement, StatementSync> {
  const range = 'WHERE dataset_no = ? AND span_s = ? AND start_s >= ? AND start_s < ?'
  const money = `SELECT name_no, currency, millions, units, micros, n FROM money ${range}`
  const rows = `SELECT start_s, name_no, channel, metric_no, n FROM counters ${range}`
  const asked = 'metric_no IN (SELECT value FROM json_each(?))'
  const thrice = (select: string): string => [select, select, select].join(' UNION ALL ')
  // Filtered in each part: SQLite does not carry the condition into them by itself.
  const part = (at: number, where: string): string => `
    SELECT name_no, channel, metric_no, n FROM counters WHERE dataset_no = ?${at + 1}
    AND span_s = ?${at + 2} AND start_s >= ?${at + 3} AND start_s < ?${at + 4} ${where}`
  const totals = (where: string): string => `
    SELECT 0 AS start_s, name_no, channel, metric_no, sum(n) AS n
    FROM (${[0, 4, 8].map((at) => part(at, where)).join(' UNION ALL ')})
    GROUP BY name_no, channel, metric_no`
  const statements = {
    addCounter: db.prepare(`
      INSERT INTO counters VALUES
        (?1, ${HOUR_S}, ?2, ?4, ?5, ?6, ?7), (?1, ${DAY_S}, ?3, ?4, ?5, ?6, ?7)
      ON CONFLICT DO UPDATE SET n = n + excluded.n`),
    addMoney: db.prepare(`
      INSERT INTO money VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
        millions = millions + excluded.millions, units = units + excluded.units,
        micros = micros + excluded.micros, n = n + excluded.n`),
    rows: db.prepare(rows),
    askedRows: db.prepare(`${rows} AND ${asked}`),
    totals: db.prepare(totals('')),
    askedTotals: db.prepare(totals('AND metric_no IN (SELECT value FROM json_each(?13))')),
    moneyRows: db.prepare(`SELECT * FROM money ${range}`),
    totalMoney: db.prepare(`
      SELECT 0 AS start_s, name_no, currency, sum(millions) AS millions, sum(units) AS units,
        sum(micros) AS micros, sum(n) AS n FROM (${thrice(money)}) GROUP BY name_no, currency`),
  }
  statements.moneyRows.setReadBigInts(true)
  statements.totalMoney.setReadBigInts(true)
  return statements
}
