import { describe, expect, it } from 'vitest'
import type { OidcFlow } from './oidc-flows.ts'
import { OIDC_DISCOVERY_MS, OIDC_SAID_CHARS_MAX } from './oidc-limits.ts'
import { createOidcProvider } from './oidc-provider.ts'

const ISSUER = 'https://id.shop.com/realms/shop'
const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/auth`,
  token_endpoint: `${ISSUER}/token`,
  jwks_uri: `${ISSUER}/keys`,
  response_types_supported: ['code'],
  id_token_signing_alg_values_supported: ['RS256'],
}
const FLOW: OidcFlow = {
  aim: { to: 'sign_in' },
  state: 'the-state',
  nonce: 'the-nonce',
  verifier: 'v'.repeat(43),
  until_ms: 1,
}

type Answer = (init: RequestInit) => Response | Promise<Response>

/** With a provider that answers as told, by the last part of the path. */
function bench(answers: Readonly<Record<string, Answer>> = {}) {
  const asked: { url: string; init: RequestInit }[] = []
  const logged: string[] = []
  const clock = { ms: 0 }
  const told: Record<string, Answer> = {
    'openid-configuration': () => Response.json(METADATA),
    ...answers,
  }
  const provider = createOidcProvider({
    settings: {
      ...{ issuer: ISSUER, clientId: 'twofold', clientSecret: 'top-secret', name: 'Shop' },
      ...{ domains: [], signUp: 'invited' },
    },
    publicUrl: 'https://events.shop.com',
    ask: async (url, init) => {
      asked.push({ url, init })
      const answer = told[url.split('/').at(-1) ?? '']
      if (!answer) throw new TypeError('fetch failed')
      return answer(init)
    },
    nowMs: () => clock.ms,
    log: (fields, words) => logged.push(JSON.stringify([fields, words])),
  })
  return { provider, asked, logged, clock, told }
}

describe('the way there', () => {
  it('carries state, nonce and the proof of PKCE, and leads back to the public address', async () => {
    const address = new URL(await bench().provider.addressOf(FLOW))
    expect(address.origin + address.pathname).toBe(`${ISSUER}/auth`)
    expect(Object.fromEntries(address.searchParams)).toMatchObject({
      ...{ client_id: 'twofold', response_type: 'code', scope: 'openid email profile' },
      ...{ state: 'the-state', nonce: 'the-nonce', code_challenge_method: 'S256' },
      redirect_uri: 'https://events.shop.com/api/session/oidc/callback',
    })
    expect(address.href).not.toContain(FLOW.verifier)
  })

  it('asks the provider once a day for all, and again after it was down', async () => {
    const { provider, asked, clock, told } = bench()
    await Promise.all([provider.addressOf(FLOW), provider.addressOf(FLOW)])
    expect(asked).toHaveLength(1)
    clock.ms += OIDC_DISCOVERY_MS
    const metadata = told['openid-configuration'] as Answer
    delete told['openid-configuration']
    await expect(provider.addressOf(FLOW)).rejects.toMatchObject({ problem: 'unreachable' })
    told['openid-configuration'] = metadata
    await provider.addressOf(FLOW)
    expect(asked).toHaveLength(3)
  })

  it('names in the log both issuers, where the provider speaks as another one', async () => {
    const { provider, logged } = bench({
      'openid-configuration': () => Response.json({ ...METADATA, issuer: `${ISSUER}/` }),
    })
    await expect(provider.addressOf(FLOW)).rejects.toMatchObject({ problem: 'failed' })
    expect(JSON.parse(logged[0] ?? '')[0]).toMatchObject({
      issuer: ISSUER,
      issuer_said: `${ISSUER}/`,
    })
  })

  it('does not fill the log with what a provider says', async () => {
    const issuer = `https://evil.example/${'x'.repeat(100_000)}`
    const { provider, logged } = bench({
      'openid-configuration': () => Response.json({ ...METADATA, issuer }),
    })
    await expect(provider.addressOf(FLOW)).rejects.toMatchObject({ problem: 'failed' })
    expect(logged[0]).toContain(issuer.slice(0, OIDC_SAID_CHARS_MAX))
    expect(logged[0]?.length).toBeLessThan(1000)
  })

  it.each<[string, Answer, string]>([
    [
      'says it is somebody else',
      () => Response.json({ ...METADATA, issuer: 'https://evil.example' }),
      'failed',
    ],
    ['answers with a page', () => new Response('<html>'), 'failed'],
    ['answers 503', () => new Response('', { status: 503 }), 'unreachable'],
    ['takes too long', () => Promise.reject(new DOMException('', 'TimeoutError')), 'unreachable'],
  ])('is refused where the provider %s', async (_, answer, problem) => {
    const { provider, logged } = bench({ 'openid-configuration': answer })
    await expect(provider.addressOf(FLOW)).rejects.toMatchObject({ code: 'oidc_refused', problem })
    expect(logged).toHaveLength(1)
  })
})

describe('the way back', () => {
  const unsigned = (claims: object): string => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    return `${part({ alg: 'RS256', kid: 'k' })}.${part(claims)}.AAAA`
  }
  const now = Math.floor(Date.now() / 1000)
  const CLAIMS = {
    ...{ iss: ISSUER, aud: 'twofold', sub: 'secret-subject', nonce: 'the-nonce' },
    ...{ iat: now, exp: now + 60, email: 'ann@shop.com', email_verified: true },
  }
  const tokenOf =
    (claims: object): Answer =>
    () =>
      Response.json({ access_token: 'at', token_type: 'bearer', id_token: unsigned(claims) })

  it.each<[string, object]>([
    ['of another issuer', { iss: 'https://evil.example' }],
    ['for another server', { aud: 'somebody-else' }],
    ['that ran out', { exp: now - 600 }],
    ['of another sign-in', { nonce: 'another' }],
    ['that is not signed with a key of the provider', {}],
  ])('refuses an ID token %s, and logs nothing of it', async (_, change) => {
    const token = tokenOf({ ...CLAIMS, ...change })
    const { provider, logged, asked } = bench({ token, keys: () => Response.json({ keys: [] }) })
    const back = provider.whoIs(FLOW, 'state=the-state&code=secret-code')
    await expect(back).rejects.toMatchObject({ problem: 'failed' })
    expect(logged).toHaveLength(1)
    expect(logged[0]).not.toMatch(/secret|ann@|AAAA|the-nonce|vvv/)
    const { init } = asked.find(({ url }) => url.endsWith('/token')) ?? {}
    expect(String(init?.body)).toContain(`code_verifier=${FLOW.verifier}`)
  })
})
