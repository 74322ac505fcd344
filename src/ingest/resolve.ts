/**
 * Resolve: which drafts are new and which are twins of an event that is already counted, by the
 * rules of Meta's deduplication and our repair on top. Pure: from what was loaded to one batch that
 * the store commits or refuses as a whole.
 */
import { FINDINGS_PER_LEG_MAX } from '../event/bounds.ts'
import { type Side, sameContent, sideOf } from '../event/dedup-key.ts'
import { moneyOf } from '../event/merge.ts'
import type { Finding, Leg, MatchedBy, StoredEvent } from '../event/shape.ts'
import {
  DEDUP_WINDOW_MS,
  FALLBACK_CANDIDATES_MAX,
  ORDER_WINDOW_MS,
  REPAIR_WINDOW_S,
} from '../limits.ts'
import type { CommitBatch, KeyRead, Loaded } from '../store/store.ts'
import { type RoutesOf, routeLeg } from './deliveries.ts'
import { disagreements } from './disagreements.ts'
import type { Draft } from './draft.ts'
import type { Outcome } from './ingest.ts'
import { countAccepted, countPaired, countRepeat } from './quality-counts.ts'
import type { Candidate } from './reads.ts'
import { Round } from './round.ts'

interface Match {
  readonly kept: StoredEvent
  readonly matchedBy: MatchedBy
  /** The list that the kept leg leaves, because it has found its server leg. */
  readonly leaves?: KeyRead
}

/** `candidates[i]` belongs to `drafts[i]`; undefined where an earlier step ended the draft. */
export function resolve(
  drafts: readonly Draft[],
  candidates: readonly (Candidate | undefined)[],
  { loaded, routesOf }: { readonly loaded: Loaded; readonly routesOf: RoutesOf },
): { batch: CommitBatch; outcomes: Outcome[] } {
  const round = new Round(loaded)
  const outcomes = drafts.map((draft, index) => {
    const candidate = candidates[index]
    if (!candidate) return outcomeOf(endedLeg(draft, round), draft)
    const { leg, kept } = decidedLeg(candidate, round)
    const routes = routesOf(leg.envelope.dataset_id)
    if (routes.length > 0) routeLeg(round, { leg, kept, routes })
    return outcomeOf(leg, draft)
  })
  return { batch: round.batch(), outcomes }
}

function endedLeg(draft: Draft, round: Round): Leg {
  const { envelope, ended } = draft
  if (!ended || !draft.event) throw new Error('an ended draft has a reason and an event')
  const leg: Leg = {
    seq: round.takeSeq(envelope.dataset_id),
    event: draft.event,
    envelope,
    verdict: ended.verdict,
    reason: ended.reason,
    ...withFindings(draft.findings),
  }
  round.addLeg(leg)
  countLeg(round, leg)
  return leg
}

/** The leg, and the event that it joins as it was before. */
function decidedLeg(
  candidate: Candidate,
  round: Round,
): { leg: Leg; kept: StoredEvent | undefined } {
  const match = findMatch(candidate, round)
  const leg = match ? duplicateLeg(candidate, match, round) : acceptedLeg(candidate, round)
  rememberKeys(candidate, match?.kept.legs[0] ?? leg, round)
  return { leg, kept: match?.kept }
}

/** The first that holds, strongest first. */
function findMatch(candidate: Candidate, round: Round): Match | undefined {
  return (
    byId(candidate, round) ??
    byOrder(candidate, round) ??
    byFallback(candidate, round) ??
    byRepair(candidate, round)
  )
}

function byId({ draft, id }: Candidate, round: Round): Match | undefined {
  const kept = id && keptUnder(draft, id, round)
  return kept && { kept, matchedBy: 'event_id' }
}

function byOrder({ draft, order }: Candidate, round: Round): Match | undefined {
  const kept = order && keptUnder(draft, order, round)
  return kept && { kept, matchedBy: 'order_id' }
}

