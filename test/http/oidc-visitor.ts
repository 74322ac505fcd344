/**
 * A browser without pages, for the tests of signing in with an OpenID Connect provider: it keeps
 * cookies, follows redirects by hand, and chooses at the provider who it is.
 */
import { identitiesSchema } from '../../src/api/oidc-schemas.ts'
import type { IdentityView, OidcStartRequest, SessionView } from '../../src/api/types.ts'

export const PASSWORD = 'a horse with a hat'

export interface Visitor {
  readonly cookies: Map<string, string>
  ask(method: string, path: string, body?: object): Promise<Response>
  json<T>(method: string, path: string, body?: object): Promise<T>
  /** Begins; where the browser is sent. */
  leave(request?: OidcStartRequest): Promise<string>
  /** From an address of the provider to the one of ours that it leads back to. */
  choose(location: string, sub: string): Promise<string>
  /** The page that the way back leads to. */
  comeBack(address: string): Promise<string>
  /** All three. */
  enter(sub: string, request?: OidcStartRequest): Promise<string>
  /** The same for the account of who is signed in. */
  connect(sub: string): Promise<string>
  session(): Promise<SessionView>
  identities(): Promise<readonly IdentityView[]>
  signOut(): Promise<Response>
}

let visitors = 0

/** Each comes from an address of its own, as a proxy in front tells it. */
export function createVisitor(publicUrl: string): Visitor {
  visitors += 1
  const address = `198.51.100.${visitors % 250}`
  const cookies = new Map<string, string>()
  const visit = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers)
    headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    if (url.startsWith(publicUrl)) headers.set('x-forwarded-for', address)
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (value === '' || /max-age=0/i.test(cookie)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
  const ask: Visitor['ask'] = (method, path, body) =>
    visit(publicUrl + path, {
      method,
      headers: { origin: publicUrl, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
  const json = async <T>(method: string, path: string, body?: object): Promise<T> =>
    (await ask(method, path, body)).json() as Promise<T>
  const choose = async (location: string, sub: string): Promise<string> => {
    let url = location
    while (!url.startsWith(publicUrl)) {
      const body = new URLSearchParams({ sub })
      const isPage = url.includes('/interaction/')
      const response = await visit(url, isPage ? { method: 'POST', body } : {})
      const next = response.headers.get('location')
      if (next === null) throw new Error(await response.text())
      url = new URL(next, url).href
    }
    return url
  }
  const comeBack = async (address: string): Promise<string> => {
    const response = await visit(address)
    if (response.status !== 303) throw new Error(`${response.status} ${await response.text()}`)
    return response.headers.get('location') ?? ''
  }
  const begin = async (path: string, request: object): Promise<string> =>
    (await json<{ location: string }>('POST', path, request)).location
  const leave: Visitor['leave'] = (request = {}) => begin('/api/session/oidc', request)
  const IDENTITIES = '/api/account/identities'
  return {
    ...{ cookies, ask, json, leave, choose, comeBack },
    enter: async (sub, request) => comeBack(await choose(await leave(request), sub)),
    connect: async (sub) =>
      comeBack(await choose(await begin(IDENTITIES, { password: PASSWORD }), sub)),
    session: () => json('GET', '/api/session'),
    identities: async () =>
      identitiesSchema.strict().parse(await json('GET', IDENTITIES)).identities,
    signOut: () => ask('DELETE', '/api/session'),
  }
}

/** Ann with a password, who owns the first business; the browser is hers. */
export async function setUp(
  visitor: Visitor,
  setupUrl: string | undefined,
  email = 'ann@example.com',
): Promise<void> {
  const ann = { name: 'Ann', email, password: PASSWORD, code: codeIn(setupUrl) }
  const reply = await visitor.ask('POST', '/api/setup', ann)
  if (!reply.ok) throw new Error(await reply.text())
}

export const codeIn = (url: string | undefined): string => url?.split('=')[1] ?? ''

/** The code of a link that lets somebody into the first business of who is signed in. */
export async function invite(visitor: Visitor, email: string | null = null): Promise<string> {
  const { businesses } = await visitor.session()
  const path = `/api/businesses/${businesses[0]?.business_id}/invitations`
  return (await visitor.json<{ code: string }>('POST', path, { role: 'analyst', email })).code
}

export const errorOf = async (reply: Response): Promise<{ code: string; detail?: string }> =>
  ((await reply.json()) as { error: { code: string; detail?: string } }).error
