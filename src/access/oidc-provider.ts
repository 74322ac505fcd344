/**
 * The OpenID Connect provider that the operator configured: where to send a browser, and who it
 * says is there. Protocol and proofs (signature, issuer, audience, nonce, PKCE) are those of
 * openid-client. It knows no account of ours; oidc-sign-in.ts does. Made by main.ts.
 */
import type * as OpenIdClient from 'openid-client'
import type { OidcSettings } from '../config.ts'
import type { OidcFlow } from './oidc-flows.ts'
import { OIDC_ANSWER_S, OIDC_DISCOVERY_MS, OIDC_SAID_CHARS_MAX } from './oidc-limits.ts'
import { OidcRefused } from './oidc-refused.ts'

export interface OidcProvider {
  readonly settings: OidcSettings
  /** Where the provider sends browsers back to. */
  readonly redirectUrl: string
  /** Whether it is the provider in force: an earlier one signs nobody in. */
  readonly isIssuer: (issuer: string) => boolean
  /** Where the browser is sent. Throws OidcRefused. */
  readonly addressOf: (flow: OidcFlow) => Promise<string>
  /** Who came back with `query`, the part of the address after `?`. Throws OidcRefused. */
  readonly whoIs: (flow: OidcFlow, query: string) => Promise<OidcPerson>
}

/** As the provider knows somebody. */
export interface OidcPerson {
  readonly issuer: string
  readonly subject: string
  readonly email: string | undefined
  /** Whether the provider says that the address is theirs. */
  readonly isVerified: boolean
  readonly name: string | undefined
}

export interface OidcProviderPorts {
  readonly settings: OidcSettings
  readonly publicUrl: string
  /** A fetch. The operator chose the provider, so it may be in a private network. */
  readonly ask: (url: string, init: RequestInit) => Promise<Response>
  readonly nowMs: () => number
  readonly log: (fields: Record<string, unknown>, words: string) => void
}

type Client = typeof OpenIdClient

/** Loaded with the first sign-in: many servers have no provider. */
const openIdClient = (): Promise<Client> => import('openid-client')

export const OIDC_CALLBACK_PATH = '/api/session/oidc/callback'

export function createOidcProvider(ports: OidcProviderPorts): OidcProvider {
  const { settings, publicUrl } = ports
  const redirectUrl = publicUrl + OIDC_CALLBACK_PATH
  const discovered = createDiscovery(ports)
  const issuer = new URL(settings.issuer).href
  const orRefused = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
    const client = await openIdClient()
    try {
      return await work(client)
    } catch (error) {
      throw refusalFor(error, client, ports)
    }
  }
  return {
    settings,
    redirectUrl,
    isIssuer: (one) => URL.parse(one)?.href === issuer,
    addressOf: (flow) =>
      orRefused(async (client) => {
        const config = await discovered(client)
        const { state, nonce, verifier } = flow
        const address = client.buildAuthorizationUrl(config, {
          redirect_uri: redirectUrl,
          scope: 'openid email profile',
          ...{ state, nonce },
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          ...(choosesAccount(config) ? { prompt: 'select_account' } : {}),
        })
        return address.href
      }),
    whoIs: (flow, query) =>
      orRefused(async (client) => {
        const config = await discovered(client)
        const address = new URL(`${redirectUrl}?${query}`)
        const tokens = await client.authorizationCodeGrant(config, address, {
          expectedState: flow.state,
          expectedNonce: flow.nonce,
          pkceCodeVerifier: flow.verifier,
          idTokenExpected: true,
        })
        const proven = tokens.claims()
        if (!proven) throw new OidcRefused('failed')
        // Some give the address only to who asks for it with the access token.
        const { userinfo_endpoint } = config.serverMetadata()
        const isShort = proven.email === undefined && userinfo_endpoint !== undefined
        const more = isShort
          ? await client.fetchUserInfo(config, tokens.access_token, proven.sub)
          : {}
        return personOf({ ...more, ...proven })
      }),
  }
}

/** Asks once for all that wait, again after a day, and again after a failure. */
function createDiscovery({ settings, ask, nowMs }: OidcProviderPorts) {
  let known: { readonly config: Promise<OpenIdClient.Configuration>; until_ms: number } | undefined
  return (client: Client): Promise<OpenIdClient.Configuration> => {
    if (known && known.until_ms > nowMs()) return known.config
    const issuer = new URL(settings.issuer)
    const http = issuer.protocol === 'http:' ? [client.allowInsecureRequests] : []
    const config = client.discovery(issuer, settings.clientId, {}, authOf(client, settings), {
      // The signature of the ID token counts even where TLS proves its sender.
      execute: [...http, client.enableNonRepudiationChecks],
      timeout: OIDC_ANSWER_S,
      [client.customFetch]: (url, init) => ask(url, init as RequestInit),
    })
    const mine = { config, until_ms: nowMs() + OIDC_DISCOVERY_MS }
    known = mine
    config.catch(() => {
      if (known === mine) known = undefined
    })
    return config
  }
}

