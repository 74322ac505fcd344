/**
 * A dataset's settings: one schema from which validation, defaults, the API's documentation and
 * the form in the Events Manager all come. Pure; the pixel gets only the part in pixelSettings.
 */
import { z } from 'zod'
import { CONSENT_NEED } from './consent-needs.ts'
import { isZone } from './zone.ts'

const host = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^(\*\.)?[a-z0-9.-]+$/, 'a host name such as shop.example.com or *.example.com')

const CONSENT_RULE =
  /^(eea|other|[a-z]{2}(-[a-z\d]{1,3})?) +((denied|unknown) +(limit|anonymous|drop)|unknown +keep)$/

const consentRule = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    CONSENT_RULE,
    'a region, denied or unknown, and limit, anonymous or drop (unknown also keep): "eea unknown drop"',
  )

const consentNeed = z
  .string()
  .trim()
  .toLowerCase()
  .regex(CONSENT_NEED, 'a destination type and its purposes, such as meta=1+3+4+7')

/** What a person may change. Every field has a default, so `{ name }` is enough to create one. */
export const datasetSettingsSchema = z.object({
  name: z.string().trim().min(1).max(200).describe('Shown in the Events Manager.'),
  mode: z
    .enum(['lenient', 'meta'])
    .default('lenient')
    .describe(
      'lenient: the good events of a batch are accepted, the bad ones answered one by one, clear ' +
        'personal data is hashed at once. meta: all or nothing, as Meta answers.',
    ),
  builder_forms: z
    .boolean()
    .default(true)
    .describe("Send the form of Meta's parameter builder beside the documented one."),
  default_country: z
    .string()
    .regex(/^[A-Za-z]{2}$/)
    .toUpperCase()
    .nullable()
    .default(null)
    .describe('ISO 3166 alpha-2; completes phone numbers written without a country code.'),
  repair: z
    .enum(['suggest', 'merge'])
    .default('suggest')
    .describe('What happens with twins that share no id: only shown, or merged.'),
  allowed_domains: z
    .array(host)
    .max(1000)
    .default([])
    .describe('Sites whose pixel may report; empty allows every site. *.x.com is x.com and below.'),
  meta_pixels: z
    .array(
      z
        .string()
        .trim()
        .regex(/^[1-9]\d{0,30}$/, 'the id of a pixel of Meta’s: digits only'),
    )
    .max(100)
    .default([])
    .describe(
      'Meta’s pixels whose hits count here when Meta’s own script is pointed at this server.',
    ),
  bots: z
    .enum(['drop', 'keep'])
    .default('drop')
    .describe('What happens with browser events of known crawlers and headless browsers.'),
  test_events: z
    .enum(['count', 'sandbox'])
    .default('count')
    .describe(
      'Events that carry a test_event_code: count and send them like all others, as Meta does, or ' +
        'only show them: they end as dropped (sandbox), are in no report and are sent nowhere. ' +
        'Those whose code begins with SANDBOX- never count.',
    ),
  gpc: z
    .enum(['ignore', 'limit', 'block'])
    .default('limit')
    .describe(
      'Global Privacy Control, and opt-outs in a GPP string: ignore them, send limited data use, ' +
        'or do not count at all.',
    ),
  denied_consent: z
    .enum(['drop', 'anonymous', 'limit'])
    .default('drop')
    .describe(
      'Events whose consent is denied: drop, count without any identifier, or send limited data ' +
        'use where a destination knows that.',
    ),
  unknown_consent: z
    .enum(['keep', 'drop', 'anonymous', 'limit'])
    .default('keep')
    .describe('Events that say nothing of consent: the same choices, or keep and send them.'),
  consent_rules: z
    .array(consentRule)
    .max(100)
    .default([])
    .describe(
      'By region, the first that fits wins: "eea unknown drop", "us denied limit", "de denied ' +
        'anonymous", "us-ca denied drop". Regions: eea (with UK, CH), us, other, a country, a state.',
    ),
  consent_needs: z
    .array(consentNeed)
    .max(40)
    .default([])
    .describe(
      'IAB purposes a type of destination needs, with its vendor id (@) and its id in Google’s ' +
        'list (~) where it has one: "meta=1+3+4+7", "ga4=1+7@755". See the documentation.',
    ),
  consent_cookies: z
    .boolean()
    .default(false)
    .describe(
      'Read the TCF and US Privacy strings from cookies of the consent platform where an event ' +
        'brings none.',
    ),
  auto_matching: z
    .boolean()
    .default(false)
    .describe('Read match keys from forms, hashed in the browser.'),
  first_party_cookies: z.boolean().default(true).describe('Keep _fbp and _fbc for 90 days.'),
  replay_revoked: z
    .boolean()
    .default(true)
    .describe('Send, after a later consent, what happened on the page while it was refused.'),
  orders_from: z
    .enum(['none', 'webhooks', 'polls', 'csv'])
    .default('none')
    .describe(
      'What says how many purchases there really were: the orders that connected sources deliver, ' +
        'those they name when they are asked, those of imported files, or nothing.',
    ),
  orders_time_zone: z
    .string()
    .trim()
    .refine(isZone, 'a time zone such as Europe/Berlin or UTC')
    .default('UTC')
    .describe(
      'Where the day of the shop begins and ends, such as Europe/Berlin: reports and ' +
        'reconciliation count by its days.',
    ),
  orders_send: z
    .enum(['ask', 'automatic'])
    .default('ask')
    .describe(
      'What happens with orders that nobody reported: a person sends them, or the server does by ' +
        'itself when they are an hour old.',
    ),
  events_per_minute_max: z
    .number()
    .int()
    .min(1)
    .max(60_000_000)
    .default(6_000_000)
    .describe(
      'More events than this in a minute are refused with 429, so that one cannot starve all.',
    ),
})

export type DatasetSettings = z.infer<typeof datasetSettingsSchema>

/** A dataset as ingest, API and pixel use it. */
export interface Dataset extends DatasetSettings {
  /** Digits only, no leading zero, so that every official SDK takes it. */
  readonly dataset_id: string
  readonly created_at_ms: number
  readonly demo?: boolean
}
