import { describe, expect, it } from 'vitest'
import {
  ALERT_AGAIN_MS,
  ALERT_GATHER_MS,
  ALERT_TRIES_MAX,
  ALERTS_PER_HOUR_MAX,
} from '../diagnostic-limits.ts'
import type { Finding } from '../quality/diagnostics/finding.ts'
import type { AlertState } from './alert-book.ts'
import { afterTry, isNews } from './alert-owed.ts'
import {
  afterSend,
  digestOf,
  dueAlert,
  isDigestDue,
  testsOfHour,
  withOpened,
} from './alert-plan.ts'
import { type AlertSettings, alertSettingsSchema } from './alert-settings.ts'
import type { AlertRecord } from './view.ts'

const HOUR_MS = 3_600_000
const NOON_MS = Date.UTC(2026, 10, 1, 12)

const finding = (code: string, more: Partial<Finding> = {}): Finding => ({
  ...{ id: code, code, severity: 'error', subject: {}, words: '', affected: 30, total: 30 },
  ...{ hours: 2, money: [], share: 0, samples: [], state: 'open' },
  ...{ first_seen_ms: NOON_MS, opened_ms: NOON_MS, last_seen_ms: NOON_MS },
  ...more,
})
const EMPTY: AlertState = {
  ...{ waiting: [], failures: 0, next_try_ms: 0, told: {}, digest_ms: NOON_MS },
  ...{ owed: [], history: [] },
}
const MESSAGE = {
  id: 'alert_1',
  message: { kind: 'alert', subject: '', text: '', body: {}, findings: ['zero_value'] },
} as const
const SENT = { ...MESSAGE, hasMail: true, nowMs: NOON_MS }
const around = (nowMs: number, settings: Partial<AlertSettings> = {}) => ({
  settings: { ...alertSettingsSchema.parse({}), ...settings },
  mutes: [],
  nowMs,
})
const record = (at_ms: number, error?: string): AlertRecord => ({
  ...{ at_ms, kind: 'alert', channel: 'email', subject: '', findings: [] },
  ...(error ? { error } : {}),
})

describe('what opens', () => {
  it('waits for company and is told in one message', () => {
    const one = withOpened(EMPTY, [finding('zero_value')], around(NOON_MS))
    const two = withOpened(one, [finding('wrong_hash')], around(NOON_MS + 60_000))
    expect(two.waiting).toEqual(['zero_value', 'wrong_hash'])
    const all = [finding('zero_value'), finding('wrong_hash')]
    expect(dueAlert(two, all, around(NOON_MS + ALERT_GATHER_MS - 1)).kind).toBe('wait')
    const due = dueAlert(two, all, around(NOON_MS + ALERT_GATHER_MS))
    expect(due.kind === 'send' && due.opened.length).toBe(2)
  })

  it('is not told when it was muted or gone before the message', () => {
    const state = withOpened(EMPTY, [finding('zero_value')], around(NOON_MS))
    const mutes = [{ target: 'zero_value', until_ms: null, by: 'Jo', at_ms: 0 }]
    const later = { ...around(NOON_MS + ALERT_GATHER_MS), mutes }
    expect(dueAlert(state, [finding('zero_value')], later).kind).toBe('drop')
    const gone = [finding('zero_value', { state: 'resolved' })]
    expect(dueAlert(state, gone, around(NOON_MS + ALERT_GATHER_MS)).kind).toBe('drop')
    expect(withOpened(EMPTY, [finding('zero_value')], { ...around(NOON_MS), mutes })).toBe(EMPTY)
  })

  it('is told once a day, however often it opens', () => {
    const told = { ...EMPTY, told: { zero_value: NOON_MS } }
    const again = [finding('zero_value')]
    expect(withOpened(told, again, around(NOON_MS + ALERT_AGAIN_MS - 1))).toBe(told)
    expect(withOpened(told, again, around(NOON_MS + ALERT_AGAIN_MS)).waiting).toHaveLength(1)
  })

  it.each([
    [{}, 'error', 'zero_value', true],
    [{}, 'warning', 'zero_value', false],
    [{ now: 'warning' }, 'warning', 'zero_value', true],
    [{ now: 'none' }, 'error', 'zero_value', false],
    [{ rules: { zero_value: 'never' } }, 'error', 'zero_value', false],
    [{ now: 'none', rules: { zero_value: 'now' } }, 'suggestion', 'zero_value', true],
  ] as const)('at once or not: %j %s', (settings, severity, code, isNow) => {
    const opened = [finding(code, { severity })]
    const state = withOpened(EMPTY, opened, around(NOON_MS, settings as Partial<AlertSettings>))
    expect(state.waiting.length > 0).toBe(isNow)
  })
})

