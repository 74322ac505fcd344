/**
 * What the pages of deduplication, match quality and loss have to show, worked out from how each
 * action was reported: what its two reports found together by, why one stayed alone, what the server
 * knew of the person, what the browser missed and why. Filled by truth.ts, like all of it without
 * our ingest and our store.
 */
import type { Leg, LossCause } from './truth.ts'

/** Why the browser's report of an action is not at the server's: also two ids, or still under way. */
export type MissCause = LossCause | 'other_id' | 'under_way'

/** Of one event name. What is said of an event stands on the day of its first report. */
export interface ReportTruth {
  /** Events that both sides know, by what their reports had in common. */
  paired_by: { [how: string]: number }
  /** Reports that were kept, and how many of them carry what both sides can share. */
  reports: { browser: number; server: number }
  carrying: { browser: { [key: string]: number }; server: { [key: string]: number } }
  /** First reports of the server, on their own day, and what they know of the person. */
  server_first: number
  server_keys: { [key: string]: number }
  /** Events of somebody whom an earlier conversion had named. */
  of_known_people: number
  // Of conversions only.
  unpaired: { browser: { [reason: string]: number }; server: { [reason: string]: number } }
  /** Events with an order number. */
  with_order: number
  /** Known to the server, by browser and system; and of these, by the browser as well. */
  known: { [agent: string]: number }
  met: { [agent: string]: number }
  missed: { [Cause in MissCause]?: number }
  /** What is known from the server alone, in hundredths. */
  alone_minor: { [currency: string]: number }
}

/** An event as a ledger keeps it: its reports in the order of arrival. */
export interface KeptEvent {
  readonly legs: readonly Leg[]
  /** What the first report of the other side was recognised by. */
  readonly pairedBy: string | undefined
}

/** About the action that all of these reports tell of. */
export interface Action {
  readonly agent: string
  readonly cause: LossCause | undefined
  /** Who did it: the same object at every visit. */
  readonly visitor: object
}

/** What visitors do while they look around; everything else is a conversion. */
const LOOKING: ReadonlySet<string> = new Set(['PageView', 'ViewContent', 'Search', 'AddToCart'])
export const isLooking = (name: string): boolean => LOOKING.has(name)

interface Entry {
  readonly events: readonly KeptEvent[]
  readonly action: Action
  readonly moneyOf: (legs: readonly Leg[]) => Pick<Leg, 'minor' | 'currency'>
  readonly at: (leg: Leg) => ReportTruth
}

export function enterReports(entry: Entry): void {
  for (const event of entry.events) {
    const [first] = event.legs
    if (!first) continue
    for (const leg of event.legs) enterKeys(leg, entry.at(leg))
    const server = event.legs.find(({ side }) => side === 'server')
    if (server) enterPerson(server, entry.at(server))
    if (event.pairedBy) add(entry.at(first).paired_by, event.pairedBy)
    if (!isLooking(first.name)) enterConversion(event, first, entry)
  }
}

function enterKeys({ side, id, keys = [] }: Leg, truth: ReportTruth): void {
  truth.reports[side] += 1
  const carrying = truth.carrying[side]
  if (id !== undefined) add(carrying, 'event_id')
  for (const key of ['external_id', 'fbp']) if (keys.includes(key)) add(carrying, key)
}

function enterPerson({ keys = [] }: Leg, truth: ReportTruth): void {
  truth.server_first += 1
  for (const key of keys) add(truth.server_keys, key)
}

function enterConversion(event: KeptEvent, first: Leg, entry: Entry): void {
  const { legs } = event
  const truth = entry.at(first)
  const { agent, cause } = entry.action
  const other = entry.events.find(
    (one) => one !== event && one.legs.every(({ side }) => side !== first.side),
  )
  if (legs.some(({ orderId }) => orderId !== undefined)) truth.with_order += 1
  if (!event.pairedBy) add(truth.unpaired[first.side], aloneBecause(first, other?.legs[0]))
  if (legs.every(({ side }) => side === 'browser')) return
  add(truth.known, agent)
  if (event.pairedBy) add(truth.met, agent)
  else {
    add(truth.missed as Record<string, number>, other ? 'other_id' : (cause ?? 'under_way'))
    const { minor, currency } = entry.moneyOf(legs)
    if (minor && currency) add(truth.alone_minor, currency, minor)
  }
}

/** Two reports of one action that tell the same sum look like one; else nobody can know. */
function aloneBecause(leg: Leg, other: Leg | undefined): string {
  if (other && other.minor === leg.minor && isSameMoney(leg, other)) return 'different_id'
  const hasId = leg.id !== undefined
  if (leg.side === 'browser') return hasId ? 'no_server_report' : 'no_id'
  if (!hasId && leg.orderId === undefined) return 'no_id'
  return leg.keys?.includes('fbp') ? 'blocked' : 'never_seen'
}

function isSameMoney(a: Leg, b: Leg): boolean {
  return (a.currency ?? b.currency) === (b.currency ?? a.currency)
}

export function emptyReports(): ReportTruth {
  return {
    ...{ paired_by: {}, reports: { browser: 0, server: 0 }, carrying: { browser: {}, server: {} } },
    ...{
      server_first: 0,
      server_keys: {},
      of_known_people: 0,
      unpaired: { browser: {}, server: {} },
      with_order: 0,
    },
    ...{ known: {}, met: {}, missed: {}, alone_minor: {} },
  }
}

function add(counts: { [key: string]: number }, key: string, n = 1): void {
  counts[key] = (counts[key] ?? 0) + n
}
