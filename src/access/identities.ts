/**
 * Accounts at an OpenID Connect provider that sign people in, held in memory and kept in the store.
 * The provider's own id (`subject`) names one for good; its e-mail address is for people to read.
 * How one comes to be stands in oidc-sign-in.ts. Called by the parts of access alone.
 */
import { z } from 'zod'
import type { SettingsDocument } from '../store/store.ts'
import { byAge } from './age.ts'

const KIND = 'identity'

const storedSchema = z.object({
  person_id: z.string(),
  issuer: z.string(),
  subject: z.string(),
  /** What the provider is called here. */
  name: z.string(),
  /** As the provider gave it last. */
  email: z.string().nullable(),
  created_at_ms: z.number(),
  used_at_ms: z.number().nullable(),
})

export interface Identity extends z.infer<typeof storedSchema> {
  readonly identity_id: string
}

export interface Identities {
  /** The oldest first. */
  readonly ofPerson: (personId: string) => readonly Identity[]
  readonly find: (id: string) => Identity | undefined
  readonly findBySubject: (issuer: string, subject: string) => Identity | undefined
  readonly put: (identity: Identity) => void
  readonly remove: (id: string) => void
}

export function createIdentities(documents: readonly SettingsDocument[]): Identities {
  const byId = new Map<string, Identity>()
  const bySubject = new Map<string, Identity>()
  const keyOf = (issuer: string, subject: string): string => JSON.stringify([issuer, subject])
  const put = (identity: Identity): void => {
    byId.set(identity.identity_id, identity)
    bySubject.set(keyOf(identity.issuer, identity.subject), identity)
  }
  for (const { id, value } of documents) {
    // One that cannot be read is a connection lost, not a reason to refuse the start.
    const read = storedSchema.safeParse(value)
    if (read.success) put({ identity_id: id, ...read.data })
  }
  return {
    ofPerson: (personId) =>
      [...byId.values()].filter(({ person_id }) => person_id === personId).sort(byAge),
    find: (id) => byId.get(id),
    findBySubject: (issuer, subject) => bySubject.get(keyOf(issuer, subject)),
    put,
    remove: (id) => {
      const { issuer, subject } = byId.get(id) ?? { issuer: '', subject: '' }
      bySubject.delete(keyOf(issuer, subject))
      byId.delete(id)
    },
  }
}

export function identityDocument({ identity_id, ...value }: Identity): SettingsDocument {
  return { kind: KIND, id: identity_id, value }
}

export function identityRemoval(id: string): SettingsDocument {
  return { kind: KIND, id, value: undefined }
}