describe('messages', () => {
  it('are bounded by the hour; what is beyond waits for the next', () => {
    const history = Array.from({ length: ALERTS_PER_HOUR_MAX }, (_, n) => record(NOON_MS - n))
    const state = { ...EMPTY, history, waiting: ['zero_value'], waiting_since_ms: 0 }
    const all = [finding('zero_value')]
    expect(dueAlert(state, all, around(NOON_MS)).kind).toBe('wait')
    expect(dueAlert(state, all, around(NOON_MS + HOUR_MS)).kind).toBe('send')
  })

  it('that fail are tried again, longer and longer, and left to the digest in the end', () => {
    let state: AlertState = { ...EMPTY, waiting: ['zero_value'], waiting_since_ms: 0 }
    const pauses: number[] = []
    for (let n = 1; n < ALERT_TRIES_MAX; n++) {
      state = afterSend(state, [record(NOON_MS, 'refused')], SENT)
      pauses.push(state.next_try_ms - NOON_MS)
      expect(dueAlert(state, [finding('zero_value')], around(NOON_MS)).kind).toBe('wait')
    }
    expect(pauses.slice(0, 3)).toEqual([60_000, 120_000, 240_000])
    expect(Math.max(...pauses)).toBe(HOUR_MS)
    state = afterSend(state, [record(NOON_MS, 'refused')], SENT)
    expect([state.waiting, state.told]).toEqual([[], {}])
    const digest = digestOf(
      { ...state, digest_ms: NOON_MS - 1 },
      [finding('zero_value')],
      around(NOON_MS),
    )
    expect(digest.opened).toHaveLength(1)
  })

  it('that one channel took are told', () => {
    const state = { ...EMPTY, waiting: ['zero_value'], waiting_since_ms: 0 }
    const refused = { ...record(NOON_MS, 'refused'), channel: 'webhook' } as const
    const after = afterSend(state, [refused, record(NOON_MS)], SENT)
    expect([after.waiting, after.told]).toEqual([[], { zero_value: NOON_MS }])
    expect(after.owed).toEqual([
      { channel: 'webhook', ...MESSAGE, failures: 1, next_try_ms: NOON_MS + 60_000 },
    ])
  })

  it('are owed to nobody where some addresses were refused, or there is no mail server', () => {
    const records = [record(NOON_MS), record(NOON_MS, 'For 1 of 2 addresses: no such user')]
    expect(afterSend(EMPTY, records, SENT).owed).toEqual([])
    const hook = { ...record(NOON_MS), channel: 'webhook' } as const
    const unsent = [record(NOON_MS, 'no mail server'), hook]
    expect(afterSend(EMPTY, unsent, { ...SENT, hasMail: false }).owed).toEqual([])
  })

  it('are tried again at the one channel until it takes them, or for hours', () => {
    const refused = { ...record(NOON_MS, 'refused'), channel: 'webhook' } as const
    let { owed } = afterSend(EMPTY, [refused, record(NOON_MS)], SENT)
    const tryOnce = (records: readonly AlertRecord[]) => {
      const [one] = owed
      if (!one) throw new Error('it is owed')
      return afterTry(owed, one, { records, nowMs: NOON_MS })
    }
    expect(tryOnce([{ ...record(NOON_MS), channel: 'webhook' }])).toEqual([])
    for (let n = 2; n < ALERT_TRIES_MAX; n++) owed = tryOnce([refused])
    expect(owed).toMatchObject([{ failures: ALERT_TRIES_MAX - 1 }])
    expect(tryOnce([refused])).toEqual([])
    const [one] = owed
    const open = [finding('zero_value')]
    expect(one && isNews(one, open, around(NOON_MS))).toBe(true)
    expect(one && isNews(one, [finding('wrong_hash')], around(NOON_MS))).toBe(false)
  })

  it('of a test are counted by the hour, but no e-mail that was not taken', () => {
    const test = { ...record(NOON_MS), kind: 'test' } as const
    const history = [test, { ...test, error: 'refused' }, { ...test, channel: 'webhook' as const }]
    expect(testsOfHour({ ...EMPTY, history }, NOON_MS)).toBe(2)
    expect(testsOfHour({ ...EMPTY, history }, NOON_MS + HOUR_MS)).toBe(0)
  })
})

describe('the digest', () => {
  it('is due once a day, at its hour', () => {
    const state = { ...EMPTY, digest_ms: Date.UTC(2026, 10, 1, 7, 1) }
    expect(isDigestDue(state, around(Date.UTC(2026, 10, 2, 6, 59)))).toBe(false)
    expect(isDigestDue(state, around(Date.UTC(2026, 10, 2, 7)))).toBe(true)
    expect(isDigestDue(state, around(Date.UTC(2026, 10, 2, 7), { digest: 'never' }))).toBe(false)
  })

  it('tells what was not told, and what was resolved', () => {
    const nowMs = NOON_MS + HOUR_MS
    const state = { ...EMPTY, told: { zero_value: NOON_MS }, digest_ms: NOON_MS - HOUR_MS }
    const findings = [
      finding('zero_value'),
      finding('missing_page', { severity: 'suggestion' }),
      finding('wrong_hash', { opened_ms: 0 }),
      finding('ids_differ', { state: 'resolved', resolved_ms: NOON_MS }),
    ]
    const digest = digestOf(state, findings, around(nowMs))
    expect(digest.opened.map(({ code }) => code)).toEqual(['missing_page'])
    expect(digest.resolved.map(({ code }) => code)).toEqual(['ids_differ'])
  })
})
