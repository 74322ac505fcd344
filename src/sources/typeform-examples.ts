/** Examples of Typeform: tests and docs. Times are UTC. */
import type { Example } from './source.ts'

export const typeformExamples: readonly Example[] = [
  {
    title: 'A response is a lead, with what its hidden fields carry',
    settings: {},
    body: {
      event_id: '01H',
      event_type: 'form_response',
      form_response: {
        form_id: 'lT4Z',
        token: 'a3a12ec67a1365927098a606107fac15',
        landed_at: '2026-03-02T14:58:00Z',
        submitted_at: '2026-03-02T15:00:00Z',
        hidden: { twofold_fbp: 'fb.1.1772400000000.42' },
        definition: { title: 'Quote' },
        answers: [
          { type: 'text', text: 'Ann', field: { id: '1', type: 'short_text', ref: 'first_name' } },
          {
            type: 'email',
            email: 'ann@example.com',
            field: { id: '2', type: 'email', ref: 'mail' },
          },
          {
            type: 'phone_number',
            phone_number: '+4930123456',
            field: { id: '3', type: 'phone_number', ref: 'x' },
          },
          {
            type: 'choice',
            choice: { label: 'London' },
            field: { id: '4', type: 'multiple_choice', ref: 'y' },
          },
        ],
      },
    },
    out: {
      facts: [
        {
          kind: 'event',
          once: 'Lead a3a12ec67a1365927098a606107fac15',
          event: {
            event_name: 'Lead',
            event_time: 1772463600,
            event_id: 'lead:a3a12ec67a1365927098a606107fac15',
            action_source: 'website',
            user_data: {
              em: ['ann@example.com'],
              ph: ['+4930123456'],
              fn: ['Ann'],
              fbp: 'fb.1.1772400000000.42',
            },
            custom_data: { content_name: 'Quote' },
          },
        },
      ],
    },
  },
  {
    title: 'Another name for it',
    settings: { event_name: 'SubmitApplication' },
    body: {
      event_id: '2',
      event_type: 'form_response',
      form_response: { token: 't2', submitted_at: '2026-03-02T15:00:00Z', answers: [] },
    },
    out: {
      facts: [
        {
          kind: 'event',
          once: 'SubmitApplication t2',
          event: {
            event_name: 'SubmitApplication',
            event_time: 1772463600,
            event_id: 'submitapplication:t2',
            action_source: 'website',
            user_data: {},
          },
        },
      ],
    },
  },
]
