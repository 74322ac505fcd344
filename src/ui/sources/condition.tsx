/** How a connection gets on: in one badge, and in numbers. */
import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { ConnectionShown } from '../../api/types.ts'
import { formatCount } from '../format.ts'
import { Time } from '../parts/time.tsx'
import classes from './sources.module.css'

interface Condition {
  readonly color: string
  readonly words: string
}

export function conditionOf(connection: ConnectionShown): Condition {
  const { enabled, problem, needs_secret, states, refused, last_received_ms, polling } = connection
  if (!enabled) return { color: 'gray', words: 'Switched off' }
  if (problem) return { color: 'red', words: 'Needs you' }
  if (polling?.trouble) return { color: 'red', words: 'Asking fails' }
  const isAsked = polling && polling.lacks === null && polling.minutes !== null
  if (needs_secret && isAsked) return { color: 'teal', words: 'Asked regularly' }
  if (needs_secret) return { color: 'orange', words: 'Secret missing' }
  if (refused && refused.last_ms > (last_received_ms ?? 0)) {
    return { color: 'red', words: 'Signature refused' }
  }
  if (last_received_ms === null) return { color: 'blue', words: 'Waiting for the first delivery' }
  if (states.failed > 0) return { color: 'orange', words: 'Some failed' }
  return { color: 'teal', words: 'Receiving' }
}

export function Numbers({ connection }: { connection: ConnectionShown }) {
  const { states, last_received_ms: lastMs } = connection
  return (
    <dl className={classes.numbers}>
      <Figure label="Counted" value={states.translated} testId="translated">
        deliveries that became events
      </Figure>
      <Figure label="Nothing to count" value={states.ignored} testId="ignored">
        deliveries, each with its reason
      </Figure>
      <Figure label="Sent twice" value={states.duplicate} testId="duplicate">
        copies of the same delivery
      </Figure>
      {states.received > 0 && (
        <Figure label="Waiting" value={states.received} testId="received">
          deliveries, tried again by themselves
        </Figure>
      )}
      <Figure label="Failed" value={states.failed} testId="failed">
        {states.failed === 0 ? 'none could not be read' : 'deliveries, kept to be tried again'}
      </Figure>
      <div>
        <dt>Last delivery</dt>
        <dd>
          <Text size="sm" component="div" pt={6} data-testid="last">
            {lastMs === null ? 'none yet' : <Time ms={lastMs} as="moment" />}
          </Text>
        </dd>
      </div>
    </dl>
  )
}

interface FigureProps {
  readonly label: string
  readonly value: number
  readonly testId: string
  readonly children: ReactNode
}

function Figure({ label, value, testId, children }: FigureProps) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <div className={classes.value} data-testid={testId}>
          {formatCount(value)}
        </div>
        <Text size="sm" c="dimmed" component="div">
          {children}
        </Text>
      </dd>
    </div>
  )
}
