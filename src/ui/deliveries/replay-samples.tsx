/** Events whose payload a replay would change, field by field. */
import { Button, Group, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import type { ReplayAnswer } from '../../api/types.ts'
import classes from './replay.module.css'

const SHOWN = 5

export function ReplaySamples({ samples }: Pick<ReplayAnswer, 'samples'>) {
  const [all, showAll] = useState(false)
  if (samples.length === 0) return null
  return (
    <Stack gap={6}>
      <Title order={3} size="h5">
        Examples of what leaves: before and after
      </Title>
      <ul className={classes.samples}>
        {samples.slice(0, all ? samples.length : SHOWN).map((sample) => (
          <Sample key={sample.seq} sample={sample} />
        ))}
      </ul>
      {!all && samples.length > SHOWN && (
        <div>
          <Button size="xs" variant="default" onClick={() => showAll(true)}>
            Show all {samples.length} examples
          </Button>
        </div>
      )}
    </Stack>
  )
}

function Sample({ sample }: { sample: ReplayAnswer['samples'][number] }) {
  const { seq, event_name, event_id, changes } = sample
  return (
    <li className={classes.sample} data-testid="replay-sample">
      <Group gap={8}>
        <Text fw={650}>{event_name}</Text>
        <Text size="sm" c="dimmed" className={classes.wrap ?? ''}>
          #{seq}, id {event_id}
        </Text>
      </Group>
      <dl className={classes.changes}>
        {changes.map(({ field, before, after }) => (
          <div key={field}>
            <dt>{field}</dt>
            <dd>
              <Shown value={before} gone="not there" /> <span aria-hidden>→</span>
              <span className={classes.hidden}>becomes</span>{' '}
              <Shown value={after} gone="removed" strong />
            </dd>
          </div>
        ))}
      </dl>
    </li>
  )
}

function Shown({ value, gone, strong }: { value: unknown; gone: string; strong?: boolean }) {
  if (value === null || value === undefined) {
    return (
      <Text span inherit c="dimmed">
        {gone}
      </Text>
    )
  }
  return (
    <Text span inherit fw={strong ? 650 : 400}>
      {typeof value === 'string' ? value : JSON.stringify(value)}
    </Text>
  )
}
