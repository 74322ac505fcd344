/**
 * The passkeys of people, held in memory and kept in the store: public keys, so nothing here is
 * secret. What proves one stands in passkey-sign-in.ts. Called by the parts of access alone.
 */
import { z } from 'zod'
import type { SettingsDocument } from '../store/store.ts'
import { byAge } from './age.ts'

const KIND = 'passkey'

const storedSchema = z.object({
  person_id: z.string(),
  /** As its owner calls it. */
  name: z.string(),
  /** The host it was made on; browsers show it nowhere else. */
  rp_id: z.string(),
  /** Both base64url. */
  credential_id: z.string(),
  public_key: z.string(),
  /** Of its last use; 0 where it does not count. */
  counter: z.number(),
  transports: z.array(z.string()),
  created_at_ms: z.number(),
  used_at_ms: z.number().nullable(),
})

export interface Passkey extends z.infer<typeof storedSchema> {
  readonly passkey_id: string
}

export interface Passkeys {
  /** The oldest first. */
  readonly ofPerson: (personId: string) => readonly Passkey[]
  readonly find: (id: string) => Passkey | undefined
  readonly findByCredential: (credentialId: string) => Passkey | undefined
  readonly put: (passkey: Passkey) => void
  readonly remove: (id: string) => void
}

export function createPasskeys(documents: readonly SettingsDocument[]): Passkeys {
  const byId = new Map<string, Passkey>()
  const byCredential = new Map<string, Passkey>()
  const put = (passkey: Passkey): void => {
    byId.set(passkey.passkey_id, passkey)
    byCredential.set(passkey.credential_id, passkey)
  }
  for (const { id, value } of documents) {
    // One that cannot be read is a passkey lost, not a reason to refuse the start.
    const read = storedSchema.safeParse(value)
    if (read.success) put({ passkey_id: id, ...read.data })
  }
  return {
    ofPerson: (personId) =>
      [...byId.values()].filter(({ person_id }) => person_id === personId).sort(byAge),
    find: (id) => byId.get(id),
    findByCredential: (credentialId) => byCredential.get(credentialId),
    put,
    remove: (id) => {
      byCredential.delete(byId.get(id)?.credential_id ?? '')
      byId.delete(id)
    },
  }
}

export function passkeyDocument({ passkey_id, ...value }: Passkey): SettingsDocument {
  return { kind: KIND, id: passkey_id, value }
}

export function passkeyRemoval(id: string): SettingsDocument {
  return { kind: KIND, id, value: undefined }
}
