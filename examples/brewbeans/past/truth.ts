/**
 * The ground truth of a history: what people did, what each side reported of it, and what a ledger
 * that counts every action once has to show for it. Worked out action by action from how it was
 * reported, without a store and without our ingest, so that tests can hold the pages against it.
 */
import { DAY_MS, HOUR_MS, type Period } from './faults.ts'
import { PeopleTruth } from './people-truth.ts'
import { type Action, emptyReports, enterReports, type ReportTruth } from './report-truth.ts'

/** Why a browser's report of an action never came. */
export type LossCause = 'blocker' | 'refused' | 'ios' | 'in_app' | 'offline' | 'pixel_gone'

/** Of one event name. Days are UTC; money is in hundredths. */
export interface NameTruth {
  /** What people did; neither crawlers nor tests. */
  actions: number
  /** Of these, what each side sent at least once. */
  browser_saw: number
  server_saw: number
  browser_lost: { [Cause in LossCause]?: number }
  /** The server should have, but was down. */
  server_lost: number
  // From here on: as a ledger shows it, on the day on which it was received.
  received: { browser: number; server: number }
  counted: number
  duplicates: number
  dropped: { [reason: string]: number }
  rejected: { [reason: string]: number }
  pairs: { both: number; browser_only: number; server_only: number }
  /** What is counted is worth this; what has a value and no currency is worth nothing. */
  value_minor: { [currency: string]: number }
  /** How its reports met, and what the browser missed. */
  seen: ReportTruth
}

export interface SpanTruth {
  /** Visits of people, on the day they began. */
  sessions: number
  refused_sessions: number
  blocked_sessions: number
  /** With Global Privacy Control; with an address that changes (Private Relay). */
  gpc_sessions: number
  hidden_ip_sessions: number
  crawler_sessions: number
  test_sessions: number
  /** The shop's own books: sales to people. */
  orders: number
  revenue_minor: { [currency: string]: number }
  events: { [name: string]: NameTruth }
  /** How often each fault struck: reports, or actions where two reports are compared. */
  faults: { [fault: string]: number }
  /** Findings that must stand on the reports. */
  findings: { [code: string]: number }
}

export interface DayTruth extends SpanTruth {
  /** 2026-11-23, UTC. */
  readonly day: string
}

export interface Truth {
  readonly seed: number
  /** Unix seconds. */
  readonly from: number
  readonly to: number
  readonly periods: readonly { what: Period['what']; from: number; to: number }[]
  readonly total: SpanTruth
  /** From the first day to the last, which may not be over yet. */
  readonly by_day: readonly DayTruth[]
}

/** One report of one action, with what decides how it meets the others. */
export interface Leg {
  readonly side: 'browser' | 'server'
  readonly atMs: number
  readonly name: string
  readonly id?: string | undefined
  readonly orderId?: string | undefined
  /** What names the person to the other side, where nothing else does. */
  readonly person?: string | undefined
  /** What it carries of user_data. */
  readonly keys?: readonly string[]
  readonly minor?: number | undefined
  readonly currency?: string | undefined
  readonly ends?: { readonly verdict: 'dropped' | 'rejected'; readonly reason: string }
  readonly findings?: readonly string[]
}

interface Kept {
  readonly legs: Leg[]
  readonly ids: Set<string>
  /** What the first report of the other side was recognised by. */
  pairedBy: string | undefined
}

const ID_WINDOW_MS = 48 * HOUR_MS
const ORDER_WINDOW_MS = 28 * DAY_MS
const LATE_MS = 30 * 60_000

export class TruthBook {
  readonly #startMs: number
  readonly #days = new Map<number, SpanTruth>()
  readonly #people = new PeopleTruth()

  constructor(startMs: number) {
    this.#startMs = startMs
  }

