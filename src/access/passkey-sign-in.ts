/**
 * Passkeys (WebAuthn): adding one to an account, signing in with it, removing it. A passkey stands
 * for password and device at once, so the device must have asked its user (PIN, finger, face). The
 * checking itself is SimpleWebAuthn's. Called by access.ts.
 */
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'
import { TwofoldError } from '../errors.ts'
import { CHALLENGE_MS, PASSKEYS_PER_PERSON_MAX } from '../limits.ts'
import { existingPerson, requireAnotherWay, requirePassword } from './accounts.ts'
import { type Books, beginSession } from './books.ts'
import { type Challenges, createChallenges } from './challenges.ts'
import { type Passkey, passkeyDocument, passkeyRemoval } from './passkeys.ts'
import { newId } from './secret.ts'

/** The site as the browser knows it. */
export interface Site {
  /** Such as https://events.shop.com. */
  readonly origin: string
  /** The host of it: passkeys belong to it. */
  readonly rp_id: string
}

export interface PasskeyBook {
  passkeysOf(personId: string): readonly Passkey[]
  /**
   * What the browser needs to make one. Throws `password_wrong` when the account has a password and
   * `password` is another, `limit_reached`.
   */
  startPasskey(
    personId: string,
    request: { readonly site: Site; readonly password: string },
  ): Promise<PublicKeyCredentialCreationOptionsJSON>
  /** Throws `passkey_refused`. */
  addPasskey(personId: string, made: MadePasskey): Promise<Passkey>
  /** Throws `passkey_not_found`, `last_way_in`. */
  removePasskey(personId: string, passkeyId: string): Promise<void>
  /** What the browser needs to ask for one of this site, whoever's it is. */
  askForPasskey(site: Site): Promise<PublicKeyCredentialRequestOptionsJSON>
  /** A session. Throws `passkey_refused`. */
  signInWithPasskey(request: PasskeySignIn): Promise<string>
}

export interface MadePasskey {
  readonly site: Site
  readonly name: string
  readonly response: RegistrationResponseJSON
}

export interface PasskeySignIn {
  readonly site: Site
  readonly response: AuthenticationResponseJSON
  readonly browser?: string
}

/** EdDSA, ES256, RS256: every device knows one. Later ones are still an experiment in Node. */
const ALGORITHMS = [-8, -7, -257]
const SIGN_IN = 'sign in'
/** Loaded when the first passkey is used: it is large, and many servers know none. */
const webAuthn = () => import('@simplewebauthn/server')
const addingTo = (personId: string): string => `add to ${personId}`

