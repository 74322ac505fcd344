import { expect, it } from 'vitest'
import {
  DIAGNOSTIC_CLEAR_MS,
  DIAGNOSTIC_FINDINGS_MAX,
  DIAGNOSTIC_KEPT_MS,
} from '../../diagnostic-limits.ts'
import { type Diagnosis, idOf } from './diagnose.ts'
import { type Finding, muteOf, nextFindings } from './finding.ts'

const diagnosis = (code = 'missing_value', event_name = 'Purchase', share = 0): Diagnosis => ({
  ...{ id: idOf(code, { event_name }), code, severity: 'error', subject: { event_name } },
  ...{ words: '', affected: 30, total: 30, hours: 2, money: [], share, samples: [] },
})
const HOUR_MS = 3_600_000

it('opens once, stays open through quiet hours, and resolves after a day without evidence', () => {
  const first = nextFindings([], [diagnosis()], 1000)
  expect(first.opened.map(({ id }) => id)).toEqual(['missing_value:Purchase'])
  const again = nextFindings(first.findings, [diagnosis()], 2000)
  expect([again.opened, again.findings[0]?.opened_ms]).toEqual([[], 1000])
  const quiet = nextFindings(again.findings, [], 2000 + DIAGNOSTIC_CLEAR_MS - 1)
  expect([quiet.resolved, quiet.findings[0]?.state]).toEqual([[], 'open'])
  const gone = nextFindings(quiet.findings, [], 2000 + DIAGNOSTIC_CLEAR_MS)
  expect(gone.resolved.map(({ state }) => state)).toEqual(['resolved'])
  const back = nextFindings(gone.findings, [diagnosis()], 9e9)
  expect(back.opened[0]).toMatchObject({ first_seen_ms: 1000, opened_ms: 9e9, state: 'open' })
  expect(back.opened[0]?.resolved_ms).toBeUndefined()
})

it('what ends with its cause resolves within the quarter of an hour', () => {
  const held = nextFindings([], [diagnosis('deliveries_held')], 0)
  expect(nextFindings(held.findings, [], HOUR_MS / 4).resolved).toHaveLength(1)
})

it('shows the most money first, resolved ones last, and forgets those in the end', () => {
  const all = nextFindings([], [diagnosis('zero_value'), diagnosis('wrong_hash', 'Lead', 0.5)], 0)
  const later = nextFindings(all.findings, [diagnosis('zero_value')], DIAGNOSTIC_CLEAR_MS)
  expect(later.findings.map(({ code, state }) => [code, state])).toEqual([
    ['zero_value', 'open'],
    ['wrong_hash', 'resolved'],
  ])
  const end = DIAGNOSTIC_CLEAR_MS + DIAGNOSTIC_KEPT_MS
  expect(nextFindings(later.findings, [], end).findings.map(({ code }) => code)).toEqual([
    'zero_value',
  ])
})

it('is bounded', () => {
  const many = Array.from({ length: 500 }, (_, n) => diagnosis('zero_value', `E${n}`))
  expect(nextFindings([], many, 0).findings).toHaveLength(DIAGNOSTIC_FINDINGS_MAX)
})

it('is muted by its id or its code, until then or for ever', () => {
  const [finding] = nextFindings([], [diagnosis()], 0).findings as [Finding]
  const mute = (target: string, until_ms: number | null) => ({
    target,
    until_ms,
    by: 'Jo',
    at_ms: 0,
  })
  expect(muteOf(finding, [mute('missing_value', null)], 5)?.by).toBe('Jo')
  expect(muteOf(finding, [mute(finding.id, 10)], 9)).toBeDefined()
  expect(muteOf(finding, [mute(finding.id, 10)], 10)).toBeUndefined()
  expect(muteOf(finding, [mute('zero_value', null)], 0)).toBeUndefined()
})
