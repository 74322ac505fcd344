/**
 * How PayPal signs: with its own key, over the transmission, the webhook's id and a checksum of the
 * body. The certificate comes from PayPal's hosts only; inbox/certificates.ts fetches it. Used by
 * paypal.ts.
 */
import { verify, X509Certificate } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { knowsKey } from './shared-key.ts'
import { missing, PROVEN } from './signature.ts'
import type { HookRequest, Verified, VerifyContext } from './source.ts'

/** Undefined for whatever is not PayPal's: nobody else's certificate proves anything. */
export function paypalCertificateUrl({ headers }: HookRequest): string | undefined {
  const url = URL.parse(headers['paypal-cert-url'] ?? '')
  const isTheirs =
    url?.protocol === 'https:' &&
    /^api(\.sandbox)?\.paypal\.com$/.test(url.host) &&
    url.username === '' &&
    /^\/v1\/notifications\/certs\/[\w-]{1,100}$/.test(url.pathname)
  return isTheirs ? `${url.origin}${url.pathname}` : undefined
}

/**
 * A webhook's id is no secret, it only says for whom was signed: so it never proves as a key does.
 * Keys at the end of the address are those of connections made before ids were asked for.
 */
export function paypalSigned(request: HookRequest, context: VerifyContext): Verified {
  const ids = context.secrets.filter(isWebhookId)
  const keys = context.secrets.filter((secret) => !isWebhookId(secret))
  const byKey = keys.length > 0 ? knowsKey(request, { ...context, secrets: keys }) : undefined
  if (byKey?.ok || ids.length === 0) return byKey ?? missing('paypal-transmission-sig')
  return signedFor(ids, request, context)
}

const isWebhookId = (secret: string): boolean => /^[0-9A-Z]{12,40}$/.test(secret)

function signedFor(
  ids: readonly string[],
  { headers, body }: HookRequest,
  { certificate, nowMs }: VerifyContext,
): Verified {
  const signature = headers['paypal-transmission-sig']
  const id = headers['paypal-transmission-id']
  const time = headers['paypal-transmission-time']
  if (!signature || !id || !time) return missing('paypal-transmission-sig')
  if (headers['paypal-auth-algo'] !== 'SHA256withRSA') {
    return wrong('paypal-auth-algo names another algorithm than SHA256withRSA.')
  }
  const theirs = certificate === undefined ? undefined : certificateIn(certificate)
  if (!theirs) return wrong('The certificate could not be had from PayPal; it will try again.')
  if (nowMs < theirs.validFromDate.getTime() || nowMs > theirs.validToDate.getTime()) {
    return wrong('The certificate of PayPal is not valid at this time.')
  }
  const sum = crc32(body)
  const given = Buffer.from(signature, 'base64')
  const isSigned = ids.some((own) =>
    verify('sha256', Buffer.from(`${id}|${time}|${own}|${sum}`), theirs.publicKey, given),
  )
  return isSigned ? PROVEN : wrong('It was not signed for the webhook whose id is entered here.')
}

const wrong = (detail: string): Verified => ({ ok: false, code: 'signature_wrong', detail })

function certificateIn(pem: string): X509Certificate | undefined {
  try {
    const found = new X509Certificate(pem)
    return found.publicKey.asymmetricKeyType === 'rsa' ? found : undefined
  } catch {
    return undefined
  }
}
