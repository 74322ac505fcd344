/**
 * The collector's two doors as schemas, for the OpenAPI document only: what POST /e and the Graph
 * endpoint take. The collector itself parses by event/parse.ts, which says more than a schema can.
 */
import { z } from 'zod'
import type { PixelBody, PixelEvent } from '../event/pixel-wire.ts'
import { EVENTS_PER_REQUEST_MAX, PIXEL_EVENTS_MAX } from '../limits.ts'

const datasetId = z.string().describe('The dataset: digits only.')
const eventTime = z.number().int().describe('Unix seconds, at most 7 days ago.')
const open = z.record(z.string(), z.unknown())
const options = {
  data_processing_options: z.array(z.string()).optional().describe('`["LDU"]` limits data use.'),
  data_processing_options_country: z.number().int().optional(),
  data_processing_options_state: z.number().int().optional(),
}

/** Every field of the wire, so that one added there and forgotten here does not compile. */
type Shape<T> = Record<keyof T, z.ZodType>

const word = z.enum(['granted', 'denied'])
const consentSchema = z
  .object({
    state: z.enum(['granted', 'denied', 'unknown']).optional(),
    signal: z.enum(['fbq', 'gpc', 'api', 'none']).optional().describe('Who said the state.'),
    tcf: z.string().optional().describe('TCF v2 string.'),
    tcf_ac: z.string().optional().describe("Google's Additional Consent string."),
    gpp: z.string().optional().describe('GPP string, or a US Privacy string.'),
    gpp_sid: z.array(z.number().int()).optional().describe('Its sections that apply.'),
    consent_mode: z
      .object({
        ad_storage: word.optional(),
        ad_user_data: word.optional(),
        ad_personalization: word.optional(),
        analytics_storage: word.optional(),
      })
      .optional(),
    gcs: z.string().optional().describe('Consent Mode as `G111`.'),
    gcd: z.string().optional().describe('Consent Mode as `13t3t3t3t5`.'),
    vendors: z.record(z.string(), word).optional().describe('By destination type.'),
    region: z.string().optional().describe('Country, or `US-CA`.'),
    timezone: z.string().optional().describe('Such as `Europe/Berlin`.'),
  })
  .describe('What the visitor allowed; what cannot be read counts as refused.')

const pixelEventSchema = z
  .object({
    dataset_id: datasetId,
    event_name: z.string(),
    event_time: eventTime.describe("Unix seconds of the call, by the visitor's clock."),
    event_id: z.string().describe('The same as in the report of your server.'),
    event_source_url: z.string(),
    referrer_url: z.string().optional(),
    user_data: z
      .record(z.string(), z.union([z.string(), z.array(z.string())]))
      .describe('Hashed keys hold lists of SHA-256; fbp and fbc as in the cookies.'),
    custom_data: open.optional(),
    ...options,
    consent: consentSchema.optional(),
    browser: z
      .object({
        title: z.string().optional(),
        language: z.string().optional(),
        screen: z.string().optional(),
        in_iframe: z.boolean().optional(),
        method: z.string().optional(),
        agent: z.string().optional(),
        attempt: z.number().int().optional().describe('1 on the first try.'),
        mode: z.enum(['replace', 'companion', 'tr']).optional(),
      })
      .optional(),
  } satisfies Shape<PixelEvent>)
  .meta({ id: 'PixelEvent' })

export const pixelBodySchema = z
  .object({
    sent_at: z.number().describe("The visitor's clock when sending (ms); corrects event_time."),
    test_event_code: z.string().optional(),
    events: z.array(pixelEventSchema).max(PIXEL_EVENTS_MAX),
  } satisfies Shape<PixelBody>)
  .meta({ id: 'PixelBody' })

const serverEventSchema = z
  .object({
    event_name: z.string(),
    event_time: eventTime.describe('Unix seconds; at most 7 days ago, 62 for physical_store.'),
    event_id: z.string().optional().describe('The same as in the report of the browser.'),
    action_source: z.enum([
      'email',
      'website',
      'app',
      'phone_call',
      'chat',
      'physical_store',
      'system_generated',
      'business_messaging',
      'other',
    ]),
    event_source_url: z.string().optional(),
    referrer_url: z.string().optional(),
    user_data: open.describe('Match keys; personal ones as SHA-256, one or a list.'),
    consent: consentSchema.optional().describe('Ours, not Meta’s: refused in `meta` mode.'),
    custom_data: open.optional().describe('value, currency, order_id, contents and your own keys.'),
    opt_out: z.boolean().optional(),
    ...options,
    app_data: open.optional(),
    original_event_data: open.optional(),
    attribution_data: open.optional(),
  })
  .meta({ id: 'ServerEvent' })

export const graphBodySchema = z
  .object({
    data: z
      .union([z.array(serverEventSchema).max(EVENTS_PER_REQUEST_MAX), z.string()])
      .describe('Events, or the same as JSON text. An empty list checks the token.'),
    access_token: z.string().optional().describe('Or in the query, or as Authorization: Bearer.'),
    test_event_code: z.string().optional(),
    partner_agent: z.string().optional(),
  })
  .meta({ id: 'GraphBody' })

const received = {
  events_received: z.number().int().describe('How many were taken: counted, merged or dropped.'),
  messages: z.array(z.string()).describe('One line per event that was refused or dropped.'),
}

export const pixelAnswerSchema = z.object(received).meta({ id: 'PixelAnswer' })

export const graphAnswerSchema = z
  .object({ ...received, fbtrace_id: z.string() })
  .meta({ id: 'GraphAnswer' })

export const graphErrorSchema = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string(),
      code: z.number().int(),
      error_subcode: z.number().int().optional(),
      is_transient: z.boolean().describe('The same again may succeed.'),
      error_user_title: z.string().optional(),
      error_user_msg: z.string().optional().describe('What was wrong with which event.'),
      fbtrace_id: z.string(),
    }),
    events_received: z.number().int().optional(),
    messages: z.array(z.string()).optional(),
  })
  .meta({ id: 'GraphError' })
