/**
 * What the pages ask and change about signing in with the OpenID Connect provider of the server.
 * Beginning ends the page: the browser goes to the provider, and comes back to another one.
 */
import { queryOptions } from '@tanstack/react-query'
import type { IdentitiesAnswer, OidcAddress, OidcStartRequest } from '../api/types.ts'
import { call } from './api-client.ts'

const PATH = '/api/account/identities'

export const identitiesQuery = queryOptions({
  queryKey: ['account', 'identities'],
  queryFn: async () => (await call<IdentitiesAnswer>('GET', PATH)).identities,
})

export async function goToProvider(request: OidcStartRequest): Promise<void> {
  const { location } = await call<OidcAddress>('POST', '/api/session/oidc', request)
  leaveTo(location)
}

/** `password`: of the account, empty where it has none. */
export async function connectIdentity(password: string): Promise<void> {
  leaveTo((await call<OidcAddress>('POST', PATH, { password })).location)
}

export const removeIdentity = (id: string): Promise<void> => call('DELETE', `${PATH}/${id}`)

const leaveTo = (address: string): void => window.location.assign(address)
