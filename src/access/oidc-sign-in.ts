/**
 * Signing in with an OpenID Connect provider: who comes back is found by the provider's own id, and
 * the first time by a verified e-mail address; gets an account where the operator or an invitation
 * says so; is connected with an account by who is signed in. Called by access.ts.
 */
import { TwofoldError } from '../errors.ts'
import { existingPerson, requireAnotherWay, requirePassword } from './accounts.ts'
import { type Books, beginSession } from './books.ts'
import type { Action } from './history-actions.ts'
import { type Identity, identityDocument, identityRemoval } from './identities.ts'
import { joining, opened } from './membership.ts'
import { createOidcFlows, type OidcAim, type OidcFlow } from './oidc-flows.ts'
import { IDENTITIES_PER_PERSON_MAX } from './oidc-limits.ts'
import type { OidcPerson, OidcProvider } from './oidc-provider.ts'
import { OidcRefused } from './oidc-refused.ts'
import { type Person, personDocument, plainEmail } from './people.ts'
import { newId } from './secret.ts'
import type { SignIn } from './sign-in.ts'

export interface OidcBook {
  /** What people call the provider; undefined: there is none. */
  oidcName(): string | undefined
  /** Whether it is the provider in force. */
  isOidcIssuer(issuer: string): boolean
  /** Throws `not_found` where there is no provider, OidcRefused. */
  startOidc(aim: Exclude<OidcAim, { to: 'connect' }>): Promise<OidcStart>
  /** As `startOidc`, for who is signed in. Throws `password_wrong` for another. */
  startConnecting(personId: string, password: string): Promise<OidcStart>
  /** The flow that a browser holds and comes back with; undefined when it is none (any more). */
  oidcFlow(sealed: string, state: string): OidcFlow | undefined
  /** Who came back. It ends the flow. Throws OidcRefused. */
  arriveByOidc(flow: OidcFlow, query: string): Promise<OidcArrival>
  /** What letting them in would change, and whose account; undefined: nothing that is kept. */
  oidcChange(arrival: OidcArrival): { action: Action; person: Person | undefined } | undefined
  /** A session; undefined for who only connects. Throws OidcRefused, `link_invalid`. */
  enterByOidc(arrival: OidcArrival, browser: string): Promise<string | undefined>
  identitiesOf(personId: string): readonly Identity[]
  /** Throws `identity_not_found`, `last_way_in`. */
  removeIdentity(personId: string, identityId: string): Promise<void>
}

export interface OidcStart {
  /** Where the browser goes. */
  readonly address: string
  /** What it must bring back, in a cookie. */
  readonly sealed: string
}

export interface OidcArrival {
  readonly aim: OidcAim
  readonly who: OidcPerson
}

export function createOidcBook(books: Books, signIn: SignIn): OidcBook {
  const { ports, identities, inOrder, write } = books
  const flows = createOidcFlows(ports)
  const provider = (): OidcProvider => {
    if (ports.oidc) return ports.oidc
    throw new TwofoldError('not_found', 'No OpenID Connect provider is configured.')
  }
  const start = async (aim: OidcAim): Promise<OidcStart> => {
    const { flow, sealed } = flows.begin(aim)
    return { address: await provider().addressOf(flow), sealed }
  }
  return {
    oidcName: () => ports.oidc?.settings.name,
    isOidcIssuer: (issuer) => ports.oidc?.isIssuer(issuer) ?? false,
    startOidc: start,
    startConnecting: async (personId, password) => {
      await requirePassword(books, existingPerson(books, personId), password)
      requireRoom(identities.ofPerson(personId))
      return start({ to: 'connect', person_id: personId })
    },
    oidcFlow: flows.read,
    arriveByOidc: async (flow, query) => {
      if (!flows.use(flow)) throw new OidcRefused('expired')
      return { aim: flow.aim, who: await provider().whoIs(flow, query) }
    },
    oidcChange: (arrival) => {
      const { action, person } = decide(books, provider(), arrival)
      return action && { action, person }
    },
    enterByOidc: async (arrival, browser) => {
      const { aim } = arrival
      if (aim.to !== 'set_up') return inOrder(() => enter(books, provider(), arrival, browser))
      decide(books, provider(), arrival)
      const owner = { ...newPerson(arrival.who), ...aim, browser }
      const identity = newIdentity(books, provider(), arrival.who)
      let made: Identity | undefined
      const session = await signIn.redeemSetupWith(owner, (person_id) => {
        made = { ...identity, person_id }
        return identityDocument(made)
      })
      if (made) identities.put(made)
      return session
    },
    identitiesOf: identities.ofPerson,
    removeIdentity: (personId, identityId) =>
      inOrder(async () => {
        if (identities.find(identityId)?.person_id !== personId) {
          throw new TwofoldError('identity_not_found')
        }
        requireAnotherWay(books, personId, identityId)
        await write([identityRemoval(identityId)])
        identities.remove(identityId)
      }),
  }
}

