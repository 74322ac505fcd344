/** Twilio: a phone call that lasted is a Contact. Status callbacks come as forms, signed. */
import { z } from 'zod'
import { doneOf } from './lead.ts'
import { secondsOf } from './moment.ts'
import { missing, signedBy } from './signature.ts'
import { commonSettings, type Delivered, type Source, type Translation } from './source.ts'
import { twilioExamples } from './twilio-examples.ts'

const schema = z.strictObject({
  ...commonSettings,
  event_name: z.string().trim().min(1).max(50).default('Contact').describe('What a call is.'),
  seconds_min: z
    .number()
    .int()
    .min(0)
    .max(3600)
    .default(30)
    .describe('Shorter calls are not counted.'),
})

type Settings = z.infer<typeof schema>

export const twilio: Source<Settings> = {
  name: 'twilio',
  title: 'Twilio calls',
  about: 'Phone calls that lasted long enough, by the status callback of a number.',
  schema,
  secret: { from: 'platform', by: 'header', label: 'Auth token of the Twilio account' },
  setup: [
    'In the Twilio console, open Phone Numbers, the number, Voice.',
    'Call status changes: {url} with HTTP POST.',
    'Enter the auth token of the account (or subaccount) here: Twilio signs with it.',
  ],
  headers: [],
  verify: ({ url, headers, body }, context) => {
    const signature = headers['x-twilio-signature']
    if (!signature) return missing('x-twilio-signature')
    const fields = [...new URLSearchParams(body.toString('utf8'))]
    fields.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    const over = [url, ...fields.map(([name, value]) => name + value)]
    return signedBy(context, [signature], { algorithm: 'sha1', encoding: 'base64', over })
  },
  identify: ({ body }) => {
    const fields = new URLSearchParams(body.toString('utf8'))
    const status = fields.get('CallStatus') ?? ''
    const sid = fields.get('CallSid')
    return { topic: `call ${status}`, ...(sid ? { key: `${sid} ${status}` } : {}) }
  },
  translate,
  examples: twilioExamples,
}

function translate({ text, receivedMs }: Delivered, settings: Settings): Translation {
  const fields = new URLSearchParams(text)
  const sid = fields.get('CallSid')
  if (!sid) return { failed: 'unreadable', detail: 'CallSid: no status callback of a call.' }
  if (fields.get('CallStatus') !== 'completed') return { ignored: 'topic_not_used' }
  const seconds = Number(fields.get('CallDuration') ?? 0)
  if (!(seconds >= settings.seconds_min)) {
    return { ignored: 'nothing_new', detail: `The call lasted ${seconds} s.` }
  }
  const ended = secondsOf(new Date(rfcMs(fields.get('Timestamp')) || receivedMs).toISOString())
  const from = fields.get('Direction')?.startsWith('outbound') ? 'To' : 'From'
  const fact = doneOf({
    name: settings.event_name,
    id: sid,
    at_s: (ended ?? Math.floor(receivedMs / 1000)) - seconds,
    actionSource: 'phone_call',
    person: {
      phone: fields.get(from) ?? undefined,
      city: fields.get(`${from}City`) ?? undefined,
      state: fields.get(`${from}State`) ?? undefined,
      zip: fields.get(`${from}Zip`) ?? undefined,
      country: fields.get(`${from}Country`) ?? undefined,
    },
    custom: { call_seconds: seconds },
  })
  return { facts: [fact] }
}

const rfcMs = (text: string | null): number => (secondsOf(text ?? undefined) ?? 0) * 1000
