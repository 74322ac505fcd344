/** Click ids that were altered. */
import { shareCheck, withNote } from '../share.ts'
import { VISITOR } from '../snippets/visitor.ts'

export const fbcChanged = shareCheck({
  code: 'fbc_changed',
  title: 'Click ids changed on their way',
  severity: 'error',
  about:
    'A click id is case-sensitive. One in lower case or cut short matches no click, so the sale is lost to the ad that brought it.',
  fix: 'Pass fbclid and _fbc on byte by byte: no lower-casing, no trimming to a column width.',
  snippets: VISITOR,
  of: 'each',
  metrics: ['note:fbc_changed'],
  above: 0.02,
  says: 'carry a click id in lower case or cut short.',
  picks: withNote('fbc_changed'),
})
