/**
 * Routes about signing in with an OpenID Connect provider: the way there, the way back, and what
 * one's own account is connected with. The way back is a page of the browser's, so it always ends
 * at a page of ours, also when it did not work.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { NOBODY } from '../access/caller.ts'
import type { Identity } from '../access/identities.ts'
import type { OidcAim, OidcFlow } from '../access/oidc-flows.ts'
import { OIDC_CALLBACK_PATH } from '../access/oidc-provider.ts'
import { type OidcProblem, OidcRefused } from '../access/oidc-refused.ts'
import type { OidcArrival, OidcStart } from '../access/oidc-sign-in.ts'
import { TwofoldError } from '../errors.ts'
import { guarded, me } from './account.ts'
import { browserOf } from './browser-name.ts'
import { flowCookie, flowSent, readSessionCookie, refuseOtherSites } from './cookie.ts'
import {
  identitiesSchema,
  identityConnectSchema,
  oidcAddressSchema,
  oidcStartSchema,
} from './oidc-schemas.ts'
import type { Context } from './ports.ts'
import { type Call, type Route, route } from './route.ts'
import { setCookie } from './session.ts'
import type { IdentityView, OidcStartRequest } from './types.ts'

const PATH = '/api/account/identities'
const ADDRESS = {
  status: 200,
  description: 'Where to send the browser. Sets a cookie that it must bring back.',
  schema: oidcAddressSchema,
}

export const oidcRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/api/session/oidc',
    auth: 'public',
    history: null,
    summary: 'Begin to sign in with the OpenID Connect provider',
    description: 'Also to accept an invitation, or to make the first owner.',
    body: oidcStartSchema,
    answer: ADDRESS,
    run: async ({ body, request, reply }, context) => {
      refuseOtherSites(request, context.publicUrl)
      requirePublicOrigin(request, context)
      return leave(await context.access.startOidc(aimOf(body)), reply, context)
    },
  }),
  route({
    method: 'GET',
    path: OIDC_CALLBACK_PATH,
    auth: 'public',
    summary: 'Where the provider sends the browser back to',
    description: 'Sets the session cookie, or leads to a page that says what did not work.',
    answer: { status: 303, description: 'Leads to a page of the Events Manager.' },
    run: async (call, context) => {
      call.reply.header('location', await comeBack(call, context))
    },
  }),
  route({
    method: 'GET',
    path: PATH,
    auth: 'person',
    summary: 'List the accounts at providers that sign you in',
    answer: { status: 200, description: 'The oldest first.', schema: identitiesSchema },
    run: (call, { access }) => ({
      identities: access.identitiesOf(me(call).id).map((one) => viewIdentity(one, access)),
    }),
  }),
  route({
    method: 'POST',
    path: PATH,
    auth: 'person',
    history: null,
    summary: 'Begin to connect your account with the provider',
    description: 'With the password, where you have one.',
    body: identityConnectSchema,
    answer: ADDRESS,
    run: (call, context) => {
      requirePublicOrigin(call.request, context)
      const { id } = me(call)
      const { password } = call.body
      return guarded(call, context, async () =>
        leave(await context.access.startConnecting(id, password), call.reply, context),
      )
    },
  }),
  route({
    method: 'DELETE',
    path: `${PATH}/{identity_id}`,
    auth: 'person',
    history: 'identity.removed',
    summary: 'Disconnect your account from one at the provider',
    description: 'Not the last way you have to sign in.',
    answer: { status: 204, description: 'It signs you in no more.' },
    run: (call, { access }) => access.removeIdentity(me(call).id, call.params.identity_id ?? ''),
  }),
]

function aimOf({ next, invitation, setup, business }: OidcStartRequest) {
  if (invitation !== undefined) return { to: 'join', code: invitation } as const
  if (setup !== undefined) return { to: 'set_up', code: setup, business } as const
  return { to: 'sign_in', next } as const
}

/** The provider leads back to the public address; a cookie set elsewhere would not be there. */
function requirePublicOrigin({ headers }: FastifyRequest, { publicUrl }: Context): void {
  const { origin } = headers
  if (origin === undefined || publicUrl === undefined) return
  if (URL.parse(origin)?.origin === URL.parse(publicUrl)?.origin) return
  const words = `Open the Events Manager at ${publicUrl}: the provider leads back there.`
  throw new TwofoldError('invalid_request', words)
}

