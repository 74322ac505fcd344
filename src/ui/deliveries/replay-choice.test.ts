import { expect, it } from 'vitest'
import type { ReplayAnswer } from '../../api/types.ts'
import { type Choice, dryRunOf, FIRST_CHOICE, missingIn, sendingOf } from './replay-choice.ts'

const NOW_MS = 1_790_000_000_500
const NOW_S = 1_790_000_001
const choice: Choice = { ...FIRST_CHOICE, destination: 'd_one' }
const own = (from: string, to: string): Choice => ({ ...choice, span: 'own', from, to })

it.each([
  ['nothing', choice, undefined],
  ['a destination', { ...choice, destination: '' }, 'Choose a destination.'],
  ['both ends', own('2026-11-01T10:00', ''), /from when to when/],
  ['a later end', own('2026-11-02T10:00', '2026-11-01T10:00'), /before the beginning/],
  ['nothing of a window of its own', own('2026-11-01T10:00', '2026-11-02T10:00'), undefined],
])('%s is missing', (_, asked, words) => {
  if (words === undefined) expect(missingIn(asked)).toBeUndefined()
  else expect(missingIn(asked)).toMatch(words)
})

it('asks for a dry run of what was chosen', () => {
  expect(dryRunOf(choice, NOW_MS, [])).toEqual({
    destination_id: 'd_one',
    from: NOW_S - 24 * 3600,
    to: NOW_S,
    event_names: [],
    states: ['any'],
    rules: 'published',
    again: false,
    dry_run: true,
  })
  const [from, to] = ['2026-11-01T10:00', '2026-11-01T11:00']
  const asked = dryRunOf({ ...own(from, to), under: 'draft', events: ['Lead'] }, NOW_MS, [{}])
  expect(asked).toMatchObject({ event_names: ['Lead'], rules: [{}] })
  expect(Number(asked.to) - asked.from).toBe(3600)
})

it('sends exactly what was looked at, and never what can only be looked at', () => {
  const { dry_run: _, ...same } = dryRunOf(choice, NOW_MS, [])
  const done = { ...same, dry_run: true, state: 'done', settings_changed: false }
  const replay = done as unknown as ReplayAnswer
  expect(sendingOf(replay)).toEqual({ ...same, dry_run: false })
  for (const other of [
    { rules: 'draft' },
    { settings_changed: true },
    { dry_run: false },
    { state: 'running' },
    { state: 'cancelled' },
  ] as const) {
    expect(sendingOf({ ...replay, ...other } as ReplayAnswer)).toBeUndefined()
  }
})
