/** A token in use that soon stops working. */
import type { Check } from '../check.ts'
import type { TokenFacts } from '../evidence.ts'
import { span } from '../words.ts'

const DAYS = 14
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Whoever replaces a token needs time to put the new one in place: no news is made of that. */
const HANDOVER_MS = HOUR_MS

export const tokenExpiring: Check = {
  code: 'token_expiring',
  title: 'A token in use is about to expire',
  severity: 'warning',
  about: 'When the token expires, whatever sends with it is refused, and its events are lost.',
  fix: 'Make a new token, put it into the sender, and let the old one run out. Both work meanwhile.',
  clearHours: 0.25,
  trigger: ({ tokens, nowMs }) =>
    tokens.flatMap((token) => {
      const { id, name, expires_at_ms, replaced_at_ms } = token
      if (expires_at_ms === undefined || !isUsed(token, nowMs)) return []
      const hours = Math.floor((expires_at_ms - nowMs) / HOUR_MS)
      if (hours < 0 || hours > DAYS * 24) return []
      const use = replaced_at_ms === undefined ? 'was used in the last 7 days' : STILL_USED
      const words = `The token ${name || id} ${use} and expires in ${span(hours)}.`
      return [{ subject: { key: id }, affected: 0, total: 0, hours, words }]
    }),
}

const STILL_USED = 'was replaced, is still used'

function isUsed({ last_used_ms, replaced_at_ms }: TokenFacts, nowMs: number): boolean {
  if (last_used_ms === undefined) return false
  if (replaced_at_ms === undefined) return nowMs - last_used_ms < 7 * DAY_MS
  return last_used_ms > replaced_at_ms + HANDOVER_MS && nowMs - last_used_ms < 2 * HOUR_MS
}
