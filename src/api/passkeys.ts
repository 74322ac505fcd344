/** Routes about passkeys: one's own, and what a browser needs to make one or sign in with one. */
import { isIP } from 'node:net'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { FastifyRequest } from 'fastify'
import type { Site } from '../access/passkey-sign-in.ts'
import type { Passkey } from '../access/passkeys.ts'
import { TwofoldError } from '../errors.ts'
import { guarded, me } from './account.ts'
import { refuseOtherSites } from './cookie.ts'
import {
  passkeyAddSchema,
  passkeyOptionsSchema,
  passkeySchema,
  passkeySignInSchema,
  passkeyStartSchema,
  passkeysSchema,
} from './passkey-schemas.ts'
import { type Route, route } from './route.ts'
import { attempt, SIGNED_IN } from './session.ts'
import type { PasskeyView } from './types.ts'

const PATH = '/api/account/passkeys'

export const passkeyRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    auth: 'person',
    summary: 'List your passkeys',
    answer: { status: 200, description: 'The oldest first.', schema: passkeysSchema },
    run: (call, { access }) => ({ passkeys: access.passkeysOf(me(call).id).map(viewPasskey) }),
  }),
  route({
    method: 'POST',
    path: `${PATH}/options`,
    auth: 'person',
    history: null,
    summary: 'Begin to add a passkey',
    description: 'With the password, where you have one. The answer is for the browser.',
    body: passkeyStartSchema,
    answer: { status: 200, description: 'Options of WebAuthn.', schema: passkeyOptionsSchema },
    run: (call, context) => {
      const { id } = me(call)
      const site = siteOf(call.request)
      const { password } = call.body
      return guarded(call, context, () => context.access.startPasskey(id, { site, password }))
    },
  }),
  route({
    method: 'POST',
    path: PATH,
    auth: 'person',
    history: 'passkey.added',
    summary: 'Add the passkey that the browser made',
    body: passkeyAddSchema,
    answer: { status: 201, description: 'The passkey.', schema: passkeySchema },
    run: async (call, { access }) => {
      const { name, response } = call.body
      const made = { name, response: response as unknown as RegistrationResponseJSON }
      const site = siteOf(call.request)
      return viewPasskey(await access.addPasskey(me(call).id, { ...made, site }))
    },
  }),
  route({
    method: 'DELETE',
    path: `${PATH}/{passkey_id}`,
    auth: 'person',
    history: 'passkey.removed',
    summary: 'Remove a passkey',
    answer: { status: 204, description: 'It signs nobody in any more.' },
    run: (call, { access }) => access.removePasskey(me(call).id, call.params.passkey_id ?? ''),
  }),
  route({
    method: 'POST',
    path: '/api/session/passkey-options',
    auth: 'public',
    history: null,
    summary: 'Begin to sign in with a passkey',
    answer: { status: 200, description: 'Options of WebAuthn.', schema: passkeyOptionsSchema },
    run: ({ request }, { access, publicUrl }) => {
      refuseOtherSites(request, publicUrl)
      return access.askForPasskey(siteOf(request))
    },
  }),
  route({
    method: 'POST',
    path: '/api/session/passkey',
    auth: 'public',
    history: null,
    summary: 'Sign in with the answer of a passkey',
    description: 'Sets the session cookie for 30 days.',
    body: passkeySignInSchema,
    answer: SIGNED_IN,
    run: (call, context) =>
      attempt(call, undefined, context, (browser) => {
        const response = call.body.response as unknown as AuthenticationResponseJSON
        return context.access.signInWithPasskey({ site: siteOf(call.request), response, browser })
      }),
  }),
]

/** Browsers name it with every change; that it is ours was checked with the cookie. */
function siteOf({ headers }: FastifyRequest): Site {
  const url = URL.parse(headers.origin ?? '')
  if (!url || isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0) {
    throw new TwofoldError(
      'invalid_request',
      'Passkeys belong to a host name: open this page by https and a name, or as http://localhost.',
    )
  }
  return { origin: url.origin, rp_id: url.hostname }
}

function viewPasskey({ passkey_id, name, rp_id, created_at_ms, used_at_ms }: Passkey): PasskeyView {
  return {
    passkey_id,
    name,
    host: rp_id,
    created_at: Math.floor(created_at_ms / 1000),
    used_at: used_at_ms === null ? null : Math.floor(used_at_ms / 1000),
  }
}
