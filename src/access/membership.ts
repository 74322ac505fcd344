/**
 * Businesses and who belongs to them: make, rename, end; invite, join, change a role, leave.
 * Called by access.ts. Whether the caller may is decided before; what must hold always (a business
 * keeps an owner) is held here.
 */
import { TwofoldError } from '../errors.ts'
import { existingPerson, requireAnotherOwner } from './accounts.ts'
import { type Books, beginSession } from './books.ts'
import {
  type Business,
  businessDocument,
  businessRemoval,
  type Member,
  memberDocument,
  memberRemoval,
} from './businesses.ts'
import { type Invitation, invitationDocument, invitationRemoval } from './invitations.ts'
import { requireGoodPassword } from './password.ts'
import { personDocument, plainEmail } from './people.ts'
import { NEEDS, type Need, type Role, roleAllows } from './roles.ts'
import type { NewPerson } from './sign-in.ts'

export interface Membership {
  /** The oldest first. */
  businesses(): readonly Business[]
  findBusiness(id: string): Business | undefined
  /** `ownerId`: the person who owns it; a token makes one without. */
  createBusiness(name: string, ownerId?: string): Promise<Business>
  renameBusiness(id: string, name: string): Promise<Business>
  /** Throws `business_not_empty` while it has datasets. */
  deleteBusiness(id: string): Promise<void>
  members(businessId: string): readonly Member[]
  /**
   * Throws `person_not_found`, `last_owner`. Whoever loses rights, here or by removal, loses the
   * invitations they made: a link of their own would let them in again.
   */
  changeRole(businessId: string, personId: string, role: Role): Promise<Member>
  removeMember(businessId: string, personId: string): Promise<void>
  invitations(businessId: string): readonly Invitation[]
  invite(request: InviteRequest): Promise<{ code: string; invitation: Invitation }>
  /** Throws `invitation_not_found`. */
  withdrawInvitation(businessId: string, invitationId: string): Promise<void>
  /** Undefined when the link does not work (any more). */
  findInvitation(code: string): Invitation | undefined
  /** For one who has no account yet: makes it and signs in. Throws `link_invalid`, `email_taken`. */
  acceptAsNew(code: string, person: NewPerson & { browser?: string }): Promise<string>
  /** For one who is signed in. Throws `link_invalid`, `forbidden`. */
  acceptAs(code: string, personId: string): Promise<Member>
}

export interface InviteRequest {
  readonly business_id: string
  readonly role: Role
  readonly email: string | null
  readonly made_by: string
  /** The person's id: their open invitations end when they may not make such any more. */
  readonly made_by_id?: string
}

export function createMembership(books: Books): Membership {
  return { ...businessBook(books), ...memberBook(books), ...invitationBook(books) }
}

function businessBook(
  books: Books,
): Pick<
  Membership,
  'businesses' | 'findBusiness' | 'createBusiness' | 'renameBusiness' | 'deleteBusiness'
> {
  const { ports, businesses, datasets, invitations, inOrder, write } = books
  return {
    businesses: businesses.all,
    findBusiness: businesses.find,
    createBusiness: (name, ownerId) =>
      inOrder(async () => {
        const business = businesses.draft(name)
        const { business_id } = business
        const owner: Member[] =
          ownerId === undefined
            ? []
            : [{ business_id, person_id: ownerId, role: 'owner', since_ms: ports.nowMs() }]
        await write([businessDocument(business), ...owner.map(memberDocument)])
        businesses.put(business)
        for (const member of owner) businesses.putMember(member)
        return business
      }),
    renameBusiness: (id, name) =>
      inOrder(async () => {
        const business = { ...existing(books, id), name }
        await write([businessDocument(business)])
        businesses.put(business)
        return business
      }),
    deleteBusiness: (id) =>
      inOrder(async () => {
        existing(books, id)
        const own = datasets
          .all()
          .filter(({ dataset_id }) => datasets.businessOf(dataset_id) === id)
        if (own.length > 0) {
          throw new TwofoldError('business_not_empty', `There are ${own.length}.`)
        }
        const invited = invitations.ofBusiness(id).map(({ invitation_id }) => invitation_id)
        await write([
          businessRemoval(id),
          ...businesses.members(id).map(memberRemoval),
          ...invited.map(invitationRemoval),
        ])
        businesses.remove(id)
        for (const invitation of invited) invitations.remove(invitation)
      }),
  }
}

