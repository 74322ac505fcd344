/** Stages of CRMs in the form of Meta's conversion leads. */
import { describe, expect, it } from 'vitest'
import { reached } from './crm-stage.ts'
import { pipedrive } from './pipedrive.ts'
import { salesforce } from './salesforce.ts'

const LEAD_ID = '1234567890123456'
const AT_MS = 1_772_460_100_000

const told = (leadId: string | undefined, name = 'QualifiedLead') =>
  reached({
    ...{ name, crm: 'Some CRM', id: '55', at_s: 1_772_460_000, leadId },
    ...{ person: { email: 'jo@example.com' }, value: undefined, currency: undefined },
  })

describe('a stage', () => {
  it('is named as the CRM’s, by the lead id of Meta beside the person', () => {
    expect(told(`l:${LEAD_ID}`)).toEqual({
      kind: 'event',
      once: 'QualifiedLead 55',
      event: {
        event_name: 'QualifiedLead',
        event_time: 1_772_460_000,
        event_id: 'qualifiedlead:55',
        action_source: 'system_generated',
        user_data: { em: ['jo@example.com'], lead_id: LEAD_ID },
        custom_data: { event_source: 'crm', lead_event_source: 'Some CRM' },
      },
    })
  })

  it.each([undefined, '', '00Q5e00000abcde', '123', 'l:x'])('has no lead id of %s', (text) => {
    expect(told(text).event.user_data).toEqual({ em: ['jo@example.com'] })
  })

  it('told again has the same name and id; another stage has another', () => {
    expect(told(undefined).once).toBe(told(LEAD_ID).once)
    expect(told(undefined, 'Lead').once).not.toBe(told(undefined).once)
    expect(told(undefined, 'Lead').event.event_id).not.toBe(told(undefined).event.event_id)
  })
})

describe('the lead id of Meta is read from the field that the settings name', () => {
  it.each([
    [
      'Salesforce',
      salesforce,
      { stages: { Qualified: 'QualifiedLead' }, lead_id_field: 'Meta_Lead__c' },
      { Id: '00Q', Status: 'Qualified', Meta_Lead__c: LEAD_ID },
    ],
    [
      'Pipedrive',
      pipedrive,
      { stages: { '3': 'QualifiedLead' }, lead_id_field: 'abc1' },
      {
        meta: { entity: 'deal' },
        data: { id: 5, stage_id: 3, custom_fields: { abc1: { value: LEAD_ID } } },
      },
    ],
  ] as const)('of %s', (_, source, settings, body) => {
    const delivered = { headers: {}, query: {}, text: JSON.stringify(body), receivedMs: AT_MS }
    const { translate, schema } = source as unknown as typeof salesforce
    expect(translate(delivered, schema.parse(settings))).toMatchObject({
      facts: [{ event: { event_name: 'QualifiedLead', user_data: { lead_id: LEAD_ID } } }],
    })
  })
})

it.each([
  ['won', 'Purchase'],
  ['lost', 'LostLead'],
  ['open', 'QualifiedLead'],
])('a deal of Pipedrive that is %s tells %s', (status, event_name) => {
  const body = { meta: { entity: 'deal' }, data: { id: 5, stage_id: 3, status } }
  const delivered = { headers: {}, query: {}, text: JSON.stringify(body), receivedMs: AT_MS }
  const settings = pipedrive.schema.parse({ stages: { '3': 'QualifiedLead' }, lost: 'LostLead' })
  const said = pipedrive.translate(delivered, settings)
  expect(said).toMatchObject({ facts: [{ event: { event_name } }] })
})
