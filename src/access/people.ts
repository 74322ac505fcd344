/**
 * The people who may sign in, held in memory and kept in the store. Whoever is in no business is
 * still a person: they may be invited again. Made by books.ts,
 * asked by accounts.ts, membership.ts and the sign-ins.
 */
import { z } from 'zod'
import { TwofoldError } from '../errors.ts'
import { PEOPLE_MAX } from '../limits.ts'
import type { SettingsDocument } from '../store/store.ts'
import { byAge } from './age.ts'
import { newId, type RandomBytes } from './secret.ts'

const KIND = 'person'

const storedSchema = z.object({
  email: z.string(),
  name: z.string(),
  /** argon2id; null for one who signs in another way. */
  password: z.string().nullable(),
  operator: z.boolean(),
  created_at_ms: z.number(),
})

/** As stored. Only `viewPerson` of it leaves the server. */
export interface Person extends z.infer<typeof storedSchema> {
  readonly person_id: string
}

export type PersonDraft = Pick<Person, 'email' | 'name' | 'password' | 'operator'>

export interface People {
  readonly all: () => readonly Person[]
  readonly find: (id: string) => Person | undefined
  readonly findByEmail: (email: string) => Person | undefined
  /** Not yet in force: `put` it once it is stored. Throws `email_taken`, `limit_reached`. */
  readonly draft: (draft: PersonDraft) => Person
  /** Throws `email_taken`. */
  readonly changed: (person: Person, change: Partial<PersonDraft>) => Person
  readonly put: (person: Person) => void
  readonly remove: (id: string) => void
}

export interface PeoplePorts {
  readonly documents: readonly SettingsDocument[]
  readonly nowMs: () => number
  readonly randomBytes: RandomBytes
}

export function createPeople({ documents, nowMs, randomBytes }: PeoplePorts): People {
  const byId = new Map<string, Person>()
  const byEmail = new Map<string, Person>()
  const remove = (id: string): void => {
    byEmail.delete(byId.get(id)?.email ?? '')
    byId.delete(id)
  }
  const put = (person: Person): void => {
    // Under its id it keeps its place: people are listed the oldest first.
    byEmail.delete(byId.get(person.person_id)?.email ?? '')
    byId.set(person.person_id, person)
    byEmail.set(person.email, person)
  }
  const stored = documents.map(({ id, value }) => ({ person_id: id, ...readStored(id, value) }))
  for (const person of stored.sort(byAge)) put(person)

  const requireFree = (email: string, own?: string): void => {
    const holder = byEmail.get(email)
    if (holder && holder.person_id !== own) throw new TwofoldError('email_taken')
  }
  return {
    all: () => [...byId.values()],
    find: (id) => byId.get(id),
    findByEmail: (email) => byEmail.get(plainEmail(email)),
    draft: (draft) => {
      if (byId.size >= PEOPLE_MAX) {
        throw new TwofoldError('limit_reached', `There are ${PEOPLE_MAX} people.`)
      }
      const email = plainEmail(draft.email)
      requireFree(email)
      const person_id = newId(randomBytes, 'per')
      return { person_id, ...draft, email, created_at_ms: nowMs() }
    },
    changed: (person, change) => {
      const next = { ...person, ...change }
      const email = plainEmail(next.email)
      requireFree(email, person.person_id)
      return { ...next, email }
    },
    put,
    remove,
  }
}

/** One address, however it was typed. */
export const plainEmail = (email: string): string => email.trim().toLowerCase()

export function personDocument({ person_id, ...value }: Person): SettingsDocument {
  return { kind: KIND, id: person_id, value }
}

export function personRemoval(id: string): SettingsDocument {
  return { kind: KIND, id, value: undefined }
}

function readStored(id: string, value: unknown): z.infer<typeof storedSchema> {
  const read = storedSchema.safeParse(value)
  if (read.success) return read.data
  throw new TwofoldError('store_corrupt', `The account ${id} cannot be read.`)
}
