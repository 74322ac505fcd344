/** Two sides, two addresses. */
import { pairsIn } from '../counts.ts'
import { shareCheck } from '../share.ts'
import { VISITOR } from '../snippets/visitor.ts'

export const ipDiffers = shareCheck({
  code: 'ip_differs',
  title: 'Browser and server name different IP addresses',
  severity: 'warning',
  about:
    'The server sends its own address, a proxy’s, or that of a later request instead of the visitor’s. It matches the wrong people or nobody.',
  fix: 'Keep the visitor’s address of the checkout with the order: behind a proxy it is the first one in X-Forwarded-For.',
  snippets: VISITOR,
  of: 'conversions',
  metrics: ['note:ip_differs'],
  total: pairsIn,
  above: 0.3,
  says: 'name another IP address than the other side did.',
})
