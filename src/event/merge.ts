/**
 * One event from its legs: the kept leg, completed by what later legs knew. Pure; the API shows the
 * result, the relay will send it. Legs themselves are never changed.
 */
import { isTooBroadSet } from './parse-user-data.ts'
import type { CustomData, Finding, Hashed, Leg, MatchedBy, ServerEvent, UserData } from './shape.ts'

/** The event as it counts, and what the merge found. */
export interface MergedEvent extends ServerEvent<UserData> {
  readonly dataset_id: string
  readonly seq: number
  readonly received_at_ms: number
  /** How the first twin was matched; absent while the event has one leg. */
  readonly matched_by?: MatchedBy
  /** Of all legs, in order, each once; not what one leg lacked and another brought. */
  readonly findings: readonly Finding[]
}

/** Hashes of one key kept after a merge: as many as one leg may carry (bounds of the contract). */
const HASHES_PER_KEY_MAX = 20

/** `legs`: the kept one first. */
export function mergeLegs(legs: readonly [Leg, ...Leg[]]): MergedEvent {
  const [kept, ...later] = legs
  let event = kept.event
  for (const leg of later) event = complete(event, leg.event)
  const custom = event.custom_data && { ...event.custom_data, ...moneyOf(legs) }
  const isCured = ({ code }: Finding): boolean =>
    CURES[code]?.(custom ? { ...event, custom_data: custom } : event) ?? false
  const matchedBy = later.find((leg) => leg.matched_by)?.matched_by
  return {
    ...event,
    ...(custom ? { custom_data: custom } : {}),
    dataset_id: kept.envelope.dataset_id,
    seq: kept.seq,
    received_at_ms: kept.envelope.received_at_ms,
    ...(matchedBy ? { matched_by: matchedBy } : {}),
    findings: distinct(legs.flatMap((leg) => leg.findings ?? [])).filter((one) => !isCured(one)),
  }
}

/** What a leg lacked, and whether the whole event has it. The leg itself keeps its finding. */
const CURES: { readonly [code: string]: (event: ServerEvent<UserData>) => boolean } = {
  missing_value: ({ custom_data }) => custom_data?.value !== undefined,
  missing_currency: ({ custom_data }) => custom_data?.currency !== undefined,
  not_enough_user_data: ({ user_data }) => !isTooBroadSet(Object.keys(user_data)),
}

/**
 * What the money of an event is, once all its legs are known: the server's value and currency win
 * over the browser's, the first of several servers over the later. A currency that the winner
 * lacks is taken from another leg of the same event, never from anywhere else.
 */
export function moneyOf(legs: readonly Leg[]): { value?: number; currency?: string } {
  const customs = [...legs]
    .sort((a, b) => rank(a) - rank(b))
    .map((leg) => leg.event.custom_data)
    .filter((custom) => custom !== undefined)
  const winner = customs.find((custom) => custom.value !== undefined)
  const currency = winner?.currency ?? customs.find((custom) => custom.currency)?.currency
  return {
    ...(winner?.value === undefined ? {} : { value: winner.value }),
    ...(currency === undefined ? {} : { currency }),
  }
}

/** Servers before browsers, else in the order of arrival (sort is stable). */
function rank(leg: Leg): number {
  return leg.envelope.channel === 'browser' ? 1 : 0
}

/** `ours` with whatever only `theirs` knows. */
function complete(
  ours: ServerEvent<UserData>,
  theirs: ServerEvent<UserData>,
): ServerEvent<UserData> {
  const custom: CustomData | undefined =
    ours.custom_data && theirs.custom_data
      ? { ...theirs.custom_data, ...ours.custom_data }
      : (ours.custom_data ?? theirs.custom_data)
  return {
    ...theirs,
    ...ours,
    user_data: completeUserData(ours.user_data, theirs.user_data),
    ...(custom ? { custom_data: custom } : {}),
  }
}

function completeUserData(ours: UserData, theirs: UserData): UserData {
  const merged: Record<string, unknown> = { ...theirs, ...ours }
  for (const [key, value] of Object.entries(theirs)) {
    const own = ours[key as keyof UserData]
    if (Array.isArray(value) && Array.isArray(own)) {
      const union = new Set<Hashed>([...(own as Hashed[]), ...(value as Hashed[])])
      merged[key] = [...union].slice(0, HASHES_PER_KEY_MAX)
    }
  }
  return merged as UserData
}

function distinct(findings: readonly Finding[]): Finding[] {
  const byText = new Map(
    findings.map((finding) => [`${finding.code}\n${finding.key}\n${finding.detail}`, finding]),
  )
  return [...byText.values()]
}
