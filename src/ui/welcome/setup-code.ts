/**
 * The one-time code of a setup link. It is taken out of the address at once, so that nobody shares
 * it by accident, and held in memory until the server has taken it.
 */
let pending: string | undefined

/** Remembers the code of `#setup=CODE`; false when the address holds none. */
export function keepSetupCode(hash: string): boolean {
  const code = /^#?setup=(.+)$/.exec(hash)?.[1]
  if (code) pending = code
  return code !== undefined
}

export const setupCode = (): string | undefined => pending

export function forgetSetupCode(): void {
  pending = undefined
}
