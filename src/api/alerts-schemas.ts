/** What the alert routes take and answer; see schemas.ts. */
import { z } from 'zod'
import { alertSettingsSchema } from '../watch/alert-settings.ts'
import { patchShape } from './schemas.ts'

const count = z.number().int()

export const alertRecordSchema = z.object({
  at: count,
  kind: z.enum(['alert', 'digest', 'test']),
  channel: z.enum(['email', 'webhook']),
  subject: z.string(),
  findings: z.array(z.string()),
  error: z.string().nullable().describe('null: it was sent.'),
})

export const alertsSchema = z
  .object({
    settings: z
      .object({ ...alertSettingsSchema.shape, webhook_url: z.string(), webhook_secret: z.string() })
      .describe('Address and secret of the webhook are masked.'),
    own: z.boolean().describe('false: it follows its business, or nothing was set yet.'),
    mail: z.boolean().describe('Whether this server can send e-mail: TWOFOLD_SMTP_HOST.'),
    history: z.array(alertRecordSchema).describe('What was sent, the newest first.'),
    datasets: z
      .array(
        z.object({
          dataset_id: z.string(),
          name: z.string(),
          own: z.boolean().describe('It has settings of its own and follows these no more.'),
          differs: z.array(z.string()).describe('The settings that are others there.'),
        }),
      )
      .describe('Of a business: its datasets. Of a dataset: empty.'),
    checks: z
      .array(z.object({ code: z.string(), title: z.string(), severity: z.string() }))
      .describe('What `rules` may name.'),
  })
  .meta({ id: 'Alerts' })

export const alertChangeSchema = z
  .strictObject(patchShape(alertSettingsSchema.shape))
  .extend({ webhook_url: z.string().optional(), webhook_secret: z.string().optional() })
  .meta({ id: 'AlertSettings' })

export const alertTestSchema = z
  .object({ sent: z.array(alertRecordSchema).describe('One per channel.') })
  .meta({ id: 'AlertTest' })
