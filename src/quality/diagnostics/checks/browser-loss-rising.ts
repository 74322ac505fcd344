/** Browsers lose more than they used to. */

import { wilson } from '../../wilson.ts'
import type { Check } from '../check.ts'
import { dayOf, longest } from '../evidence.ts'
import { AFFECTED_MIN } from '../share.ts'
import { INSTALL } from '../snippets/install.ts'
import { share, span } from '../words.ts'

/** In points: less is worth no word. */
const RISE_MIN = 0.1

export const browserLossRising: Check = {
  code: 'browser_loss_rising',
  title: 'Browsers miss more conversions than before',
  severity: 'warning',
  about:
    'Of the conversions the server reports from the website, the share that no browser reported has risen: a blocker learnt a new rule, a page lost the snippet, or the consent banner changed.',
  fix: 'Loss shows by browser and system where it happens. Serve the pixel from your own domain, and check that the last page of the checkout carries it.',
  snippets: INSTALL,
  trigger: (evidence) => {
    const { before } = evidence
    const known = sumOf(before.family('known:'))
    const lost = known - sumOf(before.family('met:'))
    if (known < 2 * AFFECTED_MIN) return []
    const was = wilson(Math.max(0, lost), known)
    for (const { counts, hours } of [dayOf(evidence), longest(evidence)]) {
      const nowKnown = sumOf(counts.family('known:'))
      const nowLost = Math.max(0, nowKnown - sumOf(counts.family('met:')))
      const is = wilson(nowLost, nowKnown)
      if (nowLost < AFFECTED_MIN || is.low < was.high + RISE_MIN) continue
      const words = `${share(nowLost, nowKnown)} conversions that the server reported in the last ${span(hours)} were missed by the browser; before it were ${share(lost, known)}.`
      return [{ subject: {}, affected: nowLost, total: nowKnown, hours, words }]
    }
    return []
  },
}

const sumOf = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((sum, n) => sum + n, 0)
