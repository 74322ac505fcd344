/** Server reports without the cookies of the browser. */
import { shareCheck, withNote } from '../share.ts'
import { VISITOR } from '../snippets/visitor.ts'

export const serverWithoutBrowserIds = shareCheck({
  code: 'server_without_browser_ids',
  title: 'Server events without _fbp and _fbc',
  severity: 'warning',
  about:
    'Without the browser’s cookies a server event cannot be tied to the ad click, and twins without a shared id cannot meet.',
  fix: 'Read the cookies _fbp and _fbc in the request of the checkout and send them as fbp and fbc.',
  snippets: VISITOR,
  of: 'conversions',
  side: 'server',
  metrics: ['note:no_browser_ids'],
  above: 0.6,
  says: 'carry neither fbp nor fbc.',
  picks: withNote('no_browser_ids'),
})
