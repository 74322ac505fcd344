/** The shapes of sample events in words, and what became of one in a sentence. Pure. */
import type { SamplesSent, TestEventsRequest } from '../../api/types.ts'
import { MATCHED_BY_WORDS, reasonWords, VERDICT_WORDS } from '../words.ts'

/** What was chosen: only shown, or counted like all others. */
export type Counting = 'sandbox' | 'real'

export type Shape = TestEventsRequest['shapes'][number]
type Report = SamplesSent['samples'][number]['reports'][number]
type Fate = Pick<Report, 'verdict' | 'reason' | 'matched_by' | 'message'>

interface ShapeWords {
  readonly label: string
  readonly detail: string
  /** Always a Purchase, whatever events are chosen. */
  readonly purchase?: true
}

export const SHAPE_WORDS: Record<Shape, ShapeWords> = {
  browser: { label: 'Browser only', detail: 'One report of the pixel. Counts once.' },
  server: { label: 'Server only', detail: 'One report of your server. Counts once.' },
  pair: { label: 'Pair with one id', detail: 'Browser and server, same event_id. Counts once.' },
  order_pair: {
    label: 'Pair with two ids, one order',
    detail: 'The ids differ, the order_id is the same. Counts once. Always a Purchase.',
    purchase: true,
  },
  duplicate: { label: 'Sent twice', detail: 'The server reports it two times. Counts once.' },
  unhashed_email: {
    label: 'E-mail not hashed',
    detail: 'Hashed on arrival, with a note; refused in the mode meta.',
  },
  bad_currency: {
    label: 'Wrong currency',
    detail: 'EURO instead of EUR. Counts without money; refused in the mode meta. A Purchase.',
    purchase: true,
  },
  missing_value: {
    label: 'No value',
    detail: 'Counts with a note; refused in the mode meta. A Purchase.',
    purchase: true,
  },
  too_old: { label: 'Too old', detail: 'Eight days ago. Refused.' },
}

export const SHAPES = Object.keys(SHAPE_WORDS) as Shape[]

/** How many samples a choice makes. */
export function samplesOf(shapes: readonly Shape[], names: number): number {
  return shapes.reduce((sum, shape) => sum + (SHAPE_WORDS[shape].purchase ? 1 : names), 0)
}

/** "Counted." or "Duplicate removed: same event id." */
export function fateWords({ verdict, reason, matched_by, message }: Fate): string {
  const word = VERDICT_WORDS[verdict]
  const why = matched_by ? MATCHED_BY_WORDS[matched_by as keyof typeof MATCHED_BY_WORDS] : undefined
  if (why) return `${word}: ${why.title.toLowerCase()}.`
  if (verdict === 'rejected' && message)
    return `${word}: ${message.replace(/^data\[0\]\.?\s*/, '')}`
  if (reason) return `${word}: ${reasonWords(reason).title.toLowerCase()}.`
  return `${word}.`
}
