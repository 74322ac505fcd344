/** What the pages ask and change about passkeys, and what the browser does in between. */
import {
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
  WebAuthnError,
} from '@simplewebauthn/browser'
import { queryOptions } from '@tanstack/react-query'
import type { PasskeysAnswer, PasskeyView, SessionView } from '../api/types.ts'
import { call } from './api-client.ts'

const PATH = '/api/account/passkeys'

/** They belong to a host name, so at an IP address no browser makes or shows one. */
export const passkeysWork = (): boolean =>
  browserSupportsWebAuthn() && !/^[\d.]+$|^\[/.test(location.hostname)

export const passkeysQuery = queryOptions({
  queryKey: ['account', 'passkeys'],
  queryFn: async () => (await call<PasskeysAnswer>('GET', PATH)).passkeys,
})

/** `password`: of the account, empty where it has none. */
export async function addPasskey(name: string, password: string): Promise<PasskeyView> {
  const optionsJSON = await call<PublicKeyCredentialCreationOptionsJSON>(
    'POST',
    `${PATH}/options`,
    { password },
  )
  const response = await startRegistration({ optionsJSON }).catch(explain)
  return call('POST', PATH, { name, response })
}

export const removePasskey = (id: string): Promise<void> => call('DELETE', `${PATH}/${id}`)

export async function signInWithPasskey(): Promise<SessionView> {
  const optionsJSON = await call<PublicKeyCredentialRequestOptionsJSON>(
    'POST',
    '/api/session/passkey-options',
    {},
  )
  const response = await startAuthentication({ optionsJSON }).catch(explain)
  return call('POST', '/api/session/passkey', { response })
}

/** What the browser or the device did not do, in words for the one in front of it. */
export class PasskeyTrouble extends Error {}

function explain(error: unknown): never {
  const code = error instanceof WebAuthnError ? error.code : undefined
  const { name } = error as Error
  throw new PasskeyTrouble(wordsFor(code, name), { cause: error })
}

function wordsFor(code: string | undefined, name: string): string {
  if (code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED' || name === 'InvalidStateError') {
    return 'This device has a passkey of this account already.'
  }
  if (code?.startsWith('ERROR_AUTHENTICATOR_MISSING') || name === 'ConstraintError') {
    return 'This device cannot keep passkeys that ask for a PIN, a finger or a face. Take another.'
  }
  if (name === 'NotAllowedError' || name === 'AbortError') {
    return 'Nothing was chosen, or it took too long. Try again.'
  }
  return 'The browser could not use a passkey here. Try another browser or device.'
}
