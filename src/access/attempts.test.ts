import { expect, it } from 'vitest'
import { TwofoldError } from '../errors.ts'
import { SIGN_IN_FAILURES_MAX, SIGN_IN_WINDOW_MS } from '../limits.ts'
import { createAttempts } from './attempts.ts'

const fail = () => Promise.reject(new TwofoldError('token_unknown'))
const code = (error: TwofoldError): string => error.code

it('refuses even the right token after too many failures, until the minute is over', async () => {
  let ms = 0
  const attempts = createAttempts(() => ms)
  for (let i = 0; i < SIGN_IN_FAILURES_MAX; i++) {
    expect(await attempts.guard('a', fail).catch(code)).toBe('token_unknown')
  }
  const right = () => attempts.guard('a', async () => 'in')
  expect(await right().catch(code)).toBe('too_many_attempts')
  expect(attempts.waitS('a')).toBe(SIGN_IN_WINDOW_MS / 1000)
  expect(await attempts.guard('b', async () => 'in')).toBe('in')
  ms = SIGN_IN_WINDOW_MS
  expect(await right()).toBe('in')
})

it('does not count what is not the fault of the caller', async () => {
  const attempts = createAttempts(() => 0)
  const broken = () => Promise.reject(new Error('bug'))
  for (let i = 0; i < SIGN_IN_FAILURES_MAX; i++) {
    await expect(attempts.guard('a', broken)).rejects.toThrow('bug')
  }
  expect(attempts.waitS('a')).toBe(0)
})
