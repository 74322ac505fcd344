/** Examples of HubSpot: tests and docs. */
import type { Example } from './source.ts'

const settings = {
  access_token: 'pat-of-the-app',
  stages: { qualifiedtobuy: 'QualifiedLead', closedwon: 'Purchase' },
}

const change = (more: { readonly [name: string]: unknown }) => ({
  eventId: 1,
  subscriptionId: 12,
  portalId: 62515,
  appId: 54321,
  occurredAt: 1772463600000,
  attemptNumber: 0,
  subscriptionType: 'deal.propertyChange',
  propertyName: 'dealstage',
  propertyValue: 'closedwon',
  changeSource: 'CRM_UI',
  objectId: 900,
  ...more,
})

const contacts = {
  results: [
    {
      id: '55',
      properties: { email: 'ann@example.com', phone: '+15125550100', firstname: 'Ann' },
    },
  ],
}
const people = { results: [{ from: { id: '900' }, to: [{ toObjectId: 55 }] }] }
const deals = {
  results: [{ id: '900', properties: { amount: '1200.50', deal_currency_code: 'eur' } }],
}
const user_data = {
  em: ['ann@example.com'],
  ph: ['+15125550100'],
  fn: ['Ann'],
  external_id: ['55'],
}
const crm = { event_source: 'crm', lead_event_source: 'HubSpot' }

export const hubspotExamples: readonly Example[] = [
  {
    title: 'A deal that is won, with its contact and its amount',
    settings,
    body: [change({})],
    fetched: { deals, people, contacts },
    out: {
      facts: [
        {
          kind: 'event',
          once: 'Purchase hs62515_900',
          event: {
            event_name: 'Purchase',
            event_time: 1772463600,
            event_id: 'purchase:hs62515_900',
            action_source: 'system_generated',
            user_data,
            custom_data: { ...crm, value: 1200.5, currency: 'EUR', order_id: 'hs62515_900' },
          },
        },
      ],
    },
  },
  {
    title: 'A list of several kinds; a stage that moves back and forth is told under one name',
    settings,
    body: [
      change({ propertyValue: 'qualifiedtobuy' }),
      change({ eventId: 2, propertyValue: 'appointmentscheduled' }),
      change({ eventId: 3, propertyValue: 'qualifiedtobuy', occurredAt: 1772463700000 }),
      change({ eventId: 4, propertyName: 'amount', propertyValue: '5' }),
      change({ eventId: 5, subscriptionType: 'contact.creation', objectId: 55 }),
      change({ eventId: 6, subscriptionType: 'company.creation', objectId: 8 }),
    ],
    fetched: { deals: { results: [] }, people, contacts },
    out: {
      facts: [1772463600, 1772463700]
        .map((event_time) => ({
          kind: 'event' as const,
          once: 'QualifiedLead hs62515_900',
          event: {
            event_name: 'QualifiedLead',
            event_time,
            event_id: 'qualifiedlead:hs62515_900',
            action_source: 'system_generated',
            user_data,
            custom_data: crm,
          },
        }))
        .concat([
          {
            kind: 'event',
            once: 'Lead hs62515_55',
            event: {
              event_name: 'Lead',
              event_time: 1772463600,
              event_id: 'lead:hs62515_55',
              action_source: 'system_generated',
              user_data,
              custom_data: crm,
            },
          },
        ]),
    },
  },
  {
    title: 'The click that HubSpot noted, and the currency of an account that has only one',
    settings: { ...settings, currency: 'usd' },
    body: [change({})],
    fetched: {
      deals: { results: [{ id: '900', properties: { amount: '10', deal_currency_code: null } }] },
      people,
      contacts: {
        results: [
          {
            id: '55',
            properties: { hs_facebook_click_id: 'IwAR1xyz', createdate: '2026-03-01T00:00:00Z' },
          },
        ],
      },
    },
    out: {
      facts: [
        {
          kind: 'event',
          once: 'Purchase hs62515_900',
          event: {
            event_name: 'Purchase',
            event_time: 1772463600,
            event_id: 'purchase:hs62515_900',
            action_source: 'system_generated',
            user_data: { external_id: ['55'], fbc: 'fb.1.1772323200000.IwAR1xyz' },
            custom_data: { ...crm, value: 10, currency: 'USD', order_id: 'hs62515_900' },
          },
        },
      ],
    },
  },
  {
    title: 'Contacts that were imported',
    settings,
    body: [change({ subscriptionType: 'contact.creation', objectId: 55, changeSource: 'IMPORT' })],
    out: { ignored: 'not_mapped' },
  },
]