/** In the body, unless the provider knows only the header. */
function authOf(client: Client, { clientSecret }: OidcSettings): OpenIdClient.ClientAuth {
  const post = client.ClientSecretPost(clientSecret)
  const basic = client.ClientSecretBasic(clientSecret)
  return (server, metadata, body, headers) => {
    const { token_endpoint_auth_methods_supported: methods } = server
    const knowsPost = methods?.includes('client_secret_post') ?? false
    return (knowsPost ? post : basic)(server, metadata, body, headers)
  }
}

const CHOOSERS = ['https://accounts.google.com', 'https://login.microsoftonline.com']

/** Else who came with the wrong account of several would come with it again and again. */
function choosesAccount(config: OpenIdClient.Configuration): boolean {
  const { issuer, prompt_values_supported: prompts } = config.serverMetadata()
  const isListed = Array.isArray(prompts) && prompts.includes('select_account')
  return isListed || CHOOSERS.includes(new URL(issuer).origin)
}

function personOf(claims: Readonly<Record<string, unknown>> & { iss: string; sub: string }) {
  const text = (value: unknown): string | undefined =>
    typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
  return {
    issuer: claims.iss,
    subject: claims.sub,
    email: text(claims.email),
    isVerified: isVerified(claims),
    name: text(claims.name) ?? text(claims.preferred_username),
  }
}

/** Microsoft has a claim of its own: the owner of the address's domain is proven. */
function isVerified({ iss, email_verified, xms_edov }: Readonly<Record<string, unknown>>): boolean {
  if (email_verified !== undefined) return email_verified === true
  const isMicrosoft = URL.parse(String(iss))?.origin === 'https://login.microsoftonline.com'
  return isMicrosoft && (xms_edov === true || xms_edov === 1 || xms_edov === '1')
}

/** Never a token, a code or who somebody is in the log: only what kind of fault it was. */
function refusalFor(
  error: unknown,
  client: Client,
  { log, settings: { issuer } }: OidcProviderPorts,
): OidcRefused {
  if (error instanceof OidcRefused) return error
  const code = (error as { code?: unknown }).code
  const said = inLog((error as { error?: unknown }).error)
  const problem = problemOf(error, client)
  const reason = error instanceof Error ? error.message : String(error)
  const told = { issuer, issuer_said: issuerSaid(error, issuer) }
  log(
    { problem, code, said, reason, ...told },
    'signing in with the OpenID Connect provider failed',
  )
  return new OidcRefused(problem, { cause: error })
}

/** As which issuer the provider speaks, where that is not the one it is asked as: often a slash. */
function issuerSaid(error: unknown, asked: string): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 3; depth++) {
    const { body, claims } = (at.cause ?? {}) as {
      body?: { issuer?: unknown }
      claims?: { iss?: unknown }
    }
    const said = body?.issuer ?? claims?.iss
    if (typeof said === 'string') return said === asked ? undefined : inLog(said)
    at = at.cause
  }
  return undefined
}

const inLog = (said: unknown): string | undefined =>
  typeof said === 'string' ? said.slice(0, OIDC_SAID_CHARS_MAX) : undefined

const DENIALS = ['access_denied', 'login_required', 'interaction_required', 'consent_required']
const PAUSES = ['server_error', 'temporarily_unavailable']

function problemOf(error: unknown, client: Client) {
  if (error instanceof client.AuthorizationResponseError) {
    if (DENIALS.includes(error.error)) return 'denied'
    return PAUSES.includes(error.error) ? 'unreachable' : 'failed'
  }
  if (error instanceof client.ResponseBodyError) {
    return error.error === 'invalid_grant' ? 'expired' : 'failed'
  }
  // What fetch throws when nobody answers.
  if (error instanceof TypeError) return 'unreachable'
  const { code, cause } = error as { code?: unknown; cause?: unknown }
  const status = cause instanceof Response ? cause.status : 0
  return code === 'OAUTH_TIMEOUT' || status >= 500 ? 'unreachable' : 'failed'
}
