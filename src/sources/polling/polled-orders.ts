/**
 * Orders of an answer as rows of the order book: translated by the source as if the platform had
 * delivered them, so that there is no second reading of any field. Nothing is counted of them. Pure
 * but for the hash. Called by round.ts.
 */
import type { Dataset } from '../../event/dataset.ts'
import type { Order } from '../../store/orders.ts'
import { bookedOf, orderOf } from '../inbox/booked.ts'
import { decide, NEW_ORDER } from '../order.ts'
import type { CommonSettings, Polled, Source } from '../source.ts'

export interface Reading {
  readonly source: Source
  readonly settings: CommonSettings
  readonly dataset: Dataset
  readonly sha256: (text: string) => string
}

export interface Read {
  readonly orders: readonly Order[]
  /** Those that could not be read, and why the first of them could not. */
  readonly unread: number
  readonly detail: string | undefined
}

/** `polled` in the order in which a later one says more. */
export function ordersOf(polled: readonly Polled[], reading: Reading): Read {
  const orders = new Map<string, Order>()
  const faults: string[] = []
  for (const one of polled) {
    const found = rowsOf(one, reading)
    if ('fault' in found) faults.push(found.fault)
    else for (const order of found.rows) orders.set(order.order_id, order)
  }
  return { orders: [...orders.values()], unread: faults.length, detail: faults[0] }
}

type Rows = { readonly rows: readonly Order[] } | { readonly fault: string }

function rowsOf(polled: Polled, { source, settings, dataset, sha256 }: Reading): Rows {
  const { placed_s } = polled
  try {
    // As if it came when it was placed: asked for later, the same order is of the same day.
    const delivered = { ...polled, query: {}, receivedMs: placed_s * 1000 }
    const said = source.translate(delivered, settings)
    if ('failed' in said) return { fault: said.detail }
    const facts = 'facts' in said ? said.facts : []
    const rows = facts.flatMap((fact) => {
      if (fact.kind !== 'order' || fact.echo) return []
      const { state } = decide({ ...NEW_ORDER, seen_at_s: placed_s }, fact)
      const booked = bookedOf(fact, state, placed_s)
      return booked
        ? [orderOf(booked, { dataset, origin: 'poll', source: source.name, sha256 })]
        : []
    })
    return { rows }
  } catch (error) {
    // What is thrown may repeat what was answered, so its words are not kept.
    const name = error instanceof Error ? error.name : 'Error'
    return { fault: `${name} in ${source.name}. Please report it.` }
  }
}
