/** Routes about one's own account: name, password, where one is signed in. */

import type { Person } from '../access/people.ts'
import { TwofoldError } from '../errors.ts'
import {
  accountPatchSchema,
  accountSchema,
  accountSessionsSchema,
  passwordChangeSchema,
} from './people-schemas.ts'
import type { Context } from './ports.ts'
import { type Call, type Route, route } from './route.ts'
import type { Account, AccountSessions } from './types.ts'

const PATH = '/api/account'
const ACCOUNT = { status: 200, description: 'The account.', schema: accountSchema }

export const accountRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    auth: 'person',
    summary: 'Read your account',
    answer: ACCOUNT,
    run: (call, { access }) => viewAccount(access.findPerson(me(call).id)),
  }),
  route({
    method: 'PATCH',
    path: PATH,
    auth: 'person',
    history: 'person.changed',
    summary: 'Change your name or e-mail address',
    description: 'Another e-mail address needs your password, where you have one.',
    body: accountPatchSchema,
    answer: ACCOUNT,
    run: async (call, context) => {
      const { id } = me(call)
      const change = () => context.access.updatePerson(id, call.body)
      const isGuarded = call.body.email !== undefined
      return viewAccount(await (isGuarded ? guarded(call, context, change) : change()))
    },
  }),
  route({
    method: 'POST',
    path: `${PATH}/password`,
    auth: 'person',
    history: 'password.changed',
    summary: 'Change your password',
    description: 'Ends every other session of yours.',
    body: passwordChangeSchema,
    answer: { status: 204, description: 'It is changed.' },
    run: (call, context) => {
      const { id, session_id } = me(call)
      const change = () => context.access.changePassword(id, { ...call.body, session_id })
      return guarded(call, context, change)
    },
  }),
  route({
    method: 'GET',
    path: `${PATH}/sessions`,
    auth: 'person',
    summary: 'List where you are signed in',
    answer: { status: 200, description: 'Your sessions.', schema: accountSessionsSchema },
    run: (call, context) => viewSessions(call, context),
  }),
  route({
    method: 'DELETE',
    path: `${PATH}/sessions`,
    auth: 'person',
    history: 'session.all_ended',
    summary: 'Sign out everywhere, here too',
    answer: { status: 204, description: 'Every session of yours has ended.' },
    run: (call, { access }) => access.endSessions(me(call).id),
  }),
  route({
    method: 'DELETE',
    path: `${PATH}/sessions/{session_id}`,
    auth: 'person',
    history: 'session.ended',
    summary: 'Sign one browser out',
    answer: { status: 204, description: 'The session has ended.' },
    run: (call, { access }) => access.endSession(me(call).id, call.params.session_id ?? ''),
  }),
]

/** The route table lets only people in here. */
export function me({ caller }: Pick<Call<unknown, unknown>, 'caller'>) {
  if (caller.kind === 'person') return caller
  throw new TwofoldError('forbidden')
}

/** What a password proves: counted as a sign-in is, so that no stolen session guesses it. */
export function guarded<T>(
  call: Pick<Call<unknown, unknown>, 'caller' | 'request'>,
  { access, attempts, clientOf }: Context,
  work: () => Promise<T>,
): Promise<T> {
  const { address } = clientOf(call.request)
  return attempts.guard({ address, account: access.findPerson(me(call).id)?.email }, work)
}

function viewAccount(person: Person | undefined): Account {
  if (!person) throw new TwofoldError('person_not_found')
  const { person_id, name, email, operator, password, created_at_ms } = person
  const created_at = Math.floor(created_at_ms / 1000)
  return { person_id, name, email, operator, has_password: password !== null, created_at }
}

function viewSessions(call: Call<unknown, unknown>, { access }: Context): AccountSessions {
  const { id, session_id: current } = me(call)
  const sessions = access
    .sessionsOf(id)
    .map(({ session_id, browser, created_at_ms, expires_at_ms }) => ({
      session_id,
      browser,
      created_at: Math.floor(created_at_ms / 1000),
      expires_at: Math.floor(expires_at_ms / 1000),
      current: session_id === current,
    }))
  return { sessions: sessions.reverse() }
}
