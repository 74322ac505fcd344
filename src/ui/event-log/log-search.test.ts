import { expect, it } from 'vitest'
import { isLookedThrough, logQuery, readLogSearch } from './log-search.ts'

it('keeps of an address what is a filter, and nothing else', () => {
  const search = readLogSearch({
    order_id: 17,
    verdict: 'gone',
    seen_by: 'both',
    finding: 'late_twin',
    from: 'yesterday',
    person: 'jo@example.com',
  })
  expect(Object.entries(search).filter(([, value]) => value !== undefined)).toEqual([
    ['order_id', '17'],
    ['seen_by', 'both'],
    ['finding', 'late_twin'],
  ])
})

it('asks the server by hashes and unix seconds', () => {
  const from = '2026-03-01T09:30'
  const second = String(new Date(from).getTime() / 1000)
  const query = logQuery({ event: 'Purchase', verdict: 'all', from }, ['a', 'b'])
  expect(Object.fromEntries(query)).toEqual({
    event_name: 'Purchase',
    verdict: 'all',
    from: second,
    person: 'a,b',
  })
})

it('knows what no index leads to', () => {
  expect(isLookedThrough({}, [])).toBe(false)
  expect(isLookedThrough({}, ['a'])).toBe(true)
  expect(isLookedThrough({ finding: 'late_twin' }, [])).toBe(true)
  expect(isLookedThrough({ order_id: '1' }, ['a'])).toBe(false)
})
