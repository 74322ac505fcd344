/**
 * What resolve will look up for each event, worked out once per round: the one list handed to
 * store.load. Asking for more than resolve uses is only slower, asking for less double-counts.
 */
import { fallbackKeys, idKey, orderKey, type Side, sideOf, twinKeys } from '../event/dedup-key.ts'
import type { MatchedBy, ServerEvent, UserData } from '../event/shape.ts'
import { type KeyFamily, type KeyRead, keyOf } from '../store/store.ts'
import type { Draft } from './draft.ts'

/** People keys under which one unpaired leg is registered; all of a leg's are looked up. */
const TWIN_KEYS_REGISTERED_MAX = 2

/** A key to read, with the name under which Loaded has the answer. */
export interface NamedKey extends KeyRead {
  readonly name: string
}

export interface FallbackKey extends NamedKey {
  readonly matchedBy: MatchedBy
}

/** A draft that lived through prepare, with every key that resolve will use. */
export interface Candidate {
  readonly draft: Draft
  readonly event: ServerEvent<UserData>
  readonly side: Side
  readonly id: NamedKey | undefined
  readonly order: NamedKey | undefined
  /** Lists of browser legs that this (server) leg may be absorbed by. */
  readonly fallback: readonly FallbackKey[]
  /** Lists of legs of the other side that may be its twin. */
  readonly twins: readonly NamedKey[]
  /** Lists that this leg joins once accepted, to be found by a later leg. */
  readonly joins: readonly NamedKey[]
}

/** Undefined for a draft that an earlier step ended. */
export function candidateOf(draft: Draft): Candidate | undefined {
  const { event, ended, envelope } = draft
  if (!event || ended) return undefined
  const { dataset_id } = envelope
  const side = sideOf(envelope.channel)
  const named = (key: string, want: KeyRead['want'], family: KeyFamily = 'window'): NamedKey => ({
    dataset_id,
    family,
    key,
    want,
    name: keyOf({ dataset_id, family, key }),
  })
  const id = idKey(event)
  const order = orderKey(event)
  const hasId = id !== undefined
  const waiting = side === 'browser' ? [false, ...(hasId ? [] : [true])] : []
  return {
    draft,
    event,
    side,
    id: id === undefined ? undefined : named(id, 'events'),
    order: order === undefined ? undefined : named(order, 'events', 'order'),
    fallback:
      side === 'browser'
        ? []
        : fallbackKeys(event, hasId).map(({ key, matchedBy }) => ({
            ...named(key, 'events'),
            matchedBy,
          })),
    twins: twinKeys(event, side === 'browser' ? 'server' : 'browser').map((key) =>
      named(key, 'events'),
    ),
    joins: [
      ...waiting.flatMap((withoutId) => fallbackKeys(event, withoutId).map(({ key }) => key)),
      ...twinKeys(event, side).slice(0, TWIN_KEYS_REGISTERED_MAX),
    ].map((key) => named(key, 'seqs')),
  }
}

export function readsOf(candidates: readonly (Candidate | undefined)[]): KeyRead[] {
  const reads: KeyRead[] = []
  for (const candidate of candidates) {
    if (!candidate) continue
    const { id, order, fallback, twins, joins } = candidate
    if (id) reads.push(id)
    if (order) reads.push(order)
    reads.push(...fallback, ...twins, ...joins)
  }
  return reads
}
