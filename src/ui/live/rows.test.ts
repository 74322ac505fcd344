import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LegView } from '../../api/types.ts'
import {
  addLegs,
  eventIdOf,
  keptLeg,
  matches,
  moneyOf,
  orderOf,
  ROWS_MAX,
  type Row,
  shortId,
} from './rows.ts'

const leg = (seq: number, more: Partial<LegView> = {}): LegView => ({
  seq,
  dataset_id: '1',
  channel: 'browser',
  via: 'pixel',
  received_at: 0,
  received_at_ms: seq,
  verdict: 'accepted',
  event_name: 'Purchase',
  event_time: 0,
  action_source: 'website',
  user_data: {},
  findings: [],
  ...more,
})

const twin = (seq: number, of: number, more: Partial<LegView> = {}): LegView =>
  leg(seq, {
    channel: 'server',
    verdict: 'duplicate',
    of_seq: of,
    matched_by: 'event_id',
    ...more,
  })

const seqs = (rows: readonly Row[]): number[][] => rows.map((row) => row.legs.map(({ seq }) => seq))

const live = { live: true }

describe('what tells rows apart', () => {
  it.each([
    ['view-1', 'view-1'],
    ['1764321000000.123456789', '17643210…56789'],
  ])('is the event id, shortened where it is long: %s', (id, short) => {
    expect(shortId(id)).toBe(short)
  })

  it('is the kept report’s id, or that of the first which has one', () => {
    const [row] = addLegs([], [leg(1), twin(2, 1, { event_id: 'from-server' })], live)
    expect(row && eventIdOf(row)).toBe('from-server')
    const [other] = addLegs([], [leg(1, { event_id: 'a' }), twin(2, 1, { event_id: 'b' })], live)
    expect(other && eventIdOf(other)).toBe('a')
  })

  it('is the order where any report names one', () => {
    const [row] = addLegs([], [leg(1), twin(2, 1, { custom_data: { order_id: '17' } })], live)
    expect(row && orderOf(row)).toBe('17')
  })
})

describe('rows of live events', () => {
  it('puts a twin into the row of the event it became', () => {
    const first = addLegs([], [leg(1), leg(2)], { live: false })
    expect(seqs(addLegs(first, [twin(3, 1)], live))).toEqual([[2], [1, 3]])
  })

  it('shows a twin whose first report came before the page was opened', () => {
    const [row] = addLegs([], [twin(9, 4)], live)
    expect(row).toMatchObject({ seq: 4 })
    expect(row && keptLeg(row)).toBeUndefined()
  })

  it('marks what came while the page was open, and nothing else', () => {
    const before = addLegs([], [leg(1), twin(2, 1)], { live: false })
    expect(before[0]?.seen).toBe(0)
    expect(addLegs(before, [twin(3, 1)], live)[0]?.seen).toBe(1)
  })

  it('is the same in whatever pieces and however often the legs come', () => {
    const legs = [leg(1), twin(2, 1), leg(3), leg(4, { verdict: 'dropped' }), twin(5, 3)]
    fc.assert(
      fc.property(fc.array(fc.nat(legs.length - 1)), (order) => {
        const repeated = [...order.map((place) => legs[place] as LegView), ...legs]
        const rows = repeated.reduce<readonly Row[]>((all, one) => addLegs(all, [one], live), [])
        expect(seqs(rows)).toEqual([[4], [3, 5], [1, 2]])
      }),
    )
  })

  it('holds the newest events only', () => {
    const many = Array.from({ length: ROWS_MAX + 20 }, (_, place) => leg(place + 1))
    const rows = addLegs([], many, live)
    expect(rows).toHaveLength(ROWS_MAX)
    expect(rows[0]?.seq).toBe(ROWS_MAX + 20)
  })

  it('lets the server’s money win', () => {
    const [row] = addLegs(
      [],
      [
        leg(1, { custom_data: { value: 30.5, currency: 'EUR' } }),
        twin(2, 1, { custom_data: { value: 29.9, currency: 'EUR' } }),
      ],
      live,
    )
    expect(row && moneyOf(row)).toEqual({ value: 29.9, currency: 'EUR' })
  })

  it.each([
    [{}, true],
    [{ channel: 'server' as const }, true],
    [{ channel: 'other' as const }, false],
    [{ event: 'Purchase' }, true],
    [{ event: 'Lead' }, false],
    [{ code: 'TEST1' }, true],
    [{ code: 'TEST2' }, false],
    [{ browser: 'firefox' }, true],
    [{ browser: 'chrome' }, false],
    [{ person: ['h1', 'h2'] }, true],
    [{ person: ['h3'] }, false],
    [{ text: ' ORDER-7 ' }, true],
    [{ text: 'order-8' }, false],
    // One report must fit all of it.
    [{ channel: 'browser' as const, code: 'TEST1' }, false],
  ])('filter %j fits: %s', (filter, fits) => {
    const [row] = addLegs(
      [],
      [
        leg(1, { user_data: { client_user_agent: 'Gecko Firefox/140.0', em: ['h1'] } }),
        twin(2, 1, { test_event_code: 'TEST1', custom_data: { order_id: 'order-7' } }),
      ],
      live,
    )
    expect(row && matches(row, filter)).toBe(fits)
  })
})
