/**
 * The quality counters as a pure fold over stored legs: the reference that what ingest counts in
 * its commits must equal, and the place to read what each counter means. It holds every event in
 * memory, so it is for tests and small datasets; reports read the counters themselves.
 */
import { agentText } from '../event/agent-class.ts'
import { sideOf } from '../event/dedup-key.ts'
import { delayS, delayStep } from '../event/delay.ts'
import { matchMask } from '../event/match-mask.ts'
import { moneyOf } from '../event/merge.ts'
import { amountOf } from '../event/money.ts'
import { isBrowsing } from '../event/names.ts'
import { notesOf, pairNotes, repeatNotes } from '../event/notes.ts'
import { refusedKeys } from '../event/refused-keys.ts'
import type { Leg } from '../event/shape.ts'
import { unpairedReason } from '../event/unpaired.ts'

/** By `<hour> <event name> <channel> <metric>`; nothing that adds up to zero. */
export type QualityCounters = ReadonlyMap<string, number>

/** `legs` in seq order, all of one dataset. */
export function foldQuality(legs: readonly Leg[], windowMs: number): QualityCounters {
  const counts = new Map<string, number>()
  const add = (leg: Leg, metric: string, n = 1): void => {
    const hour = Math.floor(leg.envelope.received_at_ms / 3_600_000) * 3600
    const name = `${hour} ${leg.event.event_name} ${leg.envelope.channel} ${metric}`
    counts.set(name, (counts.get(name) ?? 0) + n)
  }
  const bySeq = new Map<number, Leg>()
  const events = new Map<number, [Leg, ...Leg[]]>()
  for (const leg of legs) {
    bySeq.set(leg.seq, leg)
    if (leg.verdict === 'accepted') events.set(leg.seq, [leg])
    if (leg.verdict === 'duplicate') events.get(leg.of_seq ?? 0)?.push(leg)
  }
  for (const event of events.values()) {
    for (const leg of event) {
      for (const key of refusedKeys(leg.findings, leg.event.user_data)) add(leg, `invalid:${key}`)
    }
    foldSides(event, add)
    foldNotes(event, add)
    foldSuspicion(event[0], { add, windowMs, bySeq })
    if (!isBrowsing(event[0].event.event_name)) foldConversion(event, windowMs, add)
  }
  for (const [name, n] of counts) if (n === 0) counts.delete(name)
  return counts
}

type Add = (leg: Leg, metric: string, n?: number) => void
type Legs = readonly [Leg, ...Leg[]]

const side = (leg: Leg) => sideOf(leg.envelope.channel)
const isOnSite = ({ event }: Leg): boolean => event.action_source === 'website'

/** The first of the side that the kept leg is not of: it made the event known to both. */
const twinOf = ([first, ...later]: Legs): Leg | undefined =>
  later.find((leg) => side(leg) !== side(first))

function foldSides(event: Legs, add: Add): void {
  const [first] = event
  const twin = twinOf(event)
  if (twin) add(first, `pair_by:${twin.matched_by}`)
  for (const leg of twin ? [first, twin] : [first]) {
    if (isOnSite(leg)) add(leg, `match:${matchMask(leg.event)}`)
    if (side(leg) === 'browser') continue
    const seconds = delayS(leg.event, leg.envelope.received_at_ms)
    add(leg, `delay:${delayStep(seconds)}`)
    add(leg, 'delay_s', seconds)
  }
}

function foldNotes(event: Legs, add: Add): void {
  const [first] = event
  const twin = twinOf(event)
  event.forEach((leg, index) => {
    for (const note of notesOf(leg)) add(leg, `note:${note}`)
    if (leg === first) return
    const more = leg === twin ? pairNotes(first, leg) : repeatNotes(leg, event.slice(0, index))
    for (const note of more) add(leg, `note:${note}`)
  })
}

function foldSuspicion(
  first: Leg,
  { add, windowMs, bySeq }: { add: Add; windowMs: number; bySeq: ReadonlyMap<number, Leg> },
): void {
  const seq = first.findings?.find(({ code }) => code === 'possible_twin')?.seq
  const suspect = seq === undefined ? undefined : bySeq.get(seq)
  if (suspect) add(suspect, `suspected:${unpairedReason(suspect, windowMs)}`)
}

function foldConversion(event: Legs, windowMs: number, add: Add): void {
  const [first] = event
  const twin = twinOf(event)
  if (!twin) add(first, `unpaired:${unpairedReason(first, windowMs)}`)
  if (event.some((leg) => leg.event.custom_data?.order_id !== undefined)) add(first, 'order')
  const told = [first, twin].find((leg) => leg && side(leg) === 'server')
  if (!told || !isOnSite(told)) return
  const agent = agentText(told.event.user_data.client_user_agent)
  add(first, `known:${agent}`)
  if (twin) add(first, `met:${agent}`)
  else foldAlone(event, add)
}

function foldAlone(event: Legs, add: Add): void {
  const { value, currency } = moneyOf(event)
  const amount = value === undefined ? undefined : amountOf(value)
  if (!amount || !currency) return
  const millions = Math.floor(amount.units / 1_000_000)
  add(event[0], `alone:${currency}:millions`, millions)
  add(event[0], `alone:${currency}:units`, amount.units - millions * 1_000_000)
  add(event[0], `alone:${currency}:micros`, amount.micros)
}
