/// <reference path="./oidc-provider.d.ts" />
/**
 * A real OpenID Connect provider on a free port, with a sign-in page of its own where one chooses
 * who one is, and Twofold configured for it. For the tests of signing in with it.
 */
import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { Provider, type ProviderContext } from 'oidc-provider'
import type { OidcSettings } from '../src/config.ts'

export interface ProviderPerson {
  readonly email: string
  readonly email_verified?: boolean
  readonly name?: string
}

export interface TestProvider {
  readonly issuer: string
  /** By the provider's id of them; what a test changes is so from then on. */
  readonly people: Map<string, ProviderPerson>
  /** What Twofold is configured with. */
  readonly settings: OidcSettings
  close(): Promise<void>
}

const CLIENT = { clientId: 'twofold', clientSecret: 'a-secret-of-the-provider' }

/**
 * `inIdToken`: whether the address stands in the ID token or has to be asked for; `port`: where it
 * listens, else a free one.
 */
export async function startProvider(
  publicUrl: string,
  { inIdToken = true, port = 0 }: { readonly inIdToken?: boolean; readonly port?: number } = {},
): Promise<TestProvider> {
  const people = new Map<string, ProviderPerson>()
  let answer: (request: IncomingMessage, response: ServerResponse) => void = () => undefined
  const server = createServer((request, response) => answer(request, response))
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = createProvider(issuer, publicUrl, { inIdToken, people })
  const rest = provider.callback()
  answer = (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return rest(request, response)
    if (request.method === 'GET') return page(people, request, response)
    finish(provider, request, response).catch((error: unknown) => {
      response.statusCode = 500
      response.end(String(error))
    })
  }
  return {
    issuer,
    people,
    settings: { issuer, ...CLIENT, name: 'Shop Identity', domains: [], signUp: 'invited' },
    close: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

/** For a server whose address must be known before it starts. */
export async function freePort(): Promise<number> {
  const server = createSocketServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

interface Parts {
  readonly inIdToken: boolean
  readonly people: ReadonlyMap<string, ProviderPerson>
}

function createProvider(issuer: string, publicUrl: string, { inIdToken, people }: Parts): Provider {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = { ...privateKey.export({ format: 'jwk' }), kid: 'test', use: 'sig', alg: 'RS256' }
  return new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,
        redirect_uris: [`${publicUrl}/api/session/oidc/callback`],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: !inIdToken,
    cookies: { keys: ['of the tests'] },
    jwks: { keys: [key] },
    features: { devInteractions: { enabled: false } },
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, ...people.get(id) }),
    }),
    // Everybody allows what Twofold asks for.
    loadExistingGrant: async ({ oidc }: ProviderContext) => {
      const { clientId } = oidc.client
      const grant = new oidc.provider.Grant({ clientId, accountId: oidc.session.accountId })
      grant.addOIDCScope('openid email profile')
      await grant.save()
      return grant
    },
  })
}

function page(
  people: ReadonlyMap<string, ProviderPerson>,
  { url = '' }: IncomingMessage,
  response: ServerResponse,
): void {
  const buttons = [...people].map(
    ([sub, { email }]) => `<button name="sub" value="${sub}">${email}</button>`,
  )
  const form = `<form method="post" action="${url}"><h1>Who are you?</h1>${buttons.join('')}
    <button name="sub" value="">Cancel</button></form>`
  response.setHeader('content-type', 'text/html')
  response.end(`<!doctype html><html lang="en"><link rel="icon" href="data:,">${form}</html>`)
}

async function finish(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const sub = new URLSearchParams(Buffer.concat(chunks).toString()).get('sub')
  const result = sub ? { login: { accountId: sub, remember: false } } : { error: 'access_denied' }
  await provider.interactionFinished(request, response, result)
}
