/**
 * The businesses of the instance and who has which role in them. A business owns datasets
 * (datasets.ts says which); a person may be in many. Made by books.ts, used by membership.ts
 * and sign-in.ts.
 */
import { z } from 'zod'
import { TwofoldError } from '../errors.ts'
import { BUSINESSES_MAX } from '../limits.ts'
import type { SettingsDocument } from '../store/store.ts'
import { byAge } from './age.ts'
import { roleSchema } from './roles.ts'
import { newId, type RandomBytes } from './secret.ts'

const KIND = 'business'
const MEMBER_KIND = 'member'
/** Of the business that a file from before businesses, or a server without people, gets. */
const FIRST_NAME = 'My business'

const storedSchema = z.object({ name: z.string(), created_at_ms: z.number() })
const memberSchema = z.object({ role: roleSchema, since_ms: z.number() })

export interface Business extends z.infer<typeof storedSchema> {
  readonly business_id: string
}

export interface Member extends z.infer<typeof memberSchema> {
  readonly business_id: string
  readonly person_id: string
}

export interface Businesses {
  /** The oldest first. */
  readonly all: () => readonly Business[]
  readonly find: (id: string) => Business | undefined
  /** Not yet in force: `put` it once it is stored. Throws `limit_reached`. */
  readonly draft: (name?: string) => Business
  readonly put: (business: Business) => void
  readonly remove: (id: string) => void
  readonly members: (businessId: string) => readonly Member[]
  readonly member: (businessId: string, personId: string) => Member | undefined
  readonly ofPerson: (personId: string) => readonly Member[]
  readonly putMember: (member: Member) => void
  readonly removeMember: (member: Pick<Member, 'business_id' | 'person_id'>) => void
}

export interface BusinessesPorts {
  readonly documents: readonly SettingsDocument[]
  readonly members: readonly SettingsDocument[]
  readonly nowMs: () => number
  readonly randomBytes: RandomBytes
}

export function createBusinesses(ports: BusinessesPorts): Businesses {
  const byId = new Map<string, Business>()
  const byBusiness = new Map<string, Map<string, Member>>()
  for (const { id, value } of ports.documents) {
    const read = storedSchema.safeParse(value)
    if (!read.success) throw new TwofoldError('store_corrupt', `Business ${id} cannot be read.`)
    byId.set(id, { business_id: id, ...read.data })
  }
  const putMember = (member: Member): void => {
    const own = byBusiness.get(member.business_id) ?? new Map<string, Member>()
    byBusiness.set(member.business_id, own.set(member.person_id, member))
  }
  for (const { id, value } of ports.members) {
    const read = memberSchema.safeParse(value)
    if (!read.success) throw new TwofoldError('store_corrupt', `Member ${id} cannot be read.`)
    const [business_id = '', person_id = ''] = id.split(':')
    putMember({ business_id, person_id, ...read.data })
  }
  const members = (id: string): readonly Member[] =>
    [...(byBusiness.get(id)?.values() ?? [])].sort((a, b) => a.since_ms - b.since_ms)
  return {
    all: () => [...byId.values()].sort(byAge),
    find: (id) => byId.get(id),
    draft: (name = FIRST_NAME) => {
      if (byId.size >= BUSINESSES_MAX) {
        throw new TwofoldError('limit_reached', `There are ${BUSINESSES_MAX} businesses.`)
      }
      return { business_id: newId(ports.randomBytes, 'bus'), name, created_at_ms: ports.nowMs() }
    },
    put: (business) => byId.set(business.business_id, business),
    remove: (id) => {
      byId.delete(id)
      byBusiness.delete(id)
    },
    members,
    member: (businessId, personId) => byBusiness.get(businessId)?.get(personId),
    ofPerson: (personId) =>
      [...byBusiness.values()].flatMap((own) => {
        const member = own.get(personId)
        return member ? [member] : []
      }),
    putMember,
    removeMember: ({ business_id, person_id }) => byBusiness.get(business_id)?.delete(person_id),
  }
}

export function businessDocument({ business_id, ...value }: Business): SettingsDocument {
  return { kind: KIND, id: business_id, value }
}

export function businessRemoval(id: string): SettingsDocument {
  return { kind: KIND, id, value: undefined }
}

export function memberDocument({ business_id, person_id, ...value }: Member): SettingsDocument {
  return { kind: MEMBER_KIND, id: `${business_id}:${person_id}`, value }
}

export function memberRemoval({
  business_id,
  person_id,
}: Pick<Member, 'business_id' | 'person_id'>): SettingsDocument {
  return { kind: MEMBER_KIND, id: `${business_id}:${person_id}`, value: undefined }
}
