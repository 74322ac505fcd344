/** Calendly: a date that somebody made is a Schedule; one that is moved is not a second one. */
import { z } from 'zod'
import { calendlyExamples } from './calendly-examples.ts'
import { doneOf } from './lead.ts'
import { secondsOf } from './moment.ts'
import { missing, pairsIn, signedBy, tooFarOff } from './signature.ts'
import { commonSettings, type Delivered, type Source, type Translation } from './source.ts'
import { at, isObject, listAt, parseExact, type Tree, textAt } from './tree.ts'

const schema = z.strictObject({
  ...commonSettings,
  event_name: z.string().trim().min(1).max(50).default('Schedule').describe('What a date is.'),
})

type Settings = z.infer<typeof schema>

export const calendly: Source<Settings> = {
  name: 'calendly',
  title: 'Calendly',
  about: 'Every appointment that somebody makes.',
  schema,
  secret: { from: 'twofold', by: 'header', label: 'Signing key of the subscription' },
  setup: [
    'Calendly makes webhooks by its API only: POST https://api.calendly.com/webhook_subscriptions with a personal access token.',
    'url: {url}',
    'events: invitee.created. scope: organization or user.',
    'signing_key: {secret}',
    'Pass the id of your visitor as utm_content or salesforce_uuid of the booking link: nothing else survives the way through Calendly.',
  ],
  headers: [],
  verify: ({ headers, body }, context) => {
    const header = headers['calendly-webhook-signature']
    if (!header) return missing('calendly-webhook-signature')
    const pairs = new Map(pairsIn(header, ','))
    const timestamp = pairs.get('t') ?? ''
    const over = [`${timestamp}.`, body]
    const hmac = { algorithm: 'sha256', encoding: 'hex', over } as const
    const signed = signedBy(context, [pairs.get('v1') ?? ''], hmac)
    return signed.ok ? (tooFarOff(Number(timestamp || 'none') * 1000, context) ?? signed) : signed
  },
  identify: ({ body }) => {
    const tree = parseExact(body.toString('utf8'))
    const uri = textAt(tree, 'payload.uri')
    const topic = textAt(tree, 'event') ?? ''
    return { topic, ...(uri ? { key: `${topic} ${uri}` } : {}) }
  },
  translate,
  examples: calendlyExamples,
}

function translate({ text }: Delivered, settings: Settings): Translation {
  const body = parseExact(text)
  const invitee = at(body, 'payload')
  if (!isObject(invitee)) return { failed: 'unreadable', detail: 'payload is missing.' }
  if (textAt(body, 'event') !== 'invitee.created') return { ignored: 'topic_not_used' }
  if (textAt(invitee, 'old_invitee')) return { ignored: 'rescheduled' }
  const id = textAt(invitee, 'uri')?.split('/').at(-1)
  const time = secondsOf(textAt(invitee, 'created_at') ?? textAt(body, 'created_at'))
  if (!id || time === undefined) {
    return { failed: 'incomplete', detail: 'uri and created_at are missing.' }
  }
  const fact = doneOf({
    name: settings.event_name,
    id,
    at_s: time,
    actionSource: 'website',
    person: {
      email: textAt(invitee, 'email'),
      phone: textAt(invitee, 'text_reminder_number') ?? phoneIn(invitee),
      firstName: textAt(invitee, 'first_name'),
      lastName: textAt(invitee, 'last_name'),
      name: textAt(invitee, 'name'),
      externalIds: [
        textAt(invitee, 'tracking.salesforce_uuid'),
        textAt(invitee, 'tracking.utm_content'),
      ],
    },
    custom: { content_name: textAt(invitee, 'scheduled_event.name') },
  })
  return { facts: [fact] }
}

function phoneIn(invitee: Tree): string | undefined {
  const asked = listAt(invitee, 'questions_and_answers').find((one) =>
    /phone|mobile|telefon/i.test(textAt(one, 'question') ?? ''),
  )
  return textAt(asked, 'answer')
}
