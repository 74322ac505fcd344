/** The event of something that a person did once: a form, a date, a call. Used by the sources. */
import { eventId } from '../event/ids.ts'
import { type Carried, pageOf } from './carried.ts'
import type { Person } from './person.ts'
import { shopperOf } from './purchase.ts'
import type { EventFact } from './source.ts'
import { present } from './tree.ts'

export interface Done {
  readonly name: string
  /** Names it at the platform, for ever. */
  readonly id: string
  readonly at_s: number
  readonly actionSource: string
  readonly person: Person
  readonly carried?: Carried
  readonly url?: string | undefined
  readonly custom?: { readonly [key: string]: unknown }
}

export function doneOf({ name, id, at_s, carried = {}, ...done }: Done): EventFact {
  const url = pageOf(carried.url ?? done.url)
  const custom = present(done.custom ?? {})
  return {
    kind: 'event',
    once: `${name} ${id}`,
    ...(carried.consent ? { consent: carried.consent } : {}),
    event: {
      event_name: name,
      event_time: at_s,
      event_id: carried.event_id ?? eventId(name, id),
      action_source: done.actionSource,
      ...(url && done.actionSource === 'website' ? { event_source_url: url } : {}),
      user_data: shopperOf(done.person, carried),
      ...(Object.keys(custom).length > 0 ? { custom_data: custom } : {}),
    },
  }
}
