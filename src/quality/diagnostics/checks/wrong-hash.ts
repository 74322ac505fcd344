/** Hashes of nothing, or of the wrong kind. */
import { shareCheck, withFinding } from '../share.ts'
import { PERSON } from '../snippets/person.ts'

export const wrongHash = shareCheck({
  code: 'wrong_hash',
  title: 'Customer information hashed wrongly',
  severity: 'error',
  about:
    'The hash of an empty text, of "null", or made with MD5 matches nobody: the sender hashes before looking whether there is a value.',
  fix: 'Trim and lower-case first, hash once with SHA-256, and leave the key out when there is no value.',
  snippets: PERSON,
  of: 'each',
  metrics: ['finding:empty_hash', 'finding:md5_hash'],
  above: 0.02,
  says: 'carry a hash that can match nobody.',
  picks: withFinding('empty_hash', 'md5_hash'),
})
