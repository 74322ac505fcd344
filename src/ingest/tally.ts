/**
 * What ingest has done since the start, as plain numbers for the metrics page: events by channel
 * and verdict, reasons, seconds per step. No dataset and no event name.
 */
import type { Leg } from '../event/shape.ts'

export interface Tallies {
  /** By `<channel>\n<verdict>`. */
  readonly events: ReadonlyMap<string, number>
  readonly reasons: ReadonlyMap<string, number>
  readonly stepSeconds: ReadonlyMap<string, number>
}

export interface Tally {
  readonly countLegs: (legs: readonly Leg[]) => void
  readonly timeStep: (name: string, ms: number) => void
  readonly read: () => Tallies
}

export function createTally(): Tally {
  const events = new Map<string, number>()
  const reasons = new Map<string, number>()
  const stepSeconds = new Map<string, number>()
  return {
    countLegs: (legs) => {
      for (const { envelope, verdict, reason } of legs) {
        add(events, `${envelope.channel}\n${verdict}`, 1)
        // One word for all rules: their names are of one dataset.
        if (reason) add(reasons, reason.startsWith('rule:') ? 'rule' : reason, 1)
      }
    },
    timeStep: (name, ms) => add(stepSeconds, name, ms / 1000),
    read: () => ({ events, reasons, stepSeconds }),
  }
}

function add(counts: Map<string, number>, name: string, n: number): void {
  counts.set(name, (counts.get(name) ?? 0) + n)
}
