/**
 * Our estimate of how well events can be matched to people, 0 to 10. Meta publishes neither its
 * weights nor its curve; this one is open: each kind of customer information alone finds a person
 * with a prior chance, kinds that are known together (email and phone) add up as independent
 * chances, kinds that tell the same (fbp and fbc) count once. The score of a window is the mean of
 * its events, exact, from the counters `match:<mask>`. Pure.
 */
import { bitOf, MATCH_MASKS_MAX, type MatchKind } from '../event/match-mask.ts'
import { type Interval, wilson } from './wilson.ts'

/** The chance that a kind alone finds a known person; `together`: kinds that count once. */
export const CHANCES: readonly {
  readonly together: readonly { readonly all: readonly MatchKind[]; readonly chance: number }[]
}[] = [
  { together: [{ all: ['em'], chance: 0.5 }] },
  { together: [{ all: ['ph'], chance: 0.45 }] },
  {
    together: [
      { all: ['fbc'], chance: 0.5 },
      { all: ['fbp'], chance: 0.3 },
    ],
  },
  { together: [{ all: ['external_id'], chance: 0.3 }] },
  {
    together: [
      { all: ['ip'], chance: 0.45 },
      { all: ['ua'], chance: 0.45 },
    ],
  },
  {
    together: [
      { all: ['name', 'place'], chance: 0.25 },
      { all: ['name'], chance: 0.08 },
    ],
  },
  { together: [{ all: ['geo'], chance: 0.03 }] },
]

/** Below it the words "too few" belong beside a score. */
export const EVENTS_FOR_A_SCORE = 50

/** Nobody knows where Meta's words begin; these are the edges that the field works with. */
export const BANDS = [
  { band: 'great', from: 8.5 },
  { band: 'good', from: 7 },
  { band: 'ok', from: 5 },
  { band: 'poor', from: 0 },
] as const

export type Band = (typeof BANDS)[number]['band']

export const bandOf = (score: number): Band =>
  BANDS.find(({ from }) => score >= from)?.band ?? 'poor'

/** Events by mask. */
export type Masks = ReadonlyMap<number, number>

/** The chance that an event with this customer information finds its person: 0 to 1. */
export function chanceOf(mask: number): number {
  CHANCE_OF_MASK[mask] ??= computed(mask)
  return CHANCE_OF_MASK[mask]
}

const CHANCE_OF_MASK: number[] = new Array(MATCH_MASKS_MAX)

function computed(mask: number): number {
  let missed = 1
  for (const { together } of CHANCES) {
    const known = together.filter(({ all }) => all.every((kind) => (mask & bitOf(kind)) !== 0))
    missed *= 1 - Math.max(0, ...known.map(({ chance }) => chance))
  }
  return 1 - missed
}

export interface Score {
  /** 0 to 10; undefined where there were no events. */
  readonly score: number | undefined
  readonly interval: Interval
  readonly events: number
}

export function scoreOf(masks: Masks): Score {
  const events = eventsIn(masks)
  if (events === 0) return { score: undefined, interval: { low: 0, high: 10 }, events }
  const expected = expectedOf(masks, (mask) => mask)
  const { low, high } = wilson(expected, events)
  const score = (10 * expected) / events
  // Rounding must not put the score outside its own interval.
  const interval = { low: Math.min(score, 10 * low), high: Math.max(score, 10 * high) }
  return { score, interval, events }
}

/** What a shop can add to its events, each as the kinds that come with it. */
export const ADDITIONS = [
  { add: 'em', kinds: ['em'] },
  { add: 'ph', kinds: ['ph'] },
  { add: 'external_id', kinds: ['external_id'] },
  { add: 'fbc', kinds: ['fbc'] },
  { add: 'fbp', kinds: ['fbp'] },
  { add: 'ip_and_user_agent', kinds: ['ip', 'ua'] },
  { add: 'name_and_place', kinds: ['name', 'place'] },
  { add: 'country', kinds: ['geo'] },
] as const satisfies readonly { readonly add: string; readonly kinds: readonly MatchKind[] }[]

export type Addition = (typeof ADDITIONS)[number]['add']

export interface Gain {
  readonly add: Addition
  /** Points that the score would rise by, if every event carried it. */
  readonly gain: number
  /** Events that lack it. */
  readonly missing: number
}

/** The largest gain first; what every event carries already is not among them. */
export function gainsOf(masks: Masks): Gain[] {
  const events = eventsIn(masks)
  if (events === 0) return []
  const now = expectedOf(masks, (mask) => mask)
  return ADDITIONS.map(({ add, kinds }) => {
    const bits = kinds.reduce((sum, kind) => sum | bitOf(kind), 0)
    const missing = sumWhere(masks, (mask) => (mask & bits) !== bits)
    const then = expectedOf(masks, (mask) => mask | bits)
    return { add, missing, gain: (10 * (then - now)) / events }
  })
    .filter(({ missing }) => missing > 0)
    .sort((a, b) => b.gain - a.gain)
}

/** Events that carry a kind. */
export const eventsWith = (masks: Masks, kind: MatchKind): number =>
  sumWhere(masks, (mask) => (mask & bitOf(kind)) !== 0)

export const eventsIn = (masks: Masks): number => sumWhere(masks, () => true)

function sumWhere(masks: Masks, holds: (mask: number) => boolean): number {
  let sum = 0
  for (const [mask, n] of masks) if (holds(mask)) sum += n
  return sum
}

function expectedOf(masks: Masks, as: (mask: number) => number): number {
  let sum = 0
  for (const [mask, n] of masks) sum += n * chanceOf(as(mask))
  return sum
}
