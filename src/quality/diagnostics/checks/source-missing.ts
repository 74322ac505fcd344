/** Reports that do not say where it happened. */
import { shareCheck, withFinding } from '../share.ts'
import { SHARED_ID } from '../snippets/shared-id.ts'

export const sourceMissing = shareCheck({
  code: 'source_missing',
  title: 'Events without action_source',
  severity: 'warning',
  about:
    'Meta refuses a server event that does not say where it happened. Here the page’s address is taken as a hint.',
  fix: 'Send action_source with every event: website, app, physical_store, phone_call, ...',
  snippets: SHARED_ID,
  of: 'each',
  side: 'server',
  metrics: ['finding:action_source_inferred'],
  above: 0.1,
  says: 'do not say where they happened.',
  picks: withFinding('action_source_inferred'),
})
