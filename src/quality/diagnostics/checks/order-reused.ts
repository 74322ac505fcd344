/** One order reported with several amounts. */
import { shareCheck, withNote } from '../share.ts'
import { SHARED_ID } from '../snippets/shared-id.ts'

export const orderReused = shareCheck({
  code: 'order_reused',
  title: 'One order number, several amounts',
  severity: 'warning',
  about:
    'The same side reports one order again with another value. Only the first is counted: if these are sales of their own, they are lost.',
  fix: 'Give each sale a number of its own; report a changed or refunded order as another event.',
  snippets: SHARED_ID,
  of: ['Purchase'],
  metrics: ['note:order_value_differs'],
  above: 0.01,
  min: 10,
  says: 'repeat an order with another value.',
  picks: withNote('order_value_differs'),
})
