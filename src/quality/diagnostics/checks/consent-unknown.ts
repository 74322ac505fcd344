/** Nobody says what visitors allowed, where that must be known. */
import { isInRegion } from '../../../event/region.ts'
import type { Check } from '../check.ts'
import { keptIn } from '../counts.ts'
import { sentence, tooMany } from '../share.ts'
import { CONSENT } from '../snippets/consent.ts'

const NORMAL = 0.9

export const consentUnknown: Check = {
  code: 'consent_unknown',
  title: 'Nothing is known of consent',
  severity: 'suggestion',
  about:
    'Hardly any report says what the visitor allowed, and this dataset is one of a place (or has rules) where that matters. What is not said is handled as the settings say for unknown consent.',
  fix: 'Connect your consent banner: the pixel reads TCF, GPP and Consent Mode by itself, or call fbq("consent", ...). Send consent with server events.',
  snippets: CONSENT,
  trigger: (evidence) => {
    const { default_country, consent_rules, unknown_consent } = evidence.dataset
    const isEea = default_country !== null && isInRegion(default_country, 'eea')
    if (!isEea && consent_rules.length === 0 && unknown_consent === 'keep') return []
    const subject = { side: 'browser' as const }
    const found = tooMany(evidence, {
      subject,
      above: NORMAL,
      tally: (counts) => ({
        affected: counts.sum('note:no_consent', subject),
        total: keptIn(counts, subject),
      }),
    })
    if (!found) return []
    return [{ subject, ...found, words: `${sentence(found, subject)} say nothing of consent.` }]
  },
}
