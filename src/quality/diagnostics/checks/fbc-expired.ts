/** Clicks that are too old. */
import { shareCheck, withFinding } from '../share.ts'
import { VISITOR } from '../snippets/visitor.ts'

export const fbcExpired = shareCheck({
  code: 'fbc_expired',
  title: 'Click ids older than 90 days',
  severity: 'warning',
  about:
    'Meta attributes nothing to a click after 90 days. Where many are older, the cookie is kept too long or an old one is stored with the customer.',
  fix: 'Keep _fbc for 90 days at most, take it from the visit and not from the customer record.',
  snippets: VISITOR,
  of: 'each',
  metrics: ['finding:fbc_expired'],
  above: 0.05,
  says: 'carry a click id older than 90 days.',
  picks: withFinding('fbc_expired'),
})