interface Decision {
  /** What the history says of it. */
  readonly action?: Action
  /** Whose account it is; undefined: it has to be made. */
  readonly person: Person | undefined
  /** The connection they came with; undefined: it has to be made. */
  readonly known?: Identity
}

/** Whose account somebody at the provider gets into. Throws OidcRefused. Changes nothing. */
function decide(books: Books, provider: OidcProvider, { aim, who }: OidcArrival): Decision {
  const { people, identities } = books
  const known = identities.findBySubject(who.issuer, who.subject)
  const holder = known && people.find(known.person_id)
  if (aim.to === 'connect') {
    if (holder && holder.person_id !== aim.person_id) throw new OidcRefused('taken')
    const person = existingPerson(books, aim.person_id)
    return known ? { person, known } : { person, action: 'identity.connected' }
  }
  const action = ACTIONS_OF[aim.to]
  if (holder && known) {
    if (aim.to === 'set_up') throw new OidcRefused('taken')
    return { person: holder, known, ...(aim.to === 'join' ? { action } : {}) }
  }
  const email = verifiedEmail(who)
  const person = people.findByEmail(email)
  if (!person) {
    requireWelcome(provider, aim, email)
    return { person: undefined, action }
  }
  // An address that went to somebody else at the provider must not open the account of before.
  const isOthers = identities.ofPerson(person.person_id).some(({ issuer }) => issuer === who.issuer)
  if (isOthers || aim.to === 'set_up') throw new OidcRefused('taken')
  return { person, action: aim.to === 'join' ? action : 'identity.connected' }
}

const ACTIONS_OF = {
  sign_in: 'person.signed_up',
  join: 'person.joined',
  set_up: 'person.created',
} as const satisfies Record<string, Action>

/** Throws OidcRefused unless an account may be made for the address. */
function requireWelcome({ settings }: OidcProvider, aim: OidcAim, email: string): void {
  const { domains, signUp } = settings
  if (aim.to === 'sign_in' && signUp !== 'domain') throw new OidcRefused('no_account')
  const domain = email.slice(email.lastIndexOf('@') + 1)
  if (domains.length > 0 && !domains.includes(domain)) throw new OidcRefused('domain')
}

async function enter(
  books: Books,
  provider: OidcProvider,
  { aim, who }: OidcArrival,
  browser: string,
): Promise<string | undefined> {
  const { ports, people, identities, write } = books
  const decided = decide(books, provider, { aim, who })
  const person = decided.person ?? people.draft({ ...newPerson(who), ...NO_WAY_YET })
  const { person_id } = person
  if (!decided.known) requireRoom(identities.ofPerson(person_id))
  const identity: Identity = {
    ...(decided.known ?? newIdentity(books, provider, who)),
    ...{ person_id, name: provider.settings.name, email: who.email ?? null },
    used_at_ms: aim.to === 'connect' ? (decided.known?.used_at_ms ?? null) : ports.nowMs(),
  }
  const joined =
    aim.to === 'join' ? joining(books, opened(books, aim.code, person.email), person_id) : undefined
  const documents = [
    ...(decided.person ? [] : [personDocument(person)]),
    identityDocument(identity),
    ...(joined?.documents ?? []),
  ]
  let session: string | undefined
  if (aim.to === 'connect') await write(documents)
  else session = await beginSession(books, { person_id }, { browser, documents })
  if (!decided.person) people.put(person)
  identities.put(identity)
  joined?.done()
  return session
}

const NO_WAY_YET = { password: null, operator: false } as const
const NAME_CHARS_MAX = 100
const EMAIL_CHARS_MAX = 254

function newPerson(who: OidcPerson): Pick<Person, 'email' | 'name'> {
  const email = verifiedEmail(who)
  const name = who.name ?? email.slice(0, email.lastIndexOf('@'))
  return { email, name: name.slice(0, NAME_CHARS_MAX) }
}

/** ASCII: a letter that only becomes one of it in lower case must not find somebody else. */
const EMAIL = /^[\x21-\x3f\x41-\x7e]+@[\w.-]+$/

/** Throws OidcRefused for one that the provider does not vouch for. */
function verifiedEmail({ email, isVerified }: OidcPerson): string {
  const isGood = email !== undefined && email.length <= EMAIL_CHARS_MAX && EMAIL.test(email)
  if (isGood && isVerified) return plainEmail(email)
  throw new OidcRefused('unverified')
}

function newIdentity({ ports }: Books, provider: OidcProvider, who: OidcPerson): Identity {
  const now = ports.nowMs()
  return {
    identity_id: newId(ports.randomBytes, 'idy'),
    person_id: '',
    issuer: who.issuer,
    subject: who.subject,
    name: provider.settings.name,
    email: who.email ?? null,
    created_at_ms: now,
    used_at_ms: now,
  }
}

function requireRoom(own: readonly Identity[]): void {
  if (own.length < IDENTITIES_PER_PERSON_MAX) return
  throw new TwofoldError('limit_reached', `An account has at most ${IDENTITIES_PER_PERSON_MAX}.`)
}