function memberBook(books: Books): Pick<Membership, 'members' | 'changeRole' | 'removeMember'> {
  const { businesses, invitations, inOrder, write } = books
  const member = (businessId: string, personId: string): Member => {
    const found = businesses.member(businessId, personId)
    if (found) return found
    throw new TwofoldError('person_not_found', `There is none with id ${personId}.`)
  }
  return {
    members: businesses.members,
    changeRole: (businessId, personId, role) =>
      inOrder(async () => {
        const current = member(businessId, personId)
        if (current.role === 'owner' && role !== 'owner') {
          requireAnotherOwner(books, businessId, personId)
        }
        const next = { ...current, role }
        const isLower = !roleAllows(role, highestNeed(current.role))
        const links = isLower ? invitations.madeBy(personId, businessId) : []
        await write([memberDocument(next), ...links.map(invitationRemoval)])
        businesses.putMember(next)
        for (const id of links) invitations.remove(id)
        return next
      }),
    removeMember: (businessId, personId) =>
      inOrder(async () => {
        const current = member(businessId, personId)
        if (current.role === 'owner') requireAnotherOwner(books, businessId, personId)
        const links = invitations.madeBy(personId, businessId)
        await write([memberRemoval(current), ...links.map(invitationRemoval)])
        businesses.removeMember(current)
        for (const id of links) invitations.remove(id)
      }),
  }
}

function invitationBook(
  books: Books,
): Pick<
  Membership,
  'invitations' | 'invite' | 'withdrawInvitation' | 'findInvitation' | 'acceptAsNew' | 'acceptAs'
> {
  const { people, passwords, invitations, inOrder, write } = books
  return {
    invitations: invitations.open,
    invite: (request) =>
      inOrder(async () => {
        existing(books, request.business_id)
        const email = request.email === null ? null : plainEmail(request.email)
        const { code, invitation } = invitations.draft({ ...request, email })
        const old = invitations.expired().map(({ invitation_id }) => invitation_id)
        await write([invitationDocument(invitation), ...old.map(invitationRemoval)])
        for (const id of old) invitations.remove(id)
        invitations.put(invitation)
        return { code, invitation }
      }),
    withdrawInvitation: (businessId, invitationId) =>
      inOrder(async () => {
        if (invitations.find(invitationId)?.business_id !== businessId) {
          throw new TwofoldError('invitation_not_found')
        }
        await write([invitationRemoval(invitationId)])
        invitations.remove(invitationId)
      }),
    findInvitation: invitations.findByCode,
    acceptAsNew: async (code, { browser = '', ...draft }) => {
      opened(books, code, draft.email)
      if (people.findByEmail(draft.email)) throw new TwofoldError('email_taken')
      requireGoodPassword(draft.password, [draft.email, draft.name])
      const password = await passwords.hash(draft.password)
      return inOrder(async () => {
        const invitation = opened(books, code, draft.email)
        const person = people.draft({ ...draft, password, operator: false })
        const { person_id } = person
        const joined = joining(books, invitation, person_id)
        const documents = [personDocument(person), ...joined.documents]
        const session = await beginSession(books, { person_id }, { browser, documents })
        people.put(person)
        joined.done()
        return session
      })
    },
    acceptAs: (code, personId) =>
      inOrder(async () => {
        const person = existingPerson(books, personId)
        const joined = joining(books, opened(books, code, person.email), personId)
        await write(joined.documents)
        return joined.done()
      }),
  }
}

/** Throws `link_invalid`, or `forbidden` for somebody it is not meant for. */
export function opened(
  { invitations, businesses }: Books,
  code: string,
  email: string,
): Invitation {
  const invitation = invitations.findByCode(code)
  if (!invitation || !businesses.find(invitation.business_id))
    throw new TwofoldError('link_invalid')
  if (invitation.email !== null && invitation.email !== plainEmail(email)) {
    throw new TwofoldError('forbidden', 'The invitation is for another e-mail address.')
  }
  return invitation
}

/** The link is spent and the person a member; who is one already keeps the higher role. */
export function joining(
  { ports, businesses, invitations }: Books,
  invitation: Invitation,
  id: string,
) {
  const { business_id, invitation_id, role } = invitation
  const current = businesses.member(business_id, id)
  const member: Member =
    current && roleAllows(current.role, highestNeed(role))
      ? current
      : { business_id, person_id: id, role, since_ms: current?.since_ms ?? ports.nowMs() }
  return {
    documents: [memberDocument(member), invitationRemoval(invitation_id)],
    done: (): Member => {
      invitations.remove(invitation_id)
      businesses.putMember(member)
      return member
    },
  }
}

const highestNeed = (role: Role): Need => NEEDS.findLast((need) => roleAllows(role, need)) ?? 'read'

function existing({ businesses }: Books, id: string): Business {
  const business = businesses.find(id)
  if (!business) throw new TwofoldError('business_not_found', `There is none with id ${id}.`)
  return business
}
