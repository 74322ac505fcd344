/** Days and clocks of a time zone, also on the days on which clocks change. */
import { describe, expect, it } from 'vitest'
import { dayOf, dayPlus, dayStart, isZone, momentAt } from './zone.ts'

const utc = (text: string): number => Date.parse(text) / 1000

describe('a day begins', () => {
  it.each([
    ['2026-11-28', 'UTC', '2026-11-28T00:00:00Z'],
    ['2026-11-28', 'Europe/Berlin', '2026-11-27T23:00:00Z'],
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00Z'],
    ['2026-10-26', 'Europe/Berlin', '2026-10-25T23:00:00Z'],
    ['2026-11-01', 'America/New_York', '2026-11-01T04:00:00Z'],
    ['2026-11-28', 'Asia/Kolkata', '2026-11-27T18:30:00Z'],
  ])('%s in %s at %s', (day, zone, moment) => {
    expect(dayStart(day, zone)).toBe(utc(moment))
    expect(dayOf(utc(moment), zone)).toBe(day)
    expect(dayOf(utc(moment) - 1, zone)).toBe(dayPlus(day, -1))
  })
})

it('reads a clock that stands twice or not at all', () => {
  expect(momentAt('2026-10-25T02:30:00', 'Europe/Berlin')).toBe(utc('2026-10-25T00:30:00Z'))
  expect(momentAt('2026-03-29T02:30:00', 'Europe/Berlin')).toBe(utc('2026-03-29T01:30:00Z'))
})

it('knows the zones there are', () => {
  expect(['UTC', 'Europe/Paris', 'Mars/Base', ''].map(isZone)).toEqual([true, true, false, false])
})
