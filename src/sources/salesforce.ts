/**
 * Salesforce: an HTTP callout of a flow (JSON that you compose) or an outbound message (SOAP, up to
 * a hundred records, which must be answered with its Ack). Proven by the key.
 */
import { z } from 'zod'
import { leadIdSetting, reached, stagesSetting, wonSetting } from './crm-stage.ts'
import { secondsOf } from './moment.ts'
import { salesforceExamples } from './salesforce-examples.ts'
import { KEY_IN_URL, knowsKey } from './shared-key.ts'
import {
  commonSettings,
  type Delivered,
  type EventFact,
  type Source,
  type Translation,
} from './source.ts'
import { parseExact, type Tree, textAt } from './tree.ts'

const schema = z.strictObject({
  ...commonSettings,
  stages: stagesSetting,
  won: wonSetting,
  lead_id_field: leadIdSetting,
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .nullable()
    .default(null)
    .describe('Of amounts, where the organisation has one currency and records do not name it.'),
})

type Settings = z.infer<typeof schema>

const ACK = `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>
<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack>
</notificationsResponse></soapenv:Body></soapenv:Envelope>`

export const salesforce: Source<Settings> = {
  name: 'salesforce',
  title: 'Salesforce',
  about: 'Leads and opportunities that reach a stage or are won, by a flow or an outbound message.',
  schema,
  secret: KEY_IN_URL,
  setup: [
    'In Salesforce Setup, open Outbound Messages, New, for Lead or Opportunity. Endpoint URL, with the key at its end: {url}',
    'Send the fields Id, Email, Phone, FirstName, LastName, Status or StageName, Amount, CurrencyIsoCode, IsWon, LastModifiedDate, and fbclid or lead id if you keep them.',
    'Start it from a flow when the stage changes. Or post the same fields as JSON by an HTTP callout.',
    'Say in the settings here which stage is which event.',
  ],
  headers: [],
  verify: knowsKey,
  identify: ({ body }) => {
    const text = body.toString('utf8')
    const type = /xsi:type="sf:(\w+)"/.exec(text)?.[1]
    const id = /<Notification>\s*<Id>(\w+)<\/Id>/i.exec(text)?.[1]
    return { topic: type ?? 'callout', ...(id ? { key: id } : {}) }
  },
  translate,
  answer: { status: 200, type: 'text/xml', text: ACK },
  examples: salesforceExamples,
}

function translate(delivered: Delivered, settings: Settings): Translation {
  const records = recordsIn(delivered.text)
  if (records.length === 0) return { failed: 'unreadable', detail: 'No record in it.' }
  const facts: EventFact[] = []
  for (const record of records) {
    const id = textAt(record, 'Id')
    if (!id) return { failed: 'incomplete', detail: 'Id is missing.' }
    const isWon = textAt({ won: String((record as Fields).IsWon) }, 'won') === 'true'
    const stage = textAt(record, 'StageName', 'Status') ?? ''
    const name = settings.stages[stage] ?? (isWon ? settings.won : undefined)
    if (!name) continue
    const time = secondsOf(textAt(record, 'LastModifiedDate', 'SystemModstamp'))
    facts.push(
      reached({
        name,
        crm: 'Salesforce',
        id: `${settings.order_prefix}${id}`,
        at_s: time ?? Math.floor(delivered.receivedMs / 1000),
        person: {
          email: textAt(record, 'Email'),
          phone: textAt(record, 'MobilePhone', 'Phone'),
          firstName: textAt(record, 'FirstName'),
          lastName: textAt(record, 'LastName'),
          city: textAt(record, 'City'),
          state: textAt(record, 'StateCode', 'State'),
          zip: textAt(record, 'PostalCode'),
          country: textAt(record, 'CountryCode'),
          externalIds: [textAt(record, 'ContactId'), id],
        },
        leadId: settings.lead_id_field && textAt(record, settings.lead_id_field),
        value: textAt(record, 'Amount'),
        currency: textAt(record, 'CurrencyIsoCode') ?? settings.currency ?? undefined,
      }),
    )
  }
  return facts.length > 0 ? { facts } : { ignored: 'not_mapped' }
}

type Fields = { readonly [name: string]: unknown }

/** The fields of an sObject are flat: no XML parser is needed, and none that fetches entities. */
function recordsIn(text: string): readonly Tree[] {
  const json = parseExact(text)
  if (json !== undefined) {
    const list = Array.isArray(json) ? json : [json]
    return list.filter((one) => typeof one === 'object' && one !== null)
  }
  return [...text.matchAll(/<sObject\b[^>]*>([\s\S]*?)<\/sObject>/g)].map(([, inner = '']) => {
    const fields = [...inner.matchAll(/<sf:(\w+)>([^<]*)<\/sf:\1>/g)]
    return Object.fromEntries(fields.map(([, name = '', value = '']) => [name, unescaped(value)]))
  })
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&amp;': '&',
}

const unescaped = (text: string): string =>
  text.replace(/&(?:lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity] ?? entity)
