/**
 * HubSpot: contacts and deals that reach a stage. Its webhooks are lists of changes that name
 * nobody, so deals, their contacts and what is known of those are asked for with a token, a list at
 * a time. A deal tells each event once, however often its stage moves back and forth.
 */
import { hash } from 'node:crypto'
import { z } from 'zod'
import { fbcOf } from './carried.ts'
import { leadIdSetting, reached, stagesSetting } from './crm-stage.ts'
import { hubspotExamples } from './hubspot-examples.ts'
import { secondsOf } from './moment.ts'
import type { Person } from './person.ts'
import { missing, signedBy, tooFarOff } from './signature.ts'
import {
  type Ask,
  apiUrlSetting,
  commonSettings,
  type Delivered,
  type EventFact,
  type HookRequest,
  type Source,
  type Translation,
  tokenSetting,
  type Unasked,
  type Verified,
  type VerifyContext,
} from './source.ts'
import { listAt, parseExact, type Tree, textAt } from './tree.ts'

const schema = z.strictObject({
  ...commonSettings,
  access_token: tokenSetting('Access token of the app: may read contacts and deals.'),
  api_url: apiUrlSetting('https://api.hubapi.com'),
  stages: stagesSetting.describe(
    'Which deal stage or lifecycle stage is which event, a line each: closedwon = Purchase, marketingqualifiedlead = QualifiedLead.',
  ),
  currency: z
    .string()
    .trim()
    .regex(/^[A-Za-z]{3}$/, 'three letters, such as EUR')
    .nullable()
    .default(null)
    .describe('Of deals that name none: the one currency of your account.'),
  created: z
    .string()
    .trim()
    .max(50)
    .default('Lead')
    .describe('What a new contact is; empty: nothing. Imported ones are never counted.'),
  lead_id_field: leadIdSetting.describe(
    'Name of the contact property that holds the lead id of Meta’s lead forms.',
  ),
})

type Settings = z.infer<typeof schema>

/** HubSpot sends no more in one list, and answers for no more at once. */
const RECORDS_MAX = 100

export const hubspot: Source<Settings> = {
  name: 'hubspot',
  title: 'HubSpot',
  about: 'New contacts, and contacts and deals that reach a stage, read with a token of yours.',
  schema,
  secret: { from: 'platform', by: 'header', label: 'Client secret of the app' },
  setup: [
    'In HubSpot, open Settings, Integrations, Private apps (or your developer app), create one that may read contacts and deals.',
    'On its page, Webhooks, set the target URL: {url}',
    'Subscribe to contact created, contact lifecyclestage changed and deal dealstage changed.',
    'On its page, Auth: enter the client secret here, and the access token in the settings.',
    'Say in the settings which stage is which event.',
  ],
  headers: [],
  verify,
  // attemptNumber changes with every try, so the body is no name.
  identify: ({ body }) => {
    const records = recordsIn(body.toString('utf8'))
    const names = records.map((one) =>
      ['eventId', 'subscriptionId', 'objectId', 'occurredAt']
        .map((name) => textAt(one, name) ?? '')
        .join(' '),
    )
    const topics = [...new Set(records.map((one) => textAt(one, 'subscriptionType') ?? ''))]
    const key = names.length > 0 ? { key: hash('sha256', names.join('\n')) } : {}
    return { topic: topics.join(', '), ...key }
  },
  ask,
  translate,
  examples: hubspotExamples,
}

/** HubSpot signs the address with these signs in clear. */
const DECODED: Readonly<Record<string, string>> = {
  ...{ '%3A': ':', '%2F': '/', '%3F': '?', '%40': '@', '%21': '!', '%24': '$', '%27': "'" },
  ...{ '%28': '(', '%29': ')', '%2A': '*', '%2C': ',', '%3B': ';' },
}

