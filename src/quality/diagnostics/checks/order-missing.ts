/** Sales that name no order. */
import { shareCheck, withNote } from '../share.ts'
import { SHARED_ID } from '../snippets/shared-id.ts'

export const orderMissing = shareCheck({
  code: 'order_missing',
  title: 'Sales without an order number',
  severity: 'warning',
  about:
    'Without order_id a sale cannot be found again, checked against the shop, or recognised when its event_id differs.',
  fix: 'Send the number of the order as custom_data.order_id from both sides.',
  snippets: SHARED_ID,
  of: ['Purchase'],
  metrics: ['note:no_order'],
  above: 0.2,
  says: 'name no order.',
  picks: withNote('no_order'),
})
