/**
 * What resolve will look up for each event, worked out once per round: the one list handed to
 * store.load. Asking for more than resolve uses is only slower, asking for less double-counts.
 */
import { fallbackKeys, idKey, orderKey, type Side, sideOf, twinKeys } from '../event/dedup-key.ts'
import type { MatchedBy, ServerEvent, UserData } from '../event/shape.ts'
import type { KeyRead } from '../store/store.ts'
import type { Draft } from './draft.ts'

/** People keys under which one unpaired leg is registered; all of a leg's are looked up. */
const TWIN_KEYS_REGISTERED_MAX = 2

export interface FallbackKey extends KeyRead {
  readonly matchedBy: MatchedBy
}

/** A draft that lived through prepare, with every key that resolve will use. */
export interface Candidate {
  readonly draft: Draft
  readonly event: ServerEvent<UserData>
  readonly side: Side
  readonly id: KeyRead | undefined
  readonly order: KeyRead | undefined
  /** Lists of browser legs that this (server) leg may be absorbed by. */
  readonly fallback: readonly FallbackKey[]
  /** Lists of legs of the other side that may be its twin. */
  readonly twins: readonly KeyRead[]
  /** Lists that this leg joins once accepted, to be found by a later leg. */
  readonly joins: readonly KeyRead[]
}

/** Undefined for a draft that an earlier step ended. */
export function candidateOf(draft: Draft): Candidate | undefined {
  const { event, ended, envelope } = draft
  if (!event || ended) return undefined
  const { dataset_id } = envelope
  const side = sideOf(envelope.channel)
  const id = idKey(event)
  const order = orderKey(event)
  return {
    draft,
    event,
    side,
    id: id === undefined ? undefined : { dataset_id, family: 'window', key: id, want: 'events' },
    order:
      order === undefined ? undefined : { dataset_id, family: 'order', key: order, want: 'events' },
    fallback: side === 'browser' ? NONE : absorbing(event, dataset_id),
    twins: windowReads(dataset_id, twinKeys(event, side === 'browser' ? 'server' : 'browser')),
    joins: joining(event, dataset_id, side),
  }
}

export function readsOf(candidates: readonly (Candidate | undefined)[]): KeyRead[] {
  const reads: KeyRead[] = []
  for (const candidate of candidates) {
    if (!candidate) continue
    const { id, order, fallback, twins, joins } = candidate
    if (id) reads.push(id)
    if (order) reads.push(order)
    for (const read of fallback) reads.push(read)
    for (const read of twins) reads.push(read)
    for (const read of joins) reads.push(read)
  }
  return reads
}

const NONE: readonly never[] = []

function absorbing(event: ServerEvent<UserData>, dataset_id: string): FallbackKey[] {
  return fallbackKeys(event, event.event_id !== undefined).map(({ key, matchedBy }) => ({
    dataset_id,
    family: 'window',
    key,
    want: 'events',
    matchedBy,
  }))
}

/** A browser leg waits in the list of all; one without an id also in the list of those. */
function joining(event: ServerEvent<UserData>, dataset_id: string, side: Side): readonly KeyRead[] {
  const keys = twinKeys(event, side).slice(0, TWIN_KEYS_REGISTERED_MAX)
  if (side === 'browser') {
    for (const { key } of fallbackKeys(event, false)) keys.push(key)
    if (event.event_id === undefined) {
      for (const { key } of fallbackKeys(event, true)) keys.push(key)
    }
  }
  return keys.length === 0 ? NONE : windowReads(dataset_id, keys, 'seqs')
}

function windowReads(
  dataset_id: string,
  keys: readonly string[],
  want: KeyRead['want'] = 'events',
): readonly KeyRead[] {
  if (keys.length === 0) return NONE
  return keys.map((key) => ({ dataset_id, family: 'window', key, want }))
}
