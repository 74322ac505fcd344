/**
 * What people do with their own account, and what the operator does with the accounts of the
 * server: names, passwords, sessions, lost passwords, removal. Called by access.ts.
 */
import { TwofoldError } from '../errors.ts'
import { PASSWORD_LINK_MS, PASSWORD_LINKS_MAX } from '../limits.ts'
import { type Books, beginSession } from './books.ts'
import { memberRemoval } from './businesses.ts'
import { identityRemoval } from './identities.ts'
import { invitationRemoval } from './invitations.ts'
import { passkeyRemoval } from './passkeys.ts'
import { requireGoodPassword } from './password.ts'
import { type Person, personDocument, personRemoval, plainEmail } from './people.ts'
import { createOneTimeCodes, type Session } from './sessions.ts'

export interface Accounts {
  people(): readonly Person[]
  findPerson(id: string): Person | undefined
  /** Another e-mail address needs the password. Throws `email_taken`, `password_wrong`. */
  updatePerson(id: string, change: PersonChange): Promise<Person>
  /**
   * Ends every other session and an open link. Throws `password_wrong` when `current` is wrong; who
   * has none yet is known by the session.
   */
  changePassword(id: string, change: PasswordChange): Promise<void>
  sessionsOf(personId: string): readonly Session[]
  /** Throws `session_not_found`. */
  endSession(personId: string, sessionId: string): Promise<void>
  endSessions(personId: string): Promise<void>
  /** A one-time link to a new password; an earlier one ends. Throws `person_not_found`. */
  createPasswordCode(personId: string): { code: string; expires_at_ms: number }
  /** Ends every session and begins a new one. Throws `link_invalid`, `invalid_request`. */
  redeemPasswordCode(request: PasswordReset): Promise<string>
  /**
   * Out of every business, with their sessions and the invitations they made. Throws
   * `person_not_found`, `last_owner`.
   */
  deletePerson(id: string): Promise<void>
}

export interface PersonChange {
  readonly name?: string | undefined
  readonly email?: string | undefined
  /** Their own, as proof. */
  readonly password?: string | undefined
}

export interface PasswordChange {
  readonly current: string
  readonly password: string
  /** The one that stays. */
  readonly session_id: string
}

export interface PasswordReset {
  readonly code: string
  readonly password: string
  readonly browser?: string
}

export function createAccounts(books: Books): Accounts {
  const { people, sessions, inOrder, write } = books
  const existing = (id: string): Person => existingPerson(books, id)
  return {
    people: people.all,
    findPerson: people.find,
    updatePerson: async (id, change) => {
      const before = existing(id)
      const { name = before.name, email = before.email, password = '' } = change
      const isSame = plainEmail(email) === before.email
      if (!isSame) await requirePassword(books, before, password)
      return inOrder(async () => {
        const now = isSame ? existing(id) : unchanged(books, before)
        const person = people.changed(now, isSame ? { name } : { name, email })
        await write([personDocument(person)])
        people.put(person)
        return person
      })
    },
    sessionsOf: sessions.ofPerson,
    endSession: (personId, sessionId) =>
      inOrder(async () => {
        const ended = sessions.endOf(personId, ({ session_id }) => session_id === sessionId)
        if (ended.length === 0) throw new TwofoldError('session_not_found')
        await write(ended)
      }),
    endSessions: (personId) => inOrder(() => write(sessions.endOf(personId, () => true))),
    deletePerson: (id) => inOrder(() => deletePerson(books, existing(id))),
    ...passwordBook(books),
  }
}

export function existingPerson({ people }: Books, id: string): Person {
  const person = people.find(id)
  if (!person) throw new TwofoldError('person_not_found', `There is none with id ${id}.`)
  return person
}

/** Throws `password_wrong`. Whoever has no password is known by the session alone. */
export async function requirePassword(
  { passwords }: Books,
  person: Person,
  password: string,
): Promise<void> {
  if (person.password === null || (await passwords.matches(person.password, password))) return
  throw new TwofoldError('password_wrong')
}

