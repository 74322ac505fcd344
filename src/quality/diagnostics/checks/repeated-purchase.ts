/** The same sale reported again by the browser. */
import { shareCheck, withNote } from '../share.ts'
import { ONCE } from '../snippets/once.ts'

export const repeatedPurchase = shareCheck({
  code: 'repeated_purchase',
  title: 'The browser reports sales more than once',
  severity: 'warning',
  about:
    'The page that thanks for the order reports again when it is opened again, or two pixels report side by side. Copies with the same id are removed here; without one they would count.',
  fix: 'Report a sale once per order, and look for a second pixel on the page.',
  snippets: ONCE,
  of: ['Purchase'],
  side: 'browser',
  metrics: ['note:repeat'],
  above: 0.25,
  says: 'repeat a sale that the browser had reported already.',
  picks: withNote('repeat'),
})
