/** Names that were meant to be standard events. */
import { isStandardEvent, STANDARD_EVENTS } from '../../../event/names.ts'
import type { Check } from '../check.ts'
import { keptIn } from '../counts.ts'
import { longest } from '../evidence.ts'
import { EVENT_NAME } from '../snippets/event-name.ts'
import { count, span } from '../words.ts'

const REPORTS_MIN = 10

export const nearMissName: Check = {
  code: 'near_miss_name',
  title: 'An event name that is almost a standard one',
  severity: 'warning',
  about:
    'A name spelt differently is another event: it does not meet its twin, and ad platforms do not optimise for it as they do for the standard event.',
  fix: 'Send the standard name exactly, or map it with a rule of this dataset.',
  snippets: EVENT_NAME,
  trigger: (evidence) => {
    const { counts, hours } = longest(evidence)
    return counts.names.flatMap((event_name) => {
      const meant = standardMeantBy(event_name)
      const n = keptIn(counts, { name: event_name })
      if (!meant || n < REPORTS_MIN) return []
      const words = `${count(n)} reports named ${event_name} in the last ${span(hours)}; the standard event is ${meant}.`
      return [
        {
          subject: { event_name },
          affected: n,
          total: n,
          hours,
          words,
          picks: ({ legs }) => legs[0].event.event_name === event_name,
        },
      ]
    })
  },
}

/** The standard event a name differs from by case, separators or up to two letters. */
export function standardMeantBy(name: string): string | undefined {
  if (isStandardEvent(name)) return undefined
  const plain = bare(name)
  return STANDARD_EVENTS.find((standard) => {
    const own = bare(standard)
    if (plain === own) return true
    const allowed = own.length >= 8 ? 2 : own.length >= 6 ? 1 : 0
    return allowed > 0 && distance(plain, own) <= allowed
  })
}

const bare = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, '')

/** Letters to add, drop or change. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return Number.POSITIVE_INFINITY
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
