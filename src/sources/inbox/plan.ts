/**
 * From what a delivery says and what is remembered to what is handed over: which events, and what
 * is remembered from then on. Pure. Orders are found under every name a platform has for them; a
 * delivery that holds two of them joins what was said under either. Called by translator.ts.
 */
import type { SourceRecord } from '../../store/inbox.ts'
import { decide, joinOrders, NEW_ORDER, type OrderState } from '../order.ts'
import type {
  CarriedConsent,
  CommonSettings,
  EventFact,
  Fact,
  IgnoredReason,
  OrderFact,
  SourceEvent,
  Trail,
} from '../source.ts'
import { type Booked, bookedOf } from './booked.ts'

export interface PlannedEvent {
  readonly event: SourceEvent
  readonly consent: CarriedConsent | undefined
  readonly test: boolean
  /** Whose user_data has to be joined from the Purchase of this order. */
  readonly joinFrom: string | undefined
  /** Where its shopper's browser may be known from. */
  readonly trail: Trail | undefined
}

export interface Plan {
  readonly events: readonly PlannedEvent[]
  /** For the order book. */
  readonly orders: readonly Booked[]
  readonly records: readonly SourceRecord[]
  /** Why there is no event. */
  readonly reason: IgnoredReason | undefined
}

/** What a record holds: an order, the name of another record, or that it was told. */
type Remembered = { readonly order: OrderState } | { readonly as: string } | { readonly told: 1 }

export interface PlanContext {
  /** The source's name and the connection's prefix: shops do not know each other's orders. */
  readonly space: string
  readonly settings: CommonSettings
  /** When the delivery came, unix seconds. */
  readonly receivedS: number
  /** What was loaded; records of other records included. */
  readonly known: ReadonlyMap<string, SourceRecord>
}

/** Under which records the facts are remembered. */
export function keysOf(facts: readonly Fact[], space: string): string[] {
  return [...new Set(facts.flatMap((fact) => keysOfFact(fact, space)))]
}

/** The records that these stand for. */
export function aliasesIn(records: readonly SourceRecord[]): string[] {
  return records.flatMap(({ value }) => {
    const held = parsed(value)
    return held && 'as' in held ? [held.as] : []
  })
}

/** A record that cannot be read stops only deliveries about it: planOf throws at it. */
function parsed(value: string): Remembered | undefined {
  try {
    return JSON.parse(value) as Remembered
  } catch {
    return undefined
  }
}

/** These and all that they lead to, step by step, as far as it was loaded. */
export function namesOf(
  keys: readonly string[],
  known: ReadonlyMap<string, SourceRecord>,
): ReadonlySet<string> {
  const names = new Set(keys)
  // What is added on the way is visited too.
  for (const name of names) {
    const record = known.get(name)
    for (const alias of record ? aliasesIn([record]) : []) names.add(alias)
  }
  return names
}

export function planOf(facts: readonly Fact[], context: PlanContext): Plan {
  const memory = new Memory(context.known)
  const events: PlannedEvent[] = []
  const orders = new Map<string, Booked>()
  let reason: IgnoredReason | undefined
  for (const fact of facts) {
    const test = fact.test === true
    if (test && context.settings.test_event_code === null) {
      reason ??= 'test_order'
      const booked =
        fact.kind === 'order' ? bookedOf(fact, NEW_ORDER, context.receivedS) : undefined
      if (booked) orders.set(booked.order_id, booked)
      continue
    }
    const done =
      fact.kind === 'order' ? planOrder(fact, context, memory) : once(fact, context, memory)
    reason ??= done.reason
    if (done.booked)
      orders.set(done.booked.order_id, { ...orders.get(done.booked.order_id), ...done.booked })
    for (const one of done.events) events.push({ ...one, test, consent: fact.consent })
  }
  return {
    events,
    orders: [...orders.values()],
    records: memory.written(),
    reason: events.length > 0 ? undefined : reason,
  }
}

interface Done {
  readonly events: readonly Pick<PlannedEvent, 'event' | 'joinFrom' | 'trail'>[]
  readonly reason?: IgnoredReason | undefined
  readonly booked?: Booked | undefined
}

function once(fact: EventFact, { space }: PlanContext, memory: Memory): Done {
  const key = `${space} e ${fact.once}`
  if (memory.get(key)) return { events: [], reason: 'told_before' }
  memory.put(key, { told: 1 })
  return { events: [{ event: fact.event, joinFrom: undefined, trail: fact.trail }] }
}

function planOrder(fact: OrderFact, { space, receivedS }: PlanContext, memory: Memory): Done {
  const keys = keysOfFact(fact, space)
  const homes = [...new Set(keys.map((key) => memory.home(key)))]
  const states = homes.map((home) => [home, memory.order(home)] as const)
  const found = states.filter(([, state]) => state !== undefined)
  // The one that is counted stays the order; what waited under other names joins it.
  const [home = keys[0] ?? '', first = NEW_ORDER] =
    found.find(([, state]) => state?.counted) ?? found[0] ?? []
  const joined = found.reduce(
    (state, [name, other]) => (name === home || !other ? state : joinOrders(state, other)),
    first,
  )
  const { state, events, nameless, reason } = decide({ seen_at_s: receivedS, ...joined }, fact)
  memory.put(home, { order: state })
  for (const key of [...keys, ...homes]) if (key !== home) memory.put(key, { as: home })
  return {
    reason,
    booked: bookedOf(fact, state, receivedS),
    events: events.map((event, index) => ({
      event,
      joinFrom: nameless.includes(index) ? state.order_id : undefined,
      trail: event === fact.purchase ? (fact.trail ?? {}) : undefined,
    })),
  }
}

function keysOfFact(fact: Fact, space: string): string[] {
  if (fact.kind === 'event') return [`${space} e ${fact.once}`]
  return fact.refs.map((ref) => `${space} o ${ref}`)
}

/** The records of one delivery, overlaid with what it changes itself. */
class Memory {
  readonly #known: ReadonlyMap<string, SourceRecord>
  readonly #changed = new Map<string, string>()

  constructor(known: ReadonlyMap<string, SourceRecord>) {
    this.#known = known
  }

  get(key: string): Remembered | undefined {
    const text = this.#changed.get(key) ?? this.#known.get(key)?.value
    return text === undefined ? undefined : (JSON.parse(text) as Remembered)
  }

  /** Where the order of this name is kept: orders that were joined lead from one to the next. */
  home(key: string): string {
    const passed = new Set<string>()
    let name = key
    for (let held = this.get(name); held && 'as' in held && !passed.has(name); ) {
      passed.add(name)
      name = held.as
      held = this.get(name)
    }
    return name
  }

  order(key: string): OrderState | undefined {
    const held = this.get(key)
    return held && 'order' in held ? held.order : undefined
  }

  put(key: string, held: Remembered): void {
    const text = JSON.stringify(held)
    if ((this.#changed.get(key) ?? this.#known.get(key)?.value) !== text) {
      this.#changed.set(key, text)
    }
  }

  written(): SourceRecord[] {
    return [...this.#changed].map(([key, value]) => ({
      key,
      value,
      revision: this.#known.get(key)?.revision ?? 0,
    }))
  }
}
