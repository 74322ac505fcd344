/**
 * What the roles of a business allow, as one ladder: each role may do what those below it may.
 * Pure. rights.ts asks it for people; docs/access.md shows the same table, a test compares the two.
 */
import { z } from 'zod'

/**
 * What a caller needs on a dataset or a business. read: see reports and events. develop: change
 * settings, rules, destinations, and tokens that send or read. administer: make and delete
 * datasets, admin tokens, people. own: owners, moving datasets away, the end of the business.
 */
export const NEEDS = ['read', 'develop', 'administer', 'own'] as const
export type Need = (typeof NEEDS)[number]

export const roleSchema = z.enum(['owner', 'admin', 'developer', 'analyst'])
export type Role = z.infer<typeof roleSchema>

const HIGHEST: Readonly<Record<Role, Need>> = {
  owner: 'own',
  admin: 'administer',
  developer: 'develop',
  analyst: 'read',
}

export function roleAllows(role: Role, need: Need): boolean {
  return NEEDS.indexOf(need) <= NEEDS.indexOf(HIGHEST[role])
}