function byFallback({ draft, event, fallback }: Candidate, round: Round): Match | undefined {
  for (const key of fallback) {
    const waiting = waitingUnder(key, round)
    if (waiting.length === 0) continue
    const free = waiting.filter(
      (kept) =>
        isWithin(draft, kept, DEDUP_WINDOW_MS) &&
        isUnpaired(kept, 'browser') &&
        !(key.matchedBy === 'fallback_fbp' && namesTwoPeople(kept, event)),
    )
    const kept = nearest(free, event.event_time)
    if (kept) return { kept, matchedBy: key.matchedBy, leaves: key }
  }
  return undefined
}

/** Meta prefers external_id: one browser may serve two people, and then each has an own one. */
function namesTwoPeople({ legs }: StoredEvent, { user_data }: Candidate['event']): boolean {
  const ids = user_data.external_id ?? NONE
  const known = legs[0].event.user_data.external_id ?? NONE
  return ids.length > 0 && known.length > 0 && !ids.some((id) => known.includes(id))
}

/** Twins that share no id: merged only where the dataset says so (see `possibleTwin`). */
function byRepair(candidate: Candidate, round: Round): Match | undefined {
  if (candidate.draft.delivery.dataset.repair !== 'merge') return undefined
  const kept = twinOf(candidate, round)
  return kept && { kept, matchedBy: 'repaired' }
}

function twinOf({ event, side, twins: keys }: Candidate, round: Round): StoredEvent | undefined {
  const other: Side = side === 'browser' ? 'server' : 'browser'
  for (const key of keys) {
    const waiting = waitingUnder(key, round)
    if (waiting.length === 0) continue
    const twins = waiting.filter(
      (kept) =>
        isUnpaired(kept, other) &&
        Math.abs(kept.legs[0].event.event_time - event.event_time) <= REPAIR_WINDOW_S &&
        sameContent(kept.legs[0].event.custom_data, event.custom_data),
    )
    const kept = nearest(twins, event.event_time)
    if (kept) return kept
  }
  return undefined
}

function acceptedLeg(candidate: Candidate, round: Round): Leg {
  const { draft, event } = candidate
  const { dataset } = draft.delivery
  const twin = dataset.repair === 'suggest' ? twinOf(candidate, round) : undefined
  const findings = twin ? [suggestionOf(twin), ...draft.findings] : draft.findings
  const leg: Leg = {
    seq: round.takeSeq(dataset.dataset_id),
    event,
    envelope: draft.envelope,
    verdict: 'accepted',
    ...withFindings(findings),
  }
  round.addLeg(leg)
  countLeg(round, leg)
  round.count(leg, `pair:${leg.envelope.channel}`)
  countAccepted(round, leg, twin)
  if (event.custom_data?.value !== undefined) round.addMoney(leg, event.custom_data, 1)
  return leg
}

function suggestionOf({ legs: [{ seq }] }: StoredEvent): Finding {
  return { code: 'possible_twin', seq, detail: `event ${seq}` }
}

function duplicateLeg({ draft, event }: Candidate, match: Match, round: Round): Leg {
  const { kept, matchedBy, leaves } = match
  const { dataset_id } = draft.envelope
  const [first] = kept.legs
  const leg: Leg = {
    seq: round.takeSeq(dataset_id),
    event,
    envelope: draft.envelope,
    verdict: 'duplicate',
    of_seq: first.seq,
    matched_by: matchedBy,
    ...withFindings([...disagreements(kept, draft.envelope, event), ...draft.findings]),
  }
  round.addLeg(leg, kept)
  countLeg(round, leg)
  round.count(leg, `matched_by:${matchedBy}`)
  if (isUnpaired(kept, sideOf(first.envelope.channel)) && joinsSides(kept, leg)) {
    round.count(first, `pair:${first.envelope.channel}`, -1)
    round.count(first, 'pair:both')
    countPaired(round, { leg, kept, matchedBy })
  } else {
    countRepeat(round, leg, kept)
  }
  const [before, after] = [moneyOf(kept.legs), moneyOf([...kept.legs, leg])]
  if (before.value !== after.value || before.currency !== after.currency) {
    round.addMoney(first, before, -1)
    round.addMoney(first, after, 1)
  }
  if (leaves) {
    const seqs = round.seqs(leaves).filter((seq) => seq !== first.seq)
    round.putKey(leaves, seqs, draft.envelope.received_at_ms)
  }
  return leg
}

