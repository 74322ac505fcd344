/**
 * Does the `actions` of a rule: compiles each action into a function once. An act changes the event in
 * the facts and notes what it decided in the effects; when it cannot be done it says why, in plain
 * words without values, and the event stays as it was. Pure; called by engine.ts.
 */
import { isHashedKey } from '../event/explain.ts'
import { narrowed } from '../event/routes.ts'
import { REMOVED } from '../event/scrub.ts'
import type { Json, Routes } from '../event/shape.ts'
import type { Action } from './action.ts'
import { withoutFragment, withoutParameters } from './address.ts'
import { amountFrom, type Decimal, decimal, microsOf, times } from './decimal.ts'
import { type AnyEvent, type Facts, readerOf } from './fields.ts'
import { earnedBy, marginTable } from './margin.ts'
import { anyGlob, scrubbed, scrubberOf } from './scrub-more.ts'
import { type Written, without, write, writePerson } from './write.ts'

/** What the rules so far decided about an event, beside changing it. */
export interface Effects {
  /** No later rule drops it. */
  keep: boolean
  /** No later rule looks at it. */
  stop: boolean
  drop: boolean
  routes: Routes | undefined
  /** Places where a rule removed personal data. */
  readonly removed: string[]
  /** False where user_data may hold nothing: consent was refused. */
  readonly mayIdentify: boolean
}

/** Returns why it could not be done. */
export type Act = (facts: Facts, effects: Effects) => string | undefined

type Of<D extends Action['do']> = Extract<Action, { do: D }>

export function actOf(action: Action): Act {
  switch (action.do) {
    case 'keep':
    case 'stop':
    case 'drop':
      return decide(action.do)
    case 'rename':
      return changing((event) =>
        event.event_name === action.to ? event : { ...event, event_name: action.to },
      )
    case 'set':
      return changing((event) => write(event, action.field, action.value))
    case 'default': {
      const read = readerOf(action.field)
      return (facts) =>
        isMissing(read(facts))
          ? take(facts, write(facts.event, action.field, action.value))
          : undefined
    }
    case 'copy':
      return copy(action)
    case 'remove':
      return changing((event) => without(event, action.field))
    case 'multiply':
      return multiply(action)
    case 'margin':
      return earn(action)
    case 'strip_query':
      return strip(action)
    case 'scrub':
      return scrubMore(action)
    default:
      return route(action)
  }
}

function decide(what: 'keep' | 'stop' | 'drop'): Act {
  return (_, effects) => {
    effects[what] = true
    return undefined
  }
}

function changing(change: (event: AnyEvent) => Written): Act {
  return (facts) => take(facts, change(facts.event))
}

function take(facts: Facts, written: Written): string | undefined {
  if ('why' in written) return written.why
  facts.event = written
  return undefined
}

function copy({ from, to, prefix = '', suffix = '', if_missing: ifMissing }: Of<'copy'>): Act {
  const [read, current] = [readerOf(from), readerOf(to)]
  const key = to.startsWith('user_data.') ? to.slice('user_data.'.length) : undefined
  const toPerson = key !== undefined && isHashedKey(key)
  return (facts, { mayIdentify }) => {
    if (toPerson && !mayIdentify) return undefined
    if (ifMissing && !isMissing(current(facts))) return undefined
    const value = read(facts)
    if (value === undefined || isMissing(value)) return `${from} is missing`
    // What was removed on arrival is nobody's name or number.
    if (JSON.stringify(value).includes(REMOVED)) return `${from} was personal data and is removed`
    const affixed = prefix === '' && suffix === '' ? value : joined(prefix, value, suffix)
    if (affixed === undefined) return `${from} is no text`
    const { event } = facts
    return take(facts, toPerson ? writePerson(event, key, affixed) : write(event, to, affixed))
  }
}

function joined(prefix: string, value: Json, suffix: string): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  return prefix + value + suffix
}

function multiply({ field, by }: Of<'multiply'>): Act {
  const [read, factor] = [readerOf(field), decimal(by) as Decimal]
  return (facts) => {
    const value = read(facts)
    const micros = typeof value === 'number' ? microsOf(value) : undefined
    if (micros === undefined) return `${field} is missing`
    return takeAmount(facts, field, times(micros, factor))
  }
}

function earn(action: Of<'margin'>): Act {
  const table = marginTable(action)
  return (facts) => {
    const earned = earnedBy(facts.event.custom_data, table)
    return 'why' in earned ? earned.why : takeAmount(facts, action.to, earned.micros)
  }
}

function takeAmount(facts: Facts, field: string, micros: bigint): string | undefined {
  const amount = amountFrom(micros)
  if (amount === undefined) return `the result for ${field} is too large`
  return take(facts, write(facts.event, field, amount))
}

const PAGES: readonly ('event_source_url' | 'referrer_url')[] = ['event_source_url', 'referrer_url']

function strip({ keep, remove, fragment, in: given }: Of<'strip_query'>): Act {
  const pages = given ?? PAGES
  const isNamed = anyGlob(keep ?? remove ?? [])
  const isGone = keep ? (name: string) => !isNamed(name) : isNamed
  return (facts) => {
    for (const page of pages) {
      const url = facts.event[page]
      if (url === undefined) continue
      const stripped = withoutParameters(fragment ? withoutFragment(url) : url, isGone)
      if (stripped !== url) facts.event = { ...facts.event, [page]: stripped }
    }
    return undefined
  }
}

function scrubMore(action: Of<'scrub'>): Act {
  const scrubber = scrubberOf(action)
  return (facts, { removed }) => {
    const done = scrubbed(facts.event, scrubber)
    facts.event = done.event
    for (const place of done.removed) removed.push(place)
    return undefined
  }
}

function route({ only, except }: Of<'route'>): Act {
  return (_, effects) => {
    effects.routes = narrowed(effects.routes, {
      ...(only ? { only } : {}),
      ...(except ? { except } : {}),
    })
    return undefined
  }
}

function isMissing(value: Json | undefined): boolean {
  return value === undefined || value === null || value === ''
}
