/** Routes about invitations: make, list, withdraw; look at one and accept it. */
import { nameOf } from '../access/caller.ts'
import type { Invitation } from '../access/invitations.ts'
import { TwofoldError } from '../errors.ts'
import {
  acceptSchema,
  invitationLookSchema,
  invitationShownSchema,
  invitationsSchema,
  invitedSchema,
  inviteSchema,
  sessionSchema,
} from './people-schemas.ts'
import type { Context } from './ports.ts'
import { type Call, type Route, route } from './route.ts'
import { attempt, signedIn, viewSession } from './session.ts'
import type { InvitationShown, InvitationView, SessionView } from './types.ts'

const PATH = '/api/businesses/{id}/invitations'
const ADMINISTER = { needs: 'administer', on: 'business' } as const

export const invitationRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    auth: ADMINISTER,
    summary: 'List the open invitations of a business',
    answer: { status: 200, description: 'The oldest first.', schema: invitationsSchema },
    run: ({ id }, { access }) => ({ invitations: access.invitations(id).map(view) }),
  }),
  route({
    method: 'POST',
    path: PATH,
    auth: ADMINISTER,
    history: 'invitation.made',
    summary: 'Invite somebody by a one-time link',
    description: 'The link works for 7 days. Only an owner can invite an owner.',
    body: inviteSchema,
    answer: { status: 201, description: 'The link, shown this once.', schema: invitedSchema },
    run: async ({ id, body, caller, require }, { access }) => {
      if (body.role === 'owner') require('own', { on: 'business', id })
      const made_by = nameOf(caller)
      const made_by_id = caller.kind === 'nobody' ? '' : caller.id
      const request = { ...body, business_id: id, made_by, made_by_id }
      const { code, invitation } = await access.invite(request)
      return { ...view(invitation), code, path: `/#invitation=${code}` }
    },
  }),
  route({
    method: 'DELETE',
    path: `${PATH}/{invitation_id}`,
    auth: ADMINISTER,
    history: 'invitation.withdrawn',
    summary: 'Withdraw an invitation',
    answer: { status: 204, description: 'Its link works no longer.' },
    run: ({ id, params }, { access }) => access.withdrawInvitation(id, params.invitation_id ?? ''),
  }),
  route({
    method: 'POST',
    path: '/api/invitations/look',
    auth: 'public',
    history: null,
    summary: 'Read an invitation by the code of its link',
    body: invitationLookSchema,
    answer: { status: 200, description: 'What it is for.', schema: invitationShownSchema },
    run: ({ body, request }, context) => {
      const { address } = context.clientOf(request)
      return context.attempts.guard({ address }, async () => look(body.code, request, context))
    },
  }),
  route({
    method: 'POST',
    path: '/api/invitations/accept',
    auth: 'public',
    history: 'person.joined',
    summary: 'Accept an invitation, as a new person or as the one signed in',
    body: acceptSchema,
    answer: { status: 200, description: 'Signed in as a member.', schema: sessionSchema },
    run: (call, context) => accept(call, context),
  }),
]

type AcceptCall = Call<unknown, { code: string; account?: Account | undefined }>
interface Account {
  readonly name: string
  readonly email: string
  readonly password: string
}

function accept(call: AcceptCall, context: Context): Promise<SessionView> {
  const { access } = context
  const { code, account } = call.body
  if (account) {
    return attempt(call, undefined, context, (browser) =>
      access.acceptAsNew(code, { ...account, browser }),
    )
  }
  const caller = signedIn(call.request, context)
  if (caller.kind !== 'person') {
    throw new TwofoldError('unauthorized', 'Sign in first, or send the account to make.')
  }
  const { address } = context.clientOf(call.request)
  return context.attempts.guard({ address }, async () => {
    await access.acceptAs(code, caller.id)
    return viewSession(caller, context)
  })
}

function look(code: string, request: AcceptCall['request'], context: Context): InvitationShown {
  const { access } = context
  const invitation = access.findInvitation(code)
  const business = invitation && access.findBusiness(invitation.business_id)
  if (!invitation || !business) throw new TwofoldError('link_invalid')
  const caller = signedIn(request, context)
  const person = caller.kind === 'person' ? access.findPerson(caller.id) : undefined
  return {
    business: business.name,
    role: invitation.role,
    email: invitation.email,
    expires_at: Math.floor(invitation.expires_at_ms / 1000),
    me: person ? { person_id: person.person_id, name: person.name, email: person.email } : null,
  }
}

function view(invitation: Invitation): InvitationView {
  const { invitation_id, role, email, made_by, created_at_ms, expires_at_ms } = invitation
  return {
    invitation_id,
    role,
    email,
    made_by,
    created_at: Math.floor(created_at_ms / 1000),
    expires_at: Math.floor(expires_at_ms / 1000),
  }
}
