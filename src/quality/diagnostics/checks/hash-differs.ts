/** Two sides, two hashes of one e-mail. */
import { pairsIn } from '../counts.ts'
import { shareCheck } from '../share.ts'
import { PERSON } from '../snippets/person.ts'

export const hashDiffers = shareCheck({
  code: 'hash_differs',
  title: 'Browser and server hash the e-mail differently',
  severity: 'warning',
  about:
    'The same person has two hashes: one side hashes without trimming or lower-casing, hashes twice, or hashes another address.',
  fix: 'Trim, lower-case, then SHA-256 once, on both sides, of the address of the order.',
  snippets: PERSON,
  of: 'conversions',
  metrics: ['note:em_differs'],
  total: pairsIn,
  above: 0.1,
  says: 'carry another e-mail hash than the other side.',
})
