/**
 * The searching part of the store's contract: what stands in any leg of an event, or in all of them
 * together, without an id that leads there. Called by conformance.ts.
 */
import { expect, it } from 'vitest'
import type { Leg } from '../event/shape.ts'
import {
  HOUR_S,
  leg,
  paged,
  putLegs,
  SHOP,
  START_S,
  type Suite,
  tidied,
} from './conformance-legs.ts'
import type { EventQuery } from './store.ts'

const [jo, al] = ['a'.repeat(64), 'b'.repeat(64)] as const
const server = 'server' as const
const late = START_S + 30 * HOUR_S
const history = (): Leg[] => [
  leg(1, { user: { fbp: 'fb.1.1.1' } }),
  leg(2, { name: 'Purchase', user: { fbp: 'fb.1.1.1' }, finding: 'hashed_here' }),
  leg(3, { name: 'Purchase', of: 2, channel: server, user: { em: [jo] } }),
  leg(4, { name: 'Lead', channel: server, user: { em: [al, jo] }, finding: 'late_twin' }),
  leg(5, { verdict: 'dropped', reason: 'bot', user: { client_user_agent: 'fb.1.1.1' } }),
  leg(6, { verdict: 'rejected', reason: 'missing_value', finding: 'late_twin' }),
  leg(7, { name: 'Lead', of: 4, channel: server, user: { em: [jo] }, atS: late }),
  leg(8, { name: 'Lead', channel: 'other', atS: late, user: { em: [al] } }),
  leg(9, { name: 'Purchase', of: 2, channel: server, finding: 'late_twin', atS: late }),
]
const every = ['accepted', 'dropped', 'rejected'] as const

const CASES: readonly [string, Omit<EventQuery, 'dataset_id' | 'limit'>, number[][]][] = [
  [
    'a person, where the newest report of them stands',
    { person: [jo] },
    [
      [4, 7],
      [2, 3, 9],
    ],
  ],
  ['a person by any of several values', { person: [al, jo] }, [[8], [4, 7], [2, 3, 9]]],
  ['a person by what is never hashed', { person: ['fb.1.1.1'] }, [[2, 3, 9], [1]]],
  ['a person of one event name', { person: [jo], event_name: 'Lead' }, [[4, 7]]],
  [
    'a person in time, by the first report',
    { person: [jo], to_s: late },
    [
      [4, 7],
      [2, 3, 9],
    ],
  ],
  ['a person from a time on', { person: [al], from_s: late }, [[8]]],
  ['a person who left nothing', { person: ['c'.repeat(64)] }, []],
  ['a person and an event id', { person: [jo], event_id: 'e-4' }, [[4, 7]]],
  [
    'a person among what was not counted',
    { person: ['fb.1.1.1'], verdicts: every },
    [[5], [2, 3, 9], [1]],
  ],
  [
    'a finding of any report',
    { finding: 'late_twin' },
    [
      [2, 3, 9],
      [4, 7],
    ],
  ],
  ['a finding of what was rejected', { finding: 'late_twin', verdicts: ['rejected'] }, [[6]]],
  ['a finding and a person', { finding: 'late_twin', person: [al] }, [[4, 7]]],
  ['a reason', { reason: 'bot', verdicts: ['dropped'] }, [[5]]],
  ['what both sides told', { seen_by: 'both' }, [[2, 3, 9]]],
  ['what a browser told', { seen_by: 'browser' }, [[2, 3, 9], [1]]],
  ['what a browser alone told', { seen_by: 'browser_only' }, [[1]]],
  ['what a server alone told', { seen_by: 'server_only' }, [[8], [4, 7]]],
  ['what came otherwise', { seen_by: 'other', event_name: 'Lead' }, [[8]]],
  [
    'what was told more than once',
    { repeated: true },
    [
      [4, 7],
      [2, 3, 9],
    ],
  ],
]

export function describeSearch({ clock, store: make }: Suite): void {
  it.each(CASES)('finds %s', async (_, query, expected) => {
    const store = await make()
    for (const one of history()) await putLegs(store, [one])
    for (const limit of [1, 2, 100])
      expect(await paged(store, { ...query, limit })).toEqual(expected)
    await tidied(store, clock.nowMs)
    expect(await paged(store, { ...query, limit: 1 })).toEqual(expected)
  })

  it('says how far back it looked', async () => {
    const store = await make()
    for (const one of history()) await putLegs(store, [one])
    const page = await store.events({ dataset_id: SHOP, limit: 1, person: [al] })
    expect(page.next_before_seq).toBeGreaterThan(4)
    expect(page.reached_ms).toBeLessThanOrEqual(late * 1000)
    const all = await store.events({ dataset_id: SHOP, limit: 100, person: [al] })
    expect(all).not.toHaveProperty('reached_ms')
  })
}
