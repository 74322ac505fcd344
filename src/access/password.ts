/**
 * Passwords: what is asked of one, and how it is kept (argon2id). Hashing costs memory and a
 * thread, so a few run at once, some wait, and the rest is refused. Made by books.ts;
 * used by accounts.ts, membership.ts and the sign-ins.
 */
import { hash, verify } from '@node-rs/argon2'
import { TwofoldError } from '../errors.ts'
import {
  PASSWORD_CHARS_MAX,
  PASSWORD_CHARS_MIN,
  PASSWORDS_AT_ONCE_MAX,
  PASSWORDS_WAITING_MAX,
} from '../limits.ts'
import type { RandomBytes } from './secret.ts'

/** OWASP's advice for argon2id: 19 MiB, two passes, one lane. The hash names them itself. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const
const SALT_BYTES = 16

export interface Passwords {
  /** Throws `overloaded` when too many wait. */
  readonly hash: (password: string) => Promise<string>
  /** Takes as long for an account without a password, so that nobody can tell who has one. */
  readonly matches: (hash: string | undefined, password: string) => Promise<boolean>
}

export function createPasswords(randomBytes: RandomBytes): Passwords {
  const limited = limit(PASSWORDS_AT_ONCE_MAX, PASSWORDS_WAITING_MAX)
  const make = (password: string): Promise<string> =>
    limited(() => hash(normal(password), { ...COST, salt: randomBytes(SALT_BYTES) }))
  let standIn: Promise<string> | undefined
  return {
    hash: make,
    matches: async (stored, password) => {
      if (charsOf(password) > PASSWORD_CHARS_MAX) return false
      standIn ??= make('nobody has this password')
      const known = stored ?? (await standIn)
      const same = await limited(() => verify(known, normal(password)))
      return same && stored !== undefined
    },
  }
}

/** Throws `invalid_request`. Length is what counts; rules about digits only make worse ones. */
export function requireGoodPassword(password: string, personal: readonly string[]): void {
  const chars = charsOf(password)
  if (chars < PASSWORD_CHARS_MIN || chars > PASSWORD_CHARS_MAX) {
    throw weak(`take ${PASSWORD_CHARS_MIN} to ${PASSWORD_CHARS_MAX} characters`)
  }
  const plain = password.toLowerCase()
  if (new Set(plain).size < 5 || /^(0?123456789|abcdefgh|qwertz?y?u|password)/.test(plain)) {
    throw weak('this one is guessed first; take several words')
  }
  if (personal.some((text) => text.length > 3 && plain === text.toLowerCase())) {
    throw weak('it must not be your name or e-mail address')
  }
}

const weak = (what: string): TwofoldError =>
  new TwofoldError('invalid_request', `password: ${what}.`)

/** The same characters typed on another keyboard are the same password (RFC 8265). */
const normal = (password: string): string => password.normalize('NFC')

/** As people count, and alike however they were typed: an emoji is one, not two UTF-16 units. */
const charsOf = (password: string): number => [...normal(password)].length

function limit(atOnce: number, waitingMax: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (running >= atOnce) {
      if (waiting.length >= waitingMax) {
        throw new TwofoldError('overloaded', 'Too many people sign in at this moment.')
      }
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}
