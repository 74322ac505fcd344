/** Routes about signing a browser in and out: setup link, sign-in link, token, session. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { readSessionCookie, refuseOtherSites, sessionCookie } from './cookie.ts'
import type { Context } from './ports.ts'
import { type Call, type Route, route } from './route.ts'
import {
  sessionSchema,
  setupDoneSchema,
  setupSchema,
  signInLinkSchema,
  signInSchema,
} from './schemas.ts'
import type { SessionView, SignInLink } from './types.ts'

export const sessionRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/api/setup',
    auth: 'public',
    summary: 'Sign in with the one-time code of a setup or sign-in link',
    description: 'Sets the session cookie. The setup link also brings an admin token, shown once.',
    body: setupSchema,
    answer: { status: 200, description: 'Signed in.', schema: setupDoneSchema },
    run: ({ body, request, reply }, context) =>
      attempt(request, context, async () => {
        const session = await context.access.redeemSignInCode(body.code)
        if (session !== undefined) {
          setCookie(reply, session, context)
          return {}
        }
        const done = await context.access.redeemSetup(body.code)
        setCookie(reply, done.session, context)
        return { admin_token: done.admin_token }
      }),
  }),
  route({
    method: 'POST',
    path: '/api/session',
    auth: 'public',
    summary: 'Sign in with an admin or read token',
    description: 'Sets the session cookie for 30 days; revoking the token ends it.',
    body: signInSchema,
    answer: { status: 200, description: 'Signed in.', schema: sessionSchema },
    run: ({ body, request, reply }, context) =>
      attempt(request, context, async () => {
        const session = await context.access.signIn(body.token)
        setCookie(reply, session, context)
        return viewSession(session, context)
      }),
  }),
  route({
    method: 'GET',
    path: '/api/session',
    auth: 'public',
    summary: 'Whether this browser is signed in, and for what',
    answer: { status: 200, description: 'The session.', schema: sessionSchema },
    run: ({ request }, context) => viewSession(readSessionCookie(request), context),
  }),
  route({
    method: 'DELETE',
    path: '/api/session',
    auth: 'public',
    summary: 'Sign this browser out',
    answer: { status: 204, description: 'Signed out.' },
    run: async ({ request, reply }, context) => {
      refuseOtherSites(request, context.publicUrl)
      await context.access.signOut(readSessionCookie(request) ?? '')
      setCookie(reply, '', context)
    },
  }),
  route({
    method: 'POST',
    path: '/api/sign-in-links',
    auth: { purpose: 'read', on: 'own' },
    summary: 'Make a one-time link that signs a browser in with what this token allows',
    answer: { status: 201, description: 'The link, valid for minutes.', schema: signInLinkSchema },
    run: ({ grant }: Call<unknown, unknown>, { access }): SignInLink => {
      const { code, expires_at_ms } = access.createSignInCode(grant)
      const expires_at = Math.floor(expires_at_ms / 1000)
      return { code, path: `/#setup=${code}`, expires_at }
    },
  }),
]

function attempt<T>(request: FastifyRequest, context: Context, work: () => Promise<T>): Promise<T> {
  refuseOtherSites(request, context.publicUrl)
  return context.attempts.guard(request.ip, work)
}

function setCookie(reply: FastifyReply, session: string, { publicUrl }: Context): void {
  const secure = publicUrl?.startsWith('https:') ?? reply.request.protocol === 'https'
  reply.header('set-cookie', sessionCookie(session, secure))
}

function viewSession(session: string | undefined, context: Context): SessionView {
  const { access, version, publicUrl } = context
  const grant = session === undefined ? undefined : access.sessionGrant(session)
  return {
    signed_in: grant !== undefined,
    setup_needed: access.setupCode() !== undefined,
    purpose: grant && grant.purpose !== 'send' ? grant.purpose : null,
    dataset_id: grant?.dataset_id ?? null,
    version,
    public_url: publicUrl ?? null,
  }
}
