/**
 * Proof for platforms that sign nothing: a key that only they were told, at the end of the address
 * (`?key=`), in a header, or as the user or password of Basic. Used by the sources.
 */
import { sharedSecret } from './signature.ts'
import type { HookRequest, SecretOrigin, Verified, VerifyContext } from './source.ts'

export const KEY_IN_URL: SecretOrigin = {
  from: 'twofold',
  by: 'url',
  label: 'Key at the end of the address',
}

export function knowsKey(request: HookRequest, context: VerifyContext): Verified {
  const given = keysIn(request)
  if (given.length === 0) {
    const detail = 'The address has no ?key= at its end, and no header brings the key.'
    return { ok: false, code: 'signature_missing', detail }
  }
  const proofs = given.map((key) => sharedSecret(context, key))
  return proofs.find(({ ok }) => ok) ?? (proofs[0] as Verified)
}

function keysIn({ url, headers }: HookRequest): string[] {
  const { authorization = '' } = headers
  const bearer = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  const basic = /^Basic +(\S+)$/i.exec(authorization)?.[1]
  const pair = basic === undefined ? [] : Buffer.from(basic, 'base64').toString('utf8').split(':')
  const key = URL.parse(url)?.searchParams.get('key')
  return [key, headers['x-twofold-key'], bearer, ...pair].filter((one) => !!one) as string[]
}
