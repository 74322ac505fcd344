/**
 * The option `relay` of the adapters: the path in the user's app where the first-party route stands.
 * Checked when an adapter is made, because a path that no request has would only be missed by the
 * pages whose pixel does not load.
 */

/** Undefined where there is to be no such route; throws a TypeError for what is no path. */
export function relayPath(relay: string | undefined): string | undefined {
  if (!relay) return undefined
  const path = typeof relay === 'string' && `/${relay.replace(/^\/|\/$/g, '')}`
  if (path && /^(\/[\w.~-]+)+$/.test(path)) return path
  throw new TypeError('relay must be a path of your app, such as /t.')
}
