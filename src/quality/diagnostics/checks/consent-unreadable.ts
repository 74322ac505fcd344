/** Consent that cannot be read. */
import { shareCheck, withFinding } from '../share.ts'
import { CONSENT } from '../snippets/consent.ts'

export const consentUnreadable = shareCheck({
  code: 'consent_unreadable',
  title: 'Consent that cannot be read',
  severity: 'error',
  about:
    'What came as consent could not be read, and counts as refused: those visitors are not counted although they may have agreed.',
  fix: 'Send the TCF or GPP string whole, or the documented object; see the finding of a sample.',
  snippets: CONSENT,
  of: 'together',
  metrics: ['finding:consent_unreadable'],
  above: 0.01,
  says: 'carry consent that cannot be read.',
  picks: withFinding('consent_unreadable'),
})
