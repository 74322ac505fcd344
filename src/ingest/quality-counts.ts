/**
 * The counters behind match quality, deduplication and the loss meter, written in the same commit
 * as the event. Each is what a fold over the stored legs would say (quality/fold.ts, by which a
 * property test checks this file), so a twin that comes later takes back what it proves wrong.
 * Called by resolve.ts, once for every kept leg: a few additions each.
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
import type { Leg, MatchedBy, StoredEvent } from '../event/shape.ts'
import { unpairedReason } from '../event/unpaired.ts'
import { AGENTS_KEPT_MAX, DEDUP_WINDOW_MS } from '../limits.ts'
import type { Round } from './round.ts'

/** Counter names by what stands in them: joined once, for the same few occur again and again. */
const names = new Map<string, Map<string | number, string>>()

function named(family: string, value: string | number): string {
  const known = names.get(family) ?? new Map<string | number, string>()
  if (known.size === 0) names.set(family, known)
  const name = known.get(value)
  if (name) return name
  const made = `${family}:${value}`
  known.set(value, made)
  return made
}

const agents = new Map<string, string>()

/** Few programs, many events: telling one apart tries some thirty patterns. */
function agentOf({ event }: Leg): string {
  const userAgent = event.user_data.client_user_agent ?? ''
  const known = agents.get(userAgent)
  if (known) return known
  const agent = agentText(userAgent)
  if (agents.size >= AGENTS_KEPT_MAX) agents.clear()
  agents.set(userAgent, agent)
  return agent
}

/** A new event. `suspect`: an event that may be the same action, under another id. */
export function countAccepted(round: Round, leg: Leg, suspect: StoredEvent | undefined): void {
  countFirstOfSide(round, leg)
  countNotes(round, leg, notesOf(leg))
  if (suspect) {
    const [first] = suspect.legs
    round.count(first, named('suspected', unpairedReason(first, DEDUP_WINDOW_MS)))
  }
  if (isBrowsing(leg.event.event_name)) return
  round.count(leg, named('unpaired', unpairedReason(leg, DEDUP_WINDOW_MS)))
  if (leg.event.custom_data?.order_id !== undefined) round.count(leg, 'order')
  if (sideOf(leg.envelope.channel) === 'browser' || !isOnSite(leg)) return
  round.count(leg, named('known', agentOf(leg)))
  addAlone(round, { to: leg, legs: [leg], sign: 1 })
}

/** A further leg that tells nothing about the other side. */
export function countRepeat(round: Round, leg: Leg, kept: StoredEvent): void {
  countInvalid(round, leg)
  countNotes(round, leg, notesOf(leg))
  countNotes(round, leg, repeatNotes(leg, kept.legs))
  const [first] = kept.legs
  if (isBrowsing(first.event.event_name)) return
  countOrder(round, leg, kept)
  const isAlone = kept.legs.every(({ envelope }) => sideOf(envelope.channel) === 'server')
  if (!isAlone || !isOnSite(first)) return
  const [before, after] = [moneyOf(kept.legs), moneyOf([...kept.legs, leg])]
  if (before.value === after.value && before.currency === after.currency) return
  addAlone(round, { to: first, legs: kept.legs, sign: -1 })
  addAlone(round, { to: first, legs: [...kept.legs, leg], sign: 1 })
}

interface Pairing {
  readonly leg: Leg
  /** As it was before. */
  readonly kept: StoredEvent
  readonly matchedBy: MatchedBy
}

/** The leg by which an event becomes known to both sides. */
export function countPaired(round: Round, { leg, kept, matchedBy }: Pairing): void {
  countFirstOfSide(round, leg)
  const [first] = kept.legs
  countNotes(round, leg, notesOf(leg))
  countNotes(round, leg, pairNotes(first, leg))
  round.count(first, named('pair_by', matchedBy))
  if (isBrowsing(first.event.event_name)) return
  round.count(first, named('unpaired', unpairedReason(first, DEDUP_WINDOW_MS)), -1)
  countOrder(round, leg, kept)
  const isServerFirst = sideOf(first.envelope.channel) === 'server'
  const told = isServerFirst ? first : leg
  if (!isOnSite(told)) return
  const agent = agentOf(told)
  if (isServerFirst) addAlone(round, { to: first, legs: kept.legs, sign: -1 })
  else round.count(first, named('known', agent))
  round.count(first, named('met', agent))
}

/** What the first report of each side told about the person, and how late it was. */
function countFirstOfSide(round: Round, leg: Leg): void {
  const { event, envelope } = leg
  countInvalid(round, leg)
  if (isOnSite(leg)) round.count(leg, named('match', matchMask(event)))
  if (sideOf(envelope.channel) === 'browser') return
  const seconds = delayS(event, envelope.received_at_ms)
  round.count(leg, named('delay', delayStep(seconds)))
  if (seconds > 0) round.count(leg, 'delay_s', seconds)
}

function countNotes(round: Round, leg: Leg, notes: readonly string[]): void {
  for (const note of notes) round.count(leg, named('note', note))
}

function countInvalid(round: Round, leg: Leg): void {
  for (const key of refusedKeys(leg.findings, leg.event.user_data)) {
    round.count(leg, named('invalid', key))
  }
}

/** An event has an order once one of its legs names it. */
function countOrder(round: Round, leg: Leg, kept: StoredEvent): void {
  const hasOrder = ({ event }: Leg): boolean => event.custom_data?.order_id !== undefined
  if (hasOrder(leg) && !kept.legs.some(hasOrder)) round.count(kept.legs[0], 'order')
}

const MILLION = 1_000_000

/**
 * The money that only the server reported, exact: millions, units and millionths are counters of
 * their own, so that no sum rounds, and none outgrows a number.
 */
function addAlone(
  round: Round,
  { to, legs, sign }: { to: Leg; legs: readonly Leg[]; sign: 1 | -1 },
): void {
  const { value, currency } = moneyOf(legs)
  const amount = value === undefined ? undefined : amountOf(value)
  if (!amount || !currency) return
  const millions = Math.floor(amount.units / MILLION)
  const names = aloneNames(currency)
  const units = amount.units - millions * MILLION
  if (millions !== 0) round.count(to, names.millions, sign * millions)
  if (units !== 0) round.count(to, names.units, sign * units)
  if (amount.micros !== 0) round.count(to, names.micros, sign * amount.micros)
}

interface AloneNames {
  readonly millions: string
  readonly units: string
  readonly micros: string
}

/** Bounded by ISO 4217: no other currency is let in. */
const alone = new Map<string, AloneNames>()

function aloneNames(currency: string): AloneNames {
  const known = alone.get(currency)
  if (known) return known
  const [millions, units, micros] = ['millions', 'units', 'micros'].map(
    (part) => `alone:${currency}:${part}`,
  ) as [string, string, string]
  alone.set(currency, { millions, units, micros })
  return { millions, units, micros }
}

/** Only there can a browser have seen it. */
const isOnSite = ({ event }: Leg): boolean => event.action_source === 'website'
