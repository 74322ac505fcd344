/**
 * The settings of the webhook destination, and how their texts are read. Form, docs and validation
 * are made of the schema.
 */
import { z } from 'zod'
import { WEBHOOK_EVENTS_MAX, WEBHOOK_SECRETS_MAX } from '../limits.ts'
import { keyOf } from './webhook-signature.ts'

const HEADER_LINE = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+):[ \t]*([\x20-\x7e]*)$/
/** Ours, or the connection's: a header of the owner's must not change them. */
const OWN_HEADERS =
  /^(webhook-.*|content-(type|length|encoding)|host|connection|transfer-encoding|expect|te)$/
export const webhookSettingsSchema = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .refine((url) => !/^https?:\/\/[^/?#]*@/i.test(url), 'Put a password into headers.')
    .refine((url) => !url.includes('…'), 'Enter the whole address.')
    .describe('Address that takes the events, such as https://shop.com/hooks/twofold.')
    // Receivers let in whoever knows the path or the query.
    .meta({ secret: true, mask: 'address' }),
  secret: z
    .string()
    .max(1000)
    .refine((text) => {
      const secrets = words(text)
      const fine = secrets.every((secret) => keyOf(secret) !== undefined)
      return fine && secrets.length > 0 && secrets.length <= WEBHOOK_SECRETS_MAX
    }, 'Give whsec_ and 24 to 64 random bytes in base64; several with spaces between.')
    .describe(
      'Signing secret, whsec_ and base64. While you change it, the new and the old one with a space between: both sign.',
    )
    .meta({ secret: true }),
  headers: z
    .string()
    .max(4000)
    .refine(
      (text) => headersOf(text).every(([name]) => name !== '' && !OWN_HEADERS.test(name)),
      'One "Name: value" a line; not Content-Type, Host or webhook-*.',
    )
    .default('')
    .describe('Further headers, one "Name: value" a line, such as Authorization: Bearer abc.')
    .meta({ secret: true, mask: 'header_lines' }),
  mode: z
    .enum(['one', 'array'])
    .default('one')
    .describe('one: a request per event. array: a JSON array of events per request.'),
  events_per_request: z
    .int()
    .min(1)
    .max(WEBHOOK_EVENTS_MAX)
    .default(WEBHOOK_EVENTS_MAX)
    .describe('With array: at most so many events in one request.'),
})

export type WebhookSettings = z.output<typeof webhookSettingsSchema>

/** Pairs of the setting `headers`; the name is empty where a line is none. */
export function headersOf(text: string): readonly (readonly [name: string, value: string])[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', value = ''] = HEADER_LINE.exec(line.trim()) ?? []
      return [name.toLowerCase(), value] as const
    })
}

export function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}
