/**
 * Which of what an event carries tells who it was. An e-mail, a phone number and a customer id name
 * a person; the cookies of a browser name a browser, which people share; an address of the network,
 * a user agent, a name or a town name nobody and never join anything. Pure; used by people.ts.
 */
import { bare } from '../event/appendix.ts'
import type { UserData } from '../event/shape.ts'

/** Of these a person has few, and two people hardly ever the same one. */
export const PERSON_KEYS = ['em', 'ph', 'external_id'] as const
export type PersonKey = (typeof PERSON_KEYS)[number]

/** They lead to a person where another event told who sits at that browser. */
export const BROWSER_KEYS = ['fbp', 'fbc'] as const
export type BrowserKey = (typeof BROWSER_KEYS)[number]

export interface Identifier<Key extends string = PersonKey | BrowserKey> {
  readonly key: Key
  readonly value: string
}

/** One event, from all reports of it. */
export interface Sighting {
  /** The order in which events were counted. */
  readonly seq: number
  readonly person: readonly Identifier<PersonKey>[]
  readonly browser: readonly Identifier<BrowserKey>[]
}

export function sightingOf(seq: number, reports: readonly UserData[]): Sighting {
  const person = new Map<string, Identifier<PersonKey>>()
  const browser = new Map<string, Identifier<BrowserKey>>()
  for (const user of reports) {
    for (const key of PERSON_KEYS) {
      for (const value of user[key] ?? []) person.set(`${key} ${value}`, { key, value })
    }
    for (const key of BROWSER_KEYS) {
      const value = user[key]
      // The suffix says which library wrote the cookie down, not whose it is.
      if (value !== undefined) browser.set(`${key} ${value}`, { key, value: bare(value) })
    }
  }
  return { seq, person: [...person.values()], browser: [...browser.values()] }
}

/** Names an identifier among all; the same text under two keys is not the same. */
export const nameOf = ({ key, value }: Identifier): string => `${key} ${value}`
