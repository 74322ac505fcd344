/** Examples of Salesforce: tests and docs. Times are UTC. */
import type { Example } from './source.ts'

export const salesforceExamples: readonly Example[] = [
  {
    title: 'A lead that qualified, by an outbound message',
    settings: { stages: { Qualified: 'QualifiedLead' } },
    body: '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>00D</OrganizationId><Notification><Id>04l1</Id><sObject xsi:type="sf:Lead" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>00Q1</sf:Id><sf:Email>ann@example.com</sf:Email><sf:FirstName>Ann</sf:FirstName><sf:LastName>Lee &amp; Co</sf:LastName><sf:Status>Qualified</sf:Status><sf:LastModifiedDate>2026-03-02T15:00:00.000Z</sf:LastModifiedDate></sObject></Notification></notifications></soapenv:Body></soapenv:Envelope>',
    out: {
      facts: [
        {
          kind: 'event',
          once: 'QualifiedLead 00Q1',
          event: {
            event_name: 'QualifiedLead',
            event_time: 1772463600,
            event_id: 'qualifiedlead:00Q1',
            action_source: 'system_generated',
            user_data: {
              em: ['ann@example.com'],
              fn: ['Ann'],
              ln: ['Lee & Co'],
              external_id: ['00Q1'],
            },
            custom_data: { event_source: 'crm', lead_event_source: 'Salesforce' },
          },
        },
      ],
    },
  },
  {
    title: 'An opportunity that was won, by a callout',
    settings: { currency: 'EUR' },
    body: {
      Id: '0061',
      StageName: 'Closed Won',
      IsWon: true,
      Amount: 1200.5,
      ContactId: '0031',
      Email: 'ann@example.com',
      LastModifiedDate: '2026-03-02T15:00:00.000+0000',
    },
    out: {
      facts: [
        {
          kind: 'event',
          once: 'Purchase 0061',
          event: {
            event_name: 'Purchase',
            event_time: 1772463600,
            event_id: 'purchase:0061',
            action_source: 'system_generated',
            user_data: { em: ['ann@example.com'], external_id: ['0031', '0061'] },
            custom_data: {
              event_source: 'crm',
              lead_event_source: 'Salesforce',
              value: 1200.5,
              currency: 'EUR',
              order_id: '0061',
            },
          },
        },
      ],
    },
  },
  {
    title: 'A stage that stands for nothing',
    settings: {},
    body: { Id: '0062', StageName: 'Prospecting', IsWon: false },
    out: { ignored: 'not_mapped' },
  },
]
