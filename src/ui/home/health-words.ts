/** The health of a dataset in words, each with the numbers it is made of. Pure. */
import type { DatasetHealth } from '../../api/types.ts'
import { countOf, formatBucket, formatCount, formatShare } from '../format.ts'

export type Tone = 'good' | 'bad' | 'quiet'

export interface HealthLine {
  readonly tone: Tone
  readonly title: string
  readonly detail: string
}

const HOUR_S = 3600

export function hourLine({ hour }: DatasetHealth): HealthLine {
  const { from, received, state, usual, days, this_hour } = hour
  const span = `${formatBucket(from, 'hour')} to ${formatBucket(from + HOUR_S, 'hour')}`
  const compared = usual
    ? `usual at that hour: ${rangeOf(usual)} (${countOf(days, 'day')})`
    : 'too few days to say what is usual'
  const detail = `${span}, ${compared}. ${formatCount(this_hour)} since.`
  const title = `${countOf(received, 'report')} in the last hour`
  if (state === 'silent') return { tone: 'bad', title: 'Nothing in the last hour', detail }
  if (state === 'low') return { tone: 'bad', title: `${title}, far fewer than usual`, detail }
  if (state === 'high') return { tone: 'quiet', title: `${title}, far more than usual`, detail }
  return { tone: state === 'usual' ? 'good' : 'quiet', title, detail }
}

const rangeOf = ({ low, high }: { low: number; high: number }): string =>
  low === high ? formatCount(low) : `${formatCount(low)} to ${formatCount(high)}`

export function deliveryLine({ deliveries }: DatasetHealth): HealthLine {
  const { destinations, waiting, retrying, held, rejected, delivered, alarms } = deliveries
  const [alarm] = alarms
  if (alarm) {
    const title = `${alarm.name} is on hold${held > 0 ? `: ${countOf(held, 'event waits', 'events wait')}` : ''}`
    return { tone: 'bad', title, detail: alarm.detail }
  }
  if (destinations === 0) {
    return { tone: 'quiet', title: 'Sent nowhere', detail: 'There is no destination yet.' }
  }
  const sent = `${formatCount(delivered)} delivered so far to ${countOf(destinations, 'destination')}.`
  const open = waiting + retrying
  const late = retrying > 0 ? ` ${formatCount(retrying)} are tried again by themselves.` : ''
  const dead = rejected > 0 ? ` ${formatCount(rejected)} rejected, kept under Dead letters.` : ''
  return {
    tone: rejected > 0 || retrying > 0 ? 'quiet' : 'good',
    title: titleOf(open, rejected),
    detail: `${sent}${late}${dead}`,
  }
}

function titleOf(open: number, rejected: number): string {
  if (open > 0) return `${countOf(open, 'event')} on the way out`
  if (rejected > 0) return `Nothing waits to be sent, ${countOf(rejected, 'event')} refused`
  return 'Nothing waits to be sent'
}

type Step = DatasetHealth['setup'][number]
type StepName = Step['step']

interface StepWords {
  readonly done: string
  readonly todo: string
  readonly why: string
  readonly page: 'install' | 'settings' | 'destinations' | 'events' | 'deliveries'
}

export const STEP_WORDS: Record<StepName, StepWords> = {
  pixel: {
    done: 'The pixel reports',
    todo: 'Put the pixel on your site',
    why: 'No report of a browser in 28 days.',
    page: 'install',
  },
  server: {
    done: 'Your server reports',
    todo: 'Send the same events from your server',
    why: 'Blockers cannot stop a server; no report of one in 28 days.',
    page: 'install',
  },
  shared_ids: {
    done: 'Both sides share event ids',
    todo: 'Give both reports of an event the same event_id',
    why: 'Then they are surely counted once.',
    page: 'events',
  },
  match_keys: {
    done: 'Your server says who it was',
    todo: 'Send e-mail or phone with server events',
    why: 'Without them a destination rarely recognises the person.',
    page: 'install',
  },
  destination: {
    done: 'A destination is attached',
    todo: 'Add a destination',
    why: 'Until then events are kept and counted, and sent nowhere.',
    page: 'destinations',
  },
  delivered: {
    done: 'Events were delivered',
    todo: 'See the first event delivered',
    why: 'Nothing was taken by a destination yet.',
    page: 'deliveries',
  },
  domains: {
    done: 'Only your domains may report',
    todo: 'List the domains of your shop',
    why: 'Until then any page may report with the id of this dataset.',
    page: 'settings',
  },
}

/** "5 of 8 pairs (63%)", where numbers decide. */
export function stepNumbers({ step, with: part, of }: Step): string | undefined {
  if (part === undefined || of === undefined || of === 0) return undefined
  const unit = step === 'shared_ids' ? 'pairs by the same id' : 'server reports'
  return `${formatCount(part)} of ${formatCount(of)} ${unit} (${formatShare(part, of)})`
}
