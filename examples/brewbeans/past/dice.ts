/** Chance that repeats: everything random comes from a seed, through this. */
export interface Dice {
  /** [0, 1) */
  readonly random: () => number
  /** A whole number, both ends included. */
  readonly whole: (from: number, to: number) => number
  readonly chance: (probability: number) => boolean
  readonly one: <T>(of: readonly T[]) => T
  /** Dice of its own: what one part throws must not change what another part gets. */
  readonly split: (name: string) => Dice
}

export function diceOf(seed: number, name = ''): Dice {
  let state = seed | 0
  for (const letter of name) state = Math.imul(state ^ letter.charCodeAt(0), 0x9e3779b1)
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const whole = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1))
  return {
    random,
    whole,
    chance: (probability) => random() < probability,
    one: <T>(of: readonly T[]) => of[whole(0, of.length - 1)] as T,
    split: (part) => diceOf(seed, `${name}/${part}`),
  }
}

/** One of a table whose rows begin with their weight. */
export function weighted<Row extends readonly [weight: number, ...unknown[]]>(
  dice: Dice,
  rows: readonly Row[],
): Row {
  let left = dice.random() * rows.reduce((sum, [weight]) => sum + weight, 0)
  for (const row of rows) {
    left -= row[0]
    if (left < 0) return row
  }
  return rows[rows.length - 1] as Row
}

/** How many of something rare happen where `mean` are expected (close to Poisson). */
export function timesOf(dice: Dice, mean: number): number {
  if (mean <= 0) return 0
  // Twelve throws make a bell curve; for few, its lower end is cut off at none.
  let bell = -6
  for (let i = 0; i < 12; i++) bell += dice.random()
  return Math.max(0, Math.round(mean + bell * Math.sqrt(mean)))
}
