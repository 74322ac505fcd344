/** The rules of business_messaging events: channel, names, and whom a WhatsApp event is about. */
import type { Report } from './parse-report.ts'
import { readWord } from './parse-scalars.ts'
import type { RawUserData } from './shape.ts'

const CHANNELS: ReadonlySet<string> = new Set(['whatsapp', 'messenger', 'instagram'])

/** Names that Meta takes for conversations; it refuses `Lead` and custom names there. */
const NAMES: ReadonlySet<string> = new Set([
  'LeadSubmitted',
  'QualifiedLead',
  'Purchase',
  'AddToCart',
  'InitiateCheckout',
  'ViewContent',
  'OrderCreated',
  'OrderShipped',
  'OrderDelivered',
  'OrderCanceled',
  'OrderReturned',
])

export function readMessagingChannel(value: unknown, report: Report): string | undefined {
  return readWord(value, CHANNELS, { key: 'messaging_channel', report })
}

export function checkMessaging(
  event: {
    readonly event_name: string
    readonly messaging_channel?: string | undefined
    readonly user_data: RawUserData
  },
  report: Report,
): void {
  const { messaging_channel: channel, user_data: user } = event
  if (!channel) {
    const what = `is missing: send one of ${[...CHANNELS].join(', ')}.`
    report.object('missing_messaging_channel', 'messaging_channel', what)
  }
  if (!NAMES.has(event.event_name)) {
    const what = `cannot be used with business_messaging: use one of ${[...NAMES].join(', ')}.`
    report.object('messaging_event_name', 'event_name', what)
  }
  if (channel !== 'whatsapp') return
  if (!user.page_id && !user.whatsapp_business_account_id) {
    const what = 'needs page_id or whatsapp_business_account_id.'
    report.object('messaging_missing_id', 'user_data', what)
  }
  if (!user.ctwa_clid) {
    const what = 'is missing: send the click id of the conversation.'
    report.object('messaging_ctwa_clid', 'user_data.ctwa_clid', what)
  }
}
