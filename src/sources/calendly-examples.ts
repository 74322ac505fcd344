/** Examples of Calendly: tests and docs. Times are UTC. */
import type { Example } from './source.ts'

export const calendlyExamples: readonly Example[] = [
  {
    title: 'An appointment that was made',
    settings: {},
    body: {
      event: 'invitee.created',
      created_at: '2026-03-02T15:00:01Z',
      payload: {
        uri: 'https://api.calendly.com/scheduled_events/AAA/invitees/BBB',
        email: 'ann@example.com',
        name: 'Ann Lee',
        first_name: null,
        last_name: null,
        text_reminder_number: null,
        created_at: '2026-03-02T15:00:00.000000Z',
        rescheduled: false,
        old_invitee: null,
        questions_and_answers: [
          { question: 'Phone number', answer: '+1 555 010 0000', position: 0 },
        ],
        tracking: { utm_source: 'fb', utm_content: 'visitor-77', salesforce_uuid: null },
        scheduled_event: { name: 'Demo', start_time: '2026-03-09T10:00:00Z' },
      },
    },
    out: {
      facts: [
        {
          kind: 'event',
          once: 'Schedule BBB',
          event: {
            event_name: 'Schedule',
            event_time: 1772463600,
            event_id: 'schedule:BBB',
            action_source: 'website',
            user_data: {
              em: ['ann@example.com'],
              ph: ['+1 555 010 0000'],
              fn: ['Ann'],
              ln: ['Lee'],
              external_id: ['visitor-77'],
            },
            custom_data: { content_name: 'Demo' },
          },
        },
      ],
    },
  },
  {
    title: 'One that was moved is not made again',
    settings: {},
    body: {
      event: 'invitee.created',
      created_at: '2026-03-02T15:00:01Z',
      payload: {
        uri: 'https://api.calendly.com/scheduled_events/AAA/invitees/BBB',
        email: 'ann@example.com',
        name: 'Ann Lee',
        first_name: null,
        last_name: null,
        text_reminder_number: null,
        created_at: '2026-03-02T15:00:00.000000Z',
        rescheduled: false,
        old_invitee: 'https://api.calendly.com/scheduled_events/AAA/invitees/AAA',
        questions_and_answers: [
          { question: 'Phone number', answer: '+1 555 010 0000', position: 0 },
        ],
        tracking: { utm_source: 'fb', utm_content: 'visitor-77', salesforce_uuid: null },
        scheduled_event: { name: 'Demo', start_time: '2026-03-09T10:00:00Z' },
      },
    },
    out: { ignored: 'rescheduled' },
  },
  {
    title: 'One that was cancelled',
    settings: {},
    body: {
      event: 'invitee.canceled',
      created_at: '2026-03-02T15:00:01Z',
      payload: {
        uri: 'https://api.calendly.com/scheduled_events/AAA/invitees/BBB',
        email: 'ann@example.com',
        name: 'Ann Lee',
        first_name: null,
        last_name: null,
        text_reminder_number: null,
        created_at: '2026-03-02T15:00:00.000000Z',
        rescheduled: false,
        old_invitee: null,
        questions_and_answers: [
          { question: 'Phone number', answer: '+1 555 010 0000', position: 0 },
        ],
        tracking: { utm_source: 'fb', utm_content: 'visitor-77', salesforce_uuid: null },
        scheduled_event: { name: 'Demo', start_time: '2026-03-09T10:00:00Z' },
      },
    },
    out: { ignored: 'topic_not_used' },
  },
]
