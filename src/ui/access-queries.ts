/** What the pages ask and change about signing in, people, businesses and one's own account. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type {
  AcceptRequest,
  Account,
  AccountPatchRequest,
  AccountSessions,
  BusinessesAnswer,
  BusinessView,
  HistoryAnswer,
  InvitationShown,
  InvitationsAnswer,
  Invited,
  InviteRequest,
  MembersAnswer,
  OneTimeLink,
  PasswordChangeRequest,
  PeopleAnswer,
  RoleName,
  SessionView,
  SetupRequest,
  SignInRequest,
  TokenCreated,
  TokenCreateRequest,
  TokensAnswer,
} from '../api/types.ts'
import { call } from './api-client.ts'

export const setUp = (request: SetupRequest): Promise<SessionView> =>
  call('POST', '/api/setup', request)

export const signIn = (request: SignInRequest): Promise<SessionView> =>
  call('POST', '/api/session', request)

export const resetPassword = (code: string, password: string): Promise<SessionView> =>
  call('POST', '/api/password', { code, password })

export const invitationQuery = (code: string) =>
  queryOptions({
    queryKey: ['invitation', code],
    queryFn: () => call<InvitationShown>('POST', '/api/invitations/look', { code }),
    staleTime: Number.POSITIVE_INFINITY,
  })

export const acceptInvitation = (request: AcceptRequest): Promise<SessionView> =>
  call('POST', '/api/invitations/accept', request)

export const businessesQuery = queryOptions({
  queryKey: ['businesses'],
  queryFn: async () => (await call<BusinessesAnswer>('GET', '/api/businesses')).businesses,
})

export const createBusiness = (name: string): Promise<BusinessView> =>
  call('POST', '/api/businesses', { name })

const pathOf = (businessId: string): string => `/api/businesses/${businessId}`

export const renameBusiness = (businessId: string, name: string): Promise<BusinessView> =>
  call('PATCH', pathOf(businessId), { name })

export const deleteBusiness = (businessId: string): Promise<void> =>
  call('DELETE', pathOf(businessId))

export const membersQuery = (businessId: string) =>
  queryOptions({
    queryKey: ['businesses', businessId, 'people'],
    queryFn: async () => (await call<MembersAnswer>('GET', `${pathOf(businessId)}/people`)).people,
  })

export const changeRole = (businessId: string, personId: string, role: RoleName): Promise<void> =>
  call('PATCH', `${pathOf(businessId)}/people/${personId}`, { role })

export const removeMember = (businessId: string, personId: string): Promise<void> =>
  call('DELETE', `${pathOf(businessId)}/people/${personId}`)

export const invitationsQuery = (businessId: string) =>
  queryOptions({
    queryKey: ['businesses', businessId, 'invitations'],
    queryFn: async () =>
      (await call<InvitationsAnswer>('GET', `${pathOf(businessId)}/invitations`)).invitations,
  })

export const invite = (businessId: string, request: InviteRequest): Promise<Invited> =>
  call('POST', `${pathOf(businessId)}/invitations`, request)

export const withdrawInvitation = (businessId: string, id: string): Promise<void> =>
  call('DELETE', `${pathOf(businessId)}/invitations/${id}`)

export const accountQuery = queryOptions({
  queryKey: ['account'],
  queryFn: () => call<Account>('GET', '/api/account'),
})

export const updateAccount = (patch: AccountPatchRequest): Promise<Account> =>
  call('PATCH', '/api/account', patch)

export const changePassword = (change: PasswordChangeRequest): Promise<void> =>
  call('POST', '/api/account/password', change)

export const sessionsQuery = queryOptions({
  queryKey: ['account', 'sessions'],
  queryFn: async () => (await call<AccountSessions>('GET', '/api/account/sessions')).sessions,
})

export const endSession = (sessionId: string): Promise<void> =>
  call('DELETE', `/api/account/sessions/${sessionId}`)

export const endSessions = (): Promise<void> => call('DELETE', '/api/account/sessions')

export const peopleQuery = queryOptions({
  queryKey: ['people'],
  queryFn: async () => (await call<PeopleAnswer>('GET', '/api/people')).people,
})

export const createPasswordLink = (personId: string): Promise<OneTimeLink> =>
  call('POST', `/api/people/${personId}/password-link`)

export const deletePerson = (personId: string): Promise<void> =>
  call('DELETE', `/api/people/${personId}`)

export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: async () => (await call<TokensAnswer>('GET', '/api/tokens')).tokens,
})

/** `datasetId`: `*` for the whole server. */
export const createToken = (
  datasetId: string,
  request: Omit<TokenCreateRequest, 'dataset_id'>,
): Promise<TokenCreated> =>
  datasetId === '*'
    ? call('POST', '/api/tokens', { ...request, dataset_id: datasetId })
    : call('POST', `/api/datasets/${datasetId}/tokens`, request)

export const rotateToken = (id: string): Promise<TokenCreated> =>
  call('POST', `/api/tokens/${id}/rotate`, { overlap_hours: 24 })

export const revokeToken = (id: string): Promise<void> => call('DELETE', `/api/tokens/${id}`)

export const historyPath = (businessId: string): string => `${pathOf(businessId)}/history`

export const historyPages = (businessId: string) =>
  infiniteQueryOptions({
    queryKey: ['businesses', businessId, 'history'],
    queryFn: ({ pageParam }) =>
      call<HistoryAnswer>('GET', `${historyPath(businessId)}?cursor=${pageParam}`),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
  })
