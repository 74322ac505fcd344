/** IPv4 on one side, IPv6 on the other. */
import { pairsIn } from '../counts.ts'
import { shareCheck } from '../share.ts'
import { VISITOR } from '../snippets/visitor.ts'

export const ipOlderForm = shareCheck({
  code: 'ip_older_form',
  title: 'Server sends IPv4 where the browser has IPv6',
  severity: 'suggestion',
  about:
    'Both addresses may be right, but Meta matches better by IPv6, and the two copies do not look alike.',
  fix: 'Pass on the address as the proxy saw it, and let the server listen on IPv6.',
  snippets: VISITOR,
  of: 'conversions',
  metrics: ['note:ip_older_form'],
  total: pairsIn,
  above: 0.3,
  says: 'came with an IPv4 address from one side and an IPv6 address from the other.',
})
