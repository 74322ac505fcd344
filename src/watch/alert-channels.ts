/**
 * The ways an alert leaves: e-mail to each address, one signed request to the webhook. Says of each
 * whether it went, in words for the history. Called by alerts.ts.
 */
import { signatureHeaders } from '../destinations/webhook-signature.ts'
import { ALERT_SEND_MS } from '../diagnostic-limits.ts'
import type { AlertMessage } from './alert-message.ts'
import type { AlertSettings } from './alert-settings.ts'
import type { SendMail } from './mailer.ts'
import type { AlertRecord } from './view.ts'

export interface ChannelPorts {
  readonly sendMail: SendMail | undefined
  /** Guarded: not into private networks, no redirects. */
  readonly fetch: typeof fetch
  readonly nowMs: () => number
}

interface Sending {
  readonly ports: ChannelPorts
  /** Of the message: the same at every try, so that a receiver can tell a repeat. */
  readonly id: string
  /** This channel alone. */
  readonly only?: AlertRecord['channel']
}

export async function sendAlert(
  message: AlertMessage,
  settings: AlertSettings,
  { ports, id, only }: Sending,
): Promise<AlertRecord[]> {
  const { kind, subject, findings } = message
  const tries: Promise<AlertRecord[]>[] = []
  const record = async (
    channel: AlertRecord['channel'],
    send: () => Promise<string | undefined>,
  ): Promise<AlertRecord[]> => {
    const base = { kind, channel, subject, findings }
    try {
      const trouble = await send()
      const done = { ...base, at_ms: ports.nowMs() }
      return trouble === undefined ? [done] : [done, { ...done, error: trouble }]
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error)
      return [{ ...base, at_ms: ports.nowMs(), error: words.slice(0, 400) }]
    }
  }
  if (settings.emails.length > 0 && only !== 'webhook') {
    tries.push(
      record('email', async () => {
        if (!ports.sendMail) throw new Error('No mail server is configured: set TWOFOLD_SMTP_HOST.')
        const to = settings.emails
        const { failed, words } = await ports.sendMail({ to, subject, text: message.text })
        return failed === 0 ? undefined : `For ${failed} of ${to.length} addresses: ${words}`
      }),
    )
  }
  if (settings.webhook_url && only !== 'email') {
    tries.push(record('webhook', () => post(message, settings, ports, id)))
  }
  return (await Promise.all(tries)).flat()
}

async function post(
  message: AlertMessage,
  { webhook_url, webhook_secret }: AlertSettings,
  ports: ChannelPorts,
  id: string,
): Promise<undefined> {
  const body = JSON.stringify(message.body)
  const timestampS = Math.floor(ports.nowMs() / 1000)
  const answer = await ports.fetch(webhook_url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(webhook_secret
        ? signatureHeaders({ id, timestampS, body }, [webhook_secret])
        : { 'webhook-id': id, 'webhook-timestamp': String(timestampS) }),
    },
    body,
    signal: AbortSignal.timeout(ALERT_SEND_MS),
  })
  await answer.body?.cancel()
  if (!answer.ok) throw new Error(`The webhook answered ${answer.status}.`)
  return undefined
}