function verify({ method, url, headers, body }: HookRequest, context: VerifyContext): Verified {
  const signature = headers['x-hubspot-signature-v3']
  const timestamp = headers['x-hubspot-request-timestamp']
  if (!signature || !timestamp) return missing('x-hubspot-signature-v3')
  const off = tooFarOff(Number(timestamp), context)
  if (off) return off
  const address = url.replace(/%[0-9a-f]{2}/gi, (code) => DECODED[code.toUpperCase()] ?? code)
  const over = [`${method}${address}`, body, timestamp]
  return signedBy(context, [signature], { algorithm: 'sha256', encoding: 'base64', over })
}

const recordsIn = (text: string): readonly Tree[] =>
  listAt({ records: parseExact(text) }, 'records').slice(0, RECORDS_MAX)

/** One change that stands for an event. */
interface Change {
  readonly kind: 'contact' | 'deal'
  readonly id: string
  readonly name: string
  readonly portal: string
  readonly at_s: number
}

function changesIn({ text, receivedMs }: Delivered, settings: Settings): Change[] {
  return recordsIn(text).flatMap((one): Change[] => {
    const [, kind, what = ''] =
      /^(contact|deal)\.(creation|propertyChange)$/.exec(typeOf(one)) ?? []
    const id = /^\d{1,20}$/.exec(textAt(one, 'objectId') ?? '')?.[0]
    const name = kind && nameOf(one, { isContact: kind === 'contact', what, settings })
    if (!id || !name) return []
    const ms = Number(textAt(one, 'occurredAt') ?? 'none')
    const at_s = Math.floor((ms > 0 ? ms : receivedMs) / 1000)
    const portal = textAt(one, 'portalId') ?? ''
    return [{ kind: kind as Change['kind'], id, name, portal, at_s }]
  })
}

/** The newer kind of subscription names the type of its object apart. */
function typeOf(one: Tree): string {
  const type = textAt(one, 'subscriptionType') ?? ''
  const object = { '0-1': 'contact', '0-3': 'deal' }[textAt(one, 'objectTypeId') ?? '']
  return object ? type.replace(/^object\./, `${object}.`) : type
}

interface Meaning {
  readonly isContact: boolean
  readonly what: string
  readonly settings: Settings
}

function nameOf(one: Tree, { isContact, what, settings }: Meaning): string | undefined {
  if (what === 'creation') {
    const isImported = /IMPORT|MIGRATION/i.test(textAt(one, 'changeSource') ?? '')
    return isContact && !isImported ? settings.created : undefined
  }
  const property = textAt(one, 'propertyName')
  const isStage = property === (isContact ? 'lifecyclestage' : 'dealstage')
  const stage = textAt(one, 'propertyValue') ?? ''
  return isStage && Object.hasOwn(settings.stages, stage) ? settings.stages[stage] : undefined
}

const CONTACT_FIELDS = [
  ...['email', 'phone', 'mobilephone', 'firstname', 'lastname', 'city', 'state', 'zip', 'country'],
  ...['hs_facebook_click_id', 'createdate', 'twofold_fbp', 'twofold_fbc'],
]

