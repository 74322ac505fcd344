/**
 * Invitations into a business: a one-time link with a role that expires. The link's secret is shown
 * once and stored as SHA-256. Made by books.ts, used by membership.ts.
 */
import { z } from 'zod'
import { TwofoldError } from '../errors.ts'
import { INVITATION_MS, INVITATIONS_PER_BUSINESS_MAX } from '../limits.ts'
import type { SettingsDocument } from '../store/store.ts'
import { byAge } from './age.ts'
import { type Role, roleSchema } from './roles.ts'
import { digestOf, newId, newSecret, type RandomBytes } from './secret.ts'

const KIND = 'invitation'

const storedSchema = z.object({
  hash: z.string(),
  business_id: z.string(),
  role: roleSchema,
  /** Whom it is meant for; null: whoever has the link. */
  email: z.string().nullable(),
  /** Who made it, as people know them. */
  made_by: z.string(),
  /** Their id; empty in files of earlier versions. */
  made_by_id: z.string().default(''),
  created_at_ms: z.number(),
  expires_at_ms: z.number(),
})

export interface Invitation extends z.infer<typeof storedSchema> {
  readonly invitation_id: string
}

export interface InvitationRequest {
  readonly business_id: string
  readonly role: Role
  readonly email: string | null
  readonly made_by: string
  readonly made_by_id?: string | undefined
}

export interface Invitations {
  /** Those that still work. */
  readonly open: (businessId: string) => readonly Invitation[]
  readonly find: (id: string) => Invitation | undefined
  /** Undefined when it was used, withdrawn or is too old. */
  readonly findByCode: (code: string) => Invitation | undefined
  /** Not yet in force: `put` it once it is stored. Throws `limit_reached`. */
  readonly draft: (request: InvitationRequest) => { code: string; invitation: Invitation }
  readonly put: (invitation: Invitation) => void
  readonly remove: (id: string) => void
  /** Expired ones, to be removed with the next write. */
  readonly expired: () => readonly Invitation[]
  readonly ofBusiness: (businessId: string) => readonly Invitation[]
  /** Ids of those that a person made, into one business or into all. */
  readonly madeBy: (personId: string, businessId?: string) => readonly string[]
}

export interface InvitationsPorts {
  readonly documents: readonly SettingsDocument[]
  readonly nowMs: () => number
  readonly randomBytes: RandomBytes
}

export function createInvitations(ports: InvitationsPorts): Invitations {
  const { documents, nowMs, randomBytes } = ports
  const byId = new Map<string, Invitation>()
  const byHash = new Map<string, Invitation>()
  const put = (invitation: Invitation): void => {
    byId.set(invitation.invitation_id, invitation)
    byHash.set(invitation.hash, invitation)
  }
  for (const { id, value } of documents) {
    // One that cannot be read is a link less, not a reason to refuse the start.
    const read = storedSchema.safeParse(value)
    if (read.success) put({ invitation_id: id, ...read.data })
  }
  const isOpen = ({ expires_at_ms }: Invitation): boolean => expires_at_ms > nowMs()
  const ofBusiness = (id: string): readonly Invitation[] =>
    [...byId.values()].filter(({ business_id }) => business_id === id).sort(byAge)
  const open = (id: string): readonly Invitation[] => ofBusiness(id).filter(isOpen)
  return {
    open,
    ofBusiness,
    find: (id) => byId.get(id),
    findByCode: (code) => {
      const found = byHash.get(digestOf(code))
      return found && isOpen(found) ? found : undefined
    },
    draft: (request) => {
      if (open(request.business_id).length >= INVITATIONS_PER_BUSINESS_MAX) {
        const detail = `${INVITATIONS_PER_BUSINESS_MAX} invitations are open.`
        throw new TwofoldError('limit_reached', detail)
      }
      const code = newSecret(randomBytes)
      const now = nowMs()
      const invitation = {
        invitation_id: newId(randomBytes, 'inv'),
        ...request,
        made_by_id: request.made_by_id ?? '',
        hash: digestOf(code),
        created_at_ms: now,
        expires_at_ms: now + INVITATION_MS,
      }
      return { code, invitation }
    },
    put,
    remove: (id) => {
      byHash.delete(byId.get(id)?.hash ?? '')
      byId.delete(id)
    },
    madeBy: (personId, businessId) =>
      [...byId.values()].flatMap(({ invitation_id, made_by_id, business_id }) =>
        made_by_id === personId && (businessId === undefined || business_id === businessId)
          ? [invitation_id]
          : [],
      ),
    expired: () => [...byId.values()].filter((invitation) => !isOpen(invitation)),
  }
}

export function invitationDocument({ invitation_id, ...value }: Invitation): SettingsDocument {
  return { kind: KIND, id: invitation_id, value }
}

export function invitationRemoval(id: string): SettingsDocument {
  return { kind: KIND, id, value: undefined }
}
