/**
 * The signature of Standard Webhooks (standardwebhooks.com), version 1: HMAC-SHA256 over
 * `id.timestamp.body`, one signature per active secret, so that a secret can change without a gap.
 */
import { createHmac } from 'node:crypto'

export interface SignedMessage {
  /** The same at every try of one message: receivers drop what they have seen. */
  readonly id: string
  /** Of this try, in Unix seconds: receivers refuse what is too old. */
  readonly timestampS: number
  readonly body: string
}

export function signatureHeaders(
  message: SignedMessage,
  secrets: readonly string[],
): Record<string, string> {
  const { id, timestampS, body } = message
  const signatures = secrets.map((secret) => {
    const digest = createHmac('sha256', keyOf(secret) ?? '').update(`${id}.${timestampS}.${body}`)
    return `v1,${digest.digest('base64')}`
  })
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampS),
    'webhook-signature': signatures.join(' '),
  }
}

/** The key of `whsec_<base64>`, or undefined unless it is 24 to 64 bytes, as the standard asks. */
export function keyOf(secret: string): Buffer | undefined {
  const [, text = ''] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? []
  const key = Buffer.from(text, 'base64')
  return key.length >= 24 && key.length <= 64 ? key : undefined
}
