/** Meta's own scores, where a Meta destination can ask for them. */
import { Alert, Stack, Table, Text } from '@mantine/core'
import type { RemoteQualityAnswer } from '../../api/types.ts'
import { formatShare } from '../format.ts'
import { Section } from '../parts/section.tsx'
import { Time } from '../parts/time.tsx'
import { Scroll } from './parts.tsx'
import classes from './quality.module.css'
import { formatScore } from './words.ts'

export function RemoteQuality({ remote }: { readonly remote: RemoteQualityAnswer | undefined }) {
  if (!remote || remote.scores.length === 0) return null
  return (
    <Section
      title="What Meta says"
      hint="Asked with the token of the destination. Meta scores the last days of what it received, so it moves later than ours."
    >
      {remote.scores.map((one) => (
        <Stack key={one.destination_id} gap="xs">
          <Text fw={550}>
            {one.name}{' '}
            <Text span size="sm" c="dimmed" fw={400}>
              asked at <Time ms={one.fetched_at * 1000} as="moment" />
            </Text>
          </Text>
          {one.problem && (
            <Alert color="yellow" variant="light" title="It gave no scores">
              {one.problem.detail}
            </Alert>
          )}
          {!one.problem && one.events.length === 0 && (
            <Text size="sm" c="dimmed">
              It has no score yet: Meta needs some days of server events.
            </Text>
          )}
          {one.events.length > 0 && <Scores name={one.name} events={one.events} />}
        </Stack>
      ))}
    </Section>
  )
}

interface ScoresProps {
  readonly name: string
  readonly events: RemoteQualityAnswer['scores'][number]['events']
}

function Scores({ name, events }: ScoresProps) {
  return (
    <Scroll label={`Scores of ${name}`}>
      <Table className={classes.table ?? ''}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Event</Table.Th>
            <Table.Th scope="col" className={classes.number ?? ''}>
              Score of 10
            </Table.Th>
            <Table.Th scope="col" className={classes.number ?? ''}>
              Event coverage
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {events.map((event) => (
            <Table.Tr key={event.event_name}>
              <Table.Th scope="row" fw={400}>
                {event.event_name}
              </Table.Th>
              <Table.Td className={classes.number ?? ''}>
                {event.score === null ? '–' : formatScore(event.score)}
              </Table.Td>
              <Table.Td className={classes.number ?? ''}>
                {event.event_coverage === null ? '–' : formatShare(event.event_coverage, 1)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Scroll>
  )
}
