import { describe, expect, it } from 'vitest'
import type { LegView } from '../../api/types.ts'
import { sentGroups } from './sent-rows.ts'

const HASH = 'a'.repeat(64)

const leg = (more: Partial<LegView>): LegView => ({
  seq: 1,
  dataset_id: '1',
  channel: 'browser',
  via: 'pixel',
  received_at: 0,
  received_at_ms: 0,
  verdict: 'accepted',
  event_name: 'Purchase',
  event_time: 0,
  action_source: 'website',
  user_data: {},
  findings: [],
  ...more,
})

const rowsOf = (...legs: LegView[]) => sentGroups(legs).flatMap(({ rows }) => rows)

describe('what was sent, side by side', () => {
  it('marks a parameter about which two reports disagree, and only such', () => {
    const rows = rowsOf(
      leg({ custom_data: { value: 1, currency: 'EUR', num_items: 2 } }),
      leg({ custom_data: { value: 2, currency: 'EUR' } }),
    )
    expect(rows.filter(({ differs }) => differs).map(({ key }) => key)).toEqual(['value'])
    expect(rows.find(({ key }) => key === 'num_items')?.cells).toEqual(['2', undefined])
  })

  it.each<[Record<string, unknown> | undefined, string | undefined]>([
    [undefined, undefined],
    [{ state: 'unknown', signal: 'none' }, undefined],
    [{ state: 'granted', signal: 'fbq' }, 'granted (fbq)'],
    [
      { state: 'granted', signal: 'tcf', decision: { action: 'keep', withheld: ['meta', 'ga4'] } },
      'granted (tcf), kept from meta, ga4',
    ],
    [
      { state: 'denied', signal: 'gpc', decision: { action: 'limit', withheld: ['ga4'] } },
      'denied (gpc), sent as limited data use',
    ],
    [
      { state: 'unknown', signal: 'none', decision: { action: 'anonymous' } },
      'unknown, counted without identifiers',
    ],
  ])('says what the visitor allowed and what came of it: %j', (consent, words) => {
    const row = rowsOf(leg({ consent })).find(({ key }) => key === 'Consent')
    expect(row?.cells[0]).toBe(words)
  })

  it('shows neither a whole hash nor an address on the network', () => {
    const rows = rowsOf(leg({ user_data: { em: [HASH], client_ip_address: '203.0.113.7' } }))
    const text = JSON.stringify(rows)
    expect(text).not.toContain(HASH)
    expect(text).not.toContain('203.0.113.7')
    expect(rows.find(({ key }) => key === 'em')?.label).toBe('E-mail (hashed)')
  })
})
