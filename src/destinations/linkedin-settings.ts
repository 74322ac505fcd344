/** The settings of the LinkedIn destination: form, check and docs are made of them. */
import { z } from 'zod'
import { ACTION_SOURCES, actionSources, baseUrl } from './ads-event.ts'

export const linkedinSchema = z.strictObject({
  access_token: z
    .string()
    .min(1)
    .meta({ secret: true })
    .describe(
      'Of Campaign Manager (a conversion with the source Conversions API shows it) or of an app ' +
        'with the right rw_conversions. Tokens of apps end after 60 days.',
    ),
  conversions: z
    .record(z.string(), z.string().regex(/^(urn:lla:llaPartnerConversion:)?\d{1,20}$/))
    .refine((conversions) => Object.keys(conversions).length > 0)
    .describe(
      'Event names and the number of the conversion rule each one counts for, such as ' +
        '{"Lead": "104012"}. Other events are not sent.',
    ),
  api_version: z
    .string()
    .regex(/^20\d{4}$/)
    .default('202602')
    .describe('LinkedIn-Version (yyyymm). LinkedIn ends a version after about a year.'),
  action_sources: actionSources
    .unwrap()
    .default([...ACTION_SOURCES])
    .describe('Which events are sent, by where they happened (action_source).'),
  base_url: baseUrl('https://api.linkedin.com'),
})

export type LinkedinSettings = z.infer<typeof linkedinSchema>
