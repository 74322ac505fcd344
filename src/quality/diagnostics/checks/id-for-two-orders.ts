/** One event id, two orders. */
import { shareCheck, withFinding } from '../share.ts'
import { SHARED_ID } from '../snippets/shared-id.ts'

export const idForTwoOrders = shareCheck({
  code: 'id_for_two_orders',
  title: 'One event id used for two orders',
  severity: 'error',
  about:
    'An event_id that two orders share makes the second a duplicate of the first: that sale is not counted, here or by any ad platform.',
  fix: 'Make the event_id from the order number, so that each order has its own.',
  snippets: SHARED_ID,
  of: 'conversions',
  metrics: ['finding:order_id_differs'],
  above: 0.01,
  min: 10,
  says: 'carry the event_id of another order.',
  picks: withFinding('order_id_differs'),
})
