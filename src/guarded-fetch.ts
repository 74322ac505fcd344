/**
 * The fetch for addresses that users give (webhooks, base URLs, S3 endpoints): keep-alive, and
 * closed to private, loopback, link-local and metadata addresses unless the operator allows them.
 * What is checked is the address that the socket connects to, so a name that resolves differently
 * a moment later (rebinding) and a redirect change nothing. Made once by main.ts.
 */
import { lookup as systemLookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, buildConnector, fetch as undiciFetch } from 'undici'
import { TwofoldError } from './errors.ts'
import { GUARDED_CONNECT_MS, GUARDED_CONNECTIONS_MAX, GUARDED_KEEP_ALIVE_MS } from './limits.ts'
import { isInside, isPrivateAddress, networks } from './private-address.ts'

export interface GuardedFetchParts {
  /** Networks that are allowed although private: `10.0.0.0/8`, `127.0.0.1`. */
  readonly allowed: readonly string[]
  /** The system's resolver by default; tests give their own. */
  readonly lookup?: LookupFunction
}

export interface GuardedFetch {
  /**
   * Takes an address and options, not a Request; bodies are text, bytes, streams or parameters.
   * Rejects with TwofoldError `private_target`, else as fetch does. undici's own implementation:
   * the one built into Node takes no Agent of another version of undici.
   */
  readonly fetch: typeof fetch
  /** Ends the idle connections and waits for the open requests. */
  readonly close: () => Promise<void>
}

export function createGuardedFetch({
  allowed,
  lookup = systemLookup as LookupFunction,
}: GuardedFetchParts): GuardedFetch {
  const exceptions = networks(allowed)
  const isRefused = (address: string): boolean =>
    isPrivateAddress(address) && !isInside(exceptions, address)
  const connector = buildConnector({
    lookup: publicOnly(lookup, isRefused),
    timeout: GUARDED_CONNECT_MS,
  })
  const agent = new Agent({
    connections: GUARDED_CONNECTIONS_MAX,
    keepAliveTimeout: GUARDED_KEEP_ALIVE_MS,
    // A literal address is never looked up, so it is checked here.
    connect: (options, done) => {
      const host = options.hostname.replace(/^\[|\]$/g, '')
      if (isIP(host) !== 0 && isRefused(host)) done(refusal(host), null)
      else connector(options, done)
    },
  })
  const guarded = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    if (typeof input !== 'string' && !(input instanceof URL)) {
      throw new TypeError('Give the guarded fetch an address and options, not a Request.')
    }
    if (!/^https?:$/.test(new URL(input).protocol)) {
      throw new TypeError('The guarded fetch takes http: and https: addresses.')
    }
    try {
      // The two declarations of one standard differ in names only.
      const options = { ...init, dispatcher: agent } as unknown as Parameters<typeof undiciFetch>[1]
      return (await undiciFetch(input, options)) as unknown as Response
    } catch (error) {
      const { cause } = error as Error
      throw cause instanceof TwofoldError ? cause : error
    }
  }
  return { fetch: guarded, close: () => agent.close() }
}

/** Resolves, keeps the addresses that may be used, and fails when none is left. */
function publicOnly(
  lookup: LookupFunction,
  isRefused: (address: string) => boolean,
): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return done(error, '')
      const addresses = typeof found === 'string' ? [{ address: found, family: 4 }] : found
      const usable = addresses.filter(({ address }) => !isRefused(address))
      const [first] = usable
      if (!first) return done(refusal(hostname), '')
      if (options.all) return done(null, usable)
      done(null, first.address, first.family)
    })
  }
}

/** The host only: not what it resolved to, which would map the inside for an outsider. */
function refusal(host: string): TwofoldError {
  return new TwofoldError('private_target', `${host} is not a public address.`)
}
