/** Server reports without address or browser. */
import { shareCheck, withNote } from '../share.ts'
import { VISITOR } from '../snippets/visitor.ts'

export const serverWithoutClient = shareCheck({
  code: 'server_without_client',
  title: 'Server events without IP address or user agent',
  severity: 'warning',
  about:
    'Meta asks for the visitor’s address and browser with every website event. They match many visitors who leave no e-mail.',
  fix: 'Send client_ip_address and client_user_agent of the visitor’s request, kept with the order.',
  snippets: VISITOR,
  of: 'conversions',
  side: 'server',
  metrics: ['note:no_client'],
  above: 0.3,
  says: 'lack the visitor’s IP address or user agent.',
  picks: withNote('no_client'),
})
