/**
 * The panel's switches: what goes wrong on purpose, for one visitor only. They travel in a cookie,
 * so that the shop keeps no state about them and two visitors never disturb each other.
 */

export interface Switches {
  /** `blocked` acts like an ad blocker: neither the script nor its requests get through. */
  readonly browser: 'normal' | 'blocked'
  /** What happens to reports of the shop's own backend. */
  readonly server: 'normal' | 'delayed' | 'broken'
  /** `dropped`: the thank-you page gives the browser an id of its own, not the shared one. */
  readonly id: 'shared' | 'dropped'
}

export const SWITCHES_COOKIE = 'brewbeans_switches'

const CHOICES = {
  browser: ['normal', 'blocked'],
  server: ['normal', 'delayed', 'broken'],
  id: ['shared', 'dropped'],
} as const

/** Reads fields such as those of the cookie or the form; anything unknown means "as usual". */
export function readSwitches(fields: URLSearchParams): Switches {
  const pick = <T extends string>(name: string, choices: readonly [T, ...T[]]): T =>
    choices.find((choice) => choice === fields.get(name)) ?? choices[0]
  return {
    browser: pick('browser', CHOICES.browser),
    server: pick('server', CHOICES.server),
    id: pick('id', CHOICES.id),
  }
}

export const writeSwitches = (switches: Switches): string =>
  new URLSearchParams({ ...switches }).toString()
