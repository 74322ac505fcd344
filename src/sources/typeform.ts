/** Typeform: each response is a lead, with what the page sent along in hidden fields. */
import { z } from 'zod'
import { carriedIn } from './carried.ts'
import { doneOf } from './lead.ts'
import { secondsOf } from './moment.ts'
import { missing, signedBy } from './signature.ts'
import { commonSettings, type Delivered, type Source, type Translation } from './source.ts'
import { at, entriesAt, isObject, listAt, parseExact, type Tree, textAt } from './tree.ts'
import { typeformExamples } from './typeform-examples.ts'

const schema = z.strictObject({
  ...commonSettings,
  event_name: z.string().trim().min(1).max(50).default('Lead').describe('What a response is.'),
})

type Settings = z.infer<typeof schema>

export const typeform: Source<Settings> = {
  name: 'typeform',
  title: 'Typeform',
  about: 'Every response of a form is a lead.',
  schema,
  secret: { from: 'twofold', by: 'header', label: 'Secret of the webhook' },
  setup: [
    'In Typeform, open the form, Connect, Webhooks, Add a webhook.',
    'Endpoint: {url}',
    'Edit it, and enter as its secret: {secret}',
    'Switch it on, and send a test request.',
    'Add the hidden fields twofold_fbp, twofold_fbc and twofold_event_id to the form, and fill them where it is embedded.',
  ],
  headers: [],
  verify: ({ headers, body }, context) => {
    const signature = headers['typeform-signature']
    if (!signature) return missing('typeform-signature')
    const hmac = { algorithm: 'sha256', encoding: 'base64', over: [body] } as const
    return signedBy(context, [signature.replace(/^sha256=/, '')], hmac)
  },
  identify: ({ body }) => {
    const tree = parseExact(body.toString('utf8'))
    const key = textAt(tree, 'event_id')
    return { topic: textAt(tree, 'event_type') ?? '', ...(key ? { key } : {}) }
  },
  translate,
  examples: typeformExamples,
}

function translate({ text }: Delivered, settings: Settings): Translation {
  const body = parseExact(text)
  const response = at(body, 'form_response')
  if (!isObject(response)) return { failed: 'unreadable', detail: 'form_response is missing.' }
  const token = textAt(response, 'token')
  const time = secondsOf(textAt(response, 'submitted_at'))
  if (!token || time === undefined) {
    return { failed: 'incomplete', detail: 'token and submitted_at are missing.' }
  }
  const answers = listAt(response, 'answers')
  const named = (ref: string): string | undefined =>
    textAt(
      answers.find((one) => textAt(one, 'field.ref') === ref),
      'text',
    )
  const ofType = (type: string): string | undefined => textAt(answers.find(is(type)), type)
  const fact = doneOf({
    name: settings.event_name,
    id: token,
    at_s: time,
    actionSource: 'website',
    carried: carriedIn(entriesAt(response, 'hidden')),
    person: {
      email: ofType('email'),
      phone: ofType('phone_number'),
      firstName: named('first_name'),
      lastName: named('last_name'),
      name: named('name'),
    },
    custom: { content_name: textAt(response, 'definition.title') },
  })
  return { facts: [fact] }
}

const is =
  (type: string) =>
  (answer: Tree): boolean =>
    textAt(answer, 'type') === type
