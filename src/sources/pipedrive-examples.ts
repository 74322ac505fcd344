/** Examples of Pipedrive: tests and docs. Times are UTC. */
import type { Example } from './source.ts'

export const pipedriveExamples: readonly Example[] = [
  {
    title: 'A deal that reaches a stage',
    settings: { stages: { '3': 'QualifiedLead' } },
    body: {
      meta: {
        action: 'change',
        entity: 'deal',
        entity_id: '55',
        timestamp: '2026-03-02T15:00:01Z',
        version: '2.0',
      },
      data: {
        id: 55,
        person_id: 7,
        stage_id: 3,
        status: 'open',
        value: 1200,
        currency: 'EUR',
        stage_change_time: '2026-03-02T15:00:00Z',
      },
      previous: { stage_id: 2 },
    },
    out: {
      facts: [
        {
          kind: 'event',
          once: 'QualifiedLead 55',
          event: {
            event_name: 'QualifiedLead',
            event_time: 1772463600,
            event_id: 'qualifiedlead:55',
            action_source: 'system_generated',
            user_data: { external_id: ['7'] },
            custom_data: {
              event_source: 'crm',
              lead_event_source: 'Pipedrive',
              value: 1200,
              currency: 'EUR',
            },
          },
        },
      ],
    },
  },
  {
    title: 'A deal that was won',
    settings: {},
    body: {
      meta: {
        action: 'change',
        entity: 'deal',
        entity_id: '55',
        timestamp: '2026-03-02T15:00:01Z',
        version: '2.0',
      },
      data: {
        id: 55,
        person_id: 7,
        stage_id: 3,
        status: 'won',
        value: 1200,
        currency: 'EUR',
        stage_change_time: '2026-03-02T15:00:00Z',
        won_time: '2026-03-02T15:00:00Z',
      },
      previous: { stage_id: 2 },
    },
    out: {
      facts: [
        {
          kind: 'event',
          once: 'Purchase 55',
          event: {
            event_name: 'Purchase',
            event_time: 1772463600,
            event_id: 'purchase:55',
            action_source: 'system_generated',
            user_data: { external_id: ['7'] },
            custom_data: {
              event_source: 'crm',
              lead_event_source: 'Pipedrive',
              value: 1200,
              currency: 'EUR',
              order_id: '55',
            },
          },
        },
      ],
    },
  },
  {
    title: 'A stage that stands for nothing',
    settings: {},
    body: {
      meta: {
        action: 'change',
        entity: 'deal',
        entity_id: '55',
        timestamp: '2026-03-02T15:00:01Z',
        version: '2.0',
      },
      data: {
        id: 55,
        person_id: 7,
        stage_id: 3,
        status: 'open',
        value: 1200,
        currency: 'EUR',
        stage_change_time: '2026-03-02T15:00:00Z',
      },
      previous: { stage_id: 2 },
    },
    out: { ignored: 'not_mapped' },
  },
]
