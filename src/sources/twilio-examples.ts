/** Examples of Twilio calls: tests and docs. Times are UTC. */
import type { Example } from './source.ts'

export const twilioExamples: readonly Example[] = [
  {
    title: 'A call that lasted is a contact',
    settings: {},
    body: 'CallSid=CA1234&From=%2B15550100000&To=%2B15550199999&Direction=inbound&FromCity=AUSTIN&FromState=TX&FromZip=73301&FromCountry=US&Timestamp=Mon%2C+02+Mar+2026+15%3A00%3A00+%2B0000&CallStatus=completed&CallDuration=95',
    out: {
      facts: [
        {
          kind: 'event',
          once: 'Contact CA1234',
          event: {
            event_name: 'Contact',
            event_time: 1772463505,
            event_id: 'contact:CA1234',
            action_source: 'phone_call',
            user_data: {
              ph: ['+15550100000'],
              ct: ['AUSTIN'],
              st: ['TX'],
              zp: ['73301'],
              country: ['us'],
            },
            custom_data: { call_seconds: 95 },
          },
        },
      ],
    },
  },
  {
    title: 'A wrong number',
    settings: {},
    body: 'CallSid=CA1234&From=%2B15550100000&To=%2B15550199999&Direction=inbound&FromCity=AUSTIN&FromState=TX&FromZip=73301&FromCountry=US&Timestamp=Mon%2C+02+Mar+2026+15%3A00%3A00+%2B0000&CallStatus=completed&CallDuration=4',
    out: { ignored: 'nothing_new', detail: 'The call lasted 4 s.' },
  },
  {
    title: 'Nobody answered',
    settings: {},
    body: 'CallSid=CA1234&From=%2B15550100000&To=%2B15550199999&Direction=inbound&FromCity=AUSTIN&FromState=TX&FromZip=73301&FromCountry=US&Timestamp=Mon%2C+02+Mar+2026+15%3A00%3A00+%2B0000&CallStatus=no-answer',
    out: { ignored: 'topic_not_used' },
  },
]
