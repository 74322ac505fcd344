/** Examples of Any webhook: tests and docs. Times are UTC. */
import type { Example } from './source.ts'

export const genericExamples: readonly Example[] = [
  {
    title: 'An event in the shape of the Conversions API',
    settings: {},
    body: {
      event_name: 'Lead',
      event_time: 1772463600,
      event_id: 'l-1',
      action_source: 'website',
      event_source_url: 'https://shop.example/form',
      user_data: { em: ['ann@example.com'] },
    },
    out: {
      facts: [
        {
          kind: 'event',
          once: 'Lead l-1',
          event: {
            action_source: 'website',
            user_data: { em: ['ann@example.com'] },
            event_name: 'Lead',
            event_time: 1772463600,
            event_id: 'l-1',
            event_source_url: 'https://shop.example/form',
          },
        },
      ],
    },
  },
  {
    title: 'Any JSON, with a mapping',
    settings: {
      fields: {
        event_name: '=Purchase',
        id: 'order.number',
        order_id: 'order.number',
        value: 'order.sum',
        currency: '=EUR',
        em: 'buyer.mail',
        event_time: 'order.at',
        action_source: '=website',
      },
    },
    body: {
      order: { number: 17, sum: '59.90', at: '2026-03-02T15:00:00Z' },
      buyer: { mail: 'ann@example.com' },
    },
    out: {
      facts: [
        {
          kind: 'event',
          once: 'Purchase purchase:17',
          event: {
            action_source: 'website',
            event_name: 'Purchase',
            event_id: 'purchase:17',
            event_time: 1772463600,
            user_data: { em: 'ann@example.com' },
            custom_data: { order_id: '17', value: '59.90', currency: 'EUR' },
          },
        },
      ],
    },
  },
  {
    title: 'An event that cannot be told from another',
    settings: {},
    body: { event_name: 'Lead' },
    out: { failed: 'incomplete', detail: 'Event 1 has no event_name, or no event_id and no id.' },
  },
]
