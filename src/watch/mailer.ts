/**
 * Sends e-mail over the SMTP server that the operator configured. One connection a message: alerts
 * are few. Made by main.ts; the password never leaves this file.
 */
import type { Transporter } from 'nodemailer'
import type { SmtpSettings } from '../config.ts'
import { ALERT_SEND_MS } from '../diagnostic-limits.ts'

export interface Mail {
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
}

/** How many of `to` it was not taken for, and the server's words. Rejects where it was none. */
export type SendMail = (mail: Mail) => Promise<{ readonly failed: number; readonly words: string }>

export function createMailer(config: SmtpSettings): SendMail {
  const { host, port, user, password, from, security } = config
  const options = {
    ...{ host, port },
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: ALERT_SEND_MS,
    greetingTimeout: ALERT_SEND_MS,
    socketTimeout: ALERT_SEND_MS,
    // Only words of ours are sent: no file and no address is ever read for a message.
    disableFileAccess: true,
    disableUrlAccess: true,
  }
  let transport: Transporter | undefined
  return async ({ to, subject, text }) => {
    // Loaded for the first message: many servers never send one.
    transport ??= (await import('nodemailer')).createTransport(options)
    let failed = 0
    let words = ''
    // Each gets one of their own: nobody sees who else does, and one bad address stops no other.
    for (const one of to) {
      try {
        await transport.sendMail({ from, to: one, subject, text })
      } catch (error) {
        failed += 1
        const said = error instanceof Error ? error.message : String(error)
        const hidden = password ? said.replaceAll(password, '••••') : said
        words = `${host} did not take it: ${hidden.slice(0, 300)}`
      }
    }
    if (failed > 0 && failed === to.length) throw new Error(words)
    return { failed, words }
  }
}
