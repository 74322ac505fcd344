import { describe, expect, it } from 'vitest'
import { mergeLegs, moneyOf } from './merge.ts'
import type { CustomData, Envelope, Hashed, Leg, UserData } from './shape.ts'

const hashed = (digit: string): Hashed => digit.repeat(64) as Hashed

function leg(
  channel: Envelope['channel'],
  custom_data: CustomData | undefined,
  rest: { user_data?: UserData; seq?: number; findings?: Leg['findings'] } = {},
): Leg {
  const seq = rest.seq ?? 1
  return {
    seq,
    event: {
      event_name: 'Purchase',
      event_time: 1000 + seq,
      action_source: 'website',
      user_data: rest.user_data ?? {},
      ...(custom_data ? { custom_data } : {}),
    },
    envelope: { dataset_id: '1', channel, via: 'graph', received_at_ms: seq },
    verdict: seq === 1 ? 'accepted' : 'duplicate',
    ...(seq === 1 ? {} : { of_seq: 1, matched_by: 'event_id' as const }),
    ...(rest.findings ? { findings: rest.findings } : {}),
  }
}

describe('mergeLegs', () => {
  it('keeps the first copy’s time and completes it with what the second knew', () => {
    const merged = mergeLegs([
      leg('browser', { value: 30, currency: 'EUR' }, { user_data: { fbp: 'fb.1.1.1' } }),
      leg(
        'server',
        { order_id: 'o-17' },
        { seq: 2, user_data: { em: [hashed('a')], fbp: 'fb.1.2.2', fbc: 'fb.1.2.click' } },
      ),
    ])
    expect(merged).toMatchObject({
      event_time: 1001,
      matched_by: 'event_id',
      user_data: { fbp: 'fb.1.1.1', fbc: 'fb.1.2.click', em: [hashed('a')] },
      custom_data: { value: 30, currency: 'EUR', order_id: 'o-17' },
    })
  })

  it('joins the hashes that two legs give for one key', () => {
    const merged = mergeLegs([
      leg('browser', undefined, { user_data: { em: [hashed('a')] } }),
      leg('server', undefined, { seq: 2, user_data: { em: [hashed('a'), hashed('b')] } }),
    ])
    expect(merged.user_data.em).toEqual([hashed('a'), hashed('b')])
  })

  it('lists the findings of all legs once', () => {
    const findings = [{ code: 'value_mismatch', detail: 'x' }]
    const merged = mergeLegs([
      leg('browser', undefined, { findings }),
      leg('server', undefined, { seq: 2, findings }),
    ])
    expect(merged.findings).toEqual(findings)
  })

  it('lists what one leg lacked only while no other brought it', () => {
    const lacks = ['missing_value', 'missing_currency', 'not_enough_user_data']
    const findings = [...lacks, 'invalid_url'].map((code) => ({ code }))
    const poor = leg('browser', undefined, { findings, user_data: { ct: [hashed('a')] } })
    const codesWith = (...later: Leg[]) => mergeLegs([poor, ...later]).findings.map((f) => f.code)
    expect(codesWith()).toEqual([...lacks, 'invalid_url'])
    const money = { value: 30, currency: 'EUR' }
    expect(codesWith(leg('server', money, { seq: 2 }))).toEqual([
      'not_enough_user_data',
      'invalid_url',
    ])
    const known = { user_data: { em: [hashed('b')] }, seq: 2 }
    expect(codesWith(leg('server', money, known))).toEqual(['invalid_url'])
  })

  it('has no matched_by while there is one leg', () => {
    expect(mergeLegs([leg('browser', undefined)])).not.toHaveProperty('matched_by')
  })
})

describe('moneyOf', () => {
  const browser = (custom: CustomData, seq = 1): Leg => leg('browser', custom, { seq })
  const server = (custom: CustomData, seq = 1): Leg => leg('server', custom, { seq })

  it.each([
    [
      'the server wins when it comes second',
      [browser({ value: 30, currency: 'EUR' }), server({ value: 31, currency: 'USD' }, 2)],
      { value: 31, currency: 'USD' },
    ],
    [
      'the server wins when it comes first',
      [server({ value: 31, currency: 'USD' }), browser({ value: 30, currency: 'EUR' }, 2)],
      { value: 31, currency: 'USD' },
    ],
    [
      'the first of two servers wins',
      [server({ value: 31, currency: 'USD' }), server({ value: 32, currency: 'USD' }, 2)],
      { value: 31, currency: 'USD' },
    ],
    [
      'a currency that the server lacks comes from the browser',
      [browser({ value: 30, currency: 'EUR' }), server({ value: 30 }, 2)],
      { value: 30, currency: 'EUR' },
    ],
    [
      'a server without a value leaves the browser’s',
      [browser({ value: 30, currency: 'EUR' }), server({ order_id: 'o' }, 2)],
      { value: 30, currency: 'EUR' },
    ],
    ['nothing is invented', [browser({ order_id: 'o' })], {}],
  ])('%s', (_name, legs, money) => {
    expect(moneyOf(legs)).toEqual(money)
  })
})
