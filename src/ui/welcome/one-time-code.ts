/**
 * The code of a one-time link: first owner, sign-in, invitation, new password. It is taken out of
 * the address at once, so that nobody shares it by accident, and held in memory until it is spent.
 */
export const LINKS = ['setup', 'sign-in', 'invitation', 'password'] as const
export type LinkName = (typeof LINKS)[number]

const pending = new Map<LinkName, string>()

/** Remembers the code of `#setup=CODE` and the like; undefined when the address holds none. */
export function keepCode(hash: string): LinkName | undefined {
  const [, name, code] = /^#?([a-z-]+)=(.+)$/.exec(hash) ?? []
  const link = LINKS.find((one) => one === name)
  if (link && code) pending.set(link, code)
  return link
}

export const codeOf = (link: LinkName): string | undefined => pending.get(link)

export function forgetCode(link: LinkName): void {
  pending.delete(link)
}
