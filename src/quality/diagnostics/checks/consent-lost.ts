/** Consent used to be known and is not any more. */
import { wilson } from '../../wilson.ts'
import type { Check } from '../check.ts'
import { type Counts, keptIn } from '../counts.ts'
import { AFFECTED_MIN, withNote } from '../share.ts'
import { CONSENT } from '../snippets/consent.ts'
import { share, span } from '../words.ts'

const RISE_MIN = 0.3

export const consentLost: Check = {
  code: 'consent_lost',
  title: 'Consent is no longer known',
  severity: 'error',
  about:
    'Most reports said what the visitor allowed, and now they do not: the consent banner was replaced, loads too late, or broke.',
  fix: 'Open the shop in a private window, choose, and look in Test events at what the event says of consent.',
  snippets: CONSENT,
  trigger: ({ windows, before }) => {
    const where = { side: 'browser' as const }
    const of = (counts: Counts) => ({
      part: counts.sum('note:no_consent', where),
      all: keptIn(counts, where),
    })
    const was = of(before)
    if (was.all < 2 * AFFECTED_MIN) return []
    const high = wilson(was.part, was.all).high
    for (const { counts, hours } of windows) {
      const is = of(counts)
      if (is.all < AFFECTED_MIN) continue
      if (wilson(is.part, is.all).low < high + RISE_MIN) return []
      if (is.part < AFFECTED_MIN) continue
      const words = `${share(is.part, is.all)} reports of browsers in the last ${span(hours)} say nothing of consent; before it were ${share(was.part, was.all)}.`
      const picks = withNote('no_consent')
      return [{ subject: where, affected: is.part, total: is.all, hours, words, picks }]
    }
    return []
  },
}
