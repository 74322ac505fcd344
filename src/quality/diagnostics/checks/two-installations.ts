/** Two ways of installing the pixel, at work at once. */
import type { Check, Hit } from '../check.ts'
import { AFFECTED_MIN } from '../share.ts'
import { legsOf } from '../shared-value.ts'
import { ONCE } from '../snippets/once.ts'
import { count } from '../words.ts'

const SHARE_MIN = 0.2
const WORDS = {
  replace: 'our script alone',
  companion: 'our script beside Meta’s',
  tr: 'Meta’s script pointed here',
} as const

export const twoInstallations: Check = {
  code: 'two_installations',
  title: 'The pixel is installed in two ways',
  severity: 'warning',
  about:
    'Reports of the same site arrive in two ways of installation. Where both stand on one page, each visit is reported twice, with ids that may differ.',
  fix: 'Keep one way: our script alone, beside Meta’s, or Meta’s script pointed here. Install shows each.',
  snippets: ONCE,
  trigger: ({ sample, nowMs }): Hit[] => {
    const legs = sample.flatMap((event) => legsOf(event, 'browser').slice(0, 1))
    const known = legs.filter(({ envelope }) => envelope.browser?.mode !== undefined)
    const modes = [...Map.groupBy(known, ({ envelope }) => envelope.browser?.mode)].sort(
      ([, a], [, b]) => b.length - a.length,
    )
    const [first, second] = modes
    if (!first?.[0] || !second?.[0]) return []
    const [, rest] = second
    if (rest.length < AFFECTED_MIN || rest.length < SHARE_MIN * known.length) return []
    const oldest = Math.min(...known.map(({ envelope }) => envelope.received_at_ms))
    const [, most] = first
    return [
      {
        subject: { side: 'browser' },
        affected: rest.length,
        total: known.length,
        hours: Math.max(1, Math.ceil((nowMs - oldest) / 3_600_000)),
        words: `Of the newest ${count(known.length)} browser reports, ${count(most.length)} came from ${WORDS[first[0]]} and ${count(rest.length)} from ${WORDS[second[0]]}.`,
        picks: (event) =>
          legsOf(event, 'browser').some(({ envelope }) => envelope.browser?.mode === second[0]),
      },
    ]
  },
}
