/**
 * Who is told of what: the settings of one dataset, or of a business for all its datasets. One
 * schema from which form, checks and documentation come. Pure.
 */
import { z } from 'zod'
import { ALERT_EMAILS_MAX } from '../diagnostic-limits.ts'
import type { Severity } from '../quality/diagnostics/check.ts'
import { CHECKS } from '../quality/diagnostics/table.ts'

const codes = new Set(CHECKS.map(({ code }) => code))

export const whenSchema = z.enum(['now', 'digest', 'never'])
export type When = z.infer<typeof whenSchema>

export const alertSettingsSchema = z.object({
  emails: z
    .array(z.email('an e-mail address').max(254))
    .max(ALERT_EMAILS_MAX)
    .default([])
    .describe('Who gets alerts and the digest by e-mail.'),
  webhook_url: z
    .union([
      z.literal(''),
      z
        .url({ protocol: /^https?$/ })
        .max(2000)
        .refine((url) => !/^https?:\/\/[^/?#]*@/i.test(url), 'No password in the address.'),
    ])
    .default('')
    .describe('Gets every alert as signed JSON (Standard Webhooks). Empty: none.'),
  webhook_secret: z
    .union([
      z.literal(''),
      z
        .string()
        .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'whsec_ and 24 to 64 random bytes in base64'),
    ])
    .default('')
    .describe('Signs what the webhook gets: whsec_ and base64.'),
  now: z
    .enum(['error', 'warning', 'suggestion', 'none'])
    .default('error')
    .describe('Findings from this severity on are told at once; the others in the digest.'),
  digest: z
    .enum(['daily', 'never'])
    .default('daily')
    .describe('Once a day what opened and what was resolved; nothing where nothing did.'),
  digest_hour: z.number().int().min(0).max(23).default(7).describe('Hour of the digest, UTC.'),
  rules: z
    .record(
      z.string().refine((code) => codes.has(code), 'no such check'),
      whenSchema,
    )
    .default({})
    .describe('For single checks: now, digest or never, whatever their severity.'),
})

export type AlertSettings = z.output<typeof alertSettingsSchema>

export const NO_ALERTS: AlertSettings = alertSettingsSchema.parse({})

const RANK: Record<Severity, number> = { error: 0, warning: 1, suggestion: 2 }

export function whenOf(
  { rules, now, digest }: AlertSettings,
  { code, severity }: { readonly code: string; readonly severity: Severity },
): When {
  const own = rules[code]
  const usual = now !== 'none' && RANK[severity] <= RANK[now] ? 'now' : 'digest'
  const when = own ?? usual
  return when === 'digest' && digest === 'never' ? 'never' : when
}

export const hasChannel = ({ emails, webhook_url }: AlertSettings): boolean =>
  emails.length > 0 || webhook_url !== ''