/** Throws `last_way_in` where only `endingId`, a passkey or an identity, signs the person in. */
export function requireAnotherWay(books: Books, personId: string, endingId: string): void {
  const { ports, passkeys, identities } = books
  const isOther = ({ passkey_id }: { passkey_id: string }): boolean => passkey_id !== endingId
  const hasOther =
    existingPerson(books, personId).password !== null ||
    passkeys.ofPerson(personId).some(isOther) ||
    identities
      .ofPerson(personId)
      .some((one) => one.identity_id !== endingId && ports.oidc?.isIssuer(one.issuer))
  if (!hasOther) throw new TwofoldError('last_way_in')
}

/** Throws `sign_in_failed` when the password is another than when it was compared. */
function unchanged(books: Books, { person_id, password }: Person): Person {
  const now = existingPerson(books, person_id)
  if (now.password === password) return now
  throw new TwofoldError('sign_in_failed', 'The password was changed a moment ago.')
}

function passwordBook(
  books: Books,
): Pick<Accounts, 'changePassword' | 'createPasswordCode' | 'redeemPasswordCode'> {
  const { ports, people, sessions, passwords, inOrder, write } = books
  const codes = createOneTimeCodes(ports, { lastMs: PASSWORD_LINK_MS, openMax: PASSWORD_LINKS_MAX })
  return {
    changePassword: async (id, { current, password, session_id }) => {
      const person = existingPerson(books, id)
      const isRight =
        person.password === null || (await passwords.matches(person.password, current))
      if (!isRight) throw new TwofoldError('password_wrong')
      requireGoodPassword(password, [person.email, person.name])
      const hash = await passwords.hash(password)
      await inOrder(async () => {
        const next = people.changed(unchanged(books, person), { password: hash })
        const ended = sessions.endOf(id, (session) => session.session_id !== session_id)
        await write([personDocument(next), ...ended])
        people.put(next)
        codes.end({ person_id: id })
      })
    },
    createPasswordCode: (personId) => {
      existingPerson(books, personId)
      return codes.create({ person_id: personId })
    },
    redeemPasswordCode: async ({ code, password, browser = '' }) => {
      const holder = codes.look(code)
      const person = people.find(holder?.person_id ?? '')
      if (!person) throw new TwofoldError('link_invalid')
      requireGoodPassword(password, [person.email, person.name])
      const hash = await passwords.hash(password)
      return inOrder(async () => {
        const spent = codes.redeem(code)
        const now = people.find(spent?.person_id ?? '')
        if (!now) throw new TwofoldError('link_invalid')
        const next = people.changed(now, { password: hash })
        const { person_id } = next
        const documents = [personDocument(next), ...sessions.endOf(person_id, () => true)]
        const session = await beginSession(books, { person_id }, { browser, documents })
        people.put(next)
        return session
      })
    },
  }
}

async function deletePerson(books: Books, person: Person): Promise<void> {
  const { people, businesses, invitations, sessions, passkeys, identities, write } = books
  const { person_id } = person
  const memberships = businesses.ofPerson(person_id)
  for (const { business_id, role } of memberships) {
    if (role === 'owner') requireAnotherOwner(books, business_id, person_id)
  }
  const isOnlyOperator = people.all().every((one) => one === person || !one.operator)
  if (person.operator && isOnlyOperator) {
    throw new TwofoldError('last_owner', 'The server needs an operator, too.')
  }
  const ended = sessions.endOf(person_id, () => true)
  const keys = passkeys.ofPerson(person_id).map(({ passkey_id }) => passkey_id)
  const connected = identities.ofPerson(person_id).map(({ identity_id }) => identity_id)
  const links = invitations.madeBy(person_id)
  await write([
    personRemoval(person_id),
    ...memberships.map(memberRemoval),
    ...keys.map(passkeyRemoval),
    ...connected.map(identityRemoval),
    ...links.map(invitationRemoval),
    ...ended,
  ])
  people.remove(person_id)
  for (const id of keys) passkeys.remove(id)
  for (const id of connected) identities.remove(id)
  for (const id of links) invitations.remove(id)
  for (const member of memberships) businesses.removeMember(member)
}

/** Throws `last_owner` unless somebody else owns the business as well. */
export function requireAnotherOwner(
  { businesses }: Books,
  businessId: string,
  personId: string,
): void {
  const others = businesses
    .members(businessId)
    .some(({ person_id, role }) => role === 'owner' && person_id !== personId)
  if (!others) throw new TwofoldError('last_owner')
}
