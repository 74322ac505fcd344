import { describe, expect, test } from 'vitest'
import { usagePauseMs } from './meta-pace.ts'

describe('usage headers', () => {
  const business = (usage: object) =>
    JSON.stringify({ '4821': [{ type: 'ads_management', ...usage }] })
  test.each([
    ['none', {}, 0],
    ['plenty left', { 'x-app-usage': '{"call_count":28,"total_time":25,"total_cputime":74}' }, 0],
    ['nearly spent', { 'x-app-usage': '{"call_count":90,"total_time":2}' }, 36_000],
    ['spent, end unknown', { 'x-app-usage': '{"total_cputime":100}' }, 300_000],
    [
      'account spent',
      { 'x-ad-account-usage': '{"acc_id_util_pct":100,"reset_time_duration":70}' },
      70_000,
    ],
    ['account busy', { 'x-ad-account-usage': '{"acc_id_util_pct":9.67}' }, 0],
    [
      'business, minutes told',
      {
        'x-business-use-case-usage': business({
          call_count: 100,
          estimated_time_to_regain_access: 4,
        }),
      },
      240_000,
    ],
    ['business, nearly', { 'x-business-use-case-usage': business({ total_time: 80 }) }, 12_000],
    [
      'the longest counts',
      {
        'x-app-usage': '{"call_count":80}',
        'x-business-use-case-usage': business({ call_count: 95 }),
      },
      48_000,
    ],
    [
      'never longer than an hour',
      { 'x-business-use-case-usage': business({ estimated_time_to_regain_access: 9999 }) },
      3_600_000,
    ],
    [
      'nonsense',
      {
        'x-app-usage': 'x',
        'x-ad-account-usage': '[1]',
        'x-business-use-case-usage': '{"a":[1,null]}',
      },
      0,
    ],
    ['numbers as text', { 'x-app-usage': '{"call_count":"99"}' }, 0],
  ])('%s', (_, headers, ms) => {
    expect(usagePauseMs(new Headers(headers as Record<string, string>))).toBe(ms)
  })
})
