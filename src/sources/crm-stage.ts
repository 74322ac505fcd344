/**
 * What a stage of a CRM means: the settings that say it, and the event of a deal that reached it.
 * Each deal tells each event once, however often its stage moves back and forth. Used by CRMs.
 */
import { z } from 'zod'
import { eventId } from '../event/ids.ts'
import { numberOf } from './decimal.ts'
import { type Person, userDataOf } from './person.ts'
import type { EventFact } from './source.ts'
import { present } from './tree.ts'

export const stagesSetting = z
  .record(z.string().max(200), z.string().trim().min(1).max(50))
  .default({})
  .describe('Which stage is which event, a line each: Qualified = QualifiedLead.')

export const wonSetting = z
  .string()
  .trim()
  .max(50)
  .default('Purchase')
  .describe('What a deal that was won is; empty: nothing.')

export interface Reached {
  /** The event that the stage stands for. */
  readonly name: string
  /** Of the CRM, as Meta’s conversion leads name it. */
  readonly crm: string
  readonly id: string
  readonly at_s: number
  readonly person: Person
  readonly value: string | undefined
  readonly currency: string | undefined
}

export function reached({ name, crm, id, at_s, person, value, currency }: Reached): EventFact {
  const amount = numberOf(value)
  const money = amount === undefined || !currency ? {} : { value: amount, currency }
  return {
    kind: 'event',
    once: `${name} ${id}`,
    event: {
      event_name: name,
      event_time: at_s,
      event_id: eventId(name, id),
      action_source: 'system_generated',
      user_data: userDataOf(person),
      custom_data: {
        event_source: 'crm',
        lead_event_source: crm,
        ...present(money),
        ...(name === 'Purchase' ? { order_id: id } : {}),
      },
    },
  }
}
