import { expect, it } from 'vitest'
import type { ExportAnswer } from '../../api/types.ts'
import { progressWords, searchWords, shownOf, stateWords } from './export-words.ts'

const NOW_MS = 1_790_000_000_000
const one: ExportAnswer = {
  export_id: 'x_1',
  dataset_id: '1',
  kind: 'events',
  format: 'csv',
  filters: {},
  started_by: 'Ann',
  may_cancel: true,
  state: 'running',
  reason: null,
  started_ms: NOW_MS - 12_000,
  ended_ms: null,
  rows: 12_300,
  bytes: 8_100_000,
  share: 0.42,
}
const plain = (words: string): string => words.replaceAll('\u00a0', ' ')

it.each([
  [{}, '12,300 events, 8.1 MB, 42%, 12 s'],
  [{ share: null }, '12,300 events, 8.1 MB, 12 s'],
  [{ share: 0.999 }, '12,300 events, 8.1 MB, >99%, 12 s'],
  [{ rows: 1, bytes: 300, kind: 'consents' }, '1 record, 1 KB, 42%, 12 s'],
  [{ bytes: 1_234_000_000, share: null }, '12,300 events, 1234 MB, 12 s'],
] as const)('how far it is: %j', (fields, words) => {
  expect(plain(progressWords({ ...one, ...fields }, NOW_MS))).toBe(words)
})

it.each([
  [{ state: 'done' }, 'Done: 12,300 events, 8.1 MB'],
  [{ state: 'cancelled' }, 'Cancelled after 12,300 events: the file is not whole'],
  [{ state: 'cut_off', reason: 'reader_left' }, /^Cut off after 12,300 events: .* start it again/],
  [{ state: 'cut_off', reason: 'right_ended' }, /may not read this dataset any more/],
  [{ state: 'cut_off', reason: 'failed' }, /see the server log/],
] as const)('how it ended: %j', (fields, words) => {
  expect(plain(stateWords({ ...one, ...fields }))).toMatch(words)
})

it('names what is searched for, without the values of a person', () => {
  expect(searchWords(one)).toBe('')
  const filters = { event_name: 'Lead', seen_by: 'both', person: '2 values' }
  expect(searchWords({ ...one, filters })).toBe('event Lead, seen by both, person 2 values')
})

it('shows all that run, and the last few that ended within a day', () => {
  const ended = (export_id: string, agoMs: number): ExportAnswer => ({
    ...one,
    export_id,
    state: 'done',
    ended_ms: NOW_MS - agoMs,
  })
  const old = ended('old', 25 * 3_600_000)
  const many = ['a', 'b', 'c', 'd'].map((id) => ended(id, 1000))
  const shown = shownOf([one, old, ...many, { ...one, export_id: 'x_0' }], NOW_MS)
  expect(shown.map(({ export_id }) => export_id)).toEqual(['x_1', 'a', 'b', 'c', 'x_0'])
})
