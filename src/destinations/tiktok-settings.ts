/** The settings of the TikTok destination: form, check and docs are made of them. */
import { z } from 'zod'
import { actionSources, baseUrl, customEvents, eventNames } from './ads-event.ts'

export const tiktokSchema = z.strictObject({
  pixel_code: z
    .string()
    .regex(/^[A-Za-z0-9]{8,40}$/)
    .describe('The pixel’s id (event_source_id), such as C4ABCDEFGHIJKLMNOPQR.'),
  access_token: z
    .string()
    .min(1)
    .meta({ secret: true })
    .describe('Made in TikTok’s Events Manager: the pixel, Settings, Generate access token.'),
  test_event_code: z
    .string()
    .max(100)
    .optional()
    .describe('While set, everything is sent as a test and shows under Test events only.'),
  event_names: eventNames,
  custom_events: customEvents('send', 'TikTok takes any name, but optimises for its own only.'),
  action_sources: actionSources,
  base_url: baseUrl('https://business-api.tiktok.com'),
})

export type TiktokSettings = z.infer<typeof tiktokSchema>
