/** Routes about signing a browser in and out: setup link, password, token, one-time links. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Caller, INSTANCE, NOBODY } from '../access/caller.ts'
import { roleAllows } from '../access/roles.ts'
import { TwofoldError } from '../errors.ts'
import { browserOf } from './browser-name.ts'
import { readSessionCookie, refuseOtherSites, sessionCookies, sessionsSent } from './cookie.ts'
import {
  linkSchema,
  passwordResetSchema,
  sessionSchema,
  setupSchema,
  signInSchema,
} from './people-schemas.ts'
import type { Context } from './ports.ts'
import { type Call, type Route, route } from './route.ts'
import type { OneTimeLink, SessionView } from './types.ts'

export const SIGNED_IN = { status: 200, description: 'Signed in.', schema: sessionSchema }

export const sessionRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/api/setup',
    auth: 'public',
    history: 'person.created',
    summary: 'Make the first owner, with the code of the setup link',
    description: 'Sets the session cookie. Works until there is an account.',
    body: setupSchema,
    answer: SIGNED_IN,
    run: (call, context) =>
      attempt(call, undefined, context, (browser) =>
        context.access.redeemSetup({ ...call.body, browser }),
      ),
  }),
  route({
    method: 'POST',
    path: '/api/session',
    auth: 'public',
    history: null,
    summary: 'Sign in with e-mail and password, a token, or the code of a sign-in link',
    description: 'Sets the session cookie for 30 days. Revoking the token ends its sessions.',
    body: signInSchema,
    answer: SIGNED_IN,
    run: (call, context) => {
      const { body } = call
      const account = 'email' in body ? body.email.trim().toLowerCase() : undefined
      return attempt(call, account, context, async (browser) => {
        const { access } = context
        if ('email' in body) return access.signInWithPassword({ ...body, browser })
        if ('token' in body) return access.signIn(body.token, browser)
        const session = await access.redeemSignInCode(body.code, browser)
        if (session === undefined) throw new TwofoldError('link_invalid')
        return session
      })
    },
  }),
  route({
    method: 'GET',
    path: '/api/session',
    auth: 'public',
    summary: 'Whether this browser is signed in, and for what',
    answer: { status: 200, description: 'The session.', schema: sessionSchema },
    run: ({ request }, context) =>
      viewSession(callerOf(readSessionCookie(request), context), context),
  }),
  route({
    method: 'DELETE',
    path: '/api/session',
    auth: 'public',
    history: null,
    summary: 'Sign this browser out',
    answer: { status: 204, description: 'Signed out.' },
    run: async ({ request, reply }, context) => {
      refuseOtherSites(request, context.publicUrl)
      for (const session of sessionsSent(request)) await context.access.signOut(session)
      setCookie(reply, '', context)
    },
  }),
  route({
    method: 'POST',
    path: '/api/password',
    auth: 'public',
    history: 'password.reset',
    summary: 'Set a new password, with the code of a password link',
    description: 'Signs in here and ends every other session of the person.',
    body: passwordResetSchema,
    answer: SIGNED_IN,
    run: (call, context) =>
      attempt(call, undefined, context, (browser) =>
        context.access.redeemPasswordCode({ ...call.body, browser }),
      ),
  }),
  route({
    method: 'POST',
    path: '/api/sign-in-links',
    auth: 'token',
    history: 'session.link_made',
    summary: 'Make a one-time link that signs a browser in with what this token allows',
    description: 'For holders of a token; people have a password.',
    answer: { status: 201, description: 'The link, valid for minutes.', schema: linkSchema },
    run: ({ caller }, { access }) => {
      if (caller.kind !== 'token') throw new TwofoldError('forbidden')
      return viewLink('sign-in', access.createSignInCode(caller.grant))
    },
  }),
]

/** The part after # never reaches a server log. */
export function viewLink(
  what: 'sign-in' | 'password',
  { code, expires_at_ms }: { code: string; expires_at_ms: number },
): OneTimeLink {
  return { code, path: `/#${what}=${code}`, expires_at: Math.floor(expires_at_ms / 1000) }
}

/** Tries a way in, counted against the address and the account; sets the cookie that it brings. */
export async function attempt(
  { request, reply }: Pick<Call<unknown, unknown>, 'request' | 'reply'>,
  account: string | undefined,
  context: Context,
  enter: (browser: string) => Promise<string>,
): Promise<SessionView> {
  refuseOtherSites(request, context.publicUrl)
  const { address } = context.clientOf(request)
  const browser = browserOf(request.headers['user-agent'])
  const session = await context.attempts.guard({ address, account }, () => enter(browser))
  setCookie(reply, session, context)
  return viewSession(callerOf(session, context), context)
}

export function setCookie(reply: FastifyReply, session: string, context: Context): void {
  const { request } = reply
  const { publicUrl = '', clientOf } = context
  const { https } = clientOf(request)
  const secure = https || publicUrl.startsWith('https:')
  // At http://localhost beside a public https address browsers take Secure, but not the prefix.
  const host = https || (secure && URL.parse(publicUrl)?.host === request.headers.host)
  const cookies = sessionCookies(session, request, { secure, host })
  for (const cookie of cookies) reply.header('set-cookie', cookie)
}

/** Who is signed in on a public route, as far as the request may speak for them. */
export function signedIn(request: FastifyRequest, context: Context): Caller {
  refuseOtherSites(request, context.publicUrl)
  return callerOf(readSessionCookie(request), context)
}

function callerOf(cookie: string | undefined, { access }: Context): Caller {
  return access.sessionCaller(cookie ?? '') ?? NOBODY
}

export function viewSession(caller: Caller, context: Context): SessionView {
  const { access, version, publicUrl, isDemo } = context
  const { rights } = access
  const person = caller.kind === 'person' ? access.findPerson(caller.id) : undefined
  const businesses = access.businesses().flatMap(({ business_id, name }) => {
    const role = rights.roleIn(caller, business_id)
    return role ? [{ business_id, name, role }] : []
  })
  return {
    signed_in: caller.kind !== 'nobody',
    setup_needed: access.people().length === 0,
    setup_open: access.setupCode() !== undefined,
    person: person ? { person_id: person.person_id, name: person.name, email: person.email } : null,
    operator: rights.may(caller, 'own', INSTANCE),
    businesses,
    purpose: purposeOf(caller, businesses),
    dataset_id: caller.kind === 'token' ? caller.grant.dataset_id : null,
    version,
    demo: isDemo,
    public_url: publicUrl ?? null,
    single_sign_on: access.oidcName() ?? null,
  }
}

function purposeOf(caller: Caller, businesses: SessionView['businesses']): SessionView['purpose'] {
  if (caller.kind === 'nobody') return null
  if (caller.kind === 'token') return caller.grant.purpose === 'admin' ? 'admin' : 'read'
  return businesses.some(({ role }) => roleAllows(role, 'develop')) ? 'admin' : 'read'
}
