/**
 * Klaviyo's system webhooks: signed lists of things that profiles did. They name profiles by their
 * id, so those are asked for with an API key, a hundred at once. Webhooks of flows are unsigned
 * and free in form: those go to the generic source.
 */
import { z } from 'zod'
import { klaviyoExamples } from './klaviyo-examples.ts'
import { doneOf } from './lead.ts'
import { secondsOf } from './moment.ts'
import type { Person } from './person.ts'
import { missing, signedBy, tooFarOff } from './signature.ts'
import {
  type Ask,
  apiUrlSetting,
  commonSettings,
  type Delivered,
  type EventFact,
  type Source,
  type Translation,
  tokenSetting,
  type Unasked,
} from './source.ts'
import { listAt, parseExact, type Tree, textAt } from './tree.ts'

const schema = z.strictObject({
  ...commonSettings,
  api_key: tokenSetting('Private API key that may read profiles.'),
  api_url: apiUrlSetting('https://a.klaviyo.com'),
  topics: z
    .record(z.string().max(200), z.string().trim().min(1).max(50))
    .default({})
    .describe(
      'Which topic is which event, a line each: event:klaviyo.subscribed_to_email = CompleteRegistration.',
    ),
})

type Settings = z.infer<typeof schema>

/** Profiles that one answer holds. */
const PROFILES_MAX = 100
const REVISION = '2024-10-15'

export const klaviyo: Source<Settings> = {
  name: 'klaviyo',
  title: 'Klaviyo',
  about: 'Sign-ups and what else profiles did, by system webhooks. Those of flows: generic source.',
  schema,
  secret: { from: 'twofold', by: 'header', label: 'Secret key of the webhook' },
  setup: [
    'In Klaviyo, open Settings, Webhooks, Create webhook (system webhooks come with some plans only).',
    'Endpoint: {url}',
    'Secret key: {secret}',
    'Choose the topics, and say in the settings here which topic is which event.',
    'In Settings, API keys, make a private key that may read profiles and enter it in the settings.',
  ],
  headers: [],
  verify: ({ headers, body }, context) => {
    const signature = headers['klaviyo-signature']
    const timestamp = headers['klaviyo-timestamp']
    if (!signature || !timestamp) return missing('klaviyo-signature')
    const over = [body, timestamp]
    const signed = signedBy(context, [signature], { algorithm: 'sha256', encoding: 'hex', over })
    if (!signed.ok) return signed
    // Signed, whatever its form: a replay of it is the same body, which counts once.
    const signedS = secondsOf(timestamp)
    return (signedS && tooFarOff(signedS * 1000, context)) || signed
  },
  identify: ({ body }) => {
    const records = recordsIn(body.toString('utf8'))
    const topics = [...new Set(records.map((one) => textAt(one, 'topic') ?? ''))]
    return { topic: topics.join(', ') }
  },
  ask,
  translate,
  examples: klaviyoExamples,
}

const recordsIn = (text: string): readonly Tree[] => listAt(parseExact(text), 'data')

interface Doing {
  readonly name: string
  readonly id: string
  readonly at_s: number
  readonly profile: string | undefined
}

function doingsIn({ text, receivedMs }: Delivered, { topics }: Settings): Doing[] {
  return recordsIn(text).flatMap((record): Doing[] => {
    const topic = textAt(record, 'topic') ?? ''
    const name = Object.hasOwn(topics, topic) ? topics[topic] : undefined
    const id = textAt(record, 'payload.data.id', 'external_id')
    if (!name || !id) return []
    const time = textAt(record, ...DATES)
    const profile = textAt(record, 'payload.data.relationships.profile.data.id')
    const at_s = secondsOf(time) ?? Math.floor(receivedMs / 1000)
    return [{ name, id, at_s, profile }]
  })
}

const DATES = ['payload.data.attributes.datetime', 'payload.data.attributes.timestamp']

/** As many requests as there are profiles for; `fetched` holds an answer of each. */
function ask(delivered: Delivered, settings: Settings): Ask | Unasked | undefined {
  const { fetched = {} } = delivered
  const page = Object.keys(fetched).length
  const all = doingsIn(delivered, settings).flatMap(({ profile = '' }) =>
    /^\w{1,64}$/.test(profile) ? [profile] : [],
  )
  const ids = [...new Set(all)].slice(page * PROFILES_MAX, (page + 1) * PROFILES_MAX)
  if (ids.length === 0) return undefined
  if (!settings.api_key) {
    return { failed: 'no_token', detail: 'Enter api_key in the settings, then try it again.' }
  }
  const list = ids.map((id) => `"${id}"`)
  const filter = encodeURIComponent(`any(id,[${list.join(',')}])`)
  return {
    name: page === 0 ? 'profiles' : `profiles ${page + 1}`,
    url: `${settings.api_url}/api/profiles?page[size]=${PROFILES_MAX}&filter=${filter}`,
    headers: { authorization: `Klaviyo-API-Key ${settings.api_key}`, revision: REVISION },
  }
}

function translate(delivered: Delivered, settings: Settings): Translation {
  if (recordsIn(delivered.text).length === 0) return { failed: 'unreadable', detail: 'No data.' }
  const doings = doingsIn(delivered, settings)
  if (doings.length === 0) return { ignored: 'not_mapped' }
  const answers = Object.values(delivered.fetched ?? {})
  const found = answers.flatMap((answer) => listAt(parseExact(answer), 'data'))
  const profiles = new Map(found.map((one) => [textAt(one, 'id'), one]))
  const facts = doings.map(({ name, id, at_s, profile }): EventFact => {
    const person = personOf(profile, profile ? profiles.get(profile) : undefined)
    const order = `${settings.order_prefix}${id}`
    return doneOf({ name, id: order, at_s, actionSource: 'system_generated', person })
  })
  return { facts }
}

function personOf(id: string | undefined, profile: Tree): Person {
  const said = (name: string): string | undefined => textAt(profile, `attributes.${name}`)
  return {
    email: said('email'),
    phone: said('phone_number'),
    firstName: said('first_name'),
    lastName: said('last_name'),
    city: said('location.city'),
    state: said('location.region'),
    zip: said('location.zip'),
    country: said('location.country'),
    externalIds: [said('external_id'), id],
  }
}