function leave({ address, sealed }: OidcStart, reply: FastifyReply, context: Context) {
  reply.header('set-cookie', flowCookie(sealed, context.publicUrl))
  return { location: address }
}

type BackCall = Pick<Call<unknown, unknown>, 'request' | 'reply'>

/** Where the browser goes on: a path of ours, whatever it came with. */
async function comeBack({ request, reply }: BackCall, context: Context): Promise<string> {
  const { access, publicUrl, attempts } = context
  const query = request.url.split('?').slice(1).join('?')
  const state = new URLSearchParams(query).get('state') ?? ''
  const flow = access.oidcFlow(flowSent(request, publicUrl) ?? '', state)
  // Somebody else's link must not end a flow that is under way: the cookie stays.
  if (!flow) return withProblem({ to: 'sign_in' }, 'expired')
  reply.header('set-cookie', flowCookie('', publicUrl))
  const { address } = context.clientOf(request)
  try {
    const session = await attempts.guard({ address }, () => enter(flow, query, request, context))
    if (session !== undefined) setCookie(reply, session, context)
    return landingOf(flow.aim)
  } catch (error) {
    return withProblem(flow.aim, problemOf(error, request))
  }
}

async function enter(
  flow: OidcFlow,
  query: string,
  request: FastifyRequest,
  context: Context,
): Promise<string | undefined> {
  const { access, history } = context
  if (flow.aim.to === 'connect') {
    // Who signed out meanwhile, or is somebody else now, connects nothing.
    const caller = access.sessionCaller(readSessionCookie(request) ?? '')
    const isSame = caller?.kind === 'person' && caller.id === flow.aim.person_id
    if (!isSame) throw new OidcRefused('expired')
  }
  const arrival: OidcArrival = await access.arriveByOidc(flow, query)
  const run = () => access.enterByOidc(arrival, browserOf(request.headers['user-agent']))
  const change = access.oidcChange(arrival)
  if (!change) return run()
  const { action, person } = change
  const nothing = { business_id: null, dataset_id: null, subject: null, name: null, details: {} }
  const caller = person
    ? ({ kind: 'person', id: person.person_id, name: person.name, session_id: '' } as const)
    : NOBODY
  return history.record({ ...nothing, caller, action, businessOf: access.businessOf }, run)
}

function landingOf(aim: OidcAim): string {
  if (aim.to === 'connect') return '/account'
  return aim.to === 'sign_in' ? (aim.next ?? '/') : '/'
}

/** The page that it began on; what follows # never reaches a server log. */
function withProblem(aim: OidcAim, problem: OidcProblem): string {
  if (aim.to === 'connect') return `/account?problem=${problem}`
  if (aim.to === 'join') return `/?problem=${problem}#invitation=${aim.code}`
  if (aim.to === 'set_up') return `/?problem=${problem}#setup=${aim.code}`
  const next = aim.next === undefined ? '' : `&next=${encodeURIComponent(aim.next)}`
  return `/sign-in?problem=${problem}${next}`
}

const PROBLEMS: Readonly<Record<string, OidcProblem>> = {
  link_invalid: 'link',
  setup_link_invalid: 'link',
  forbidden: 'other_email',
  limit_reached: 'full',
  too_many_attempts: 'too_many',
}

function problemOf(error: unknown, request: FastifyRequest): OidcProblem {
  if (error instanceof OidcRefused) return error.problem
  const known = error instanceof TwofoldError ? PROBLEMS[error.code] : undefined
  if (!known) request.log.error({ err: error }, 'signing in by OpenID Connect failed')
  return known ?? 'failed'
}

function viewIdentity(identity: Identity, access: Context['access']): IdentityView {
  const { identity_id, name, issuer, email, created_at_ms, used_at_ms } = identity
  return {
    ...{ identity_id, name, issuer, email },
    works: access.isOidcIssuer(issuer),
    created_at: Math.floor(created_at_ms / 1000),
    used_at: used_at_ms === null ? null : Math.floor(used_at_ms / 1000),
  }
}
