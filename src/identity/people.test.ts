import { describe, expect, it } from 'vitest'
import type { Hashed, UserData } from '../event/shape.ts'
import { type Sighting, sightingOf } from './identifiers.ts'
import {
  BROWSERS_OF_A_PERSON_MAX,
  OTHERS_OF_A_PERSON_MAX,
  PEOPLE_OF_A_BROWSER_MAX,
  peopleOf,
} from './people.ts'

type Told = Partial<Record<'em' | 'ph' | 'external_id' | 'fn' | 'ct', string>> &
  Partial<Record<'fbp' | 'fbc' | 'client_ip_address' | 'client_user_agent', string>>

const CLEAR = new Set(['fbp', 'fbc', 'client_ip_address', 'client_user_agent'])

const user = (told: Told): UserData =>
  Object.fromEntries(
    Object.entries(told).map(([key, value]) => [key, CLEAR.has(key) ? value : [value as Hashed]]),
  )

const seen = (seq: number, ...reports: readonly Told[]): Sighting =>
  sightingOf(seq, reports.map(user))

describe('an event is of somebody known', () => {
  it.each<[string, Told, Told, 'person' | 'browser' | undefined]>([
    ['the same e-mail', { em: 'a' }, { em: 'a' }, 'person'],
    ['the same phone', { ph: 'a' }, { ph: 'a' }, 'person'],
    ['the same customer id', { external_id: 'a' }, { external_id: 'a' }, 'person'],
    ['the same text under another key', { em: 'a' }, { external_id: 'a' }, undefined],
    ['the same browser', { em: 'a', fbp: 'fb.1.1.7' }, { fbp: 'fb.1.1.7' }, 'browser'],
    ['the same click', { em: 'a', fbc: 'fb.1.1.x' }, { fbc: 'fb.1.1.x' }, 'browser'],
    [
      'the same browser, written down by a library',
      { em: 'a', fbp: 'fb.1.1.7' },
      { fbp: 'fb.1.1.7.AQQCAQMC' },
      'browser',
    ],
    ['a browser of nobody', { fbp: 'fb.1.1.7' }, { fbp: 'fb.1.1.7' }, undefined],
    [
      'the same browser, signed in as another',
      { em: 'a', fbp: 'fb.1.1.7' },
      { em: 'b', fbp: 'fb.1.1.7' },
      undefined,
    ],
    [
      'the same browser, and a first phone number',
      { em: 'a', fbp: 'fb.1.1.7' },
      { ph: 'b', fbp: 'fb.1.1.7' },
      'browser',
    ],
    [
      'the same address of the network',
      { em: 'a', client_ip_address: '192.0.2.1' },
      { client_ip_address: '192.0.2.1' },
      undefined,
    ],
    [
      'the same program',
      { em: 'a', client_user_agent: 'Mozilla' },
      { client_user_agent: 'Mozilla' },
      undefined,
    ],
    [
      'the same name and town',
      { em: 'a', fn: 'ann', ct: 'rome' },
      { fn: 'ann', ct: 'rome' },
      undefined,
    ],
  ])('%s', (_, earlier, later, how) => {
    expect(peopleOf([seen(1, earlier)]).knows(seen(2, later))).toBe(how)
  })

  it('only by what was counted before it', () => {
    const people = peopleOf([seen(5, { em: 'a', fbp: 'fb.1.1.7' })])
    expect(people.knows(seen(5, { em: 'a' }))).toBeUndefined()
    expect(people.knows(seen(4, { fbp: 'fb.1.1.7' }))).toBeUndefined()
    expect(people.knows(seen(6, { em: 'a' }))).toBe('person')
  })

  it('not by what it says itself', () => {
    const told = { em: 'b', fbp: 'fb.1.1.7' }
    const people = peopleOf([seen(1, { em: 'a', fbp: 'fb.1.1.7' }), seen(2, told)])
    expect(people.knows(seen(2, told))).toBeUndefined()
    expect(people.knows(seen(3, told))).toBe('person')
  })

  it('by what any of its reports told', () => {
    const people = peopleOf([seen(1, { em: 'a' })])
    expect(people.knows(seen(2, { fbp: 'fb.1.1.7' }, { em: 'a' }))).toBe('person')
  })
})

describe('a shared value joins nobody', () => {
  const many = (n: number, told: (i: number) => Told) =>
    Array.from({ length: n }, (_, i) => seen(i + 1, told(i)))

  it('the e-mail of the shop on the orders of all', () => {
    const told = (i: number) => ({ em: 'shop', external_id: `c${i}` })
    const few = peopleOf(many(OTHERS_OF_A_PERSON_MAX, told))
    expect(few.knows(seen(99, { em: 'shop' }))).toBe('person')
    expect(few.count).toBe(1)
    const all = peopleOf(many(OTHERS_OF_A_PERSON_MAX + 1, told))
    expect(all.knows(seen(99, { em: 'shop' }))).toBeUndefined()
    expect(all.knows(seen(99, { em: 'shop', external_id: 'c0' }))).toBe('person')
    expect(all.count).toBe(OTHERS_OF_A_PERSON_MAX + 1)
  })

  it('an e-mail typed in at too many browsers', () => {
    const people = peopleOf(
      many(BROWSERS_OF_A_PERSON_MAX + 1, (i) => ({ em: 'none', fbp: `fb.1.1.${i}` })),
    )
    expect(people.knows(seen(99, { em: 'none' }))).toBeUndefined()
  })

  it('the tablet at the counter', () => {
    const people = peopleOf(
      many(PEOPLE_OF_A_BROWSER_MAX + 1, (i) => ({ em: `c${i}`, fbp: 'fb.1.1.7' })),
    )
    expect(people.knows(seen(99, { fbp: 'fb.1.1.7' }))).toBeUndefined()
    expect(people.count).toBe(PEOPLE_OF_A_BROWSER_MAX + 1)
  })
})

it('counts people, not identifiers', () => {
  const people = peopleOf([
    seen(1, { em: 'a', ph: '1' }),
    seen(2, { ph: '1', external_id: 'x' }),
    seen(3, { external_id: 'x', em: 'a2' }),
    seen(4, { em: 'b' }),
    seen(5, { fbp: 'fb.1.1.7' }),
  ])
  expect(people.count).toBe(2)
})
