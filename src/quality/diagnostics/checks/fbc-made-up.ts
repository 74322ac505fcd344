/** Click ids made when the event is sent. */
import { shareCheck, withNote } from '../share.ts'
import { VISITOR } from '../snippets/visitor.ts'

export const fbcMadeUp = shareCheck({
  code: 'fbc_made_up',
  title: 'Click ids with the time of the sale',
  severity: 'warning',
  about:
    'The server makes _fbc at the moment of the sale instead of keeping the one of the visit, so every click seems to have happened just then.',
  fix: 'Store _fbc when the visitor arrives and send that one unchanged.',
  snippets: VISITOR,
  of: 'conversions',
  side: 'server',
  metrics: ['note:fbc_fresh'],
  above: 0.2,
  says: 'carry a click id made in the second of the action.',
  picks: withNote('fbc_fresh'),
})
