/** Server reports that name no page. */
import { shareCheck, withNote } from '../share.ts'
import { VISITOR } from '../snippets/visitor.ts'

export const missingPage = shareCheck({
  code: 'missing_page',
  title: 'Server events without the page',
  severity: 'suggestion',
  about:
    'event_source_url is asked for with website events: without it no rule by address and no domain check can work.',
  fix: 'Send the address of the page on which it happened as event_source_url.',
  snippets: VISITOR,
  of: 'conversions',
  side: 'server',
  metrics: ['note:no_url'],
  above: 0.3,
  says: 'name no page.',
  picks: withNote('no_url'),
})
