/**
 * What an authenticator has to sign: random, for one purpose, valid for minutes, used once. Kept
 * nowhere until it is used, so that asking for many pushes out nobody else's; a restart ends all.
 * For passkey-sign-in.ts.
 */
import { createHmac } from 'node:crypto'
import { CHALLENGE_MS } from '../limits.ts'
import { newSecret, type RandomBytes, sameDigest } from './secret.ts'

export interface Challenges {
  /** base64url. `purpose` says who may use it for what. */
  readonly create: (purpose: string) => string
  readonly isOpen: (challenge: string, purpose: string) => boolean
  /** False when it was used already. Ask `isOpen` first. */
  readonly use: (challenge: string) => boolean
}

export function createChallenges(ports: {
  readonly nowMs: () => number
  readonly randomBytes: RandomBytes
}): Challenges {
  const { nowMs, randomBytes } = ports
  const key = randomBytes(32)
  const sign = (text: string): string => createHmac('sha256', key).update(text).digest('base64url')
  /** Of challenges that worked: as many as people signed in within its time. */
  const used = new Map<string, number>()
  return {
    create: (purpose) => {
      const body = `${newSecret(randomBytes)}.${nowMs() + CHALLENGE_MS}`
      return Buffer.from(`${body}.${sign(`${body}.${purpose}`)}`).toString('base64url')
    },
    isOpen: (challenge, purpose) => {
      const [random, until, mac = ''] = Buffer.from(challenge, 'base64url').toString().split('.')
      const isOurs = sameDigest(mac, sign(`${random}.${until}.${purpose}`))
      return isOurs && Number(until) > nowMs() && !used.has(challenge)
    },
    use: (challenge) => {
      for (const [one, until] of used) if (until <= nowMs()) used.delete(one)
      if (used.has(challenge)) return false
      used.set(challenge, nowMs() + CHALLENGE_MS)
      return true
    },
  }
}
