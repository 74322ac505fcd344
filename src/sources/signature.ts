/**
 * Proves of deliveries: HMACs over raw bytes, compared in constant time against every active
 * secret, and times that were signed. Used by the sources' `verify`.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { HOOK_CLOCK_MS_MAX } from '../limits.ts'
import type { HookRequest, Verified, VerifyContext } from './source.ts'

export const PROVEN: Verified = { ok: true }

export const missing = (header: string): Verified => ({
  ok: false,
  code: 'signature_missing',
  detail: `The header ${header} is missing: the delivery is not signed.`,
})

const WRONG: Verified = {
  ok: false,
  code: 'signature_wrong',
  detail: 'None of the secrets of this connection made the signature.',
}

interface Hmac {
  readonly algorithm: 'sha256' | 'sha1'
  readonly encoding: 'hex' | 'base64'
  /** What is signed; a list is signed one part after the other. */
  readonly over: readonly (string | Buffer)[]
  /** The key that a secret stands for; left out: its own characters. */
  readonly keyOf?: (secret: string) => string | Buffer
}

/** Whether one of the secrets made one of the signatures. */
export function signedBy(
  { secrets }: VerifyContext,
  signatures: readonly string[],
  { algorithm, encoding, over, keyOf = (secret) => secret }: Hmac,
): Verified {
  let proven = false
  for (const secret of secrets) {
    const hmac = createHmac(algorithm, keyOf(secret))
    for (const part of over) hmac.update(part)
    const expected = hmac.digest(encoding)
    for (const signature of signatures) proven = sameText(signature.trim(), expected) || proven
  }
  return proven ? PROVEN : WRONG
}

/** The text itself is the proof: a header or a part of the address that only the platform knows. */
export function sharedSecret({ secrets }: VerifyContext, given: string | undefined): Verified {
  let proven = false
  for (const secret of secrets) proven = sameText(given ?? '', secret) || proven
  return proven ? PROVEN : WRONG
}

/** Base64 HMAC-SHA256 of the body in one header. */
export function signedBody(request: HookRequest, context: VerifyContext, header: string): Verified {
  const signature = request.headers[header]
  if (!signature) return missing(header)
  const hmac = { algorithm: 'sha256', encoding: 'base64', over: [request.body] } as const
  return signedBy(context, [signature], hmac)
}

/** `t=...,v1=...,v1=...` to its parts; names may repeat. */
export function pairsIn(header: string, separator: string): (readonly [string, string])[] {
  return header.split(separator).map((part) => {
    const [name = '', ...rest] = part.trim().split('=')
    return [name, rest.join('=')] as const
  })
}

/** Undefined when the signed time is near ours; replays and wrong clocks are refused. */
export function tooFarOff(signedMs: number, { nowMs }: VerifyContext): Verified | undefined {
  if (Math.abs(nowMs - signedMs) <= HOOK_CLOCK_MS_MAX) return undefined
  const detail = Number.isFinite(signedMs)
    ? `It was signed ${Math.round(Math.abs(nowMs - signedMs) / 1000)} s ${signedMs > nowMs ? 'ahead of' : 'before'} our clock; ${HOOK_CLOCK_MS_MAX / 1000} s are allowed.`
    : 'The time that was signed is no number.'
  return { ok: false, code: 'signature_old', detail }
}

/**
 * Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, several signatures in one header. A
 * secret is `whsec_<base64>`; `keyOf` reads what else stands for a key.
 */
export function standardWebhook(
  request: HookRequest,
  context: VerifyContext,
  keyOf: (secret: string) => string | Buffer = whsecKey,
): Verified {
  const id = request.headers['webhook-id']
  const timestamp = request.headers['webhook-timestamp']
  const signature = request.headers['webhook-signature']
  if (!id || !timestamp || !signature) return missing('webhook-signature')
  const off = tooFarOff(Number(timestamp) * 1000, context)
  if (off) return off
  const signatures = signature
    .split(' ')
    .filter((one) => one.startsWith('v1,'))
    .map((one) => one.slice(3))
  const over = [`${id}.${timestamp}.`, request.body]
  return signedBy(context, signatures, { algorithm: 'sha256', encoding: 'base64', over, keyOf })
}

function whsecKey(secret: string): Buffer {
  const text = secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : secret
  return Buffer.from(text, 'base64')
}

/** Equal lengths are no secret; everything else takes the same time. */
function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && left.length > 0 && timingSafeEqual(left, right)
}