/** Every key of the leg leads to the event it became, so that a third copy finds it by any. */
function rememberKeys({ draft, id, order, joins }: Candidate, kept: Leg, round: Round): void {
  const atMs = kept.envelope.received_at_ms
  for (const key of [id, order]) {
    if (key && !keptUnder(draft, key, round)) round.putKey(key, [kept.seq], atMs)
  }
  if (kept.envelope !== draft.envelope) return
  for (const key of joins) {
    const others = round.seqs(key).slice(1 - FALLBACK_CANDIDATES_MAX)
    round.putKey(key, [...others, kept.seq], atMs)
  }
}

const WINDOW_MS = { window: DEDUP_WINDOW_MS, order: ORDER_WINDOW_MS } as const

/** The event under an id or order key, if its first copy is young enough. */
function keptUnder(draft: Draft, key: KeyRead, round: Round): StoredEvent | undefined {
  const [kept] = waitingUnder(key, round)
  return kept && isWithin(draft, kept, WINDOW_MS[key.family]) ? kept : undefined
}

const NONE: readonly never[] = []

function waitingUnder(key: KeyRead, round: Round): readonly StoredEvent[] {
  const seqs = round.seqs(key)
  if (seqs.length === 0) return NONE
  return seqs.map((seq) => round.event(key.dataset_id, seq)).filter((event) => event !== undefined)
}

function isWithin(draft: Draft, kept: StoredEvent, windowMs: number): boolean {
  return draft.envelope.received_at_ms - keptAtMs(kept) < windowMs
}

function keptAtMs(kept: StoredEvent): number {
  return kept.legs[0].envelope.received_at_ms
}

/** Known to one side only, and that side is `side`. */
function isUnpaired(kept: StoredEvent, side: Side): boolean {
  return kept.legs.every((leg) => sideOf(leg.envelope.channel) === side)
}

function joinsSides(kept: StoredEvent, leg: Leg): boolean {
  return sideOf(kept.legs[0].envelope.channel) !== sideOf(leg.envelope.channel)
}

function nearest(events: readonly StoredEvent[], eventTimeS: number): StoredEvent | undefined {
  const distance = ({ legs: [leg] }: StoredEvent): number =>
    Math.abs(leg.event.event_time - eventTimeS)
  return events.reduce<StoredEvent | undefined>(
    (best, event) => (best && distance(best) <= distance(event) ? best : event),
    undefined,
  )
}

function countLeg(round: Round, leg: Leg): void {
  const metrics = ['received', leg.verdict]
  if (leg.reason) metrics.push(`reason:${leg.reason}`)
  for (const { code } of leg.findings ?? []) metrics.push(`finding:${code}`)
  for (const id of leg.envelope.rules ?? []) metrics.push(`rule:${id}`)
  if (leg.verdict === 'accepted' || leg.verdict === 'duplicate') {
    if (leg.event.event_id !== undefined) metrics.push('event_id')
    for (const key in leg.event.user_data) metrics.push(keyMetric(key))
  }
  round.countAll(leg, metrics)
}

/** Joined once per key name: joining per event would hash a new string for each counter. */
const keyMetrics = new Map<string, string>()

function keyMetric(key: string): string {
  const known = keyMetrics.get(key)
  if (known) return known
  const metric = `key:${key}`
  keyMetrics.set(key, metric)
  return metric
}

const NOTHING = {}

function withFindings(findings: readonly Finding[]): { findings?: readonly Finding[] } {
  return findings.length > 0 ? { findings: findings.slice(0, FINDINGS_PER_LEG_MAX) } : NOTHING
}

function outcomeOf(leg: Leg, { ended }: Draft): Outcome {
  if (leg.verdict === 'accepted' && !leg.findings) return { verdict: 'accepted', seq: leg.seq }
  return {
    verdict: leg.verdict,
    seq: leg.seq,
    ...(leg.reason ? { reason: leg.reason } : {}),
    ...(leg.of_seq === undefined ? {} : { of_seq: leg.of_seq }),
    ...(leg.matched_by ? { matched_by: leg.matched_by } : {}),
    ...(leg.findings ? { findings: leg.findings } : {}),
    ...(ended?.verdict === 'rejected' ? { problem: ended.problem } : {}),
  }
}