function ask(delivered: Delivered, settings: Settings): Ask | Unasked | undefined {
  const { fetched = {} } = delivered
  const changes = changesIn(delivered, settings)
  if (changes.length === 0) return undefined
  if (!settings.access_token) {
    return { failed: 'no_token', detail: 'Enter access_token in the settings, then try it again.' }
  }
  const post = (name: string, path: string, body: object): Ask => ({
    name,
    url: `${settings.api_url}${path}`,
    headers: {
      authorization: `Bearer ${settings.access_token}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  })
  const deals = idsOf(changes, 'deal')
  if (deals.length > 0 && fetched.deals === undefined) {
    const properties = ['amount', 'deal_currency_code', 'dealname']
    return post('deals', '/crm/v3/objects/deals/batch/read', { properties, inputs: inputs(deals) })
  }
  if (deals.length > 0 && fetched.people === undefined) {
    const body = { inputs: inputs(deals) }
    return post('people', '/crm/v4/associations/deals/contacts/batch/read', body)
  }
  const contacts = contactsOf(changes, fetched.people)
  if (contacts.length === 0 || fetched.contacts !== undefined) return undefined
  const { lead_id_field: leadIdField } = settings
  const properties = leadIdField ? [...CONTACT_FIELDS, leadIdField] : CONTACT_FIELDS
  const body = { properties, inputs: inputs(contacts) }
  return post('contacts', '/crm/v3/objects/contacts/batch/read', body)
}

const inputs = (ids: readonly string[]): readonly object[] => ids.map((id) => ({ id }))

const idsOf = (changes: readonly Change[], kind: Change['kind']): string[] => [
  ...new Set(changes.filter((one) => one.kind === kind).map(({ id }) => id)),
]

function contactsOf(changes: readonly Change[], people: string | undefined): string[] {
  const first = firstContacts(people)
  return [...new Set([...idsOf(changes, 'contact'), ...first.values()])].slice(0, RECORDS_MAX)
}

/** The first contact of each deal. */
function firstContacts(people: string | undefined): ReadonlyMap<string, string> {
  const pairs = listAt(parseExact(people ?? ''), 'results').flatMap((one): [string, string][] => {
    const deal = textAt(one, 'from.id')
    const contact = textAt(one, 'to.0.toObjectId')
    return deal && contact ? [[deal, contact]] : []
  })
  return new Map(pairs)
}

function translate(delivered: Delivered, settings: Settings): Translation {
  const { fetched = {}, text } = delivered
  if (recordsIn(text).length === 0) return { failed: 'unreadable', detail: 'No list of changes.' }
  const changes = changesIn(delivered, settings)
  if (changes.length === 0) return { ignored: 'not_mapped' }
  const first = firstContacts(fetched.people)
  const contacts = byId(fetched.contacts)
  const deals = byId(fetched.deals)
  const facts = changes.map((change): EventFact => {
    const contact = change.kind === 'contact' ? change.id : first.get(change.id)
    const deal = change.kind === 'deal' ? deals.get(change.id) : undefined
    return reached({
      name: change.name,
      crm: 'HubSpot',
      id: `${settings.order_prefix}hs${change.portal}_${change.id}`,
      at_s: change.at_s,
      person: personOf(contact, contact ? contacts.get(contact) : undefined),
      leadId: leadIdOf(contact ? contacts.get(contact) : undefined, settings),
      value: textAt(deal, 'properties.amount'),
      currency: currencyOf(deal, settings),
    })
  })
  return { facts }
}

const leadIdOf = (contact: Tree, { lead_id_field: field }: Settings): string | undefined =>
  field ? textAt(contact, `properties.${field}`) : undefined

const currencyOf = (deal: Tree, { currency }: Settings): string | undefined =>
  (textAt(deal, 'properties.deal_currency_code') ?? currency ?? undefined)?.toUpperCase()

function byId(text: string | undefined): ReadonlyMap<string, Tree> {
  const results = listAt(parseExact(text ?? ''), 'results')
  return new Map(results.map((one) => [textAt(one, 'id') ?? '', one]))
}

function personOf(id: string | undefined, contact: Tree): Person {
  const said = (name: string): string | undefined => textAt(contact, `properties.${name}`)
  const clicked = `https://hubspot.example/?fbclid=${said('hs_facebook_click_id') ?? ''}`
  return {
    email: said('email'),
    phone: said('phone') ?? said('mobilephone'),
    firstName: said('firstname'),
    lastName: said('lastname'),
    city: said('city'),
    state: said('state'),
    zip: said('zip'),
    country: said('country'),
    externalIds: [id],
    fbp: said('twofold_fbp'),
    fbc: said('twofold_fbc') ?? fbcOf(clicked, secondsOf(said('createdate'))),
  }
}
