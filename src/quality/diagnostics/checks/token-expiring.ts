/** A token in use that soon stops working. */
import type { Check } from '../check.ts'
import { span } from '../words.ts'

const DAYS = 14
const DAY_MS = 86_400_000

export const tokenExpiring: Check = {
  code: 'token_expiring',
  title: 'A token in use is about to expire',
  severity: 'warning',
  about: 'When the token expires, whatever sends with it is refused, and its events are lost.',
  fix: 'Make a new token, put it into the sender, and let the old one run out. Both work meanwhile.',
  clearHours: 0.25,
  trigger: ({ tokens, nowMs }) =>
    tokens.flatMap(({ id, name, expires_at_ms, last_used_ms }) => {
      const isUsed = last_used_ms !== undefined && nowMs - last_used_ms < 7 * DAY_MS
      if (expires_at_ms === undefined || !isUsed) return []
      const hours = Math.floor((expires_at_ms - nowMs) / 3_600_000)
      if (hours < 0 || hours > DAYS * 24) return []
      const words = `The token ${name || id} was used in the last 7 days and expires in ${span(hours)}.`
      return [{ subject: { key: id }, affected: 0, total: 0, hours, words }]
    }),
}
