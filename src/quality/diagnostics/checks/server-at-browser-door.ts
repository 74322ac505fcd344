/** Server reports through the door of browsers. */
import { shareCheck, withFinding } from '../share.ts'
import { INSTALL } from '../snippets/install.ts'

export const serverAtBrowserDoor = shareCheck({
  code: 'server_at_browser_door',
  title: 'A server reports where browsers do',
  severity: 'warning',
  about:
    'Events of a program arrive at the pixel’s address. They carry no visitor’s address, and count as browser reports of nobody.',
  fix: 'Send them to the Conversions API endpoint with a token: the page Install has the address.',
  snippets: INSTALL,
  of: 'together',
  side: 'browser',
  metrics: ['finding:not_a_browser'],
  above: 0.05,
  says: 'came from a program.',
  picks: withFinding('not_a_browser'),
})
