/** The settings of the Google Analytics destination: form, check and docs are made of them. */
import { z } from 'zod'
import { actionSources, baseUrl, customEvents, eventNames } from './ads-event.ts'

export const ga4Schema = z.strictObject({
  measurement_id: z
    .string()
    .regex(/^G-[A-Z0-9]{4,20}$/)
    .describe('The web data stream’s measurement id, such as G-ABC123DEF4.'),
  api_secret: z
    .string()
    .min(1)
    .meta({ secret: true })
    .describe('Admin, Data streams, the stream, Measurement Protocol API secrets, Create.'),
  validation: z
    .enum(['off', 'first', 'only'])
    .default('off')
    .describe(
      'first: ask Google’s validation server before each request and reject what it finds fault ' +
        'with. only: ask it and send nothing. It does not check api_secret.',
    ),
  derived_client_ids: z
    .boolean()
    .default(true)
    .describe(
      'Without ga_client_id, make the client id of _fbp or external_id: the event counts, but not ' +
        'with the visitor’s session. Off: such events are skipped.',
    ),
  send_user_data: z
    .boolean()
    .default(false)
    .describe(
      'Send the e-mail hashes as user-provided data. Google wants dots in Gmail addresses removed ' +
        'before hashing, Meta does not: hashes of such addresses match nobody.',
    ),
  consent_from_fbq: z
    .boolean()
    .default(false)
    .describe(
      'Take fbq("consent", "grant") for consent to Google’s advertising, too. A consent that is ' +
        'denied is always passed on; one that the sender gave by itself as well.',
    ),
  send_user_id: z
    .boolean()
    .default(false)
    .describe('Send the hash of external_id as user_id. The site must use the same hash there.'),
  send_ip_and_user_agent: z
    .boolean()
    .default(true)
    .describe('From them Google Analytics derives country, city, browser and device.'),
  parameters: z
    .array(z.string())
    .max(12)
    .default([])
    .describe('Custom properties of custom_data to send as event parameters under their names.'),
  event_names: eventNames,
  custom_events: customEvents('send', 'Spaces and other signs in their names become _.'),
  action_sources: actionSources,
  base_url: baseUrl('https://www.google-analytics.com').describe(
    'https://region1.google-analytics.com has the data processed in the EU.',
  ),
})

export type Ga4Settings = z.infer<typeof ga4Schema>
