/**
 * Secrets of ours (tokens, session cookies, one-time codes): made from random bytes, kept only as
 * SHA-256, compared in constant time. 32 random bytes need no slow password hash.
 */
import { hash, timingSafeEqual } from 'node:crypto'

export type RandomBytes = (n: number) => Uint8Array

const SECRET_BYTES = 32

export function newSecret(randomBytes: RandomBytes): string {
  return Buffer.from(randomBytes(SECRET_BYTES)).toString('base64url')
}

const ID_BYTES = 9

/** A name that nobody guesses, but no secret: `per_` and 18 hex digits. */
export function newId(randomBytes: RandomBytes, prefix: string): string {
  return `${prefix}_${Buffer.from(randomBytes(ID_BYTES)).toString('hex')}`
}

/** What is stored and looked up instead of the secret. */
export function digestOf(secret: string): string {
  return hash('sha256', secret)
}

/** Both are digests, so their lengths tell nothing. */
export function sameDigest(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)]
  return one.length === other.length && timingSafeEqual(one, other)
}

/** Digits only, the first not 0, so that every official SDK takes it for one of Meta's ids. */
export function newDigits(randomBytes: RandomBytes, length: number): string {
  let digits = ''
  while (digits.length < length) {
    for (const byte of randomBytes(length)) {
      // 250 is a multiple of 10: cutting there keeps every digit equally likely.
      const digit = byte < 250 ? String(byte % 10) : ''
      if (digits.length < length && !(digits === '' && digit === '0')) digits += digit
    }
  }
  return digits
}
