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

export const lostSetting = z
  .string()
  .trim()
  .max(50)
  .default('')
  .describe('What a deal that was lost is, such as LostLead; empty: nothing.')

export const leadIdSetting = z
  .string()
  .trim()
  .max(100)
  .default('')
  .describe('Name of the field in which the CRM keeps the lead id of Meta’s lead forms.')

export interface Reached {
  /** The event that the stage stands for. */
  readonly name: string
  /** Of the CRM, as Meta’s conversion leads name it. */
  readonly crm: string
  readonly id: string
  readonly at_s: number
  readonly person: Person
  /** Of Meta's lead forms, as the CRM keeps it: what names the lead best. */
  readonly leadId?: string | undefined
  readonly value: string | undefined
  readonly currency: string | undefined
}

export function reached({ name, crm, id, at_s, value, currency, ...who }: Reached): EventFact {
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
      user_data: { ...userDataOf(who.person), ...present({ lead_id: leadIdIn(who.leadId) }) },
      custom_data: {
        event_source: 'crm',
        lead_event_source: crm,
        ...present(money),
        ...(name === 'Purchase' ? { order_id: id } : {}),
      },
    },
  }
}

/** Exports write `l:` before it. Anything but its digits could have a whole request refused. */
const leadIdIn = (text: string | undefined): string | undefined =>
  /^(?:l:)?(\d{15,16})$/.exec(text ?? '')?.[1]
