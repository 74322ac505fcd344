/** A token that sends nothing: an open door, or a sender that was never connected. */
import type { Check } from '../check.ts'
import { span } from '../words.ts'

const DAYS = 30
const DAY_MS = 86_400_000

export const tokenUnused: Check = {
  code: 'token_unused',
  title: 'A token that nobody uses',
  severity: 'suggestion',
  about:
    'A token to send events was made and has not been used for a month: the sender was never connected, or was switched off. Whoever finds the token can still send events with it.',
  fix: 'Connect the sender, or revoke the token.',
  clearHours: 0.25,
  trigger: ({ tokens, nowMs, dataset }) =>
    tokens.flatMap(({ id, name, purpose, created_at_ms, last_used_ms }) => {
      // The first one comes with the dataset, for a sender that may come later.
      const isFirst = created_at_ms <= dataset.created_at_ms + 60_000
      const hours = Math.floor((nowMs - (last_used_ms ?? created_at_ms)) / 3_600_000)
      if (purpose !== 'send' || (isFirst && last_used_ms === undefined)) return []
      if (hours * 3_600_000 < DAYS * DAY_MS) return []
      const words = `The token ${name || id} has not been used for ${span(hours)}.`
      return [{ subject: { key: id }, affected: 0, total: 0, hours, words }]
    }),
}
