/**
 * How a browser gets in and out: the first owner's setup link, password, token, sign-in link, and
 * the sessions that follow. Called by access.ts; the API's session routes use it.
 */
import { TwofoldError } from '../errors.ts'
import { SIGN_IN_CODE_MS, SIGN_IN_CODES_MAX } from '../limits.ts'
import type { SettingsDocument } from '../store/store.ts'
import { type Books, beginSession, firstBusiness } from './books.ts'
import { businessDocument, memberDocument } from './businesses.ts'
import type { Caller } from './caller.ts'
import type { Grant } from './grant.ts'
import { requireGoodPassword } from './password.ts'
import { type Person, personDocument } from './people.ts'
import { digestOf, newSecret, sameDigest } from './secret.ts'
import { createOneTimeCodes } from './sessions.ts'

export interface NewPerson {
  readonly email: string
  readonly name: string
  readonly password: string
}

export interface SignIn {
  /** The code of the setup link, until somebody operates the server. New at every start. */
  setupCode(): string | undefined
  /**
   * The first owner, who operates the server too: of every business that has no owner yet, or of a
   * new one. Throws `setup_link_invalid`, `invalid_request`.
   */
  redeemSetup(owner: NewPerson & SetupRequest): Promise<string>
  /** The same for an owner without a password, whose way in is what `ways` stores. */
  redeemSetupWith(
    owner: Omit<NewPerson, 'password'> & SetupRequest,
    ways: (personId: string) => SettingsDocument,
  ): Promise<string>
  /** Throws `sign_in_failed`. */
  signInWithPassword(request: PasswordSignIn): Promise<string>
  /** A one-time code, valid for minutes, that signs a browser in with what `grant` allows. */
  createSignInCode(grant: Grant): { code: string; expires_at_ms: number }
  /** A session, or undefined when it is no (longer a) sign-in code. */
  redeemSignInCode(code: string, browser?: string): Promise<string | undefined>
  /** A session for the holder of a read or admin token. Throws `token_unknown` or `forbidden`. */
  signIn(token: string, browser?: string): Promise<string>
  /** Who is signed in; undefined when nobody is (any more). */
  sessionCaller(cookie: string): Caller | undefined
  signOut(cookie: string): Promise<void>
}

export interface SetupRequest {
  readonly code: string
  /** What the business is called; undefined keeps the name it has. */
  readonly business?: string | undefined
  readonly browser?: string
}

export interface PasswordSignIn {
  readonly email: string
  readonly password: string
  readonly browser?: string
}

export function createSignIn(books: Books): SignIn {
  const { ports, tokens, people, sessions, passwords, inOrder, write } = books
  const codes = createOneTimeCodes(ports, { lastMs: SIGN_IN_CODE_MS, openMax: SIGN_IN_CODES_MAX })
  const setup = newSecret(ports.randomBytes)
  // Who is invited before by a token does not operate the server, and so does not close the setup.
  const setupCode = (): string | undefined =>
    people.all().some(({ operator }) => operator) ? undefined : setup
  const requireSetup = (code: string): void => {
    const open = setupCode()
    if (open && sameDigest(digestOf(open), digestOf(code))) return
    throw new TwofoldError('setup_link_invalid')
  }
  return {
    setupCode,
    redeemSetup: async ({ code, business, browser = '', ...owner }) => {
      requireSetup(code)
      requireGoodPassword(owner.password, [owner.email, owner.name])
      const password = await passwords.hash(owner.password)
      return inOrder(() => {
        requireSetup(code)
        return makeOwner(books, { ...owner, password, operator: true }, { business, browser })
      })
    },
    redeemSetupWith: ({ code, business, browser = '', ...owner }, ways) =>
      inOrder(() => {
        requireSetup(code)
        const draft = { ...owner, password: null, operator: true }
        return makeOwner(books, draft, { business, browser, ways })
      }),
    signInWithPassword: async ({ email, password, browser = '' }) => {
      const person = people.findByEmail(email)
      const isRight = await passwords.matches(person?.password ?? undefined, password)
      return inOrder(() => {
        // The password may have been changed while this one was being compared.
        const now = person && people.find(person.person_id)
        if (!isRight || !now || now.password !== person.password) {
          throw new TwofoldError('sign_in_failed')
        }
        return beginSession(books, { person_id: now.person_id }, { browser })
      })
    },
    createSignInCode: (grant) => codes.create({ token_id: grant.token_id }),
    redeemSignInCode: (code, browser = '') =>
      inOrder(async () => {
        const holder = codes.redeem(code)
        const isGood = holder?.token_id !== undefined && tokens.grantById(holder.token_id)
        return holder && isGood ? beginSession(books, holder, { browser }) : undefined
      }),
    signIn: (token, browser = '') =>
      inOrder(async () => {
        const grant = tokens.grantOf(token)
        if (!grant) throw new TwofoldError('token_unknown')
        if (grant.purpose === 'send') {
          throw new TwofoldError('forbidden', 'It only sends events; sign in with another one.')
        }
        return beginSession(books, { token_id: grant.token_id }, { browser })
      }),
    sessionCaller: (cookie) => callerOf(books, cookie),
    signOut: (cookie) =>
      inOrder(async () => {
        const removal = sessions.end(cookie)
        if (removal) await write([removal])
      }),
  }
}

function callerOf({ sessions, tokens, people }: Books, cookie: string): Caller | undefined {
  const session = sessions.find(cookie)
  if (!session) return undefined
  const { session_id, person_id, token_id } = session
  if (person_id !== undefined) {
    const person = people.find(person_id)
    return person && { kind: 'person', id: person_id, name: person.name, session_id }
  }
  const grant = tokens.grantById(token_id ?? '')
  return grant && tokens.callerOf(grant)
}

interface OwnerRequest {
  readonly business: string | undefined
  readonly browser: string
  readonly ways?: (personId: string) => SettingsDocument
}

async function makeOwner(
  books: Books,
  draft: Omit<Person, 'person_id' | 'created_at_ms'>,
  { business: name, browser, ways }: OwnerRequest,
): Promise<string> {
  const { ports, people, businesses } = books
  const person = people.draft(draft)
  const { person_id } = person
  const hasOwner = (id: string): boolean =>
    businesses.members(id).some(({ role }) => role === 'owner')
  const ownerless = businesses.all().filter(({ business_id }) => !hasOwner(business_id))
  const [first = firstBusiness(books).business, ...others] = ownerless
  const owned = [name === undefined ? first : { ...first, name }, ...others]
  const since_ms = ports.nowMs()
  const members = owned.map(({ business_id }) => {
    return { business_id, person_id, role: 'owner', since_ms } as const
  })
  const documents = [
    personDocument(person),
    ...owned.map(businessDocument),
    ...members.map(memberDocument),
    ...(ways ? [ways(person_id)] : []),
  ]
  const session = await beginSession(books, { person_id }, { browser, documents })
  people.put(person)
  for (const business of owned) businesses.put(business)
  for (const member of members) businesses.putMember(member)
  return session
}
