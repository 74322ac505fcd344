/** One id for many actions. */
import { shareCheck, withNote } from '../share.ts'
import { SHARED_ID } from '../snippets/shared-id.ts'

export const eventIdReused = shareCheck({
  code: 'event_id_reused',
  title: 'The same event id for different people',
  severity: 'error',
  about:
    'One event_id arrives for different people: a fixed or cached id. All but the first are taken for duplicates and are not counted.',
  fix: 'Make a new event_id for every action: from the order number, or at random in the browser (not on a cached page).',
  snippets: SHARED_ID,
  of: 'each',
  metrics: ['note:id_reused'],
  above: 0.005,
  says: 'carry an event_id that another person had.',
  picks: withNote('id_reused'),
})
