/** The equation that every report keeps, as data: what was received, minus, minus, is counted. */
import type { Summary } from '../../api/types.ts'

export interface EquationPart {
  readonly key: 'received' | 'duplicates' | 'dropped' | 'rejected' | 'counted'
  readonly sign: '' | '−' | '='
  readonly label: string
  readonly explanation: string
  readonly value: number
}

type Totals = Pick<Summary, 'received' | 'duplicates' | 'dropped' | 'rejected' | 'counted'>

export const sumOf = (n: { browser: number; server: number; other: number }): number =>
  n.browser + n.server + n.other

export function equationOf(totals: Totals): readonly EquationPart[] {
  return [
    {
      key: 'received',
      sign: '',
      label: 'Received',
      explanation:
        'Every report that arrived. One sale usually arrives twice: from the browser and from the server.',
      value: sumOf(totals.received),
    },
    {
      key: 'duplicates',
      sign: '−',
      label: 'Duplicates removed',
      explanation:
        'Further reports of something that is already counted. What they know is kept and added to it.',
      value: totals.duplicates,
    },
    {
      key: 'dropped',
      sign: '−',
      label: 'Dropped',
      explanation:
        'Left out on purpose, as this dataset’s settings say: robots, visitors without consent, and the like.',
      value: totals.dropped,
    },
    {
      key: 'rejected',
      sign: '−',
      label: 'Rejected',
      explanation:
        'Not usable as sent, for example without a time or far too old. The reasons are listed below.',
      value: totals.rejected,
    },
    {
      key: 'counted',
      sign: '=',
      label: 'Counted',
      explanation: 'Things that really happened, each of them once.',
      value: totals.counted,
    },
  ]
}
