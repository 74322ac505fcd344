/** One event's match quality in full: what each key covers, what adding one brings, how fresh. */
import { SimpleGrid, Stack, Table, Text, Title } from '@mantine/core'
import type { EventQuality } from '../../api/types.ts'
import { countOf, formatAge, formatCount, formatShare } from '../format.ts'
import { matchKeyWords } from '../words.ts'
import { Scroll } from './parts.tsx'
import classes from './quality.module.css'
import { additionWords, FREQUENCY_WORDS, formatGain } from './words.ts'

export function EventQualityDetails({ event }: { readonly event: EventQuality }) {
  return (
    <Stack gap="lg">
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl">
        <Keys event={event} />
        <Gains event={event} />
      </SimpleGrid>
      <Freshness event={event} />
    </Stack>
  )
}

function Keys({ event }: { readonly event: EventQuality }) {
  const hasInvalid = event.keys.some(({ invalid }) => invalid > 0)
  const reports = event.keys.find(({ of }) => of !== event.events)?.of
  return (
    <Stack gap="xs">
      <Title order={4} size="h6">
        What is known about the person
      </Title>
      <Scroll label={`Keys of ${event.event_name}`}>
        <Table withRowBorders={false} verticalSpacing={4} className={classes.keys ?? ''}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Key</Table.Th>
              <Table.Th scope="col" className={classes.number ?? ''}>
                Usable in
              </Table.Th>
              {hasInvalid && (
                <Table.Th scope="col" className={classes.number ?? ''}>
                  Sent, not usable
                </Table.Th>
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {event.keys.map((row) => (
              <Table.Tr key={row.key}>
                <Table.Th scope="row" fw={400}>
                  {matchKeyWords(row.key)}
                </Table.Th>
                <Table.Td className={classes.number ?? ''}>
                  <b>{formatShare(row.with, row.of)}</b>{' '}
                  <Text span size="sm" c="dimmed">
                    {formatCount(row.with)} of {formatCount(row.of)}
                  </Text>
                </Table.Td>
                {hasInvalid && (
                  <Table.Td className={classes.number ?? ''}>
                    {row.invalid > 0 ? formatCount(row.invalid) : '–'}
                  </Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
      {reports !== undefined && (
        <Text size="sm" c="dimmed">
          Of {countOf(event.events, 'event')}; names and addresses of{' '}
          {countOf(reports, 'server report')}, copies of an event included.
        </Text>
      )}
    </Stack>
  )
}

function Gains({ event }: { readonly event: EventQuality }) {
  return (
    <Stack gap="xs">
      <Title order={4} size="h6">
        What adding a key would bring
      </Title>
      {event.gains.length === 0 && (
        <Text size="sm" c="dimmed">
          Every event carries every key that counts here. There is nothing to add.
        </Text>
      )}
      <Stack component="ul" gap="sm" className={classes.list ?? ''}>
        {event.gains.map(({ add, gain, missing }) => (
          <li key={add}>
            <Text size="sm" fw={550}>
              {additionWords(add).title}: {formatGain(gain)} points
            </Text>
            <Text size="sm" c="dimmed">
              Missing in {formatCount(missing)} of {countOf(event.events, 'event')}.{' '}
              {additionWords(add).detail}
            </Text>
          </li>
        ))}
      </Stack>
    </Stack>
  )
}

function Freshness({ event: { freshness, coverage } }: { readonly event: EventQuality }) {
  const seen = coverage.both + coverage.browser_only
  return (
    <Text size="sm">
      <b>Freshness:</b>{' '}
      {freshness.frequency
        ? `${FREQUENCY_WORDS[freshness.frequency] ?? freshness.frequency}, ${formatAge(1000 * (freshness.mean_delay_s ?? 0))} after the action on average (n = ${formatCount(freshness.events)}).`
        : 'no server event.'}{' '}
      <b>Event coverage:</b>{' '}
      {coverage.share === null
        ? 'no browser event.'
        : `${formatShare(coverage.both, seen)} of ${countOf(seen, 'browser event')} (goal ${formatShare(coverage.goal, 1)}).`}
    </Text>
  )
}
