import { expect, it } from 'vitest'
import { TwofoldError } from '../errors.ts'
import { ACCOUNT_FAILURES_MAX, SIGN_IN_FAILURES_MAX, SIGN_IN_WINDOW_MS } from '../limits.ts'
import { createAttempts, type TooManyAttempts } from './attempts.ts'

const fail = () => Promise.reject(new TwofoldError('token_unknown'))
const code = (error: TwofoldError): string => error.code

it('refuses even the right token after too many failures, until the minute is over', async () => {
  let ms = 0
  const attempts = createAttempts(() => ms)
  for (let i = 0; i < SIGN_IN_FAILURES_MAX; i++) {
    expect(await attempts.guard({ address: 'a' }, fail).catch(code)).toBe('token_unknown')
  }
  const right = () => attempts.guard({ address: 'a' }, async () => 'in')
  expect(await right().catch(code)).toBe('too_many_attempts')
  expect(await right().catch((error: TooManyAttempts) => error.waitS)).toBe(
    SIGN_IN_WINDOW_MS / 1000,
  )
  expect(await attempts.guard({ address: 'b' }, async () => 'in')).toBe('in')
  ms = SIGN_IN_WINDOW_MS
  expect(await right()).toBe('in')
})

it('does not count what is not the fault of the caller', async () => {
  const attempts = createAttempts(() => 0)
  const broken = () => Promise.reject(new Error('bug'))
  for (let i = 0; i < SIGN_IN_FAILURES_MAX; i++) {
    await expect(attempts.guard({ address: 'a' }, broken)).rejects.toThrow('bug')
  }
  expect(await attempts.guard({ address: 'a' }, async () => 'in')).toBe('in')
})

it('does not count a new password that is too weak: whoever chose it had proven who they are', async () => {
  const attempts = createAttempts(() => 0)
  const weak = () => Promise.reject(new TwofoldError('invalid_request'))
  for (let i = 0; i < SIGN_IN_FAILURES_MAX; i++) {
    expect(await attempts.guard({ address: 'a' }, weak).catch(code)).toBe('invalid_request')
  }
  expect(await attempts.guard({ address: 'a' }, async () => 'in')).toBe('in')
})

it('says in words how long to wait', async () => {
  const attempts = createAttempts(() => 0)
  const account = 'ann@example.com'
  for (let i = 0; i < ACCOUNT_FAILURES_MAX; i++) {
    await attempts.guard({ address: `a${i}`, account }, fail).catch(code)
  }
  const refused = await attempts.guard({ address: 'b', account }, fail).catch((error) => error)
  expect(refused.detail).toBe('Try again in 15 minutes.')
})

it('counts an account whatever the addresses, and forgives only that account', async () => {
  const attempts = createAttempts(() => 0)
  for (let i = 0; i < ACCOUNT_FAILURES_MAX; i++) {
    const who = { address: `a${i}`, account: 'ann@example.com' }
    expect(await attempts.guard(who, fail).catch(code)).toBe('token_unknown')
  }
  const right = (account: string) => attempts.guard({ address: 'new', account }, async () => 'in')
  expect(await right('ann@example.com').catch(code)).toBe('too_many_attempts')
  expect(await right('bob@example.com')).toBe('in')
})

it('counts tries that are under way, so that sending many at once gains nothing', async () => {
  const attempts = createAttempts(() => 0)
  const slow = () =>
    attempts.guard({ address: 'a' }, () => Promise.resolve().then(fail)).catch(code)
  const answers = await Promise.all(Array.from({ length: 3 * SIGN_IN_FAILURES_MAX }, slow))
  const tried = answers.filter((answer) => answer === 'token_unknown')
  expect(tried).toHaveLength(SIGN_IN_FAILURES_MAX)
})
