/**
 * Is it right? The equations at any moment, and at the end the comparison: every action counted
 * once with its exact value, or not at all and the store says why.
 */
import { countDeliveries, examineDeliveries } from '../../src/api/doctor-deliveries.ts'
import type { Policy } from '../../src/event/route.ts'
import type { Leg } from '../../src/event/shape.ts'
import type { CountedTotals } from '../../src/fake-meta/count.ts'
import type { FakeMeta } from '../../src/fake-meta/fake-meta.ts'
import type { DeliveryRow } from '../../src/store/outbox.ts'
import type { Store } from '../../src/store/store.ts'
import type { Action, Traffic } from './traffic.ts'

const PROBLEMS_MAX = 30

/** What was seen on the way, before Meta forgets it. */
export class Notes {
  readonly problems: string[] = []
  /** How often each action was counted, by its tag, and with what. */
  readonly counted = new Map<string, number>()
  #after = 0

  add(problems: readonly string[]): void {
    this.problems.push(...problems.slice(0, PROBLEMS_MAX - this.problems.length))
  }

  look(meta: FakeMeta): void {
    for (;;) {
      const page = meta.good({ after: this.#after, limit: 1000 })
      if (page.dropped > this.#after) this.add(['the stand-in forgot events before we looked'])
      for (const { n, event, decision } of page.items) {
        this.#after = n
        if (!decision.counted) continue
        const tag = String((event.custom_data as { action?: string } | undefined)?.action)
        this.counted.set(tag, (this.counted.get(tag) ?? 0) + 1)
      }
      if (page.next_after === undefined) return
    }
  }
}

const FOREVER_S = 99_999_999_999

/** What must hold at every moment between two commits. */
export async function equationsOf(store: Store, dataset_id: string): Promise<string[]> {
  const query = { dataset_id, from_s: 0, to_s: FOREVER_S, by: 'total' } as const
  const { counters } = await store.counters(query)
  const total = (metric: string): number =>
    counters.reduce((sum, row) => sum + (row.metric === metric ? row.n : 0), 0)
  const verdicts = ['accepted', 'duplicate', 'dropped', 'rejected'].map(total)
  const sum = verdicts.reduce((a, b) => a + b, 0)
  const problems: string[] = []
  if (sum !== total('received')) problems.push(`received ${total('received')}, verdicts ${sum}`)
  for (const { destination_id, created, skipped } of await store.destinationStatus(dataset_id)) {
    const meant = created + Object.values(skipped).reduce((a, b) => a + b, 0)
    if (meant !== total('accepted')) {
      problems.push(`${destination_id}: ${total('accepted')} accepted, created + skipped ${meant}`)
    }
  }
  return [...problems, ...(await examineDeliveries(store, dataset_id)).problems]
}

interface Ended {
  readonly store: Store
  readonly meta: FakeMeta
  readonly traffic: Traffic
  readonly notes: Notes
  readonly policy: Policy | null
}

export async function compare(world: Ended): Promise<string[]> {
  const { store, meta, traffic, notes } = world
  const [dataset] = (await store.getSettings('destination')).map(
    ({ value }) => value as { dataset_id: string },
  )
  const id = dataset?.dataset_id ?? ''
  const legs = await legsByTag(store, id)
  const refusals = await refusalsOf(store, id)
  const problems: string[] = []
  const truth = new Truth()
  for (const action of traffic.actions) {
    const own = legs.get(action.tag) ?? []
    problems.push(...ingestProblems(action, own))
    const counted = notes.counted.get(action.tag) ?? 0
    const codes = codesOf(own, refusals)
    const excuses = [...action.excuses, MAYBE]
    const excused = counted === 0 && codes.some((code) => excuses.includes(code))
    const isHeard = hears(world.policy, action)
    if (counted === 1 && isHeard && !action.never) truth.add(action)
    else if (!excused && (counted > 0 || isHeard)) {
      const said = codes.join(', ') || 'nothing'
      const seqs = own.map(({ seq, envelope }) => `${envelope.channel} ${seq}`).join(', ')
      problems.push(`${name(action)} was counted ${counted} times; named: ${said} (${seqs})`)
    }
  }
  problems.push(...truth.differences(meta.counted()))
  problems.push(...(await countDeliveries(store, id)).problems)
  return problems
}

/** Nobody heard of a try, and it is too late for another: a person chooses. */
const MAYBE = 'may_have_arrived'

/** Where only one side is sent, what only the other side told of is no conversion there. */
function hears(policy: Policy | null, { sides }: Action): boolean {
  const only = policy?.send === 'browser' || policy?.send === 'server' ? policy.send : undefined
  return only === undefined || sides === 'both' || sides === only
}

const name = ({ tag, kind }: Action): string => `${tag} (${kind})`

async function legsByTag(store: Store, id: string): Promise<Map<string, Leg[]>> {
  const legs = new Map<string, Leg[]>()
  for await (const chunk of store.scan(id, 1)) {
    for (const leg of chunk) {
      // What could not be read keeps nothing but its id.
      const tag = String(leg.event.custom_data?.action ?? leg.event.event_id?.slice(2))
      const own = legs.get(tag)
      if (own) own.push(leg)
      else legs.set(tag, [leg])
    }
  }
  return legs
}

/** Of one action: one event, the others its twins and repeats. */
function ingestProblems(action: Action, legs: readonly Leg[]): string[] {
  const kept = legs.filter(({ verdict }) => verdict === 'accepted')
  if (kept.length > 1) return [`${name(action)} was accepted ${kept.length} times`]
  const [first] = kept
  const strays = legs.filter(
    ({ verdict, of_seq }) => verdict === 'duplicate' && of_seq !== first?.seq,
  )
  return strays.length > 0 ? [`${name(action)} has twins of another event`] : []
}

async function refusalsOf(store: Store, dataset_id: string): Promise<Map<number, DeliveryRow[]>> {
  const refusals = new Map<number, DeliveryRow[]>()
  let cursor: string | undefined
  do {
    const page = await store.deliveries({
      ...{ dataset_id, states: ['rejected'], limit: 500 },
      ...(cursor === undefined ? {} : { cursor }),
    })
    for (const row of page.deliveries) {
      refusals.set(row.seq, [...(refusals.get(row.seq) ?? []), row])
    }
    cursor = page.next_cursor
  } while (cursor !== undefined)
  return refusals
}

/** Everything that was said against an action: at the door, before sending, or by Meta. */
function codesOf(
  legs: readonly Leg[],
  refusals: ReadonlyMap<number, readonly DeliveryRow[]>,
): string[] {
  const codes = legs.flatMap(({ seq, reason, envelope, verdict }) => [
    ...(reason === undefined ? [] : [reason]),
    ...(envelope.consent?.state === 'denied' && verdict === 'accepted' ? ['not_consented'] : []),
    ...(refusals.get(seq) ?? []).map(({ code = '' }) => code),
  ])
  return [...new Set(codes)]
}

/** What should have been counted, in whole cents. */
class Truth {
  readonly #names = new Map<string, { count: number; cents: Map<string, number> }>()

  add({ name: event, cents, currency }: Action): void {
    const sums = this.#names.get(event) ?? { count: 0, cents: new Map<string, number>() }
    this.#names.set(event, sums)
    sums.count += 1
    if (cents === undefined || currency === undefined) return
    sums.cents.set(currency, (sums.cents.get(currency) ?? 0) + cents)
  }

  differences({ by_name }: CountedTotals): string[] {
    const problems: string[] = []
    for (const event of new Set([...this.#names.keys(), ...Object.keys(by_name)])) {
      const truth = this.#names.get(event)
      const found = by_name[event]
      if (truth?.count !== found?.count) {
        problems.push(`${event}: Meta counts ${found?.count}, the truth is ${truth?.count}`)
      }
      for (const [currency, cents] of truth?.cents ?? []) {
        const decimal = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`
        const exact = decimal.replace(/\.?0+$/, '')
        if (found?.values[currency] !== exact) {
          problems.push(`${event}: Meta sums ${found?.values[currency]} ${currency}, not ${exact}`)
        }
      }
    }
    return problems
  }
}
