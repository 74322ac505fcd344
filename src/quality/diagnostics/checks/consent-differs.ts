/** Two sides, two answers to consent. */
import { pairsIn } from '../counts.ts'
import { shareCheck } from '../share.ts'
import { CONSENT } from '../snippets/consent.ts'

export const consentDiffers = shareCheck({
  code: 'consent_differs',
  title: 'Browser and server disagree about consent',
  severity: 'error',
  about:
    'One side says that the visitor agreed and the other that they did not. The stricter word decides for what comes later, but what came first may have left already.',
  fix: 'Keep the visitor’s choice with the order and send it with the server event.',
  snippets: CONSENT,
  of: 'conversions',
  metrics: ['note:consent_differs'],
  total: pairsIn,
  above: 0.02,
  says: 'say another consent than the other side.',
})