export function createPasskeyBook(books: Books): PasskeyBook {
  const { ports, passkeys, inOrder, write } = books
  const challenges = createChallenges(ports)
  return {
    passkeysOf: passkeys.ofPerson,
    startPasskey: async (personId, { site, password }) => {
      const person = existingPerson(books, personId)
      await requirePassword(books, person, password)
      const own = passkeys.ofPerson(personId)
      requireRoom(own)
      const { generateRegistrationOptions } = await webAuthn()
      return generateRegistrationOptions({
        rpName: 'Twofold',
        rpID: site.rp_id,
        userID: new TextEncoder().encode(personId),
        userName: person.email,
        userDisplayName: person.name,
        challenge: bytesOf(challenges.create(addingTo(personId))),
        timeout: CHALLENGE_MS,
        supportedAlgorithmIDs: ALGORITHMS,
        excludeCredentials: own.map(({ credential_id: id, transports }) => ({ id, transports })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      })
    },
    addPasskey: async (personId, { site, name, response }) => {
      const { challenge, credential } = await readMade({ personId, site, response }, challenges)
      return inOrder(async () => {
        existingPerson(books, personId)
        requireRoom(passkeys.ofPerson(personId))
        if (passkeys.findByCredential(credential.id)) throw refused('It is known here already.')
        if (!challenges.use(challenge)) throw refused('It was used already.')
        const passkey: Passkey = {
          passkey_id: newId(ports.randomBytes, 'pky'),
          person_id: personId,
          name,
          rp_id: site.rp_id,
          credential_id: credential.id,
          public_key: Buffer.from(credential.publicKey).toString('base64url'),
          counter: credential.counter,
          transports: credential.transports ?? [],
          created_at_ms: ports.nowMs(),
          used_at_ms: null,
        }
        await write([passkeyDocument(passkey)])
        passkeys.put(passkey)
        return passkey
      })
    },
    removePasskey: (personId, passkeyId) =>
      inOrder(async () => {
        if (passkeys.find(passkeyId)?.person_id !== personId) {
          throw new TwofoldError('passkey_not_found')
        }
        requireAnotherWay(books, personId, passkeyId)
        await write([passkeyRemoval(passkeyId)])
        passkeys.remove(passkeyId)
      }),
    askForPasskey: async (site) => {
      const { generateAuthenticationOptions } = await webAuthn()
      return generateAuthenticationOptions({
        rpID: site.rp_id,
        challenge: bytesOf(challenges.create(SIGN_IN)),
        timeout: CHALLENGE_MS,
        userVerification: 'required',
      })
    },
    signInWithPasskey: (request) => signIn(books, challenges, request),
  }
}

async function signIn(
  books: Books,
  challenges: Challenges,
  { site, response, browser = '' }: PasskeySignIn,
): Promise<string> {
  const { ports, passkeys, people, inOrder } = books
  const known = passkeys.findByCredential(response.id)
  if (!known || known.rp_id !== site.rp_id) throw refused('It is not known here (any more).')
  const { verifyAuthenticationResponse } = await webAuthn()
  let challenge = ''
  const { verified, authenticationInfo } = await orRefused(() =>
    verifyAuthenticationResponse({
      response,
      expectedChallenge: (given) => {
        challenge = given
        return challenges.isOpen(given, SIGN_IN)
      },
      expectedOrigin: site.origin,
      expectedRPID: site.rp_id,
      credential: {
        id: known.credential_id,
        publicKey: bytesOf(known.public_key),
        counter: known.counter,
      },
    }),
  )
  if (!verified) throw refused('Its signature is wrong.')
  return inOrder(async () => {
    // It may have been removed while it was being checked.
    const now = passkeys.find(known.passkey_id)
    if (!now || !people.find(now.person_id)) throw refused('It is not known here (any more).')
    if (!challenges.use(challenge)) throw refused('It was used already.')
    const counter = Math.max(now.counter, authenticationInfo.newCounter)
    const used: Passkey = { ...now, counter, used_at_ms: ports.nowMs() }
    const documents = [passkeyDocument(used)]
    const holder = { person_id: used.person_id }
    const session = await beginSession(books, holder, { browser, documents })
    passkeys.put(used)
    return session
  })
}

async function readMade(
  { personId, site, response }: Omit<MadePasskey, 'name'> & { readonly personId: string },
  challenges: Challenges,
) {
  const { verifyRegistrationResponse } = await webAuthn()
  let challenge = ''
  const { registrationInfo } = await orRefused(() =>
    verifyRegistrationResponse({
      response,
      expectedChallenge: (given) => {
        challenge = given
        return challenges.isOpen(given, addingTo(personId))
      },
      expectedOrigin: site.origin,
      expectedRPID: site.rp_id,
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  )
  if (!registrationInfo) throw refused('Its signature is wrong.')
  return { challenge, credential: registrationInfo.credential }
}

function requireRoom(own: readonly Passkey[]): void {
  if (own.length < PASSKEYS_PER_PERSON_MAX) return
  throw new TwofoldError('limit_reached', `An account has at most ${PASSKEYS_PER_PERSON_MAX}.`)
}

/** The library throws whatever is wrong with what it was given. */
async function orRefused<T>(check: () => Promise<T>): Promise<T> {
  try {
    return await check()
  } catch (error) {
    const detail = 'What the browser sent does not fit this site, or came too late.'
    throw new TwofoldError('passkey_refused', detail, { cause: error })
  }
}

const refused = (detail: string): TwofoldError => new TwofoldError('passkey_refused', detail)

const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.from(text, 'base64url'))
