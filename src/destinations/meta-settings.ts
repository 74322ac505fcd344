/**
 * The settings of a Meta destination: one schema for form, docs and validation. Not the defaults of
 * the relay (pace, legs), which are the same for every destination.
 */
import { z } from 'zod'

/** Printable, so that it fits in a header; without what JSON escapes, so that masking finds it. */
const secret = z
  .string()
  .trim()
  .max(1000)
  .regex(/^[!#-[\]-~]+$/, 'the token as Meta shows it, without spaces or quotes')

export const metaSettingsSchema = z.strictObject({
  dataset_id: z
    .string()
    .trim()
    .regex(/^\d{1,20}$/, 'digits only')
    .describe("Meta's id of the dataset (pixel): digits only, shown in Meta's Events Manager."),
  access_token: secret.meta({
    secret: true,
    description:
      "Made in Meta's Events Manager under Settings, Conversions API, Generate access token.",
  }),
  app_secret: secret
    .nullable()
    .default(null)
    .meta({
      secret: true,
      description:
        'Only where your Meta app demands a proof: each request then carries appsecret_proof. The ' +
        'secret itself is never sent.',
    }),
  api_version: z
    .string()
    .trim()
    .regex(/^v\d{1,3}\.\d{1,2}$/, 'a version such as v24.0')
    .default('v24.0')
    .describe('Version of the Graph API, in the address.'),
  test_event_code: z
    .string()
    .trim()
    .regex(/^[\w-]{1,64}$/, 'a code such as TEST12345')
    .nullable()
    .default(null)
    .describe('Shows the events under Test events in Meta; they count all the same.'),
  partner_agent: z
    .string()
    .trim()
    .regex(
      /^(?=.*[A-Za-z].*[A-Za-z])[\x20-\x7e]{2,22}$/,
      'under 23 characters, two of them letters',
    )
    .nullable()
    .default(null)
    .describe('Name of your platform, by which Meta can report on these events apart.'),
  base_url: z
    .string()
    .trim()
    .max(500)
    .refine(isBaseUrl, 'an http or https address without user, query or fragment')
    .default('https://graph.facebook.com')
    .describe('Where Meta is. Another Twofold, or a stand-in for tests, can take its place.'),
  check_first: z
    .boolean()
    .default(true)
    .describe(
      'Reject here, without sending, what Meta is certain to refuse. Switch it off when another ' +
        'program with other rules stands for Meta.',
    ),
})

export type MetaSettings = z.infer<typeof metaSettingsSchema>

/** The address of the events, without any secret. */
export function eventsUrl({ base_url, api_version, dataset_id }: MetaSettings): string {
  return `${base_url.replace(/\/+$/, '')}/${api_version}/${dataset_id}/events`
}

/** Where Meta says how well it matches the events of a dataset; the secrets travel elsewhere. */
export function qualityUrl({ base_url, api_version, dataset_id }: MetaSettings): string {
  return `${base_url.replace(/\/+$/, '')}/${api_version}/dataset_quality?dataset_id=${dataset_id}`
}

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, search, hash } = new URL(text)
  return /^https?:$/.test(protocol) && !(username || password || search || hash)
}