  day(atMs: number): SpanTruth {
    const index = Math.floor((atMs - this.#startMs) / DAY_MS)
    const known = this.#days.get(index)
    if (known) return known
    const made = emptySpan()
    this.#days.set(index, made)
    return made
  }

  name(atMs: number, name: string): NameTruth {
    const { events } = this.day(atMs)
    events[name] ??= emptyName()
    return events[name]
  }

  fault(atMs: number, fault: string, n = 1): void {
    if (n > 0) add(this.day(atMs).faults, fault, n)
  }

  /** All reports of one action, in the order in which they arrive. */
  settle(legs: readonly Leg[], action: Action): void {
    const kept: Kept[] = []
    for (const leg of legs) {
      const tally = this.name(leg.atMs, leg.name)
      tally.received[leg.side] += 1
      for (const code of leg.findings ?? []) add(this.day(leg.atMs).findings, code, 1)
      if (leg.ends) add(tally[leg.ends.verdict], leg.ends.reason, 1)
      else this.#take(leg, kept)
    }
    for (const { legs: own } of kept) this.#book(own)
    const at = ({ atMs, name }: Leg): ReportTruth => this.name(atMs, name).seen
    enterReports({ events: kept, action, moneyOf, at })
    for (const { legs: own } of kept) this.#people.enter(action.visitor, own)
  }

  truth(about: { seed: number; endMs: number; periods: readonly Period[] }): Truth {
    for (const { atMs, name } of this.#people.known()) {
      this.name(atMs, name).seen.of_known_people += 1
    }
    const total = emptySpan()
    const last = Math.ceil((about.endMs - this.#startMs) / DAY_MS)
    const by_day = Array.from({ length: last }, (_, index) => {
      const span = this.#days.get(index) ?? emptySpan()
      sum(total, span)
      const day = new Date(this.#startMs + index * DAY_MS).toISOString().slice(0, 10)
      return { day, ...span }
    })
    return {
      seed: about.seed,
      from: this.#startMs / 1000,
      to: Math.floor(about.endMs / 1000),
      periods: about.periods.map(({ what, fromMs, toMs }) => ({
        ...{ what, from: fromMs / 1000, to: Math.floor(toMs / 1000) },
      })),
      total,
      by_day,
    }
  }

  #take(leg: Leg, kept: Kept[]): void {
    const tally = this.name(leg.atMs, leg.name)
    const found = twinOf(leg, kept)
    if (!found) {
      tally.counted += 1
      const ids = new Set(leg.id === undefined ? [] : [leg.id])
      kept.push({ legs: [leg], ids, pairedBy: undefined })
      return
    }
    const { twin, how } = found
    if (twin.legs.every(({ side }) => side !== leg.side)) twin.pairedBy ??= how
    tally.duplicates += 1
    for (const code of disagreements(twin.legs, leg)) add(this.day(leg.atMs).findings, code, 1)
    twin.legs.push(leg)
    if (leg.id !== undefined) twin.ids.add(leg.id)
  }

  /** Who saw it and what it is worth stand on the day of the first report. */
  #book(legs: readonly Leg[]): void {
    const [first] = legs
    if (!first) return
    const tally = this.name(first.atMs, first.name)
    const sides = new Set(legs.map(({ side }) => side))
    if (sides.size === 2) tally.pairs.both += 1
    else tally.pairs[`${first.side}_only`] += 1
    const { minor, currency } = moneyOf(legs)
    if (minor !== undefined && currency) add(tally.value_minor, currency, minor)
  }
}

function twinOf(leg: Leg, kept: readonly Kept[]): { twin: Kept; how: string } | undefined {
  const ageMs = ({ legs }: Kept): number => leg.atMs - (legs[0] as Leg).atMs
  const { id, orderId, person } = leg
  const byId = kept.find((one) => id !== undefined && one.ids.has(id) && ageMs(one) < ID_WINDOW_MS)
  if (byId) return { twin: byId, how: 'event_id' }
  const byOrder = kept.find(
    (one) =>
      leg.name === 'Purchase' &&
      orderId !== undefined &&
      one.legs.some((other) => other.orderId === orderId) &&
      ageMs(one) < ORDER_WINDOW_MS,
  )
  if (byOrder) return { twin: byOrder, how: 'order_id' }
  if (leg.side === 'browser') return undefined
  // A server report that names no id, or meets one that names none, is known by its person.
  const byPerson = kept.find(
    (one) =>
      one.legs.every(({ side }) => side === 'browser') &&
      (id === undefined || one.legs[0]?.id === undefined) &&
      person !== undefined &&
      one.legs[0]?.person === person &&
      ageMs(one) < ID_WINDOW_MS,
  )
  const isCustomer = [leg, byPerson?.legs[0]].every((one) => one?.keys?.includes('external_id'))
  return byPerson && { twin: byPerson, how: isCustomer ? 'fallback_external_id' : 'fallback_fbp' }
}

/** The server's word counts; a currency that it lacks is the other side's. */
function moneyOf(legs: readonly Leg[]): Pick<Leg, 'minor' | 'currency'> {
  const ranked = [...legs].sort(
    (a, b) => Number(a.side === 'browser') - Number(b.side === 'browser'),
  )
  const winner = ranked.find(({ minor }) => minor !== undefined)
  const currency = winner?.currency ?? ranked.find((leg) => leg.currency)?.currency
  return { minor: winner?.minor, currency }
}

function disagreements(before: readonly Leg[], leg: Leg): string[] {
  const known = moneyOf(before)
  const codes: string[] = []
  const { minor, currency } = leg
  if (known.minor !== undefined && minor !== undefined && known.minor !== minor) {
    codes.push('value_mismatch')
  }
  if (known.currency && currency && known.currency !== currency) codes.push('currency_mismatch')
  if (leg.atMs - (before[0] as Leg).atMs > LATE_MS) codes.push('late_twin')
  return codes
}

export function emptyName(): NameTruth {
  return {
    ...{ actions: 0, browser_saw: 0, server_saw: 0, browser_lost: {}, server_lost: 0 },
    ...{ received: { browser: 0, server: 0 }, counted: 0, duplicates: 0, dropped: {} },
    ...{ rejected: {}, pairs: { both: 0, browser_only: 0, server_only: 0 }, value_minor: {} },
    seen: emptyReports(),
  }
}

export function emptySpan(): SpanTruth {
  return {
    ...{ sessions: 0, refused_sessions: 0, blocked_sessions: 0, gpc_sessions: 0 },
    ...{ hidden_ip_sessions: 0, crawler_sessions: 0 },
    ...{ test_sessions: 0, orders: 0, revenue_minor: {}, events: {}, faults: {}, findings: {} },
  }
}

export function add(counts: { [key: string]: number }, key: string, n: number): void {
  counts[key] = (counts[key] ?? 0) + n
}

interface Numbers {
  [key: string]: number | Numbers
}

/** Adds every number of `from` to its like in `into`, however deep. */
function sum(into: object, from: object): void {
  const sums = into as Numbers
  for (const [key, value] of Object.entries(from as Numbers)) {
    if (typeof value === 'number') sums[key] = ((sums[key] as number | undefined) ?? 0) + value
    else {
      sums[key] ??= {}
      sum(sums[key] as Numbers, value)
    }
  }
}
