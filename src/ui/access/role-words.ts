/** What each role is called and may do, in the order in which they are offered. */
import type { RoleName } from '../../api/types.ts'

export const ROLE_WORDS: Readonly<Record<RoleName, { title: string; about: string }>> = {
  analyst: { title: 'Analyst', about: 'Sees reports and events. Changes nothing.' },
  developer: {
    title: 'Developer',
    about: 'Also settings, rules, destinations, test events, and tokens that send or read.',
  },
  admin: { title: 'Admin', about: 'Also people, new and deleted datasets, admin tokens.' },
  owner: { title: 'Owner', about: 'Also other owners, moving datasets away, ending the business.' },
}

export const ROLES = Object.keys(ROLE_WORDS) as RoleName[]
