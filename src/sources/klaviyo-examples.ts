/** Examples of Klaviyo: tests and docs. */
import type { Example } from './source.ts'

const settings = {
  api_key: 'pk_of_the_account',
  topics: { 'event:klaviyo.subscribed_to_email': 'CompleteRegistration' },
}

const record = (topic: string) => ({
  topic,
  external_id: '7b21-1',
  payload: {
    data: {
      type: 'event',
      id: '4vRpBT',
      attributes: { datetime: '2026-03-02T15:00:00+00:00' },
      relationships: { profile: { data: { type: 'profile', id: '01HPROFILE' } } },
    },
  },
})

export const klaviyoExamples: readonly Example[] = [
  {
    title: 'A list with one topic that is an event; its profile is asked for',
    settings,
    body: {
      data: [record('event:klaviyo.subscribed_to_email'), record('event:klaviyo.opened_email')],
    },
    fetched: {
      profiles: {
        data: [
          {
            type: 'profile',
            id: '01HPROFILE',
            attributes: {
              email: 'ann@example.com',
              first_name: 'Ann',
              location: { city: 'Austin', country: 'United States' },
            },
          },
        ],
      },
    },
    out: {
      facts: [
        {
          kind: 'event',
          once: 'CompleteRegistration 4vRpBT',
          event: {
            event_name: 'CompleteRegistration',
            event_time: 1772463600,
            event_id: 'completeregistration:4vRpBT',
            action_source: 'system_generated',
            user_data: {
              em: ['ann@example.com'],
              fn: ['Ann'],
              ct: ['Austin'],
              country: ['united states'],
              external_id: ['01HPROFILE'],
            },
          },
        },
      ],
    },
  },
  {
    title: 'A topic that is no event here',
    settings,
    body: { data: [record('event:klaviyo.opened_email')] },
    out: { ignored: 'not_mapped' },
  },
]
