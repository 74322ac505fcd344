/**
 * Rules that many shops want, ready to be filled in: they open in the builder, and nothing happens
 * before the person saved, tried and published them. Pure; a test checks each with the server's
 * own schema.
 */
import type { Rule } from './rule.ts'

export interface ReadyMade {
  readonly title: string
  readonly about: string
  readonly rule: Rule
}

const PURCHASE = { op: 'equals', field: 'event_name', value: 'Purchase' }

export const READY_MADE: readonly ReadyMade[] = [
  {
    title: 'Leave out internal traffic',
    about: 'Staging sites, visits marked with ?internal, test coupons: received, but not counted.',
    rule: {
      id: 'internal-traffic',
      name: 'Leave out internal traffic',
      when: {
        op: 'any',
        of: [
          { op: 'glob', field: 'event_source_url.host', value: 'staging.*' },
          { op: 'exists', field: 'event_source_url.query.internal' },
          { op: 'in', field: 'custom_data.coupon', values: ['TEST'], ignore_case: true },
        ],
      },
      actions: [{ do: 'drop' }],
    },
  },
  {
    title: 'Rename a custom event',
    about: 'Ad platforms optimise for standard names: count order_placed as Purchase.',
    rule: {
      id: 'standard-name',
      name: 'Count order_placed as Purchase',
      when: { op: 'in', field: 'event_name', values: ['order_placed'] },
      actions: [{ do: 'rename', to: 'Purchase' }],
    },
  },
  {
    title: 'Strip query parameters',
    about: 'Keep campaign parameters and click ids; session ids and the rest go.',
    rule: {
      id: 'clean-addresses',
      name: 'Keep only campaign parameters in addresses',
      actions: [
        {
          do: 'strip_query',
          keep: ['utm_*', 'fbclid', 'gclid', 'gbraid', 'wbraid', 'ttclid', 'msclkid'],
          fragment: true,
        },
      ],
    },
  },
  {
    title: 'Value from margin',
    about: 'Write what a sale earns to net_revenue, with one margin or one for each product.',
    rule: {
      id: 'net-revenue',
      name: 'Net revenue from margin',
      when: PURCHASE,
      actions: [{ do: 'margin', to: 'custom_data.net_revenue', margin: '30%' }],
    },
  },
  {
    title: 'Fix cents',
    about: 'The shop server sends 5990 and means 59.90: divide its amounts by a hundred.',
    rule: {
      id: 'fix-cents',
      name: 'The server sends cents',
      when: { op: 'all', of: [PURCHASE, { op: 'equals', field: 'channel', value: 'server' }] },
      actions: [{ do: 'multiply', field: 'custom_data.value', by: '0.01' }],
    },
  },
  {
    title: 'Fill in the currency',
    about: 'A shop that sells in one currency and forgets to say so.',
    rule: {
      id: 'currency',
      name: 'Fill in the currency',
      when: { op: 'exists', field: 'custom_data.value' },
      actions: [{ do: 'default', field: 'custom_data.currency', value: 'EUR' }],
    },
  },
]
