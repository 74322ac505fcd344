/** `twofold demo --days`: gives the demo shop a past before its server starts. Called by demo.ts. */
import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import type { Config } from '../config.ts'
import type { LoadedPast } from '../demo-load.ts'
import { DEMO_DAYS_MAX, DEMO_SEED_MAX } from '../limits.ts'
import { wrongUsage } from './exit.ts'
import { count, countOf, note } from './output.ts'
import { startProgress } from './progress.ts'

export interface PastFlags {
  readonly days?: string
  readonly seed?: string
  readonly clean?: true
  readonly broken?: true
}

export function addPastOptions(command: Command): Command {
  return command
    .option('--days <n>', 'give the shop a past of so many days, with all that goes wrong in one')
    .option('--seed <n>', 'another past: the same number gives the same one [else 1]')
    .option('--clean', 'a past in which nothing goes wrong')
    .option('--broken', 'a past in which everything goes wrong at once')
}

/** Undefined where no past was asked for. */
export async function loadPastAsked(
  flags: PastFlags,
  { dataDir }: Config,
): Promise<LoadedPast | undefined> {
  const days = whole(flags.days, '--days', { from: 1, to: DEMO_DAYS_MAX })
  const seed = whole(flags.seed, '--seed', { from: 0, to: DEMO_SEED_MAX })
  if (days === undefined) {
    const given = flags.clean ? '--clean' : flags.broken ? '--broken' : '--seed'
    if (seed === undefined && given === '--seed') return undefined
    throw wrongUsage(`${given} is about a past, and none was asked for.`, 'Add --days 60.')
  }
  const { loadPast } = await import('../demo-load.ts')
  const progress = startDays(days)
  try {
    return await loadPast({
      ...{ dataDir, days, seed: seed ?? 1, nowMs: Date.now(), randomBytes },
      kind: flags.clean ? 'clean' : flags.broken ? 'broken' : 'usual',
      onProgress: progress.show,
    })
  } finally {
    progress.end()
  }
}

/** A bar where a person watches; ten lines where nobody does, so that a log says how far it is. */
function startDays(days: number): {
  show: (share: number, events: number) => void
  end: () => void
} {
  const bar = startProgress('Making the past', days)
  let told = 0
  return {
    show: (share, events) => {
      const done = Math.min(days, Math.floor(share * (days + 1)))
      const text = `${count(done)} of ${countOf(days, 'day')}, ${countOf(events, 'event')}`
      bar.show(done, text)
      if (process.stderr.isTTY || Math.floor(share * 10) <= told) return
      told = Math.floor(share * 10)
      note(`Making the past: ${text}`)
    },
    end: bar.end,
  }
}

function whole(
  text: string | undefined,
  flag: string,
  { from, to }: { from: number; to: number },
): number | undefined {
  if (text === undefined) return undefined
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (number >= from && number <= to) return number
  throw wrongUsage(`${flag} is "${text}".`, `Give a whole number from ${from} to ${to}.`)
}
